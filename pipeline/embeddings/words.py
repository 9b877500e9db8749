"""Words as word2vec sees them: lower case, phrases joined, numbers and blanks as marks."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

#: What a number becomes, and what the source blanked out (`___`, `XXXX`, `[**Name**]`).
NUMBER: Final = "<number>"
DEIDENTIFIED: Final = "<deidentified>"

# Takes the place of every character between the words of a phrase, so that offsets stay valid
# and no character of a report can be taken for it.
_JOINT: Final = "\ue000"
_BETWEEN_WORDS: Final = re.compile(r"[\W_]")
_JOINTS: Final = re.compile(f"{_JOINT}+")
_WORD: Final = re.compile(
    rf"""
      (?P<deidentified> \[\*\*.*?\*\*\] | _{{2,}} | (?<![^\W_])X{{3,}}(?![^\W_]) )
    | (?P<phrase> [^\W_]+ (?: {_JOINT}+ [^\W_]+ )+ )
    | (?P<number> \d+ (?: [.,:/] \d+ )* )
    | (?P<word> [^\W\d_] [^\W_]* (?: ['\u2019] [^\W\d_]+ )? )
    """,
    re.VERBOSE,
)


def join_phrases(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Mark the joints within phrases, so that `split_words` gives each phrase as one word.

    Args:
        text: any text.
        spans: (start, end) of phrases, sorted by start and then the longest first; a phrase that
            begins within another is left alone.

    Returns:
        Text of the same length, so that offsets into `text` hold in it too.
    """
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            pieces += (text[done:start], _BETWEEN_WORDS.sub(_JOINT, text[start:end]))
            done = end
    pieces.append(text[done:])
    return "".join(pieces)


@lru_cache(maxsize=100_000)
def split_words(sentence: str) -> tuple[str, ...]:
    """The words of a sentence: "No RLL opacity on 12/3" gives `no rll opacity on <number>`.

    Args:
        sentence: text, in which `join_phrases` may have marked phrases; their words come joined
            by `_`, such as `lower_lobe`.
    """
    return tuple(map(_normalised, _WORD.finditer(sentence)))


@lru_cache(maxsize=100_000)
def joined_phrase(phrase: str) -> str | None:
    """The one word that a phrase becomes in a sentence; None where it is not made of words."""
    words = split_words(join_phrases(phrase, [(0, len(phrase))]))
    return words[0] if len(words) == 1 else None


def _normalised(match: re.Match[str]) -> str:
    if match.lastgroup == "number":
        return NUMBER
    if match.lastgroup == "deidentified":
        return DEIDENTIFIED
    return _JOINTS.sub("_", match.group().lower())
