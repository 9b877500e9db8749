"""How headings are told from other text; `lexicon/files/headings.txt` has their words."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from pipeline.lexicon.headings import load_headings

#: Ends the section before it; what follows, up to the next heading, is body.
SEPARATOR: Final = "separator"
#: Opens a description of the image where it follows a section that states nothing.
ANATOMY: Final = "anatomy"
#: Names the view: opens findings, unless only views and dates stand behind it.
VIEW: Final = "view"
#: Asks where a description follows, and is an impression where none does.
DIAGNOSIS: Final = "diagnosis"
#: Sections around the image, which a paragraph without a heading ends.
CONTEXT_SECTIONS: Final = frozenset({"indication", "history", "technique", "comparison"})

_HEADINGS: Final = load_headings()
_NAMES: Final = _HEADINGS.sections
#: How text before a colon ends where it may be a heading, to pass by other text at little cost.
HEADING_ENDINGS: Final = (*sorted({phrase.split()[-1] for phrase in _NAMES}), ")")


def _trie_pattern(phrases: Iterable[str]) -> str:
    """One regular expression for many phrases that shares their beginnings, longest first."""
    tails: dict[str, list[str]] = {}
    ends = False
    for phrase in phrases:
        if phrase:
            tails.setdefault(phrase[0], []).append(phrase[1:])
        else:
            ends = True
    branches = [
        (r"[ \t]+" if first == " " else re.escape(first)) + _trie_pattern(rest)
        for first, rest in sorted(tails.items())
    ]
    if not branches:
        return ""
    if ends:
        return f"(?:{'|'.join(branches)})?"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


_PHRASE: Final = rf"(?:{_trie_pattern(_NAMES)}(?:\(s\))?(?!\w))"
_JOINING: Final = "|".join(_HEADINGS.joining)
_JOINED: Final = rf"{_PHRASE}(?:[ \t]*(?:[/&,+]|[ \t](?:{_JOINING})[ \t])[ \t]*{_PHRASE})*"
_QUALIFIER: Final = r"(?:[ \t]*#?[ \t]*\d{1,2}(?![.)\d]))?(?:[ \t]*\([^()\n]{0,60}\))?"

# All patterns but one read lower-case text; whether the original is in capitals is judged apart.
#: What follows a heading in capitals that ends in nothing: a sentence, or a numbered list.
SENTENCE_START: Final = re.compile(r"[ \t]*(?:[A-Z][a-z]|[A-Z][ \t][a-z]|\d{1,2}[.)])")
#: A heading directly before a colon inside a line; searched for in the text up to that colon.
HEADING_BEFORE_COLON: Final = re.compile(rf"\b(?P<heading>{_JOINED}){_QUALIFIER}[ \t]*\Z")
_PART: Final = _trie_pattern(_HEADINGS.anatomy)
_PLAIN: Final = (
    rf"(?P<heading>{_JOINED}){_QUALIFIER}[*\]>]*[ \t]*"
    r"(?:(?P<colon>:+[*\]]*)|(?P<dash>;|[-\u2013\u2014]{1,2}(?=[ \t]))"
    r"|(?P<alone>[\]*#_=>-]*[ \t]*$))?"
)
_ARTICLES: Final = "|".join(_HEADINGS.articles)
_EXCEPTIONS: Final = "|".join(_HEADINGS.anatomy_exceptions)
_PRELIMINARY: Final = f"(?:{_trie_pattern(_HEADINGS.preliminary)})"
_VERSION: Final = f"(?:{_trie_pattern(_HEADINGS.numbering)})"
# A preliminary reading carries the reader's initials and the time in its heading.
_STAMPED: Final = (
    rf"(?P<stamped>{_PRELIMINARY}(?:[ \t]+{_VERSION}[ \t]*#?[ \t]*\d+)?)\b"
    rf"(?:[ \t]*\({_PRELIMINARY}\))?(?:"
    r"[ \t]*:?[^\n.:]{0,60}?\d{1,2}:\d{2}(?:[ \t]*[ap]\.?m\b\.?)?[ \t]*$"
    r"|[ \t]*:|[ \t]*$)"
)
_ANATOMIC: Final = (
    rf"(?P<anatomy>(?:(?:{_ARTICLES})[ \t]+)?{_PART}\b(?![^:\n]*(?:{_EXCEPTIONS}))[^:.\n]{{0,40}}:)"
)
_VIEW_WORD: Final = (
    rf"(?:(?:{'|'.join(sorted((*_HEADINGS.view, *_HEADINGS.view_words), key=len, reverse=True))})"
    r"(?![a-z])|\d{1,2}:\d{2}|[\d_]++(?:st|nd|rd|th)?|x{3,})"
)
_BETWEEN_VIEWS: Final = r"[-,/&()+. \t]{1,8}+"
_VIEWS: Final = (
    # Most lines begin with no such word, and need not be looked through.
    rf"(?={_VIEW_WORD})"
    rf"(?=[^:\n]{{0,80}}?\b(?:{'|'.join(_HEADINGS.view)})(?![a-z]))"
    rf"{_VIEW_WORD}(?:{_BETWEEN_VIEWS}{_VIEW_WORD}){{0,14}}[ \t)]*"
)
#: A heading at the start of a line, behind the line break before it. Groups: `anatomy`, a part of
#: the chest, followed by what is seen there; `stamped`, a preliminary reading; `views`, which names
#: the view, up to its colon or its line's end; or `heading`, with what ends it: a `colon`, a
#: `dash`, or the end of the line (`alone`), or none of them.
LINE_HEADING: Final = re.compile(
    rf"\n[^a-z\n]*+(?:{_STAMPED}|(?P<views>{_VIEWS}(?::|$))|{_PLAIN}|{_ANATOMIC})", re.MULTILINE
)
#: A heading inside a line that names the view; searched for in the text up to its colon.
VIEW_BEFORE_COLON: Final = re.compile(rf"(?:\A|(?<=[.!?])\s|\s\s)\s*(?P<heading>{_VIEWS})\Z")
#: What goes on with how the image was made, and does not describe it.
VIEWS_ONLY: Final = re.compile(rf"(?:{_VIEW_WORD}|\W)*+\Z")
#: A line that begins as most headings do, with plain words before a colon, or that is nothing but
#: words in capitals; with the line breaks before it, in its one group.
HEADING_LINE: Final = re.compile(
    r"(\n\s{0,80}+[A-Z](?:[A-Z ]{1,40}+(?=\n)|[A-Za-z ]{1,40}+:(?![:*\]])))"
)
#: An anatomic heading inside a line, behind a sentence; searched for in the text up to its colon.
ANATOMY_BEFORE_COLON: Final = re.compile(rf"[.;][ \t]+(?P<heading>{_PART}\b[^:.;\n]{{0,30}})\Z")
_HEADING_WORDS: Final = frozenset(word for phrase in _NAMES for word in phrase.split())
_NOUNS: Final = {
    **dict.fromkeys(_HEADINGS.impression_nouns, "impression"),
    **dict.fromkeys(_HEADINGS.findings_nouns, "findings"),
    **dict.fromkeys(_HEADINGS.indication_nouns, "indication"),
}
# Shorter words have neighbours that are words themselves.
_MISSPELT_LENGTH: Final = 6
_LONG_WORDS: Final = sorted(word for word in _HEADING_WORDS if len(word) >= _MISSPELT_LENGTH)
_LONGEST_MISSPELT: Final = 5
#: What may be a misspelt heading inside a line, searched for in the text up to its colon.
WORDS_BEFORE_COLON: Final = re.compile(
    r"(?:\A|(?<=[.!?])\s|\s\s)\s*(?P<heading>[A-Z][A-Za-z]+(?: [A-Za-z]+){0,4})[ \t]*\Z"
)
_CONNECTORS: Final = re.compile(rf"[/&,+]|\b(?:{_JOINING})\b")


@lru_cache(maxsize=4096)
def section_of(heading: str) -> str:
    """The section that a heading opens, or `SEPARATOR`.

    Args:
        heading: as it was matched in lower-case text, such as "findings and impression".
    """
    plain = heading.replace("(s)", "")
    # "r/o" is one heading, "findings/impression" are two.
    parts = (" ".join(part.split()) for part in (plain, *_CONNECTORS.split(plain)))
    names = {_NAMES[part] for part in parts if part in _NAMES}
    return next(name for name in _HEADINGS.order if name in names)


@lru_cache(maxsize=4096)
def opened_by(heading: str) -> str | None:
    """What a heading opens; None where that cannot be told without the text around it.

    Args:
        heading: the group of `HEADING_LINE`.
    """
    match = LINE_HEADING.match(f"\n{heading.lstrip().lower()}")
    if match is None or match.lastgroup == "heading":
        words = heading.strip()
        return _unlisted(words[:-1]) if words.endswith(":") else None
    if match.lastgroup == "views":
        # Alone on its line it is part of what it opens, which the text around it tells.
        return VIEW if heading.endswith(":") else None
    if match.lastgroup not in ("anatomy", "colon", "alone"):
        return None
    return ANATOMY if match.lastgroup == "anatomy" else section_of(match["heading"])


@lru_cache(maxsize=4096)
def misspelt(heading: str) -> str | None:
    """The section that a heading of one to five words opens whose long words are one slip away.

    Args:
        heading: as it stands before its colon.
    """
    words = heading.lower().split()
    if not 0 < len(words) <= _LONGEST_MISSPELT:
        return None
    return _NAMES.get(" ".join(map(_corrected, words)))


def _unlisted(heading: str) -> str | None:
    return misspelt(heading) or _by_noun(heading)


def _by_noun(heading: str) -> str | None:
    """What a heading opens that no list has, by its noun: "indications for this study"."""
    words = heading.lower().split()
    behind = next((i for i, word in enumerate(words) if word in _HEADINGS.noun_ends), len(words))
    if behind == 0 or any(word in _HEADINGS.elsewhere for word in words):
        return None
    return _NOUNS.get(words[behind - 1])


def _corrected(word: str) -> str:
    if len(word) < _MISSPELT_LENGTH or word in _HEADING_WORDS:
        return word
    found = extractOne(word, _LONG_WORDS, scorer=OSA.distance, score_cutoff=1)
    return word if found is None else found[0]
