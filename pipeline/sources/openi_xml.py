"""Open-i, the Indiana University chest X-ray reports: the original XML files.

Demner-Fushman et al., "Preparing a collection of radiology examinations for distribution and
retrieval", JAMIA 2016. The experts' MeSH coding in the same files is no part of the reports; it is
read by `pipeline.auditing.references`, as a reference.
"""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from data_contracts.quarantine import Location, Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.columns import SECTION_COLUMNS
from pipeline.sources.contents import BROKEN_FILE
from pipeline.sources.records import ReceivedReport, Source, SourceError
from pipeline.sources.tar_archives import tar_members

_LARGEST: Final = 5_000_000  # bytes of one XML file; the published ones have some thousand
_LAYOUT: Final = "expected the folder of the XML files (1.xml, 2.xml, …) or their .tgz archive"


def open_reports(settings: SourceSettings) -> Source:
    """The original release: one XML file a report, in a folder or in the archive as published.

    Raises:
        SourceError: there are no XML files at the path.
    """
    path = settings.path
    if path.is_dir():
        files = sorted(path.rglob("*.xml"), key=lambda file: _natural(str(file.relative_to(path))))
        if not files:
            raise SourceError(f"source.path: {path} holds no .xml files; {_LAYOUT}")
        return Source(_read_folder(path, files), len(files))
    try:
        is_archive = tarfile.is_tarfile(path)
    except BROKEN_FILE as error:
        reason = getattr(error, "strerror", None) or "the archive is damaged; fetch it anew"
        raise SourceError(f"source.path: {path} cannot be read: {reason}") from None
    if not is_archive:
        raise SourceError(f"source.path: {path} is neither a folder nor a tar archive; {_LAYOUT}")
    return Source(_read_archive(path))


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts 10.xml behind 9.xml."""
    return tuple(
        (int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)
    )


def _read_folder(root: Path, files: list[Path]) -> Iterator[ReceivedReport | Rejected]:
    for file in files:
        location = Location(str(file.relative_to(root)))
        if not file.resolve().is_relative_to(root.resolve()):
            yield Rejected(location, None, "unsafe_path", "the file lies outside source.path")
        else:
            yield _read_file(location, file)


def _read_file(location: Location, file: Path) -> ReceivedReport | Rejected:
    try:
        if not file.is_file():  # a pipe would be waited for without end
            return Rejected(location, None, "unreadable_file", "is no plain file; fetch it anew")
        if file.stat().st_size > _LARGEST:
            return Rejected(location, None, "too_long", f"larger than {_LARGEST:,} bytes")
        return parse_report(location, file.read_bytes())
    except OSError as error:
        return Rejected(location, None, "unreadable_file", f"{error.strerror}; fetch it anew")


def _read_archive(path: Path) -> Iterator[ReceivedReport | Rejected]:
    """Members are read where they lie; nothing is unpacked to disk."""
    found = False
    try:
        with tarfile.open(path) as archive:
            for member in tar_members(archive):
                found = found or member.name.endswith(".xml")
                if member.isdir():
                    continue
                location = Location(member.name)
                parts = Path(member.name).parts
                if not member.isfile() or Path(member.name).is_absolute() or ".." in parts:
                    yield Rejected(location, None, "unsafe_path", "no plain file below the archive")
                elif member.size > _LARGEST:
                    yield Rejected(location, None, "too_long", f"larger than {_LARGEST:,} bytes")
                elif member.name.endswith(".xml"):
                    content = archive.extractfile(member)
                    assert content is not None  # a plain file has content
                    yield parse_report(location, content.read())
    except (tarfile.TarError, *BROKEN_FILE):
        detail = (
            "the archive is damaged or ends too early; what lies behind is missing; fetch it anew"
        )
        yield Rejected(Location(path.name), None, "unreadable_file", detail)
        return
    if not found:
        raise SourceError(f"source.path: {path} holds no .xml files; {_LAYOUT}")


def parse_report(location: Location, content: bytes) -> ReceivedReport | Rejected:
    """One report of Open-i's XML, or why it cannot be used."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        detail = "declares a DTD or entities, which Open-i's files do not; it was not read"
        return Rejected(location, None, "hostile_xml", detail)
    except LookupError:
        return _wrong_encoding(location)
    except (ParseError, ValueError) as error:
        if _breaks_its_encoding(content):
            return _wrong_encoding(location)
        where = getattr(error, "position", None)
        at = f" at line {where[0]}" if where else ""
        return Rejected(location, None, "truncated_xml", f"not well-formed XML{at}; fetch it anew")
    uid = root.find("uId")
    sections = tuple(_sections(root))
    if not sections:
        detail = "has no AbstractText with a Label of INDICATION, FINDINGS, IMPRESSION, …"
        return Rejected(location, _uid(uid), "missing_sections", detail)
    return ReceivedReport(location, _uid(uid), None, None, None, sections)


def _breaks_its_encoding(content: bytes) -> bool:
    """Whether a file that is not well-formed is so because of its bytes."""
    if b"\x00" in content:
        return True
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last letter of a file that is cut off may be cut as well.
        return error.end < len(content)
    return False


def _wrong_encoding(location: Location) -> Rejected:
    return Rejected(
        location, None, "wrong_encoding", "expected UTF-8 without NUL; save it as UTF-8"
    )


def _uid(element: Element | None) -> str | None:
    """`CXR123` is report 123, as in the CSV release."""
    identifier = element.get("id") if element is not None else None
    return identifier.removeprefix("CXR") if identifier else None


def _sections(root: Element) -> Iterator[tuple[str, str]]:
    texts: dict[str, list[str]] = {}
    for element in root.iter("AbstractText"):
        label = (element.get("Label") or "").strip().lower()
        texts.setdefault(label, []).append("".join(element.itertext()))
    for name in SECTION_COLUMNS:
        if name in texts:
            yield name, "\n".join(texts[name])
