"""A second reader as a reference of `audit compare`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_contracts.audit_tables import DISAGREEMENTS
from data_contracts.second_opinions import SECOND_READINGS
from data_contracts.storage import read_table, write_table
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.rendering import render_alike
from pipeline.stages.audit_compare import audit_compare


def reading(report_id: str, model: str = "small", day: int = 1, **more: Any) -> dict[str, Any]:
    values = more.pop("values", {})
    return {"report_id": report_id, "reader": "language_model", "model": model,
            "prompt_digest": "p1", "time": datetime(2026, 1, day, tzinfo=UTC),
            "report_digest": "", "place": 0, "why": "", "outcome": "answered", "proposals": 0,
            "invented_phrases": 0, "invented_concepts": 0, "seconds": 0.0,
            "values": list(values.items()), **more}  # fmt: skip


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(
        "report_id,finding:opacity,finding:pneumonia\n1,1,\n2,0,\n3,0,\n4,1,1\n5,,\n", "utf-8"
    )
    return path


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    table = pa.Table.from_pylist(list(rows), schema=SECOND_READINGS.schema())
    write_table(SECOND_READINGS, table, folder / "second_readings.parquet")
    return folder


def test_what_to_look_at_first_comes_first(labels: Path, tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        reading("1", values={"finding:opacity": 1}),
        reading("2", values={"finding:opacity": 1}),
        reading("3", values={"finding:opacity": 1}),
        reading("4", values={"finding:opacity": 1}),
        reading("5", outcome="slow"),
        reading("1", prompt_digest="older", day=1, values={"finding:opacity": 0}),
        reading("9", day=2, values={"finding:pneumonia": 1}),
    )
    done = audit_compare(
        labels=labels, reference_kind="second_opinion", reference=folder, out=tmp_path / "audit"
    )
    assert done.summary.counts["reports"] == 4
    assert done.left_out == {"slow": 1}
    rows = read_table(DISAGREEMENTS, tmp_path / "audit" / "disagreements.parquet").to_pylist()
    assert [(row["report_id"], row["kind"]) for row in rows] == [("2", "missed"), ("3", "missed")]
    assert render_alike(done.compared.confusion)


def test_of_several_readers_one_is_named(labels: Path, tmp_path: Path) -> None:
    both = {"finding:opacity": 1}
    folder = write(tmp_path, reading("1", values=both), reading("1", "large", values=both))
    with pytest.raises(AuditError, match="--model: large, small"):
        audit_compare(labels=labels, reference_kind="second_opinion", reference=folder)
    with pytest.raises(AuditError, match="nothing of 'huge'; there are large, small"):
        audit_compare(
            labels=labels, reference_kind="second_opinion", reference=folder, model="huge"
        )
    done = audit_compare(
        labels=labels,
        reference_kind="second_opinion",
        reference=folder / "second_readings.parquet",
        model="large",
    )
    assert done.summary.counts["finding_micro_f1"] == 1.0


def test_where_nobody_was_asked_the_command_is_named(labels: Path, tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="pipeline second-opinion"):
        audit_compare(labels=labels, reference_kind="second_opinion", reference=tmp_path)
