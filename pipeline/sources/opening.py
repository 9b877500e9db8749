"""The kinds of source there are, and opening the one that the settings name.

Nothing heavy is loaded before a source is opened, so that a wrong path is told at once.
"""

import difflib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol, cast

from command_line.near_names import did_you_mean
from pipeline.sources.records import Source, SourceError

if TYPE_CHECKING:
    from pipeline.settings import SourceSettings


class Kind(NamedTuple):
    """A kind of source.

    Attributes:
        module: its file in this package, imported only when a source of the kind is opened; it has
            `open_reports`, which takes the settings and gives the source.
        path: what stands at the source's path, for help and errors.
        takes: whether that is a file, a folder, or either.
        mapped: whether its columns have names of their own, which are found or set.
    """

    module: str
    path: str
    takes: Literal["a file", "a folder", "a file or folder"]
    mapped: bool = False


_EITHER: Final = "a file or folder"
_GROUNDED: Final = "grounded_reports_*.json or its folder"
#: Every kind, in the order to show them; `SourceKind` in `pipeline/settings.py` names the same.
KINDS: Final[dict[str, Kind]] = {
    "phantom": Kind("phantom", "the folder that the stage phantom wrote", "a folder"),
    "mimic_cxr": Kind("mimic_cxr", "the report tree or mimic-cxr-reports.zip", _EITHER),
    "openi_xml": Kind("openi_xml", "the folder or the archive of the XML files", _EITHER),
    "openi_csv": Kind("openi_csv", "Open-i's indiana_reports.csv", "a file"),
    "nih_reports": Kind("nih_reports", "the CSV of ChestX-ray14's reports, by MAPLEZ", "a file"),
    "padchest_gr": Kind("padchest_gr", f"{_GROUNDED}, a report a study", _EITHER),
    "padchest_gr_sentences": Kind(
        "padchest_gr_sentences", f"{_GROUNDED}, a report a sentence", _EITHER
    ),
    "csv": Kind("csv_file", "a CSV file with a header", "a file", mapped=True),
    "jsonl": Kind("jsonl_file", "a file of JSON objects, one a line", "a file", mapped=True),
    "parquet": Kind("parquet_file", "a Parquet file or a folder of them", _EITHER, mapped=True),
    "xlsx": Kind("xlsx_file", "an Excel workbook with a header", "a file", mapped=True),
}


class _Reader(Protocol):
    def open_reports(self, settings: "SourceSettings") -> Source: ...


def open_source(settings: "SourceSettings") -> Source:
    """The source of that kind at that path.

    Raises:
        SourceError: there is nothing at the path, or not what the kind expects.
        TableNotFoundError: the phantom stage has not run.
    """
    if settings.kind != "phantom":  # a table that is not there is told with the stage that makes it
        check_path(settings.kind, settings.path)
    return load_reader(settings.kind).open_reports(settings)


def load_reader(kind: str) -> _Reader:
    """The module that reads a kind."""
    return cast("_Reader", import_module(f"pipeline.sources.{KINDS[kind].module}"))


def check_kind(kind: str) -> None:
    """See that there is such a kind.

    Raises:
        SourceError: there is none.
    """
    if kind in KINDS:
        return
    meant = did_you_mean(kind, KINDS)
    if Path(kind).exists():
        meant = " but a path, which stands behind its kind"
    raise SourceError(f"{kind!r} is no kind of source{meant}; there are {', '.join(KINDS)}")


def check_path(kind: str, path: Path) -> None:
    """See that there is something at a source's path, as far as that can be told without opening.

    Raises:
        SourceError: the kind is unknown, nothing is there, or a folder where a file is expected.
    """
    check_kind(kind)
    known = KINDS[kind]
    if not path.exists():
        raise SourceError(
            f"source.path: there is no file or folder {path}{_near(path)}; {kind} expects "
            f"{known.path}"
        )
    if not path.is_file() and not path.is_dir():
        raise SourceError(f"source.path: {path} is a device, pipe or socket; {kind} expects a file")
    if known.takes == "a file" and path.is_dir():
        raise SourceError(
            f"source.path: {path} is a folder; {kind} expects a file: {known.path}; name one of "
            "its files"
        )
    if known.takes == "a folder" and not path.is_dir():
        raise SourceError(f"source.path: {path} is a file; {kind} expects a folder: {known.path}")


def _near(path: Path) -> str:
    """What may have been meant by a path, to put behind it; empty where nothing is near."""
    if not path.parent.is_dir():
        return f", nor its folder {path.parent}"
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
    return f" (did you mean {path.parent / near[0]}?)" if near else ""
