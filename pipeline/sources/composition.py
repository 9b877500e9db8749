"""From a received record to a report that can be used, or to the reason why it cannot."""

import re
from collections.abc import Iterator
from typing import Final

from data_contracts.quarantine import Rejected
from pipeline.sources.records import ReceivedReport, Report, SectionSpan
from pipeline.sources.sections import split_sections

_LONGEST_ID: Final = 128
WRONG_ENCODING: Final = (
    "expected UTF-8 text without NUL; save it as UTF-8, or, where all of a csv or jsonl file has "
    "another encoding, name that in source.encoding"
)
_UNPRINTABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


def check_report(received: ReceivedReport, max_characters: int) -> Report | Rejected:
    """Compose a report's text and sections, or say why the record is left out.

    A record with sections apart becomes "FINDINGS: …" lines in its own order, the text of each
    section verbatim; a whole text is kept as received and its sections are looked for.
    """
    if received.report_id is None or not received.report_id.strip():
        return _reject(received, "missing_id", "the record has no report id; give it one")
    if len(received.report_id) > _LONGEST_ID:
        detail = f"expected an id of at most {_LONGEST_ID} characters; is it the right column?"
        # So long an id may be a report's text, which no other table may hold.
        return Rejected(received.location, None, "missing_id", detail)
    length = _length(received.content)
    if length > max_characters:
        return _reject(
            received,
            "too_long",
            f"{length:,} characters, more than source.max_characters = {max_characters:,}",
        )
    text, sections = _compose(received.content)
    ids = (received.report_id, received.subject_id, received.study_id, received.split)
    if any(part is not None and _UNPRINTABLE.search(part) for part in (text, *ids)):
        return _reject(received, "wrong_encoding", WRONG_ENCODING)
    if not any(text[s.start : s.end].strip() for s in sections):
        return _reject(received, "empty_report", "no section has any text")
    return Report(
        report_id=received.report_id.strip(),
        subject_id=received.subject_id,
        study_id=received.study_id,
        split=received.split,
        text=text,
        sections=sections,
    )


def without_repeats(
    records: Iterator[ReceivedReport | Rejected], max_characters: int
) -> Iterator[Report | Rejected]:
    """Checked records; of those that share an id the first usable one wins."""
    first_places: dict[str, str] = {}
    for received in records:
        if isinstance(received, Rejected):
            yield received
            continue
        checked = check_report(received, max_characters)
        if isinstance(checked, Report):
            first = first_places.get(checked.report_id)
            if first is not None:
                detail = f"the id was used before, at {first}; keep one of them"
                checked = _reject(received, "duplicate_id", detail)
            else:
                first_places[checked.report_id] = str(received.location)
        yield checked


def _length(content: str | tuple[tuple[str, str], ...]) -> int:
    """Characters as received, without the headings that are added."""
    return len(content) if isinstance(content, str) else sum(len(body) for _, body in content)


def _compose(content: str | tuple[tuple[str, str], ...]) -> tuple[str, tuple[SectionSpan, ...]]:
    if isinstance(content, str):
        return content, split_sections(content)
    text = ""
    spans = []
    for name, body in content:
        if not body.strip():
            continue
        text += f"{name.upper()}: "
        start = len(text) + len(body) - len(body.lstrip())
        spans.append(SectionSpan(name, start, start + len(body.strip())))
        text += f"{body}\n"
    return text, tuple(spans)


def _reject(received: ReceivedReport, reason: str, detail: str) -> Rejected:
    return Rejected(received.location, received.report_id, reason, detail)
