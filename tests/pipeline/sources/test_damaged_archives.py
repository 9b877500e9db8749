"""A damaged archive is a message or a row set aside, wherever the damage is."""

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Literal

import openpyxl
import pytest

from data_contracts.quarantine import Rejected
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.openi_files import read_openi
from pipeline.settings import SourceSettings
from pipeline.sources.opening import open_source
from pipeline.sources.records import SourceError

SAID = "FINDINGS: No effusion."


def archive_of_reports(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("files/p10/p10000001/s50000001.txt", SAID)
        # A name beyond ASCII is marked as UTF-8.
        archive.writestr("files/p10/p10000001/s5000000\u00fc.txt", SAID)
    return path


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Reports", 0)
    for row in (("id", "report"), ("a", SAID)):
        sheet.append(row)
    book.save(path)
    return path


def damaged(content: bytes) -> Iterator[bytes]:
    """Each byte of the last entry's directory and of the archive's end, changed in three ways."""
    for place in range(content.rindex(b"PK\x01\x02"), len(content)):
        for byte in {0, 0xFF, content[place] ^ 0x40} - {content[place]}:
            yield content[:place] + bytes([byte]) + content[place + 1 :]


def packed_reports(folder: Path, packed: str) -> bytes:
    """A tar archive of three of Open-i's reports."""
    path = folder / "whole.tar"
    with tarfile.open(path, f"w:{packed}") as archive:  # type: ignore[call-overload]
        for number in range(1, 4):
            content = (
                f'<eCitation><uId id="CXR{number}"/><Abstract><AbstractText Label="FINDINGS">Clear '
                f"lungs.</AbstractText></Abstract></eCitation>"
            ).encode()
            member = tarfile.TarInfo(f"{number}.xml")
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
    return path.read_bytes()


def read_openi_source(path: Path) -> tuple[int, bool]:
    """How many reports are read, and whether something is said to be wrong."""
    try:
        records = list(open_source(SourceSettings(kind="openi_xml", path=path)).records)
    except SourceError:
        return 0, True
    return len(records), any(isinstance(record, Rejected) for record in records)


def read_openi_codes(path: Path) -> tuple[int, bool]:
    try:
        found = list(read_openi(path))
    except AuditError:
        return 0, True
    return len(found), None in found


@pytest.mark.parametrize("read", [read_openi_source, read_openi_codes])
@pytest.mark.parametrize("packed", ["", "gz", "bz2", "xz"])
def test_no_report_of_a_damaged_archive_is_missing_unseen(
    tmp_path: Path, packed: str, read: Callable[[Path], tuple[int, bool]]
) -> None:
    """Cut off anywhere, with a byte changed anywhere that tells where members are."""
    whole = packed_reports(tmp_path, packed)
    path = tmp_path / "reports.tar"
    path.write_bytes(whole)
    assert read(path) == (3, False)
    # An archive is filled up with zeros: two blocks of them end it.
    cuts = range(512, 6 * 512 + 1, 512) if not packed else range(0, len(whole) - 1, 7)
    damaged = [whole[:cut] for cut in cuts]
    # A plain archive has checksums of its headers alone: reports' own letters may change.
    places = range(len(whole)) if packed else [*range(1024, 1034), *range(1148, 1160), 1180]
    damaged += [
        whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :] for place in places
    ]
    missing = []
    for number, content in enumerate(damaged):
        path.write_bytes(content)
        found, said = read(path)
        if found < 3 and not said:
            missing.append(number)
    assert not missing


def test_what_lies_behind_an_archives_end_says_nothing_but_members(tmp_path: Path) -> None:
    whole = packed_reports(tmp_path, "")
    path = tmp_path / "reports.tar"
    path.write_bytes(whole + b"\nmade by hand\n")
    assert read_openi_source(path) == (3, False)
    path.write_bytes(whole + whole)
    assert read_openi_source(path) == (4, True)


def test_what_else_an_archive_of_reports_holds_is_no_report(tmp_path: Path) -> None:
    """A licence that is packed in a way of its own is not taken for a damaged report."""
    path = archive_of_reports(tmp_path / "reports.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("LICENSE.txt", "free to use", zipfile.ZIP_DEFLATED)
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 10] = 9  # a method that Python does not know
    content[content.rindex(b"PK\x03\x04") + 8] = 9
    path.write_bytes(content)
    source = open_source(SourceSettings(kind="mimic_cxr", path=path))
    assert source.total == 2
    assert len(list(source.records)) == 2


@pytest.mark.parametrize("kind", ["mimic_cxr", "xlsx"])
def test_no_byte_of_an_archives_directory_breaks_a_reader(
    tmp_path: Path, kind: Literal["mimic_cxr", "xlsx"]
) -> None:
    path = tmp_path / "reports.zip"
    make = archive_of_reports if kind == "mimic_cxr" else workbook
    content = make(path).read_bytes()
    said: list[str] = []
    read: list[int] = []
    for changed in damaged(content):
        path.write_bytes(changed)
        try:
            records = list(open_source(SourceSettings(kind=kind, path=path)).records)
        except SourceError as error:
            said.append(str(error))
        else:
            read.append(len(records))
    assert all(str(path) in message and SAID not in message for message in said)
    # Where MIMIC-CXR's second report cannot be read it is a row that is set aside.
    assert set(read) == ({2} if kind == "mimic_cxr" else {1})
    assert min(len(said), len(read)) > 20
