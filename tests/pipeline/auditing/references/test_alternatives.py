"""Of two alternatives that a report leaves open, coders of Open-i put down both."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from data_contracts.storage import PartedTable
from data_contracts.tables import LABELS, MENTIONS
from pipeline.auditing.references.alternatives import affirm_alternatives
from pipeline.extraction.batch.assembly import extract_reports
from pipeline.extraction.batch.extractor import Extractor
from pipeline.extraction.batch.passage_store import PassageStore


@pytest.fixture
def mentions(tmp_path: Path, extractor: Extractor) -> pa.Table:
    """Of "scarring or atelectasis" and a possible effusion, written where a run writes them."""
    text = "Scarring or atelectasis. Possible effusion."
    row: dict[str, object] = {"report_id": "a", "text": text}
    row["sections"] = [{"name": "findings", "start": 0, "end": len(text)}]
    extracted = extract_reports(pa.Table.from_pylist([row]), PassageStore(extractor))
    parted = PartedTable(MENTIONS, tmp_path / "mentions.parquet", "made up")
    parted.write_part(0, extracted.mentions)
    parted.commit(1)
    return extracted.mentions


def _read(mentions: pa.Table, labels: Path) -> dict[str, float]:
    rows = [row for row in mentions.to_pylist() if row["category"] == "finding"]
    evidence = {row["concept_id"]: [row["mention_id"]] for row in rows}
    type_ = LABELS.schema().field("evidence").type
    values = pd.DataFrame({name: [-1.0] for name in evidence}, index=["a"])
    read = affirm_alternatives(values, pa.array([list(evidence.items())], type_), labels)
    return {str(name): float(value) for name, value in read.iloc[0].items()}


def test_both_alternatives_count_and_other_hedges_stay(mentions: pa.Table, tmp_path: Path) -> None:
    assert _read(mentions, tmp_path / "labels.parquet") == {
        "finding:scarring": 1,
        "finding:atelectasis": 1,
        "finding:pleural_effusion": -1,
    }


def test_without_mentions_nothing_tells_alternatives_from_hedges(
    mentions: pa.Table, tmp_path: Path
) -> None:
    assert set(_read(mentions, tmp_path / "elsewhere" / "labels.parquet").values()) == {-1}
