"""Any folder of images, with boxes and what else is known in a CSV file or a COCO JSON."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from data_contracts.pictures.paths import names_inside
from data_contracts.pictures.pixels import is_image_name
from data_contracts.pictures.views import view_of
from data_contracts.quarantine import Location, Rejected
from model.images.sources.coco import read_coco
from model.images.sources.delimited import Row, read_rows
from model.images.sources.fields import box_of, score_of
from model.images.sources.records import ImageSource, ImageSourceError, ListedImage

_CORNERS: Final = ("x", "y", "width", "height")
_SCORE: Final = ("geographic_extent", "opacity")
_UNKNOWN: Final = "unknown"


def open_folder(root: Path, annotations: Path | None = None) -> ImageSource:
    """Every DICOM, PNG and JPEG below `root`, in the order of their paths.

    An image's id is its path without the suffix, or with it where two files differ in it alone.

    Args:
        root: the folder.
        annotations: CSV file (`image_id` or `path`; any of `x`, `y`, `width`, `height`, `label`,
            `phrase`, `annotator`, `subject_id`, `study_id`, `report_id`, `split`, `view`,
            `geographic_extent`, `opacity`) or COCO JSON; None takes the only one that lies in
            `root` itself, if any.

    Raises:
        ImageSourceError: there are no images, several files could be the annotations, or they
            cannot be read.
    """
    listing, others = list_folder(root, annotations)
    records: list[ListedImage | Rejected] = [*listing.rejected, *listing.images.values()]
    return ImageSource(root, iter(records), len(records), Counter(other_files=others))


def list_folder(root: Path, annotations: Path | None) -> tuple["Listing", int]:
    """The images of a folder with what the annotations say, and how many other files there are.

    Args:
        root: the folder.
        annotations: see `open_folder`.

    Raises:
        ImageSourceError: see `open_folder`.
    """
    files = sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if not path.name.startswith(".") and (path.is_symlink() or path.is_file())
    )
    paths = [name for name in files if is_image_name(root / name)]
    if not paths:
        raise ImageSourceError(f"{root}: holds no DICOM, PNG or JPEG file; give another folder")
    listing = Listing(paths)
    annotations = annotations or _annotations(root)
    if annotations is not None and annotations.suffix.lower() == ".json":
        _join_coco(listing, annotations)
    elif annotations is not None:
        _join_csv(listing, annotations, root)
    return listing, max(0, len(files) - len(paths) - (annotations is not None))


class Listing:
    """The folder's images, found by whatever an annotation calls them.

    Attributes:
        images: by path.
        rejected: rows of the annotations that cannot be used.
        named: paths of the images that a row of the annotations names.
    """

    def __init__(self, paths: list[str]) -> None:
        bare = Counter(_bare(path) for path in paths)
        self.rejected: list[Rejected] = []
        self.named: set[str] = set()
        self.images = {
            path: ListedImage(Location(path), _bare(path) if bare[_bare(path)] == 1 else path, path)
            for path in paths
        }
        self._by_name: dict[str, set[str]] = {}
        for path in paths:
            name = PurePosixPath(path).name
            for key in (path, _bare(path), name, _bare(name)):
                self._by_name.setdefault(key, set()).add(path)

    def find(self, location: Location, name: str) -> ListedImage | None:
        """The image that `name` means; None, and a row rejected, where it means none or several."""
        found = {name} if name in self.images else self._by_name.get(name, set())
        if len(found) == 1:
            path = next(iter(found))
            self.named.add(path)
            return self.images[path]
        if not name:
            self.reject(location, None, "missing_id", "expected an image_id or a path")
        elif not names_inside(name):
            self.reject(location, name, "unsafe_path", "expected a path below the folder")
        elif found:
            self.reject(
                location, name, "ambiguous_id", "several files have this name; give the path"
            )
        else:
            self.reject(location, name, "missing_image", "the folder holds no such image")
        return None

    def reject(self, location: Location, name: str | None, reason: str, detail: str) -> None:
        """Set aside a row of the annotations."""
        self.rejected.append(Rejected(location, name, reason, detail))


def _bare(path: str) -> str:
    return PurePosixPath(path).with_suffix("").as_posix()


def _annotations(root: Path) -> Path | None:
    found = sorted(path for path in root.iterdir() if path.suffix.lower() in (".csv", ".json"))
    found += sorted(root.glob("*.csv.gz"))
    if len(found) > 1:
        raise ImageSourceError(
            f"{root}: {', '.join(path.name for path in found[:5])} could all be the annotations; "
            "name one with --annotations"
        )
    return found[0] if found else None


def _join_coco(listing: Listing, path: Path) -> None:
    images, rejected = read_coco(path, _UNKNOWN)
    listing.rejected += rejected
    for image in images:
        listed = listing.find(image.location, image.path)
        if listed is not None:
            listing.images[listed.path] = replace(
                listed, frame=image.frame, boxes=(*listed.boxes, *image.boxes)
            )


def _join_csv(listing: Listing, path: Path, root: Path) -> None:
    names: tuple[str, ...] = ()
    for row in read_rows(path, (), root):
        if isinstance(row, Rejected):
            listing.rejected.append(row)
            continue
        names = names or tuple(name for name in ("path", "image_id") if name in row[1])
        if not names:
            raise ImageSourceError(f"{path}: has no column image_id or path; add one")
        _join_row(listing, row, next((row[1][name] for name in names if row[1][name]), ""))


def _join_row(listing: Listing, row: Row, name: str) -> None:
    location, fields = row
    listed = listing.find(location, name)
    if listed is None:
        return
    joined = replace(
        listed,
        subject_id=listed.subject_id or fields.get("subject_id") or None,
        study_id=listed.study_id or fields.get("study_id") or None,
        report_id=listed.report_id or fields.get("report_id") or None,
        split=listed.split or fields.get("split") or None,
        view=listed.view or view_of(fields.get("view", "")),
    )
    if any(fields.get(corner) for corner in _CORNERS):
        joined = _with_box(listing, joined, location, fields)
    if any(fields.get(column) for column in _SCORE):
        joined = _with_score(listing, joined, location, fields)
    listing.images[listed.path] = joined


def _with_box(
    listing: Listing, image: ListedImage, location: Location, fields: Mapping[str, str]
) -> ListedImage:
    box = box_of(
        location,
        image.image_id,
        {corner: fields.get(corner, "") for corner in _CORNERS},
        label=fields.get("label") or _UNKNOWN,
        annotator=fields.get("annotator") or _UNKNOWN,
        phrase=fields.get("phrase") or None,
    )
    if isinstance(box, Rejected):
        listing.rejected.append(box)
        return image
    return replace(image, boxes=(*image.boxes, box))


def _with_score(
    listing: Listing, image: ListedImage, location: Location, fields: Mapping[str, str]
) -> ListedImage:
    score = score_of(location, image.image_id, *(fields.get(column, "") for column in _SCORE))
    if isinstance(score, Rejected):
        listing.rejected.append(score)
    elif image.score is None:
        return replace(image, score=score)
    elif (image.score.geographic_extent, image.score.opacity) != (
        score.geographic_extent,
        score.opacity,
    ):
        listing.reject(location, image.image_id, "duplicate_score", "keep one score an image")
    return image
