"""Descriptions of the image that no heading tells from the section before them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from pipeline.lexicon.headings import load_headings
from pipeline.sources.headings import CONTEXT_SECTIONS, VIEWS_ONLY
from pipeline.sources.records import SectionSpan

_LISTS: Final = load_headings()
# Of these sections the very first sentence, too, may describe: neither tells of what is in a chest.
_BARE: Final = frozenset({"comparison", "technique"})


def _any_of(phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first)


_DESCRIBED: Final = rf"\b(?:{_any_of(_LISTS.described)})\b"
# The reach of a subject up to its verb, and of a statement's first words.
_SUBJECT: Final = r"(?:[\w'/-]+[\s,]+){0,8}?"
_TO_VERB: Final = r"[^.;:?]{0,80}?"
# What plainly describes: something is there, anatomy or a finding is so, views show it.
_PLAIN: Final = re.compile(
    rf"(?:[^.;:?]{{0,80}},?\s)?\b(?:{_any_of(_LISTS.existing)})\b"
    rf"|{_SUBJECT}{_DESCRIBED}{_TO_VERB}\b(?:{_any_of(_LISTS.describing)})\b"
    rf"|{_SUBJECT}\b(?:{_any_of(_LISTS.view)})\b{_TO_VERB}\b(?:{_any_of(_LISTS.showing)})\b"
)
_DENIED: Final = re.compile(rf"no\s+(?:[\w'-]+[\s,/]+){{0,5}}?{_DESCRIBED}")
_NAMED: Final = re.compile(rf"{_SUBJECT}{_DESCRIBED}")
_ANYTHING: Final = re.compile(_DESCRIBED)
_VIEW: Final = re.compile(rf"\b(?:{_any_of(_LISTS.view)})\b")
_ASKING: Final = re.compile(rf"\?|\b(?:{_any_of(_LISTS.asking)})(?![a-z])")
_EARLIER: Final = re.compile(rf"\d|__|xxx|\b(?:{_any_of(_LISTS.earlier)})\b")
_EXISTS_EARLIER: Final = re.compile(
    rf"(?:{_any_of(_LISTS.existing)})\s+(?:\w+\s+){{0,2}}(?:{_any_of(_LISTS.earlier)})\b"
)
_SENTENCE: Final = re.compile(
    r"(?:(?<=[.!?])|(?<=[.!?][\"')]))\s+(?=[A-Za-z])|\n\s*(?=[A-Z])|\s{3,}"
)


def with_descriptions(lines: str, spans: Sequence[SectionSpan]) -> Sequence[SectionSpan]:
    """The spans; where none describes the image, the sentences that plainly do are `body`.

    Args:
        lines: the report.
        spans: its sections in order.
    """
    names = [span.name for span in spans]
    # Most reports say by a heading that they describe, which is known at once.
    if "findings" in names or any(_describes(lines, span) for span in spans):
        return spans
    return [part for span in spans for part in _parted(lines, span)]


def _describes(lines: str, span: SectionSpan) -> bool:
    if span.name != "body":
        return False
    return _ANYTHING.search(lines[span.start : span.end].lower()) is not None


def _parted(lines: str, span: SectionSpan) -> Iterator[SectionSpan]:
    """A section of its own for what stands behind its context and describes the image."""
    begin = _first_described(lines, span) if span.name in CONTEXT_SECTIONS else None
    if begin is None:
        yield span
        return
    end = span.start + len(lines[span.start : begin].rstrip())
    if end > span.start:
        yield SectionSpan(span.name, span.start, end)
    yield SectionSpan("body", begin, span.end)


def _first_described(lines: str, span: SectionSpan) -> int | None:
    ends = [match.end() for match in _SENTENCE.finditer(lines, span.start, span.end)]
    places = list(pairwise([span.start, *ends, span.end]))
    sentences = [lines[start:end].lower() for start, end in places]
    bare = span.name in _BARE
    named = [_names_finding(sentence) for sentence in sentences]
    for index in range(0 if bare else 1, len(sentences)):
        bare = bare or (index > 0 and _names_views(sentences[index - 1]))
        if _is_plain(sentences[index]) or (bare and index and named[index]):
            # Findings named right before it, without a verb, belong to the description.
            before = next((i for i in range(index - 1, -1, -1) if not i or not named[i]), index - 1)
            return places[before + 1][0]
    return None


def _is_plain(sentence: str) -> bool:
    if _ASKING.search(sentence) or _EXISTS_EARLIER.search(sentence):
        return False
    if _PLAIN.match(sentence):
        return True
    return _DENIED.match(sentence) is not None and not _EARLIER.search(sentence)


def _names_views(sentence: str) -> bool:
    """Whether a sentence only tells how the image was made, as "AP supine chest" does."""
    return VIEWS_ONLY.match(sentence) is not None and _VIEW.search(sentence) is not None


def _names_finding(sentence: str) -> bool:
    """Whether a sentence without a verb names what only an image shows, and of no earlier one."""
    unsure = _ASKING.search(sentence) or _EARLIER.search(sentence)
    return unsure is None and _NAMED.match(sentence) is not None
