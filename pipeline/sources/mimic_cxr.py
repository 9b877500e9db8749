"""MIMIC-CXR: the report tree or `mimic-cxr-reports.zip`, joined with the tables beside it.

Johnson et al., "MIMIC-CXR, a de-identified publicly available database of chest radiographs with
free-text reports", Scientific Data 2019.
"""

import errno
import os
import re
import stat
import zipfile
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from data_contracts.quarantine import Location, Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.contents import BROKEN_ARCHIVE
from pipeline.sources.delimited import read_rows
from pipeline.sources.records import ReceivedReport, Source, SourceError

_REPORT: Final = re.compile(r"(?:^|/)p(?P<subject>\d+)/s(?P<study>\d+)\.txt$")
# Any text in a patient's folder is meant as a report; nothing of it may go missing unsaid.
_IN_PATIENT: Final = re.compile(r"(?:^|/)p\d+/[^/.][^/]*\.txt$")
_LEVEL: Final = re.compile(r"p\d+|files|mimic-cxr-reports")
_ARCHIVE: Final = "mimic-cxr-reports.zip"
_LAYOUT: Final = (
    f"expected MIMIC-CXR's report tree (files/p10/p10000032/s50414267.txt) or its {_ARCHIVE}"
)
_TABLES: Final = ("metadata", "split", "chexpert")
_REMEDY: Final = "fetch MIMIC-CXR-JPG's table anew, or take the file away"
# No report comes near it; a member that does is a mistake or an attack.
_LARGEST: Final = 20_000_000
# Files that a thread reads at a time, and threads that read ahead.
_CHUNK: Final = 128
_READERS: Final = 4


@dataclass(frozen=True, slots=True)
class _Studies:
    """What the tables beside the reports say, by study id; None where a table is not there."""

    in_metadata: frozenset[str] | None
    splits: dict[str, str] | None
    in_chexpert: frozenset[str] | None
    rejected: tuple[Rejected, ...]
    tallies: Counter[str] = field(default_factory=Counter)

    def split_of(self, study: str) -> str | None:
        """The study's split; counts what the tables know of it on the way."""
        if self.in_metadata is not None:
            known = study in self.in_metadata
            self.tallies["in_metadata" if known else "not_in_metadata"] += 1
        if self.in_chexpert is not None and study in self.in_chexpert:
            self.tallies["with_chexpert_labels"] += 1
        if self.splits is None:
            return None
        split = self.splits.get(study)
        self.tallies["with_split" if split else "without_split"] += 1
        return split


def open_reports(settings: SourceSettings) -> Source:
    """The reports at the settings' path, with subject and split.

    `mimic-cxr-2.0.0-metadata.csv`, `-split.csv` and `-chexpert.csv`, gzipped or not, are looked
    for in `metadata`, or else in `path` and the folders around it, up to the one that holds
    `files`; without `metadata` each may be missing. Rows of theirs that cannot be read are rejected
    ahead of the reports. A folder without a tree may hold `mimic-cxr-reports.zip` instead.

    Raises:
        SourceError: there are no reports at `path`, no tables in `metadata`, or a table lacks a
            column.
    """
    return _open(settings.path, settings.metadata)


def _open(path: Path, metadata: Path | None) -> Source:
    path = path.absolute()  # the patient's folder may be the current one
    if path.is_dir():
        files = _list_tree(path)
        if not any(map(_REPORT.search, files)):
            if (path / _ARCHIVE).is_file():
                return _open(path / _ARCHIVE, metadata)
            raise SourceError(f"source.path: {path} holds no reports; {_LAYOUT}")
        studies = _read_tables(_find_tables(path, metadata))
        records, total = _read_tree(path, files, studies), len(files)
    else:
        members = _list_zip(path)
        studies = _read_tables(_find_tables(path, metadata))
        records, total = _read_zip(path, members, studies), len(members)
    return Source(chain(studies.rejected, records), total + len(studies.rejected), studies.tallies)


