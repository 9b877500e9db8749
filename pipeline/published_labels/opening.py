"""The kinds of published labels there are, and opening one.

Nothing heavy is loaded before a table is opened, so that a wrong path is told at once.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, cast

from command_line.near_names import did_you_mean
from pipeline.sources.records import SourceError

if TYPE_CHECKING:
    from pipeline.published_labels.records import LabelRequest, LabelSource


class LabelKind(NamedTuple):
    """A kind of published labels.

    Attributes:
        module: its file in this package, imported only when a table of the kind is opened; it has
            `open_labels`, which takes a `LabelRequest` and gives a `LabelSource`.
        path: what stands at the path, for help and errors.
        mapped: whether its columns have names of their own, which are set.
    """

    module: str
    path: str
    mapped: bool = False


#: Every kind, in the order to show them.
KINDS: Final[dict[str, LabelKind]] = {
    "chestxray14": LabelKind("chestxray14", "Data_Entry_2017*.csv, or the folder that holds it"),
    "chexpert": LabelKind("chexpert", "train.csv or valid.csv, or the folder that holds them"),
    "mimic_cxr": LabelKind(
        "mimic_cxr", "mimic-cxr-2.0.0-chexpert.csv or -negbio.csv, or the folder of the first"
    ),
    "padchest": LabelKind(
        "padchest", "PADCHEST_chest_x_ray_images_labels*.csv, or the folder that holds it"
    ),
    "maplez": LabelKind("maplez", "*_llm_annotations*.csv, or the folder that holds them"),
    "csv": LabelKind("csv_file", "a CSV file of 1, 0, -1 and blank, with a header", mapped=True),
}


class _Reader(Protocol):
    def open_labels(self, request: "LabelRequest") -> "LabelSource": ...


def open_labels(kind: str, request: "LabelRequest") -> "LabelSource":
    """The labels of that kind at the request's path.

    Raises:
        SourceError: they are not what the kind expects.
    """
    return load_reader(kind).open_labels(request)


def load_reader(kind: str) -> _Reader:
    """The module that reads a kind."""
    return cast("_Reader", import_module(f"pipeline.published_labels.{KINDS[kind].module}"))


def check_labels_path(kind: str, path: Path) -> None:
    """See that there is such a kind, and something at the path.

    Raises:
        SourceError: there is not.
    """
    if kind not in KINDS:
        meant = did_you_mean(kind, KINDS)
        raise SourceError(f"{kind!r} is no kind of labels{meant}; there are {', '.join(KINDS)}")
    if not path.exists():
        raise SourceError(f"there is no file or folder {path}; {kind} expects {KINDS[kind].path}")
    if KINDS[kind].mapped and path.is_dir():
        raise SourceError(f"{path} is a folder; {kind} expects {KINDS[kind].path}")
