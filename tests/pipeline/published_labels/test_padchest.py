"""PadChest: what is listed is affirmed; only a normal report denies."""

import csv
from pathlib import Path

import pytest

from .conftest import Read

COLUMNS = ("ImageID", "StudyID", "PatientID", "Labels", "LabelsLocalizationsBySentence")

SENTENCES = (
    "[['pneumonia', 'loc right', 'loc lower lobe', 'pleural effusion', 'loc left'], ['goiter']]"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [
        ("1.png", "S1", "P1", "['pneumonia', 'pleural effusion', 'goiter']",
         SENTENCES),
        ("2.png", "S1", "P1", "['pneumonia', 'pleural effusion', 'goiter']",
         SENTENCES),
        ("3.png", "S2", "P2", "['normal']", "[['normal'], ['unchanged']]"),
        ("4.png", "S3", "P3", "['unchanged']", "[['unchanged']]"),
        ("5.png", "S4", "P4", "['laminar atelectasis']",
         "['laminar atelectasis', 'loc basal bilateral', '', 'normal']"),
        ("6.png", "S5", "P5", "['exclude']", ""),
        ("7.png", "S6", "P6", "__import__('os').getcwd()", "[]"),
        ("8.png", "S7", "P7", "['mass'", "[]"),
        ("9.png", "S8", "P8", "", "nan"),
        ("10.png", "S9", "P9", f"['{'Mrs Quillfeather is well. ' * 4}']", "[]"),
    ]  # fmt: skip
    path = tmp_path / "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return tmp_path


def test_listed_findings_are_affirmed_with_the_places_of_the_lungs_own(
    table: Path, read: Read
) -> None:
    found = read("padchest", table)
    assert found.values("S1") == {
        "finding:pneumonia": 1, "finding:pleural_effusion": 1,
        "side:right": 1, "zone:lower_lobe": 1,
    }  # fmt: skip
    assert found.reports["S1"].subject_id == "P1"
    assert found.tallies["rows_merged"] == 1
    assert found.without_concept == {"goiter": 2}


def test_places_are_read_where_sentences_are_not_nested(table: Path, read: Read) -> None:
    assert read("padchest", table).values("S4") == {
        "finding:atelectasis": 1, "side:bilateral": 1, "zone:base": 1,
    }  # fmt: skip


def test_only_a_normal_report_denies(table: Path, read: Read) -> None:
    found = read("padchest", table)
    denied = found.values("S2")
    assert set(denied.values()) == {0}
    assert {"finding:pneumonia", "finding:fracture"} <= denied.keys()
    assert all(name.startswith("finding:") for name in denied)
    assert found.values("S3") == {}


def test_what_is_no_list_or_no_label_is_set_aside_and_never_run(table: Path, read: Read) -> None:
    assert read("padchest", table).reasons == [
        (7, "not_labelled"), (8, "wrong_value"), (9, "wrong_value"), (10, "not_labelled"),
        (11, "wrong_value"),
    ]  # fmt: skip
