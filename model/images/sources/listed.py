"""The images of a folder that annotations list; the others are not read.

Where readers have looked at a part of a folder only, an image that they did not list is no image
without a finding.
"""

from collections import Counter
from pathlib import Path

from data_contracts.quarantine import Rejected
from model.images.sources.folder import list_folder
from model.images.sources.records import ImageSource, ImageSourceError, ListedImage


def open_listed(root: Path, annotations: Path | None = None) -> ImageSource:
    """The images below `root` that the annotations list, in the order of their paths.

    Args:
        root: the folder.
        annotations: as `open_folder` takes them.

    Raises:
        ImageSourceError: there are no images, none is listed, several files could be the
            annotations, or they cannot be read.
    """
    listing, others = list_folder(root, annotations)
    images = [image for path, image in listing.images.items() if path in listing.named]
    if not images:
        raise ImageSourceError(
            f"{root}: the annotations list none of its {len(listing.images)} images; name the file "
            "that does with --annotations, or read all images with the kind folder"
        )
    records: list[ListedImage | Rejected] = [*listing.rejected, *images]
    tallies = Counter(other_files=others, not_listed=len(listing.images) - len(images))
    return ImageSource(root, iter(records), len(records), tallies)
