"""The list of image sources: name of a kind to its reader."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from model.images.sources.chestxray14 import open_chestxray14
from model.images.sources.chexlocalize import open_chexlocalize
from model.images.sources.covid import open_covid
from model.images.sources.folder import open_folder
from model.images.sources.mimic_cxr_jpg import open_mimic_cxr_jpg
from model.images.sources.ms_cxr import open_ms_cxr
from model.images.sources.nvidia_mimic import open_nvidia_mimic
from model.images.sources.padchest_gr import open_padchest_gr
from model.images.sources.records import ImageSource, ImageSourceError
from model.images.sources.rsna import open_rsna
from model.images.sources.vindr_cxr import open_vindr_cxr

_PLAIN: Final[dict[str, Callable[[Path], ImageSource]]] = {
    "chestxray14": open_chestxray14,
    "covid": open_covid,
    "vindr_cxr": open_vindr_cxr,
    "padchest_gr": open_padchest_gr,
    "chexlocalize": open_chexlocalize,
}
_ANNOTATED: Final[dict[str, Callable[[Path, Path | None], ImageSource]]] = {
    "rsna": open_rsna,
    "mimic_cxr_jpg": open_mimic_cxr_jpg,
    "ms_cxr": open_ms_cxr,
    "nvidia_mimic": open_nvidia_mimic,
    "folder": open_folder,
}
#: The kinds there are, in the order to show them.
KINDS: Final = (*_PLAIN, *_ANNOTATED)


def open_images(kind: str, root: Path, annotations: Path | None = None) -> ImageSource:
    """The source of a kind at `root`; nothing is decoded yet.

    Args:
        kind: one of `KINDS`.
        root: the folder of the data set.
        annotations: its tables or JSON, where they lie elsewhere; for `mimic_cxr_jpg` a folder,
            for `rsna` (its mappings), `ms_cxr`, `nvidia_mimic` and `folder` a file.

    Raises:
        ImageSourceError: the kind is unknown, or the folder is not laid out as the kind says.
    """
    if kind not in KINDS:
        raise ImageSourceError(f"{kind!r} is no kind of image source; there are {', '.join(KINDS)}")
    if not root.is_dir():
        raise ImageSourceError(f"{root}: is no folder; give that of the data set ({kind})")
    if annotations is not None and not annotations.exists():
        raise ImageSourceError(f"{annotations}: is not there; --annotations names it")
    if kind in _ANNOTATED:
        return _ANNOTATED[kind](root, annotations)
    if annotations is not None:
        raise ImageSourceError(
            f"--annotations: {kind} has its tables in its folder; leave the option out"
        )
    return _PLAIN[kind](root)
