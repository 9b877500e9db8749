"""Distinct sentences, where they occur, and what the lexicon knows in them."""

import pyarrow as pa

from data_contracts.tables import REPORTS
from pipeline.auditing.proposals.sentences import SentenceInventory
from pipeline.language.sentences import load_splitter


def _reports(*reports: tuple[str, list[tuple[str, str]]]) -> pa.Table:
    rows = []
    for report_id, sections in reports:
        text, spans = "", []
        for name, body in sections:
            text += f"{name.upper()}: "
            spans.append({"name": name, "start": len(text), "end": len(text) + len(body)})
            text += f"{body}\n"
        rows.append({"report_id": report_id, "source": "csv", "text": text, "sections": spans})
    return pa.Table.from_pylist(rows, schema=REPORTS.schema())


def _mentions(reports: pa.Table, *phrases: tuple[str, str]) -> pa.Table:
    texts = dict(zip(reports["report_id"].to_pylist(), reports["text"].to_pylist(), strict=True))
    starts = [texts[report_id].rindex(phrase) for report_id, phrase in phrases]
    return pa.table(
        {
            "report_id": pa.array([report_id for report_id, _ in phrases], pa.string()),
            "start": pa.array(starts, pa.int32()),
            "end": pa.array(
                [s + len(p) for s, (_, p) in zip(starts, phrases, strict=True)], pa.int32()
            ),
        }
    )


def test_a_sentence_is_kept_once_and_knows_its_reports() -> None:
    reports = _reports(
        ("a", [("findings", "Clear lungs. Hazy left base."), ("impression", "Clear lungs.")]),
        ("b", [("findings", "Clear lungs.")]),
    )
    inventory = SentenceInventory(load_splitter())
    inventory.add(reports.slice(0, 1), _mentions(reports).slice(0, 0))
    inventory.add(reports.slice(1), _mentions(reports).slice(0, 0))
    assert inventory.texts == ["Clear lungs.", "Hazy left base."]
    where = inventory.occurrences()
    assert where.sentence.tolist() == [0, 1, 0, 0]
    assert where.report.tolist() == [0, 0, 0, 1]
    assert inventory.reports == 2
    assert inventory.covered() == {}


def test_sections_that_state_nothing_are_passed_over() -> None:
    reports = _reports(("a", [("indication", "Rule out pneumonia."), ("body", "Clear lungs.")]))
    inventory = SentenceInventory(load_splitter())
    inventory.add(reports, _mentions(reports))
    assert inventory.texts == ["Clear lungs."]


def test_mentions_are_found_again_in_their_sentence() -> None:
    reports = _reports(
        ("a", [("indication", "Effusion?"), ("findings", "No effusion. Hazy left base.")]),
        ("b", [("findings", "Normal."), ("impression", "Hazy left base.")]),
    )
    mentions = _mentions(
        reports, ("b", "left"), ("a", "Effusion"), ("a", "effusion"), ("a", "left"), ("a", "base")
    )
    inventory = SentenceInventory(load_splitter())
    inventory.add(reports, mentions)
    assert inventory.texts == ["No effusion.", "Hazy left base.", "Normal."]
    assert inventory.covered() == {0: [(3, 11)], 1: [(5, 9), (10, 14)]}


def test_an_empty_batch_adds_nothing() -> None:
    inventory = SentenceInventory(load_splitter())
    empty = _reports(("a", []))
    inventory.add(empty, _mentions(empty))
    assert inventory.texts == []
    assert inventory.covered() == {}
