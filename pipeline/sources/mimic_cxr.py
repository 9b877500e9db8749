"""MIMIC-CXR: the report tree or `mimic-cxr-reports.zip`, joined with the tables beside it.

Johnson et al., "MIMIC-CXR, a de-identified publicly available database of chest radiographs with
free-text reports", Scientific Data 2019.
"""

import re
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.sources.delimited import read_rows
from pipeline.sources.records import Place, ReceivedReport, Rejected, Source, SourceError

_REPORT: Final = re.compile(r"(?:^|/)p(?P<subject>\d+)/s(?P<study>\d+)\.txt$")
_LAYOUT: Final = (
    "expected MIMIC-CXR's report tree (files/p10/p10000032/s50414267.txt) or its "
    "mimic-cxr-reports.zip"
)
_TABLES: Final = ("metadata", "split", "chexpert")
_REMEDY: Final = "fetch MIMIC-CXR-JPG's table anew, or take the file away"
# No report comes near it; a member that does is a mistake or an attack.
_LARGEST: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class _Studies:
    """What the tables beside the reports say, by study id; None where a table is not there."""

    in_metadata: frozenset[str] | None
    splits: dict[str, str] | None
    in_chexpert: frozenset[str] | None
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


def open_mimic_cxr(path: Path, metadata: Path | None) -> Source:
    """The reports at `path`, with subject and split.

    `mimic-cxr-2.0.0-metadata.csv`, `-split.csv` and `-chexpert.csv`, gzipped or not, are looked
    for in `metadata`, or else in `path` or its folder; each may be missing.

    Raises:
        SourceError: there are no reports at `path`, or a table lacks a column.
    """
    folder = metadata or (path if path.is_dir() else path.parent)
    if not folder.is_dir():
        raise SourceError(f"source.metadata: {folder} is no folder; expected that of the CSV files")
    studies = _read_tables(folder)
    if path.is_dir():
        files = sorted(file for file in path.rglob("s*.txt") if _REPORT.search(file.as_posix()))
        if not files:
            raise SourceError(f"source.path: {path} holds no reports; {_LAYOUT}")
        return Source(_read_tree(path, files, studies), len(files), studies.tallies)
    if not zipfile.is_zipfile(path):
        raise SourceError(f"source.path: {path} is neither a folder nor a zip archive; {_LAYOUT}")
    return Source(_read_zip(path, studies), None, studies.tallies)


def _read_tables(folder: Path) -> _Studies:
    found = {name: _find_table(folder, name) for name in _TABLES}
    metadata, split, chexpert = (found[name] for name in _TABLES)
    return _Studies(
        in_metadata=frozenset(_column(metadata, "study_id")) if metadata else None,
        splits=_splits(split) if split else None,
        in_chexpert=frozenset(_column(chexpert, "study_id")) if chexpert else None,
    )


def _find_table(folder: Path, name: str) -> Path | None:
    files = sorted(folder.glob(f"mimic-cxr-*-{name}.csv*"))
    return next((file for file in files if file.name.endswith((".csv", ".csv.gz"))), None)


def _column(path: Path, name: str) -> Iterator[str]:
    for row in read_rows(path, (name,), _REMEDY):
        if not isinstance(row, Rejected):
            yield row[1][name]


def _splits(path: Path) -> dict[str, str]:
    return {
        row[1]["study_id"]: row[1]["split"]
        for row in read_rows(path, ("study_id", "split"), _REMEDY)
        if not isinstance(row, Rejected)
    }


def _read_tree(
    root: Path, files: list[Path], studies: _Studies
) -> Iterator[ReceivedReport | Rejected]:
    for file in files:
        name = file.relative_to(root).as_posix()
        if not file.resolve().is_relative_to(root.resolve()):
            yield _unsafe(name, "a link out of source.path")
            continue
        try:
            content = file.read_bytes()
        except OSError as error:
            yield Rejected(Place(name), None, "unreadable_file", f"{error.strerror}; fetch it anew")
            continue
        yield _report(file.as_posix(), name, content, studies)


def _read_zip(path: Path, studies: _Studies) -> Iterator[ReceivedReport | Rejected]:
    """Members are read where they lie; nothing is unpacked to disk."""
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            if member.is_dir():
                continue
            trick = _path_trick(member)
            if trick is not None:
                yield _unsafe(member.filename, trick)
            elif _REPORT.search(member.filename):
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
    place = Place(member.filename)
    try:
        with archive.open(member) as file:
            content = file.read(_LARGEST + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        detail = "damaged, encrypted or packed in an unknown way; fetch the archive anew"
        return Rejected(place, None, "unreadable_file", detail)
    if len(content) > _LARGEST:
        return Rejected(place, None, "too_long", f"unpacks to more than {_LARGEST:,} bytes")
    return _report(member.filename, member.filename, content, studies)


def _report(path: str, name: str, content: bytes, studies: _Studies) -> ReceivedReport | Rejected:
    found = _REPORT.search(path)
    assert found is not None  # only such paths are read
    study = found["study"]
    split = studies.split_of(study)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        detail = "expected UTF-8; save the file as UTF-8"
        return Rejected(Place(name), f"s{study}", "wrong_encoding", detail)
    return ReceivedReport(Place(name), f"s{study}", found["subject"], study, split, text)


def _unsafe(name: str, what: str) -> Rejected:
    return Rejected(Place(name), None, "unsafe_path", f"{what}; nothing was read from it")
