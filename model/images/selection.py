"""Selects listed images: each once, and frontal ones unless all views are wanted."""

from data_contracts.images import FRONTAL_VIEWS
from data_contracts.quarantine import Rejected
from model.images.inspection import Inspected
from model.images.sources.records import ListedImage


class Selection:
    """Selects images, each id and each content once.

    Args:
        all_views: whether lateral and other views are wanted too.
    """

    def __init__(self, *, all_views: bool) -> None:
        self._all_views = all_views
        self._ids: set[str] = set()
        self._files: dict[str, str] = {}

    def before_reading(self, image: ListedImage) -> Rejected | None:
        """Why an image is rejected by its listing alone, before its file is read; None keeps it."""
        if image.image_id in self._ids:
            detail = "an image before it has this id; give each its own"
            return Rejected(image.location, image.image_id, "duplicate_id", detail)
        self._ids.add(image.image_id)
        return self._view_problem(image, image.view)

    def after_reading(self, image: ListedImage, inspected: Inspected) -> Rejected | None:
        """Why an image is rejected by its file; None keeps it."""
        problem = self._view_problem(image, image.view or inspected.facts.view)
        if problem is not None:
            return problem
        first = self._files.setdefault(inspected.checksum, image.image_id)
        if first != image.image_id:
            detail = f"its file is that of {first} once more; in two splits it would leak"
            return Rejected(image.location, image.image_id, "duplicate_image", detail)
        return None

    def _view_problem(self, image: ListedImage, view: str | None) -> Rejected | None:
        if self._all_views or view is None or view in FRONTAL_VIEWS:
            return None
        if view == "LATERAL":
            detail = "is a lateral view; ask for all views to keep it"
            return Rejected(image.location, image.image_id, "lateral", detail)
        detail = "its view is unknown, or neither frontal nor lateral; ask for all views to keep it"
        return Rejected(image.location, image.image_id, "other_view", detail)
