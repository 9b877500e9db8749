"""What an image's header says of it."""

from dataclasses import dataclass, field
from typing import Final

from data_contracts.pictures.orientation import Reorientation

#: The note of a file whose table of how to show its values is empty, too short, or leaves it black.
DISPLAY_TABLE_UNUSABLE: Final = "display_table_unusable"


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of an image before its pixels are decoded.

    Attributes:
        width: pixels of a row of the picture as it is read.
        height: rows of the picture as it is read.
        spacing: distance of two columns and of two rows in mm; None where the file does not say.
        view: one of `data_contracts.images.VIEWS`; None where the file does not say.
        reorientation: what was done to the stored picture; boxes drawn on that one need the same.
        notes: what is out of the ordinary, by short names; see `data_contracts.images`.
    """

    width: int
    height: int
    spacing: tuple[float, float] | None = None
    view: str | None = None
    reorientation: Reorientation = field(default_factory=Reorientation)
    notes: tuple[str, ...] = ()

    @property
    def stored_size(self) -> tuple[int, int]:
        """Width and height in pixels as the file has them."""
        return self.reorientation.size(self.width, self.height)
