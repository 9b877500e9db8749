"""doccano's JSON lines for sequence labelling with relations.

A report is a line with `text`, `entities` and `relations`, as doccano reads and writes them
(github.com/doccano/doccano, backend/data_import and data_export). A label is a concept, a blank
and an assertion. doccano gives entities ids of its own, keeps further keys as a report's metadata,
and counts UTF-16 code units as browsers do (its issue 2290).
"""

import json
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from data_contracts.concepts import ASSERTIONS
from pipeline.auditing.exchange.annotations import (
    Exported,
    Mark,
    Refused,
    Returned,
    Stamp,
    checked_mark,
    relate,
    shown,
)
from pipeline.auditing.exchange.errors import ExchangeError, RefusedError
from pipeline.auditing.exchange.offsets import Utf16
from pipeline.lexicon.concepts import Lexicon

REPORTS: Final = "reports.jsonl"
_RELATION: Final = "of"
_COLOURS: Final = {
    "finding": "#FFCCAA",
    "side": "#AACCFF",
    "zone": "#B8E6B8",
    "descriptor": "#E0CCFF",
}


def write(folder: Path, reports: Iterable[Exported], lexicon: Lexicon) -> None:
    """Write reports and label types into an empty folder."""
    labels = [
        _label_type(f"{concept.concept_id} {assertion}", _COLOURS[concept.category])
        for concept in lexicon.concepts
        for assertion in ASSERTIONS
    ]
    _write_json(folder / "span_labels.json", labels)
    _write_json(folder / "relation_labels.json", [_label_type(_RELATION, "#CCCCCC")])
    next_id = 0
    with (folder / REPORTS).open("w", encoding="utf-8", newline="\n") as lines:
        for report in reports:
            lines.write(json.dumps(_line(report, next_id)) + "\n")
            # Ids of the whole file, since versions of doccano differ in whose they take them for.
            next_id += len(report.marks) + len(report.relations)


def read(path: Path, annotator: str | None) -> Iterator[Returned | Refused]:
    """Read JSON lines that doccano exported.

    Args:
        path: the file.
        annotator: whose work; a file of doccano's has one person's, or what all agreed on.

    Raises:
        ExchangeError: it is no such file.
    """
    if annotator is not None:
        raise ExchangeError("doccano exports a file per person; give theirs, without --annotator")
    if not path.is_file():
        raise ExchangeError(f"{path}: no such file; expected the .jsonl out of doccano's .zip")
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _read_line(line, f"line {number}")


def _read_line(line: bytes, place: str) -> Returned | Refused:
    name = place
    try:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise RefusedError("is no JSON object with a 'text'")
        stamp = Stamp.parse(row.get("exported"))
        name = stamp.report_id
        text: str = row["text"]
        counted = Utf16(text)
        if "entities" in row:
            entities, relations = row["entities"], row.get("relations")
        else:
            # A project without relations writes triples.
            entities, relations = _dictionaries(row), None
        marks = _read_entities(entities, text, counted)
        pairs = _read_relations(relations or [], marks)
        return Returned(stamp, text, relate(marks, pairs), related=relations is not None)
    except RefusedError as refused:
        return Refused(name, str(refused))


def _line(report: Exported, first_id: int) -> dict[str, Any]:
    counted = Utf16(report.text)
    first_relation = first_id + len(report.marks)
    return {
        "text": shown(report.text),
        "entities": [
            {
                "id": first_id + i,
                "label": f"{mark.concept_id} {mark.assertion}",
                "start_offset": counted.units(mark.start),
                "end_offset": counted.units(mark.end),
            }
            for i, mark in enumerate(report.marks)
        ],
        "relations": [
            {
                "id": first_relation + i,
                "from_id": first_id + part,
                "to_id": first_id + finding,
                "type": _RELATION,
            }
            for i, (part, finding) in enumerate(report.relations)
        ],
        "report_id": report.report_id,
        "exported": report.stamp,
    }


def _dictionaries(row: dict[str, Any]) -> list[dict[str, Any]]:
    triples = row.get("label", row.get("labels"))
    if not isinstance(triples, list) or not all(
        isinstance(one, list) and len(one) == 3 for one in triples
    ):
        raise RefusedError("has neither 'entities' nor a 'label' of start, end and label each")
    return [
        {"id": i, "start_offset": start, "end_offset": end, "label": label}
        for i, (start, end, label) in enumerate(triples)
    ]


def _read_entities(entities: object, text: str, counted: Utf16) -> dict[Hashable, Mark]:
    if not isinstance(entities, list) or not all(isinstance(one, dict) for one in entities):
        raise RefusedError("its 'entities' are no list of objects")
    marks: dict[Hashable, Mark] = {}
    for one in entities:
        label = one.get("label")
        concept_id, _, assertion = (label if isinstance(label, str) else "").partition(" ")
        start, end = (counted.character(one.get(key)) for key in ("start_offset", "end_offset"))
        name = one.get("id")
        if not isinstance(name, int) or name in marks:
            raise RefusedError("its entities have no ids that tell them apart")
        marks[name] = checked_mark(start, end, concept_id, assertion, text)
    return marks


def _read_relations(
    relations: object, marks: dict[Hashable, Mark]
) -> list[tuple[Hashable, Hashable]]:
    if not isinstance(relations, list) or not all(isinstance(one, dict) for one in relations):
        raise RefusedError("its 'relations' are no list of objects")
    pairs = [(one.get("from_id"), one.get("to_id")) for one in relations]
    if not all(isinstance(end, int) and end in marks for pair in pairs for end in pair):
        raise RefusedError("a relation names an entity that is not there")
    return pairs


def _label_type(text: str, colour: str) -> dict[str, Any]:
    return {
        "text": text,
        "suffix_key": None,
        "background_color": colour,
        "text_color": "#000000",
    }


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
