"""ChestX-ray14's labels: what is not listed is denied."""

import gzip
from pathlib import Path

import pytest

from pipeline.sources.records import SourceError

from .conftest import Read

SHARED = Path(__file__).parents[3].parent / "shared" / "cxr" / "nih" / "chestxray14"

HEADER = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]\n"
)


def row(image: str, labels: str, patient: str = "13") -> str:
    return f"{image},{labels},0,{patient},57,M,PA,2682,2749,0.143,0.143\n"


def test_listed_findings_are_affirmed_and_the_others_of_the_14_denied(
    tmp_path: Path, read: Read
) -> None:
    (tmp_path / "Data_Entry_2017_v2020.csv").write_text(
        HEADER + row("00000013_005.png", "Infiltration|Pneumonia")
        + row("00000013_006.png", "No Finding")
    )  # fmt: skip
    (tmp_path / "test_list.txt").write_text("00000013_005.png\n")
    found = read("chestxray14", tmp_path)
    report = found.reports["00000013_005.png"]
    assert (report.subject_id, report.split) == ("13", "test")
    values = found.values("00000013_005.png")
    assert len(values) == 14
    assert {name for name, value in values.items() if value} == {
        "finding:infiltrate", "finding:pneumonia",
    }  # fmt: skip
    assert set(found.values("00000013_006.png").values()) == {0}
    assert found.without_concept == {}


def test_a_gzipped_file_is_read_and_a_finding_that_is_none_is_set_aside(
    tmp_path: Path, read: Read
) -> None:
    file = tmp_path / "Data_Entry_2017.csv.gz"
    rows = row("1.png", "Hernia") + row("2.png", "Hernie") + row("3.png", "No Finding|Mass")
    file.write_bytes(gzip.compress((HEADER + rows).encode()))
    found = read("chestxray14", file)
    assert list(found.reports) == ["1.png"]
    assert found.reasons == [(3, "wrong_value"), (4, "wrong_value")]
    assert all(one.location.file == file.name for one in found.rejected)


def test_a_folder_without_the_table_says_what_is_expected(tmp_path: Path, read: Read) -> None:
    with pytest.raises(SourceError, match=r"holds no Data_Entry_2017\*\.csv, gzipped or not"):
        read("chestxray14", tmp_path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/cxr/nih")
def test_the_published_table_is_read_whole(read: Read) -> None:
    found = read("chestxray14", SHARED)
    assert (len(found.reports), found.rejected) == (1_459, [])
    affirmed = [report.values["finding:pneumonia"] for report in found.reports.values()]
    assert sum(affirmed) == 408
