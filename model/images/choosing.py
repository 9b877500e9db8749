"""Which listed images are used: each once, and frontal ones unless all are wanted."""

from data_contracts.images import FRONTAL_VIEWS
from model.images.inspection import Inspected
from model.images.sources.records import ListedImage, Rejected


class Choice:
    """Images chosen so far, by id and by content.

    Args:
        all_views: whether lateral and other views are wanted too.
    """

    def __init__(self, *, all_views: bool) -> None:
        self._all_views = all_views
        self._ids: set[str] = set()
        self._files: dict[str, str] = {}

    def before_reading(self, image: ListedImage) -> Rejected | None:
        """What is against an image by its listing alone, so that its file need not be read."""
        if image.image_id in self._ids:
            detail = "an image before it has this id; give each its own"
            return Rejected(image.location, image.image_id, "duplicate_id", detail)
        self._ids.add(image.image_id)
        return self._against_view(image, image.view)

    def after_reading(self, image: ListedImage, inspected: Inspected) -> Rejected | None:
        """What is against an image by its file."""
        against = self._against_view(image, image.view or inspected.facts.view)
        if against is not None:
            return against
        first = self._files.setdefault(inspected.checksum, image.image_id)
        if first != image.image_id:
            detail = f"its file is that of {first} once more; in two splits it would leak"
            return Rejected(image.location, image.image_id, "duplicate_image", detail)
        return None

    def _against_view(self, image: ListedImage, view: str | None) -> Rejected | None:
        if self._all_views or view is None or view in FRONTAL_VIEWS:
            return None
        if view == "LATERAL":
            detail = "is a lateral view; ask for all views to keep it"
            return Rejected(image.location, image.image_id, "lateral", detail)
        detail = "its view is unknown, or neither frontal nor lateral; ask for all views to keep it"
        return Rejected(image.location, image.image_id, "other_view", detail)
