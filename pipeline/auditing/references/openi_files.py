"""The codes in Open-i's files: the public CSV, a folder of XML files, or the archive of them."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree as SafeTree
from defusedxml.common import DefusedXmlException

from pipeline.auditing.references.csv_files import read_csv
from pipeline.auditing.references.errors import AuditError
from pipeline.sources.contents import BROKEN_FILE
from pipeline.sources.tar_archives import tar_members

#: A report's XML file has some kilobytes; whatever is a hundred times larger is no report.
_MAX_BYTES: Final = 1_000_000
_STATING: Final = ("FINDINGS", "IMPRESSION")


@dataclass(frozen=True, slots=True)
class CodedReport:
    """A report's codes; `has_text` says whether it has findings or an impression at all."""

    report_id: str
    codes: tuple[str, ...]
    has_text: bool


def read_openi(path: Path) -> Iterator[CodedReport | None]:
    """Yield each report's codes, and None for a file that is no readable report.

    Args:
        path: the reports CSV (columns `uid` and `MeSH`), a folder of XML files, or a tar archive
            of them, compressed or not.

    Raises:
        AuditError: there is no such file, it is of another kind, or a column is missing.
    """
    if path.is_dir():
        yield from _read_folder(path)
    elif not path.is_file():
        raise AuditError(f"{path}: no such file or folder; expected Open-i's CSV, XML or archive")
    elif _is_archive(path):
        yield from _read_archive(path)
    elif path.suffix.lower() == ".csv":
        yield from _read_csv(path)
    else:
        raise AuditError(f"{path}: expected Open-i's reports CSV, a folder of XML files or a .tgz")


def _is_archive(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except BROKEN_FILE as error:
        raise AuditError(
            f"{path}: cannot be read as an archive ({type(error).__name__}); download it again"
        ) from None


def _read_csv(path: Path) -> Iterator[CodedReport]:
    frame = read_csv(path).fillna("")
    missing = [c for c in ("uid", "MeSH", "findings", "impression") if c not in frame.columns]
    if missing:
        raise AuditError(
            f"{path}: misses the column {', '.join(missing)}; expected the public reports CSV "
            "with uid, MeSH, findings and impression"
        )
    has_text = (frame["findings"].str.strip() != "") | (frame["impression"].str.strip() != "")
    for uid, mesh, text in zip(frame["uid"], frame["MeSH"], has_text, strict=True):
        codes = tuple(code.strip() for code in mesh.split(";") if code.strip())
        yield CodedReport(uid.strip(), codes, bool(text))


def _read_folder(path: Path) -> Iterator[CodedReport | None]:
    files = sorted(path.rglob("*.xml"))
    if not files:
        raise AuditError(f"{path}: holds no XML file; expected Open-i's, one a report")
    for file in files:
        if file.stat().st_size > _MAX_BYTES:
            yield None
            continue
        with file.open("rb") as stream:
            yield _read_xml(stream)


def _read_archive(path: Path) -> Iterator[CodedReport | None]:
    found = 0
    try:
        with tarfile.open(path) as archive:
            for member in tar_members(archive):
                if not member.isfile() or not member.name.endswith(".xml"):
                    continue
                found += 1
                stream = archive.extractfile(member) if member.size <= _MAX_BYTES else None
                yield _read_xml(stream) if stream is not None else None
    except (tarfile.TarError, *BROKEN_FILE) as error:
        raise AuditError(
            f"{path}: the archive breaks off after {found} reports ({type(error).__name__}); "
            "download it again"
        ) from None
    if not found:
        raise AuditError(f"{path}: the archive holds no XML file; expected Open-i's, one a report")


def _read_xml(stream: IO[bytes]) -> CodedReport | None:
    try:
        root = SafeTree.parse(stream).getroot()
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    uid = None if root is None else root.find("uId")
    if root is None or uid is None or not uid.get("id"):
        return None
    codes = tuple(
        text for major in root.iterfind("MeSH/major") if (text := (major.text or "").strip())
    )
    has_text = any(
        (section.text or "").strip()
        for section in root.iter("AbstractText")
        if section.get("Label", "").upper() in _STATING
    )
    return CodedReport(uid.get("id", ""), codes, has_text)
