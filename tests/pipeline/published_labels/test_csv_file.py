"""Any CSV of labels: columns are mapped, or told by names that data sets have published."""

from pathlib import Path

import pytest

from pipeline.sources.records import SourceError

from .conftest import Read


def test_mapped_and_known_columns_are_read(tmp_path: Path, read: Read) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(
        "case,who,split,LungEntzuendung,Pleural Effusion,side:left,Comment\n"
        "a,p1,train,1.0,0,-1,\n"
        "b,p1,train,,,,seen twice\n"
        "c,p2,test,yes,,,\n"
        ",p3,,1,,,\n"
    )
    columns = {"report_id": "case", "subject_id": "who", "finding__pneumonia": "LungEntzuendung"}
    found = read("csv", file, **columns)
    assert found.values("a") == {
        "finding:pneumonia": 1, "finding:pleural_effusion": 0, "side:left": -1,
    }  # fmt: skip
    assert (found.reports["a"].subject_id, found.reports["a"].split) == ("p1", "train")
    assert found.values("b") == {}
    assert found.reasons == [(4, "wrong_value"), (5, "missing_id")]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "none of its columns has a usual name .*case, Lung; .*--column report_id=NAME"),
        ({"report_id": "case"}, "none of its columns is a concept id"),
        ({"report_id": "case", "finding__pneumonia": "Lunge"}, "has no column Lunge"),
        ({"report_id": "case", "finding__lunge": "Lung"}, "not a concept of the lexicon"),
        ({"report_id": "case", "lunge": "Lung"}, "not a concept id"),
    ],
)
def test_a_mapping_that_does_not_fit_says_what_to_do(
    tmp_path: Path, read: Read, columns: dict[str, str], message: str
) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("case,Lung\na,1\n")
    with pytest.raises(SourceError, match=message):
        read("csv", file, **columns)


def test_usual_names_and_other_delimiters_are_told(tmp_path: Path, read: Read) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("Image ID;Patient ID;Pneumonia\n1.png;p1;1\n")
    found = read("csv", file)
    assert found.reports["1.png"].subject_id == "p1"
    assert found.values("1.png") == {"finding:pneumonia": 1}
    assert found.tallies["report_id_from_Image ID"] == 1
