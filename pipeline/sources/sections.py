"""Finding the sections of a report that comes as one text, the way MIMIC-CXR's do."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from pipeline.language.typography import readable
from pipeline.sources.descriptions import with_descriptions
from pipeline.sources.headings import (
    ANATOMY,
    ANATOMY_BEFORE_COLON,
    CONTEXT_SECTIONS,
    DIAGNOSIS,
    HEADING_BEFORE_COLON,
    HEADING_ENDINGS,
    HEADING_LINE,
    LINE_HEADING,
    SENTENCE_START,
    SEPARATOR,
    VIEW,
    VIEW_BEFORE_COLON,
    VIEWS_ONLY,
    WORDS_BEFORE_COLON,
    misspelt,
    opened_by,
    section_of,
)
from pipeline.sources.records import SectionSpan

# De-identification marks are underscores too, but shorter than the rulers between readings.
_RULER_MARKS: Final = "_=*~-"
_RULER: Final = rf"[{_RULER_MARKS}]{{10,}}"
_LEADING: Final = re.compile(rf"(?:\s|{_RULER}(?=\s|\Z))+")
_TRAILING_RULER: Final = re.compile(rf"(?:\A|\n)[ \t]*{_RULER}\Z")
# A paragraph that starts in lower case goes on with the one before it.
_NEXT_PARAGRAPH: Final = re.compile(rf"\n(?:[ \t]*|[ \t]*{_RULER}[ \t]*)\n\s*(?![a-z\s])")
_WINDOW: Final = 90
_WRAPPED_LINE: Final = 45


# Behind these headings, too, stands a body.
_BODY_HEADINGS: Final = frozenset({SEPARATOR, ANATOMY})
_DESCRIPTIONS: Final = frozenset({"findings", "impression", "body"})
# These may open nothing within a section that describes the image already.
_WITHIN: Final = frozenset({ANATOMY, VIEW})
# Past the class's own constructor, which takes longer than finding a section's ends.
_new_span: Final = partial(tuple.__new__, SectionSpan)


class _Mark(NamedTuple):
    """A heading: where it begins, where the body behind it begins, and what it opens."""

    start: int
    body: int
    name: str


class _Lowered(NamedTuple):
    """A report in lower case, and the same behind the line break that its first line lacks."""

    text: str
    broken: str


def split_sections(text: str) -> tuple[SectionSpan, ...]:
    """Sections of a report in reading order.

    Headings open a section whatever their case, with a colon or alone on their line, at the start
    of a line or inside it. Headings of anatomy ("LUNGS:") stay within the section around them.
    A preliminary reading (WET READ, PFI) is an `addendum`, like an addendum proper: it asserts,
    beside the final report. "FINDINGS AND IMPRESSION" is `findings`. Text before any heading,
    text behind a bare FINAL REPORT, and a paragraph without heading behind an indication, a
    history, a technique or a comparison are `body`. A heading that names the view ("CHEST, TWO
    VIEWS:") opens `findings`, or `technique` where only views and dates stand behind it. Where
    nothing describes the image, the first sentence that plainly does so opens a `body`.

    Args:
        text: a report with any line ends.

    Returns:
        Spans without headings and outer whitespace; never empty, ordered, disjoint.
    """
    # Same length, so offsets hold; a CR LF must not look like an empty line.
    lines = readable(text)
    lines = lines.replace("\r\n", " \n").replace("\r", "\n") if "\r" in lines else lines
    spans: list[SectionSpan] = []
    name, body = "body", 0
    for mark_start, mark_body, opened in _marks(lines):
        if opened in _WITHIN and not _opens_within(name, (mark_start, mark_body, opened)):
            continue
        _add_spans(spans, lines, name, body, mark_start)
        name = "body" if opened in _BODY_HEADINGS else opened
        body = mark_body
    _add_spans(spans, lines, name, body, len(lines))
    if any(span.name == DIAGNOSIS for span in spans):
        spans = _with_diagnoses(spans)
    return tuple(with_descriptions(lines, spans))


def _with_diagnoses(spans: list[SectionSpan]) -> list[SectionSpan]:
    """The spans; a diagnosis asks where a description follows, and concludes where none does."""
    last = max((i for i, span in enumerate(spans) if span.name in _DESCRIPTIONS), default=-1)
    return [
        span
        if span.name != DIAGNOSIS
        else span._replace(name="indication" if place < last else "impression")
        for place, span in enumerate(spans)
    ]


def _opens_within(name: str, mark: tuple[int, int, str]) -> bool:
    """Whether a part of the chest, or a view, opens a section within one of this name."""
    start, body, opened = mark
    apart = opened == VIEW and start < body
    return name in CONTEXT_SECTIONS or (name == "body" and apart)


def _marks(lines: str) -> list[tuple[int, int, str]]:
    """Headings in reading order: ordinary ones at sight, those between them by all the rules."""
    marks: list[tuple[int, int, str]] = []
    # The first line has no break before it, so one is put there.
    pieces = HEADING_LINE.split("\n" + lines)
    # In lower case for the rules, once they are needed.
    lowered: _Lowered | None = None
    position, end, plain = 0, -1, True
    pieces_and_headings = iter(pieces)
    for piece, heading in zip(pieces_and_headings, pieces_and_headings, strict=False):
        end += len(piece)
        opened = opened_by(heading)
        if opened is None:
            plain = False
        else:
            if not plain or ":" in piece or ("\n" in piece and _opens_line_of(piece)):
                lowered = lowered or _lowered(lines)
                marks += _marks_between(lines, lowered, position, end, first=not marks)
            position, plain = end + len(heading), True
            if opened == ANATOMY:
                # It is part of what it opens, colon and all.
                position, plain = position - len(heading.lstrip()), False
            marks.append((end, position, opened))
        end += len(heading)
    piece = pieces[-1]
    if not plain or ":" in piece or ("\n" in piece and _opens_line_of(piece)):
        lowered = lowered or _lowered(lines)
        marks += _marks_between(lines, lowered, position, len(lines), first=not marks)
    return marks


def _lowered(lines: str) -> _Lowered:
    lowered = _lower(lines)
    return _Lowered(lowered, f"\n{lowered}")


def _lower(lines: str) -> str:
    lowered = lines.lower()
    if len(lowered) == len(lines):
        return lowered
    # A few letters, such as a dotted capital I, have no lower case of one character.
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in lines)


def _opens_line_of(piece: str) -> bool:
    """Whether a line behind a break in `piece`, which has no colon, may begin with a heading."""
    return LINE_HEADING.search(_lower(piece)) is not None


def _marks_between(
    lines: str, lowered: _Lowered, position: int, end: int, *, first: bool
) -> list[_Mark]:
    marks: list[_Mark] = []
    # As for the first line above; offsets are one too large.
    for match in LINE_HEADING.finditer(lowered.broken, 0 if first else position + 1, end + 1):
        mark = _mark_at_line_start(match, lines)
        if mark:
            if lowered.text.find(":", position, mark.start) >= 0:
                marks += _marks_inside(lines, lowered.text, position, mark.start)
            marks.append(mark)
            position = mark.body
    if lowered.text.find(":", position, end) >= 0:
        marks += _marks_inside(lines, lowered.text, position, end)
    return marks


def _mark_at_line_start(match: re.Match[str], lines: str) -> _Mark | None:
    ending = match.lastgroup
    if ending == "anatomy":
        start = match.start(ending) - 1
        return _Mark(start, start, ANATOMY)
    body = match.end() - 1
    if ending == "views":
        return _view_at_line_start(match, lines)
    if ending == "stamped":
        return _Mark(match.start(ending) - 1, body, "addendum")
    start, end = match.span("heading")
    if _opens_line(ending, lines, start - 1, end - 1, body):
        return _Mark(start - 1, body, section_of(match["heading"]))
    return None


def _view_at_line_start(match: re.Match[str], lines: str) -> _Mark | None:
    start, end = match.start("views") - 1, match.end() - 1
    heading = lines[start:end]
    if heading.endswith(":"):
        return None if heading[0].islower() else _Mark(start, end, VIEW)
    # Alone on its line it may be no heading at all, so it stays part of what it opens.
    return _Mark(start, start, VIEW) if heading.isupper() else None


def _opens_line(ending: str | None, lines: str, start: int, end: int, body: int) -> bool:
    heading = lines[start:end]
    if ending == "heading":
        return heading.isupper() and bool(SENTENCE_START.match(lines, body))
    if heading.isupper() or (ending == "colon" and heading[0].isupper()):
        return True
    if ending == "dash":
        return heading[0].isupper() and lines[end] != ";"
    # A sentence may be wrapped just before a word that could be a heading.
    before = lines.rfind("\n", 0, start)
    last = lines[lines.rfind("\n", 0, max(before, 0)) + 1 : max(before, 0)].rstrip()
    return len(last) < _WRAPPED_LINE or last[-1] in ".:!?_=)"


def _marks_inside(lines: str, lowered: str, position: int, end: int) -> Iterator[_Mark]:
    colon = lowered.find(":", position, end)
    while colon >= 0:
        start = max(position, colon - _WINDOW)
        start = max(start, lowered.rfind("\n", start, colon) + 1)
        ending = lowered[start:colon].rstrip(" \t#0123456789")
        if other := _other_heading(lines, lowered, start, colon):
            yield other
            position = colon + 1
        elif ending.endswith(HEADING_ENDINGS):
            match = HEADING_BEFORE_COLON.search(lowered, start, colon)
            if match and _opens_inside(match, lines, start):
                yield _Mark(match.start(), colon + 1, section_of(match["heading"]))
                position = colon + 1
        elif anatomy := ANATOMY_BEFORE_COLON.search(lowered, start, colon):
            yield _Mark(anatomy.start("heading"), anatomy.start("heading"), ANATOMY)
            position = colon + 1
        colon = lowered.find(":", colon + 1, end)


def _other_heading(lines: str, lowered: str, start: int, colon: int) -> _Mark | None:
    """A heading directly before a colon that names the view, or that is misspelt."""
    view = VIEW_BEFORE_COLON.search(lowered[start:colon])
    if view is not None and not lines[start + view.start("heading")].islower():
        return _Mark(start + view.start("heading"), colon + 1, VIEW)
    words = WORDS_BEFORE_COLON.search(lines[start:colon])
    opened = misspelt(words["heading"]) if words is not None else None
    if words is None or opened is None:
        return None
    return _Mark(start + words.start("heading"), colon + 1, opened)


def _opens_inside(match: re.Match[str], lines: str, start: int) -> bool:
    heading = lines[match.start() : match.end("heading")]
    between = lines[start : match.start()]
    words = between.rstrip()
    if not words or words[-1] in ".!?":
        return True
    if words[-1] in "/-":
        return False
    if heading.isupper():
        return True
    return heading[0].isupper() and (len(between) - len(words) > 1 or words[-1] in ":;)]_|")


def _add_spans(spans: list[SectionSpan], lines: str, name: str, start: int, end: int) -> None:
    # A heading on the first line has its break, and so its beginning, before the text.
    if start >= end:
        return
    said = lines[start:end].lstrip()
    start = end - len(said)
    said = said.rstrip()
    if not said:
        return
    end = start + len(said)
    if said[0] in _RULER_MARKS or said[-1] in _RULER_MARKS:
        start, end = _trim(lines, start, end)
    if name == VIEW:
        name = "technique" if VIEWS_ONLY.match(said.lower()) else "findings"
    if name in CONTEXT_SECTIONS and "\n" in said:
        _add_paragraphs(spans, lines, name, start, end)
    elif start < end:
        spans.append(_new_span((name, start, end)))


def _add_paragraphs(spans: list[SectionSpan], lines: str, name: str, start: int, end: int) -> None:
    paragraph = _NEXT_PARAGRAPH.search(lines, start, end)
    if paragraph:
        body_start, body_end = _trim(lines, paragraph.end(), end)
        _, end = _trim(lines, start, paragraph.start())
        spans.append(_new_span((name, start, end)))
        name, start, end = "body", body_start, body_end
    if start < end:
        spans.append(_new_span((name, start, end)))


def _trim(lines: str, start: int, end: int) -> tuple[int, int]:
    leading = _LEADING.match(lines, start, end)
    if leading:
        start = leading.end()
    while start < end:
        while lines[end - 1].isspace():
            end -= 1
        if lines[end - 1] not in _RULER_MARKS:
            break
        ruler = _TRAILING_RULER.search(lines, max(start, end - 200), end)
        if not ruler:
            break
        end = ruler.start()
    return start, end
