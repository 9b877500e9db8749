"""Codes from every form that Open-i's files come in."""

import io
import tarfile
from pathlib import Path

import pytest

from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.openi_files import CodedReport, read_openi

_XML = """<?xml version="1.0" encoding="utf-8"?>
<eCitation>
  <uId id="{uid}"/>
  <MedlineCitation><Article><Abstract>
    <AbstractText Label="INDICATION">Cough and fever.</AbstractText>
    <AbstractText Label="FINDINGS">{findings}</AbstractText>
    <AbstractText Label="IMPRESSION"/>
  </Abstract></Article></MedlineCitation>
  <MeSH>
    <major>Opacity/lung/base/left</major>
    <major> Pulmonary Disease, Chronic Obstructive </major>
    <automatic>pneumonia</automatic>
  </MeSH>
</eCitation>"""
_CODES = ("Opacity/lung/base/left", "Pulmonary Disease, Chronic Obstructive")


def _xml(uid: str, findings: str = "Hazy opacity at the left base.") -> bytes:
    return _XML.format(uid=uid, findings=findings).encode()


def test_the_csv_gives_codes_and_tells_reports_without_text(tmp_path: Path) -> None:
    path = tmp_path / "indiana_reports.csv"
    path.write_text(
        "uid,MeSH,Problems,findings,impression\n"
        '7,"Opacity/lung/base/left;Pulmonary Disease, Chronic Obstructive",x,Hazy left base.,\n'
        "8,normal,normal,,\n",
        encoding="utf-8",
    )
    assert list(read_openi(path)) == [
        CodedReport("7", _CODES, has_text=True),
        CodedReport("8", ("normal",), has_text=False),
    ]


def test_the_xml_folder_gives_the_experts_codes_alone(tmp_path: Path) -> None:
    (tmp_path / "ecgen-radiology").mkdir()
    (tmp_path / "ecgen-radiology" / "1.xml").write_bytes(_xml("CXR1"))
    (tmp_path / "ecgen-radiology" / "2.xml").write_bytes(_xml("CXR2", findings=" "))
    assert list(read_openi(tmp_path)) == [
        CodedReport("CXR1", _CODES, has_text=True),
        CodedReport("CXR2", _CODES, has_text=False),
    ]


def test_broken_hostile_and_huge_files_are_passed_on_as_unreadable(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_bytes(_xml("CXR1")[:200])
    (tmp_path / "2.xml").write_text(
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><eCitation>&e;</eCitation>'
    )
    (tmp_path / "3.xml").write_bytes(_xml("CXR3") + b" " * 1_000_001)
    (tmp_path / "4.xml").write_text("<eCitation/>")
    (tmp_path / "5.xml").write_bytes(_xml("CXR5"))
    assert [r.report_id if r else None for r in read_openi(tmp_path)] == [*[None] * 4, "CXR5"]


def _archive(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("ecgen-radiology/9.xml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)


def test_the_archive_is_read_without_unpacking_it(tmp_path: Path) -> None:
    path = tmp_path / "ecgen-radiology.tgz"
    _archive(path, {"ecgen-radiology/1.xml": _xml("CXR1"), "../../2.xml": _xml("CXR2")})
    assert [r.report_id for r in read_openi(path) if r] == ["CXR1", "CXR2"]
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["ecgen-radiology.tgz"]


def test_a_cut_archive_is_an_error_that_says_how_far_it_went(tmp_path: Path) -> None:
    path = tmp_path / "ecgen-radiology.tgz"
    _archive(path, {f"{n}.xml": _xml(f"CXR{n}", findings=str(hash(n)) * 50) for n in range(40)})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AuditError, match=r"breaks off after \d+ reports"):
        list(read_openi(path))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("reports.csv", "uid,findings,impression\n1,a,b\n", "misses the column MeSH"),
        ("reports.docx", "x", "expected Open-i's reports CSV"),
    ],
)
def test_other_files_are_refused_with_what_was_expected(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(AuditError, match=message):
        list(read_openi(tmp_path / name))


def test_an_empty_folder_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="holds no XML"):
        list(read_openi(tmp_path))
    with pytest.raises(AuditError, match="no such file"):
        list(read_openi(tmp_path / "indiana_reports.csv"))
