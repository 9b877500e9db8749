"""MAPLEZ: four rows a study become one, and `stable` is uncertain."""

from pathlib import Path

from .conftest import Read

HEADER = "subjectid_studyid,type_annotation,pneumonia,pleural effusion,lung opacity,lung lesion\n"


def write(path: Path, rows: list[str]) -> Path:
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def test_labels_places_and_severity_become_one_report(tmp_path: Path, read: Read) -> None:
    write(
        tmp_path / "mimic_llm_annotations.csv",
        [
            "10000032_50414267,labels,-1,1,1,1",
            "10000032_50414267,probability,60,95,97,90",
            "10000032_50414267,location,right lower lobe,left,right;mid lung,-1",
            "10000032_50414267,severity,-1,3,1,-1",
        ],
    )
    found = read("maplez", tmp_path)
    report = found.reports["s50414267"]
    assert (report.subject_id, report.study_id) == ("10000032", "50414267")
    # The effusion's side and severity are no labels: it is no finding of the lung itself.
    assert found.values("s50414267") == {
        "finding:pneumonia": -1, "finding:pleural_effusion": 1, "finding:lung_opacity_any": 1,
        "side:right": 1, "zone:lower_lobe": 1, "zone:mid_zone": 1, "zone:middle_lobe": 1,
        "descriptor:mild": 1,
    }  # fmt: skip
    assert report.location.row == 2
    assert report.rows == {
        "side:right": 4, "zone:lower_lobe": 4, "zone:mid_zone": 4, "zone:middle_lobe": 4,
        "descriptor:mild": 5,
    }  # fmt: skip
    assert found.without_concept == {"lung lesion": 1}


def test_not_mentioned_is_nothing_and_stable_is_uncertain(tmp_path: Path, read: Read) -> None:
    file = write(
        tmp_path / "nih_llm_annotations_test.csv",
        [
            "00000013_005.png,labels,-2,-3,0,-2",
            "00000013_005.png,location,left,-1,left,-1",
            "_00000013_006.png,labels,0,0,-3,0",
        ],
    )
    found = read("maplez", file)
    assert found.values("00000013_005.png") == {
        "finding:pleural_effusion": -1, "finding:lung_opacity_any": 0, "side:left": 0,
    }  # fmt: skip
    assert found.reports["00000013_005.png"].subject_id == "13"
    assert found.values("00000013_006.png")["finding:lung_opacity_any"] == -1
    assert found.tallies["called_stable"] == 2
    assert (found.tallies["without_location"], found.tallies["without_severity"]) == (1, 2)


def test_rows_of_several_studies_may_be_mixed(tmp_path: Path, read: Read) -> None:
    kinds = ("labels", "probability", "location", "severity")
    rows = [f"1_{study},{kind},1,-1,-1,-1" for kind in kinds for study in (7, 8)]
    found = read("maplez", write(tmp_path / "x.csv", rows))
    assert list(found.reports) == ["s7", "s8"]
    assert found.values("s8")["descriptor:mild"] == 1


def test_rows_that_cannot_be_used_are_set_aside(tmp_path: Path, read: Read) -> None:
    file = write(
        tmp_path / "x.csv",
        [
            "1_7,urgency,1,1,1,1",
            "1_8,labels,1,1,4,1",
            "1_9,location,left,-1,-1,-1",
            "somebody,labels,1,1,1,1",
            "1_5,labels,1,1,1,1",
            "1_5,labels,0,1,1,1",
        ],
    )
    found = read("maplez", file)
    assert list(found.reports) == ["s5"]
    assert sorted(found.reasons) == [
        (2, "wrong_value"), (3, "wrong_value"), (4, "missing_labels"), (5, "missing_id"),
        (7, "duplicate_id"),
    ]  # fmt: skip