def _list_tree(path: Path) -> list[str]:
    """The files of patients' folders, each with its whole path, in the order of their names."""
    found: list[str] = []
    for folder, folders, names in os.walk(path):
        place = folder.replace(os.sep, "/")
        # A folder that is called as a report is one that cannot be read.
        files = (f"{place}/{name}" for name in (*folders, *names) if name.endswith(".txt"))
        found += filter(_IN_PATIENT.search, files)
    return sorted(found, key=lambda file: file.split("/"))


def _list_zip(path: Path) -> list[zipfile.ZipInfo]:
    """The archive's files, and what would be files outside it, in the order of their names."""
    try:
        with zipfile.ZipFile(path) as archive:
            # By the whole name: zipfile ends it at a zero, which a damaged one may have anywhere.
            members = [m for m in archive.infolist() if not m.orig_filename.endswith("/")]
            named = [m for m in members if _is_meant(archive, m)]
    except OSError as error:
        raise SourceError(f"source.path: {path} cannot be read: {error.strerror}") from None
    except BROKEN_ARCHIVE:
        raise SourceError(
            f"source.path: {path} is neither a folder nor a whole zip archive; {_LAYOUT}"
        ) from None
    if not any(_REPORT.search(member.filename) for member in named):
        raise SourceError(f"source.path: {path} holds no reports; {_LAYOUT}")
    return sorted(named, key=lambda member: member.filename)


