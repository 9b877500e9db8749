"""The list of image sources: name of a kind to its reader. A new kind is a file and a line here."""

from pathlib import Path
from typing import Final, NamedTuple

from model.images.sources.records import ImageSource, ImageSourceError
from model.registries.outside import ExtensionError
from model.registries.registry import Registry, resolve_function


class Kind(NamedTuple):
    """A kind of image source.

    Attributes:
        opens: `module:name` of its function, imported only when a source of the kind is opened. It
            takes the folder of the data set, and gives an `ImageSource`.
        annotations: whether tables or JSON may lie elsewhere; the function then takes their path,
            or None, too.
    """

    opens: str
    annotations: bool = False


_ROOM: Final = "model.images.sources"
#: The kinds there are, in the order to show them.
KINDS: Final = Registry(
    "kind of image source",
    {
        "rsna": Kind(f"{_ROOM}.rsna:open_rsna", annotations=True),
        "chestxray14": Kind(f"{_ROOM}.chestxray14:open_chestxray14"),
        "covid": Kind(f"{_ROOM}.covid:open_covid"),
        "vindr_cxr": Kind(f"{_ROOM}.vindr_cxr:open_vindr_cxr"),
        "padchest_gr": Kind(f"{_ROOM}.padchest_gr:open_padchest_gr"),
        "chexlocalize": Kind(f"{_ROOM}.chexlocalize:open_chexlocalize"),
        "mimic_cxr_jpg": Kind(f"{_ROOM}.mimic_cxr_jpg:open_mimic_cxr_jpg", annotations=True),
        "ms_cxr": Kind(f"{_ROOM}.ms_cxr:open_ms_cxr", annotations=True),
        "nvidia_mimic": Kind(f"{_ROOM}.nvidia_mimic:open_nvidia_mimic", annotations=True),
        "folder": Kind(f"{_ROOM}.folder:open_folder", annotations=True),
        "listed": Kind(f"{_ROOM}.listed:open_listed", annotations=True),
    },
)


def register_image_source(name: str, opens: str, *, annotations: bool = False) -> None:
    """Add a kind of image source, which `python -m model images KIND PATH` then reads.

    Args:
        name: of the kind.
        opens: `module:name` of its function; see `Kind`.
        annotations: whether the function takes the path of annotations that lie elsewhere.

    Raises:
        ExtensionError: the name is taken.
    """
    KINDS.register(name, Kind(opens, annotations))


def open_images(kind: str, root: Path, annotations: Path | None = None) -> ImageSource:
    """The source of a kind at `root`; nothing is decoded yet.

    Args:
        kind: one of `KINDS`.
        root: the folder of the data set.
        annotations: its tables or JSON, where they lie elsewhere; for `mimic_cxr_jpg` a folder,
            for `rsna`, `ms_cxr`, `nvidia_mimic`, `folder` and `listed` a file.

    Raises:
        ImageSourceError: the kind is unknown, or the folder is not laid out as the kind says.
        ExtensionError: the kind is from outside, and its function is not there or gives no source.
    """
    if kind not in KINDS:
        raise ImageSourceError(KINDS.unlisted(kind))
    if not root.is_dir():
        raise ImageSourceError(f"{root}: is no folder; give that of the data set ({kind})")
    if annotations is not None and not annotations.exists():
        raise ImageSourceError(f"{annotations}: is not there; --annotations names it")
    listed = KINDS[kind]
    if annotations is not None and not listed.annotations:
        raise ImageSourceError(
            f"--annotations: {kind} has its tables in its folder; leave the option out"
        )
    given = (root, annotations) if listed.annotations else (root,)
    source = resolve_function(listed.opens)(*given)
    if not isinstance(source, ImageSource):
        raise ExtensionError(
            f"'{listed.opens}' gives a {type(source).__name__}; expected an ImageSource"
        )
    return source
