"""MIMIC-CXR's report tree, its archive, and the tables beside them."""

import gzip
import stat
import zipfile
from pathlib import Path

import pytest

from data_contracts.quarantine import Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.opening import open_source
from pipeline.sources.records import ReceivedReport, Source, SourceError

TEXTS = {
    "files/p10/p10000001/s50000001.txt": "FINDINGS: Clear lungs.\n",
    "files/p10/p10000001/s50000002.txt": "IMPRESSION: Right effusion.\n",
    "files/p11/p11000003/s50000003.txt": "FINDINGS: Left basal opacity.\n",
}
SPLIT = (
    "dicom_id,study_id,subject_id,split\n"
    "a,50000001,10000001,train\nb,50000001,10000001,train\nc,50000003,11000003,test\n"
)


def write_tree(root: Path) -> Path:
    for name, text in TEXTS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "files" / "index.html").write_text("a listing")
    return root


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def open_mimic_cxr(path: Path, metadata: Path | None) -> Source:
    return open_source(SourceSettings(kind="mimic_cxr", path=path, metadata=metadata))


def reports(path: Path, metadata: Path | None = None) -> list[ReceivedReport]:
    records = list(open_mimic_cxr(path, metadata).records)
    return [record for record in records if isinstance(record, ReceivedReport)]


def rejected(path: Path, metadata: Path | None = None) -> dict[str, str]:
    records = list(open_mimic_cxr(path, metadata).records)
    return {str(r.location): r.reason for r in records if isinstance(r, Rejected)}


@pytest.mark.parametrize(
    ("level", "found"),
    [(".", 3), ("files", 3), ("files/p10", 2), ("files/p10/p10000001", 2)],
)
def test_the_tree_is_read_from_any_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str, found: int
) -> None:
    write_tree(tmp_path)
    monkeypatch.chdir(tmp_path / level)
    assert len(reports(tmp_path / level)) == len(reports(Path())) == found
    first = reports(Path())[0]
    assert (first.report_id, first.subject_id, first.study_id) == (
        "s50000001", "10000001", "50000001",
    )  # fmt: skip
    assert first.content == "FINDINGS: Clear lungs.\n"


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("gzipped", [False, True])
def test_splits_are_joined_by_study(tmp_path: Path, zipped: bool, gzipped: bool) -> None:
    if zipped:
        members = {name: text.encode() for name, text in TEXTS.items()}
        path = write_zip(tmp_path / "mimic-cxr-reports.zip", members)
    else:
        path = write_tree(tmp_path) / "files"
    if gzipped:
        with gzip.open(tmp_path / "mimic-cxr-2.0.0-split.csv.gz", "wt") as file:
            file.write(SPLIT)
    else:
        (tmp_path / "mimic-cxr-2.0.0-split.csv").write_text(SPLIT)
    (tmp_path / "mimic-cxr-2.0.0-metadata.csv").write_text("study_id\n50000001\n")
    (tmp_path / "mimic-cxr-2.0.0-chexpert.csv").write_text("study_id,Edema\n50000002,1.0\n")
    source = open_mimic_cxr(path, None)
    splits = [r.split for r in source.records if isinstance(r, ReceivedReport)]
    assert splits == ["train", None, "test"]
    assert source.total == 3
    assert source.tallies == {
        "in_metadata": 1, "not_in_metadata": 2, "with_split": 2, "without_split": 1,
        "with_chexpert_labels": 1,
    }  # fmt: skip


@pytest.mark.parametrize("level", [".", "files", "files/p10", "files/p10/p10000001"])
def test_tables_beside_the_tree_are_found_from_any_level(tmp_path: Path, level: str) -> None:
    write_tree(tmp_path)
    (tmp_path / "mimic-cxr-2.0.0-split.csv").write_text(SPLIT)
    assert [r.split for r in reports(tmp_path / level)][:2] == ["train", None]


def test_a_folder_as_downloaded_is_read_from_its_archive(tmp_path: Path) -> None:
    members = {name: text.encode() for name, text in TEXTS.items()}
    write_zip(tmp_path / "mimic-cxr-reports.zip", members)
    (tmp_path / "mimic-cxr-2.0.0-split.csv").write_text(SPLIT)
    assert [r.split for r in reports(tmp_path)] == ["train", None, "test"]


def test_a_member_that_unpacks_to_megabytes_costs_itself(tmp_path: Path) -> None:
    members = {name: text.encode() for name, text in TEXTS.items()}
    bomb = "files/p10/p10000001/s50000009.txt"
    path = write_zip(tmp_path / "reports.zip", {**members, bomb: b" " * 21_000_000})
    assert len(reports(path)) == 3
    assert rejected(path) == {bomb: "too_long"}