def _is_meant(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether a member is a report, tries to be, or may be one whose name is damaged."""
    if _IN_PATIENT.search(member.filename) or _path_trick(member) is not None:
        return True
    try:
        archive.open(member).close()  # its name stands in the archive twice
    except (NotImplementedError, RuntimeError):
        return False  # packed in a way of its own, or encrypted: its name is as it was
    except BROKEN_ARCHIVE:
        return True
    return False


def _find_tables(path: Path, metadata: Path | None) -> dict[str, Path]:
    if metadata is None:
        folders = _folders_around(path) if path.is_dir() else (path.parent,)
    elif metadata.is_dir():
        folders = (metadata,)
    else:
        raise SourceError(
            f"source.metadata: {metadata} is no folder; expected that of the CSV files"
        )
    found: dict[str, Path] = {}
    for name in _TABLES:
        for folder in folders:
            files = sorted(folder.glob(f"mimic-cxr-*-{name}.csv*"))
            for file in files:
                if file.name.endswith((".csv", ".csv.gz")):
                    found.setdefault(name, file)
    if metadata is not None and not found:
        raise SourceError(
            f"source.metadata: {metadata} holds none of mimic-cxr-2.0.0-metadata.csv, -split.csv "
            "and -chexpert.csv, gzipped or not"
        )
    return found


def _folders_around(path: Path) -> tuple[Path, ...]:
    """The tree's folder and those around it; its `files` lies beside the tables."""
    folders = [path, path.parent]
    while _LEVEL.fullmatch(folders[-2].name) and _LEVEL.fullmatch(folders[-1].name):
        folders.append(folders[-1].parent)
    return tuple(folders)


def _read_tables(found: dict[str, Path]) -> _Studies:
    rejected: list[Rejected] = []
    metadata, split, chexpert = (
        _read_table(found[name], extra, rejected) if name in found else None
        for name, extra in zip(_TABLES, ("", "split", ""), strict=True)
    )
    return _Studies(
        in_metadata=None if metadata is None else frozenset(metadata),
        splits=split,
        in_chexpert=None if chexpert is None else frozenset(chexpert),
        rejected=tuple(rejected),
    )


def _read_table(path: Path, column: str, rejected: list[Rejected]) -> dict[str, str]:
    """What `column` says of each study; nothing where no column is asked for."""
    values = {}
    for row in read_rows(path, ("study_id", column) if column else ("study_id",), _REMEDY):
        if isinstance(row, Rejected):
            rejected.append(row)
        else:
            values[row[1]["study_id"]] = row[1][column] if column else ""
    return values


def _read_tree(
    root: Path, files: list[str], studies: _Studies
) -> Iterator[ReceivedReport | Rejected]:
    for file, content in _contents(root, files):
        name = file[len(root.as_posix()) :].lstrip("/")
        if content is None:
            yield _unsafe(name, "a link out of source.path")
        elif isinstance(content, bytes):
            yield _report(file, name, content, studies)
        else:
            detail = f"{content.strerror}; fetch it anew"
            yield Rejected(Location(name), None, "unreadable_file", detail)


def _contents(root: Path, files: Sequence[str]) -> Iterator[tuple[str, bytes | OSError | None]]:
    """What each file holds, in order; the next ones are read while one is worked on."""
    chunks = [files[first : first + _CHUNK] for first in range(0, len(files), _CHUNK)]
    read = partial(_read_files, root.resolve())
    with ThreadPoolExecutor(_READERS) as readers:
        ahead = deque(readers.submit(read, chunk) for chunk in chunks[:_READERS])
        for number, chunk in enumerate(chunks):
            contents = ahead.popleft().result()
            if number + _READERS < len(chunks):
                ahead.append(readers.submit(read, chunks[number + _READERS]))
            yield from zip(chunk, contents, strict=True)


def _read_files(root: Path, files: Sequence[str]) -> list[bytes | OSError | None]:
    return [_read_file(root, Path(file)) for file in files]


def _read_file(root: Path, file: Path) -> bytes | OSError | None:
    """What a file holds, one byte more than counts at most; nothing where it is a link out."""
    try:
        # Folders that are links were not walked into.
        if file.is_symlink() and not file.resolve().is_relative_to(root):
            return None
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe would be waited for without end
            return IsADirectoryError(errno.EISDIR, "is no plain file")
        with file.open("rb") as opened:
            return opened.read(_LARGEST + 1)
    except OSError as error:
        return error


def _read_zip(
    path: Path, members: list[zipfile.ZipInfo], studies: _Studies
) -> Iterator[ReceivedReport | Rejected]:
    """Members are read where they lie; nothing is unpacked to disk."""
    with zipfile.ZipFile(path) as archive:
        for member in members:
            trick = _path_trick(member)
            if trick is not None:
                yield _unsafe(member.filename, trick)
            else:
                yield _read_member(archive, member, studies)


def _path_trick(member: zipfile.ZipInfo) -> str | None:
    name = member.orig_filename
    if "\\" in name or "\x00" in name or re.match(r"^(?:/|[A-Za-z]:)", name):
        return "an absolute path or one of another system"
    if ".." in name.split("/"):
        return "a path out of the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link"
    return None


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, studies: _Studies
) -> ReceivedReport | Rejected:
    location = Location(member.filename)
    try:
        with archive.open(member) as file:
            content = file.read(_LARGEST + 1)
    except BROKEN_ARCHIVE:
        detail = "damaged, encrypted or packed in an unknown way; fetch the archive anew"
        return Rejected(location, None, "unreadable_file", detail)
    return _report(member.filename, member.filename, content, studies)


def _report(path: str, name: str, content: bytes, studies: _Studies) -> ReceivedReport | Rejected:
    found = _REPORT.search(path)
    if found is None:
        detail = "expected a name such as s50414267.txt, s and the study's id"
        return Rejected(Location(name), None, "missing_id", detail)
    if len(content) > _LARGEST:
        detail = f"has more than {_LARGEST:,} bytes"
        return Rejected(Location(name), f"s{found['study']}", "too_long", detail)
    study = found["study"]
    split = studies.split_of(study)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        detail = "expected UTF-8; save the file as UTF-8"
        return Rejected(Location(name), f"s{study}", "wrong_encoding", detail)
    return ReceivedReport(Location(name), f"s{study}", found["subject"], study, split, text)


def _unsafe(name: str, what: str) -> Rejected:
    return Rejected(Location(name), None, "unsafe_path", f"{what}; nothing was read from it")
