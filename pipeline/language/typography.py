"""What exports do to a text's signs: ligatures, HTML, blanks that do not break, curled quotes.

Two steps, so that offsets count the received text at every moment. `readable` gives a text of the
same length, for all that looks for sections, sentences and blanks; `spelt_out` gives the letters
that words are looked up by, and where each of them came from.
"""

import re
import unicodedata
from html import unescape
from typing import Final

# Takes no room and is dropped when words are spelt out; stands where a sign is shorter than its
# name was and a word goes on behind it.
_FILLER: Final = "\u200b"
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_BREAKING: Final = "br|tr|dt|dd"
_PARAGRAPHS: Final = "p|div|h[1-6]|ul|ol|dl|hr|table|section|pre|blockquote"
_INLINE: Final = (
    "a|b|i|u|s|em|strong|span|font|small|big|sub|sup|code|tt|td|th|thead|tbody|html|body|center"
)
_LINE_END: Final = re.compile(r"[ \t]*\r?\n")
# What tags stand for, by their group below; each fits into the shortest tag of its group.
_BLANKS: Final = {"item": "\n- ", "line": "\n", "paragraph": "\n\n", None: ""}
_ENCLOSING: Final = "\"'<>"
# Only names of HTML, so that "<A and B>" and "<5 mm" stay what they are.
_TAG: Final = re.compile(
    rf"</?(?:(?P<item>li)|(?P<line>{_BREAKING})|(?P<paragraph>{_PARAGRAPHS})|(?:{_INLINE}))"
    r"(?:\s+[\w:-]+\s*=[^<>]{0,200}|\s*)/?>",
    re.IGNORECASE,
)
_LIGATURE: Final = re.compile("[\ufb00-\ufb06\u0132\u0133]")
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_UNUSUAL: Final = re.compile(f"{_LIGATURE.pattern}|{_UNSEEN.pattern}")
# A sign for a sign. Dashes stay: between words they are what a hyphen is not.
_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006", " "),
        **dict.fromkeys("\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
        **dict.fromkeys("\u0085\u2028\u2029", "\n"),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u00ac\u2212", "-"),
        **dict.fromkeys("\u00b7\u2023\u2043\u2219\u25a0\u25a1\u25aa\u25ab\u25cb\u25cf", "\u2022"),
        **dict.fromkeys("\u25b6\u25ba\u25c6\u25e6\u2713\u27a2\uf0b7\uf0a7", "\u2022"),
        "\u2026": ".",
    }
)


def readable(text: str) -> str:
    """The text with plain signs for unusual ones, each where it stood: of the same length."""
    if "&" in text:
        text = _ENTITY.sub(_sign, text)
    if "<" in text:
        text = _TAG.sub(_blanks, text)
    return text if text.isascii() else text.translate(_SIGNS)


def spelt_out(text: str) -> tuple[str, list[int] | None]:
    """The text with its ligatures as letters and without signs that nobody sees.

    Args:
        text: what `readable` gave, or a piece of it.

    Returns:
        The letters, and for each of them its offset in `text`, and at last the text's length;
        None where no letter has moved.
    """
    if text.isascii() or _UNUSUAL.search(text) is None:
        return text, None
    letters: list[str] = []
    origins: list[int] = []
    for offset, sign in enumerate(text):
        spelt = _spelt(sign)
        letters.append(spelt)
        origins += [offset] * len(spelt)
    return "".join(letters), [*origins, len(text)]


def _spelt(sign: str) -> str:
    if _UNSEEN.match(sign):
        return ""
    return unicodedata.normalize("NFKC", sign) if _LIGATURE.match(sign) else sign


def _sign(entity: re.Match[str]) -> str:
    name = entity[0]
    sign = unescape(name)
    if sign == name or len(sign) != 1:
        return name
    if _UNSEEN.match(sign):
        return _FILLER * len(name)
    before = entity.string[entity.start() - 1 : entity.start()]
    behind = entity.string[entity.end() : entity.end() + 1]
    if sign.translate(_SIGNS) in _ENCLOSING and not (before.isalpha() and behind.isalpha()):
        # It says nothing, and a sentence that ends with it must not end within its name.
        return " " * len(name)
    goes_on = not sign.isspace() and behind.isalnum()
    return sign + (_FILLER if goes_on else " ") * (len(name) - 1)


def _blanks(tag: re.Match[str]) -> str:
    length = len(tag[0])
    if tag["line"] and _LINE_END.match(tag.string, tag.end()):
        return " " * length
    mark = _BLANKS[tag.lastgroup]
    return (mark.rstrip("- ") if tag[0][1] == "/" else mark).ljust(length)
