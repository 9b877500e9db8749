"""MIMIC-CXR's label tables: a row a study, with the split beside."""

import gzip
from pathlib import Path

import pytest

from .conftest import Read

LABELS = (
    "subject_id,study_id,Atelectasis,Pleural Other\n"
    "10000032,50414267,-1.0,\n"
    "10000032,53189527,,1.0\n"
    "10000764,,1.0,\n"
)
SPLIT = "dicom_id,study_id,subject_id,split\na,50414267,10000032,train\nb,50414267,10000032,train\n"


@pytest.mark.parametrize("program", ["chexpert", "negbio"])
def test_a_study_is_named_as_its_report(tmp_path: Path, read: Read, program: str) -> None:
    file = tmp_path / f"mimic-cxr-2.0.0-{program}.csv.gz"
    file.write_bytes(gzip.compress(LABELS.encode()))
    (tmp_path / "mimic-cxr-2.0.0-split.csv").write_text(SPLIT)
    found = read("mimic_cxr", file)
    report = found.reports["s50414267"]
    assert (report.subject_id, report.study_id, report.split) == ("10000032", "50414267", "train")
    assert found.values("s50414267") == {"finding:atelectasis": -1}
    assert found.reports["s53189527"].split is None
    assert (found.tallies["with_split"], found.tallies["without_split"]) == (1, 1)
    assert found.without_concept == {"Pleural Other": 1}
    assert found.reasons == [(4, "missing_id")]


def test_of_a_folder_the_labels_of_chexperts_labeler_are_taken(tmp_path: Path, read: Read) -> None:
    (tmp_path / "mimic-cxr-2.0.0-chexpert.csv").write_text(LABELS)
    (tmp_path / "mimic-cxr-2.0.0-negbio.csv").write_text(LABELS.replace("-1.0", "0.0"))
    found = read("mimic_cxr", tmp_path)
    assert found.values("s50414267") == {"finding:atelectasis": -1}
