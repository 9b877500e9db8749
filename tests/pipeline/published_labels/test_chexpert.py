"""CheXpert: the views of a study are one row."""

from pathlib import Path

from .conftest import Read

HEADER = "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Lung Opacity,Lung Lesion,Edema,Pneumonia\n"


def row(path: str, labels: str) -> str:
    return f"CheXpert-v1.0/{path},Female,68,Frontal,AP,{labels}\n"


def test_values_are_as_published_and_views_are_merged(tmp_path: Path, read: Read) -> None:
    (tmp_path / "train.csv").write_text(
        HEADER
        + row("train/patient00001/study1/view1_frontal.jpg", ",1.0,1.0,-1.0,0.0")
        + row("train/patient00001/study1/view2_lateral.jpg", ",1.0,1.0,-1.0,0.0")
        + row("train/patient00001/study2/view1_frontal.jpg", "1.0,,,,")
    )
    (tmp_path / "valid.csv").write_text(
        HEADER + row("valid/patient64541/study1/view1_frontal.jpg", "0.0,0.0,0.0,0.0,1.0")
    )
    found = read("chexpert", tmp_path)
    assert list(found.reports) == [
        "patient00001/study1", "patient00001/study2", "patient64541/study1",
    ]  # fmt: skip
    assert found.values("patient00001/study1") == {
        "finding:lung_opacity_any": 1, "finding:pulmonary_edema": -1, "finding:pneumonia": 0,
    }  # fmt: skip
    assert found.values("patient00001/study2") == {}
    assert [report.split for report in found.reports.values()] == ["train", "train", "valid"]
    assert found.reports["patient64541/study1"].subject_id == "patient64541"
    assert found.tallies["rows_merged"] == 1
    assert found.without_concept == {"No Finding": 2, "Lung Lesion": 3}


def test_rows_that_cannot_be_used_are_set_aside(tmp_path: Path, read: Read) -> None:
    (tmp_path / "train.csv").write_text(
        HEADER
        + row("train/patient00001/study1/view1_frontal.jpg", ",1.0,,,")
        + row("train/patient00001/study1/view2_lateral.jpg", ",0.0,,,")
        + row("train/patient00002/study1/view1_frontal.jpg", ",2.0,,,")
        + row("somewhere/else.jpg", ",1.0,,,")
    )
    found = read("chexpert", tmp_path / "train.csv")
    assert found.values("patient00001/study1") == {"finding:lung_opacity_any": 1}
    assert found.reasons == [(3, "conflicting_labels"), (4, "wrong_value"), (5, "missing_id")]
    assert "column 'Lung Opacity': expected 1, 0, -1 or nothing" in found.rejected[1].detail