def test_tables_of_another_folder_are_read_where_it_is_named(tmp_path: Path) -> None:
    write_tree(tmp_path / "reports")
    tables = tmp_path / "jpg"
    tables.mkdir()
    with pytest.raises(SourceError, match=r"source\.metadata: .* holds none of mimic-cxr"):
        open_mimic_cxr(tmp_path / "reports", tables)
    (tables / "mimic-cxr-2.0.0-split.csv").write_text(SPLIT)
    assert [r.split for r in reports(tmp_path / "reports", tables)] == ["train", None, "test"]
    with pytest.raises(SourceError, match=r"source\.metadata: .* is no folder"):
        open_mimic_cxr(tmp_path / "reports", tables / "mimic-cxr-2.0.0-split.csv")


def test_a_broken_row_of_a_table_is_said_and_costs_no_report(tmp_path: Path) -> None:
    write_tree(tmp_path)
    (tmp_path / "mimic-cxr-2.0.0-split.csv").write_text(SPLIT + "d,50000002\n")
    assert len(reports(tmp_path)) == 3
    assert rejected(tmp_path) == {"mimic-cxr-2.0.0-split.csv, row 5": "malformed_row"}


def test_a_table_without_studies_names_the_column(tmp_path: Path) -> None:
    write_tree(tmp_path)
    (tmp_path / "mimic-cxr-2.0.0-split.csv").write_text("study_id,fold\n")
    with pytest.raises(SourceError, match=r"-split\.csv: has no column split"):
        open_mimic_cxr(tmp_path, None)


def test_a_file_of_the_tree_that_cannot_be_used_costs_itself(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "mimic") / "files/p10/p10000001"
    outside = tmp_path / "secret.txt"
    outside.write_text("FINDINGS: Not of this source.")
    (folder / "s50000007.txt").symlink_to(outside)
    (folder / "s50000008.txt").mkdir()
    (folder / "report of monday.txt").write_text("FINDINGS: Nobody knows whose.")
    (folder / "s50000009.txt").write_bytes("FINDINGS: Trachée déviée.".encode("latin-1"))
    assert len(reports(tmp_path / "mimic")) == 3
    assert rejected(tmp_path / "mimic") == {
        "files/p10/p10000001/report of monday.txt": "missing_id",
        "files/p10/p10000001/s50000007.txt": "unsafe_path",
        "files/p10/p10000001/s50000008.txt": "unreadable_file",
        "files/p10/p10000001/s50000009.txt": "wrong_encoding",
    }


def test_path_tricks_in_an_archive_are_refused(tmp_path: Path) -> None:
    report = b"FINDINGS: Clear."
    tricks = (
        "../p10/p10000001/s1.txt", "/etc/p10/p1/s2.txt", "files/../../p1/s3.txt",
        "C:/p10/p1/s4.txt", "files\\..\\p1\\s5.txt",
    )  # fmt: skip
    path = write_zip(
        tmp_path / "reports.zip", {"files/p10/p1/s6.txt": report} | dict.fromkeys(tricks, report)
    )
    link = zipfile.ZipInfo("files/p10/p1/s7.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert [r.report_id for r in reports(path)] == ["s6"]
    assert rejected(path) == dict.fromkeys((*tricks, link.filename), "unsafe_path")
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_member_costs_itself(tmp_path: Path) -> None:
    members = {name: text.encode() * 50 for name, text in TEXTS.items()}
    path = write_zip(tmp_path / "reports.zip", members)
    with zipfile.ZipFile(path) as archive:
        second = archive.infolist()[1]
    content = bytearray(path.read_bytes())
    start = second.header_offset + 30 + len(second.filename)
    content[start : start + 8] = b"\xff" * 8
    path.write_bytes(content)
    assert [r.report_id for r in reports(path)] == ["s50000001", "s50000003"]
    assert rejected(path) == {second.filename: "unreadable_file"}


def test_what_holds_no_reports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"holds no reports; expected MIMIC-CXR"):
        open_mimic_cxr(tmp_path, None)
    with pytest.raises(SourceError, match="holds no reports"):
        open_mimic_cxr(write_zip(tmp_path / "a.zip", {"readme.txt": b""}), None)
    whole = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match="neither a folder nor a whole zip archive"):
        open_mimic_cxr(tmp_path / "a.zip", None)
