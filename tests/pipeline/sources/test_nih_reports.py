"""The reports of ChestX-ray14 that were published with MAPLEZ's annotations."""

from pathlib import Path

import pytest

from data_contracts.storage import read_table
from data_contracts.tables import LABELS, QUARANTINE, REPORTS
from pipeline.settings import Settings, SourceSettings
from pipeline.sources.records import SourceError
from pipeline.stages.ingest import ingest
from pipeline.stages.run import run

ROWS = (
    "image1,image2,anonymized_report\n"
    '00000013_005.png,,"FINDINGS: Patchy opacity in the right lower lobe.\nNo pneumothorax."\n'
    "images/00000014_000.png,00000014_001.png,Clear lungs. No effusion.\n"
    "portrait.png,,Clear lungs.\n"
    "00000015_000.png,,\n"
)


def test_a_report_is_named_as_its_image_and_becomes_labels(tmp_path: Path) -> None:
    file = tmp_path / "nih_reports.csv"
    file.write_text(ROWS)
    settings = Settings(source=SourceSettings(kind="nih_reports", path=file))
    settings = settings.model_copy(update={"nlp": settings.nlp.model_copy(update={"workers": 1})})
    first, *_ = run(settings=settings, source=file, out=tmp_path / "out", scheduler=None)
    assert first.counts["with_a_second_image"] == 1
    reports = read_table(REPORTS, tmp_path / "out/reports.parquet").to_pylist()
    assert [(row["report_id"], row["subject_id"]) for row in reports] == [
        ("00000013_005.png", "13"), ("00000014_000.png", "14"),
    ]  # fmt: skip
    labels = read_table(LABELS, tmp_path / "out/labels.parquet")
    assert labels["finding:opacity"].to_pylist() == [1, None]
    assert labels["zone:lower_lobe"].to_pylist() == [1, None]
    assert labels["finding:pneumothorax"].to_pylist() == [0, None]
    assert labels["finding:pleural_effusion"].to_pylist() == [None, 0]
    quarantine = read_table(QUARANTINE, tmp_path / "out/quarantine.parquet").to_pylist()
    assert [(row["row"], row["reason"]) for row in quarantine] == [
        (4, "missing_id"), (5, "empty_report"),
    ]  # fmt: skip


def test_another_csv_is_refused_with_what_is_expected(tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    file.write_text("image1,report\n00000013_005.png,Clear.\n")
    with pytest.raises(SourceError, match=r"has no column anonymized_report; .* MAPLEZ publishes"):
        ingest(settings=SourceSettings(kind="nih_reports", path=file), out=tmp_path / "out")
