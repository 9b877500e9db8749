"""PadChest-GR: a report a study, or a report a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from data_contracts.storage import read_table
from data_contracts.tables import QUARANTINE, REPORTS
from pipeline.settings import SourceKind, SourceSettings
from pipeline.sources.records import SourceError
from pipeline.stages.ingest import ingest


def sentence(text: str, **more: Any) -> dict[str, Any]:
    return {"sentence_en": text, "sentence_es": "", "abnormal": True, "boxes": [], **more}


STUDIES = [
    {"StudyID": "s1", "ImageID": "1.png", "findings": [
        sentence("Right basal infiltrate.", labels=["infiltrates"], locations=["loc right"]),
        sentence("No effusion.", abnormal=False, labels=[]),
    ]},
    {"StudyID": "s2", "ImageID": "2.png", "findings": [sentence("Clear.", labels="normal")]},
    {"ImageID": "3.png", "findings": []},
    {"StudyID": "s4", "ImageID": "4.png", "findings": []},
]  # fmt: skip


@pytest.fixture
def release(tmp_path: Path) -> Path:
    (tmp_path / "grounded_reports_20240819.json").write_text(json.dumps(STUDIES))
    (tmp_path / "master_table.csv").write_text(
        "StudyID,ImageID,PatientID,split,label\ns1,1.png,p1,test,infiltrates\ns1,1.png,p1,test,x\n"
    )
    return tmp_path


def read(kind: SourceKind, release: Path, out: Path) -> tuple[list[Any], list[Any]]:
    ingest(settings=SourceSettings(kind=kind, path=release), out=out)
    reports, rejected = (
        read_table(contract, out / f"{contract.name}.parquet").to_pylist()
        for contract in (REPORTS, QUARANTINE)
    )
    return reports, rejected


def test_a_study_is_a_report_and_bad_ones_are_set_aside(release: Path, tmp_path: Path) -> None:
    (report,), rejected = read("padchest_gr", release, tmp_path / "out")
    assert report["findings"] == "Right basal infiltrate.\nNo effusion."
    ids = ("report_id", "study_id", "subject_id", "split")
    assert [report[name] for name in ids] == ["s1", "s1", "p1", "test"]
    assert [(row["row"], row["reason"]) for row in rejected] == [
        (2, "malformed_row"), (3, "missing_id"), (4, "empty_report"),
    ]  # fmt: skip


def test_a_sentence_is_a_report_of_its_study(release: Path, tmp_path: Path) -> None:
    reports, _ = read("padchest_gr_sentences", release, tmp_path / "out")
    assert [(row["report_id"], row["findings"], row["study_id"]) for row in reports] == [
        ("s1/1", "Right basal infiltrate.", "s1"), ("s1/2", "No effusion.", "s1"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", ["{}", "{", "\ufffe"])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "grounded_reports.json"
    file.write_text(content)
    with pytest.raises(SourceError, match=r"expected PadChest-GR's grounded_reports_\*\.json"):
        read("padchest_gr", file, tmp_path / "out")


def test_of_several_files_one_has_to_be_named(release: Path, tmp_path: Path) -> None:
    (release / "grounded_reports_20250101.json").write_text("[]")
    with pytest.raises(SourceError, match=r"20240819\.json, grounded_reports_20250101\.json; name"):
        read("padchest_gr", release, tmp_path / "out")
