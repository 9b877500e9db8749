"""Finding a data set's tables, and gathering what they say by image."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from data_contracts.quarantine import Rejected
from model.images.sources.delimited import Row
from model.images.sources.records import DrawnBox, ImageSourceError, Score, ZoneScore

_Found = TypeVar("_Found")


def one_table(folder: Path, *patterns: str) -> Path | None:
    """The one file of `folder` that fits a pattern, plain or gzipped; None where there is none.

    Raises:
        ImageSourceError: several files fit one pattern.
    """
    for pattern in patterns:
        for ending in ("", ".gz"):
            files = sorted(folder.glob(pattern + ending))
            if len(files) > 1:
                raise ImageSourceError(
                    f"{folder}: has {', '.join(file.name for file in files[:5])}; expected one "
                    f"{pattern}, so take the others away"
                )
            if files:
                return files[0]
    return None


def required_table(folder: Path, *patterns: str) -> Path:
    """See `one_table`; there must be one.

    Raises:
        ImageSourceError: there is none, or there are several.
    """
    found = one_table(folder, *patterns)
    if found is None:
        raise ImageSourceError(
            f"{folder}: has no {patterns[0]}, gzipped or not; give the folder that holds it"
        )
    return found


def gather(
    rows: Iterable[Row | Rejected],
    rejected: list[Rejected],
    read: Callable[[Row], tuple[str, _Found | Rejected]],
) -> dict[str, list[_Found]]:
    """What `read` makes of each row, by the image's id, in the rows' order.

    Args:
        rows: of a table.
        rejected: what cannot be used is added to it.
        read: gives the image's id and what its row holds.
    """
    found: dict[str, list[_Found]] = {}
    for row in rows:
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        image_id, value = read(row)
        if isinstance(value, Rejected):
            rejected.append(value)
        else:
            found.setdefault(image_id, []).append(value)
    return found


def of_unknown_images(
    found: Mapping[str, Sequence[DrawnBox | Score | ZoneScore]],
) -> Iterator[Rejected]:
    """Boxes and scores that were gathered for images which the source does not list, rejected."""
    for image_id, values in found.items():
        for location in dict.fromkeys(value.location for value in values):
            detail = "belongs to an image that the source's table does not list"
            yield Rejected(location, image_id, "unknown_image", detail)
