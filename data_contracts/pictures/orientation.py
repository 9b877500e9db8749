"""Reorients stored pictures, and their boxes, to show a patient who faces the reader.

A chest radiograph is read with the patient's right at the left of the picture and the head up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Value = TypeVar("_Value", bound=np.generic)

#: Left edge, upper edge, width and height in pixels.
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Reorientation:
    """How a stored picture is reoriented, in this order.

    Attributes:
        transpose: exchange rows and columns.
        mirror: exchange left and right.
        flip: exchange top and bottom.
    """

    transpose: bool = False
    mirror: bool = False
    flip: bool = False

    def picture(self, stored: NDArray[_Value]) -> NDArray[_Value]:
        """The picture as it is read.

        Args:
            stored: [H, W] as the file has it.

        Returns:
            [H, W], or [W, H] where rows and columns are exchanged; a view of `stored`.
        """
        turned = stored.T if self.transpose else stored
        turned = turned[:, ::-1] if self.mirror else turned
        return turned[::-1] if self.flip else turned

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the picture as it is read, from those stored, and back again."""
        return (height, width) if self.transpose else (width, height)

    def box(self, box: Rectangle, width: int, height: int) -> Rectangle:
        """Where a box that was drawn on the stored picture lies on the one that is read.

        Args:
            box: x, y, width and height in stored pixels.
            width: stored width in pixels.
            height: stored height in pixels.
        """
        x, y, across, down = box
        if self.transpose:
            x, y, across, down = y, x, down, across
        full_width, full_height = self.size(width, height)
        if self.mirror:
            x = full_width - x - across
        if self.flip:
            y = full_height - y - down
        return x, y, across, down


def reorientation_of(patient_orientation: Sequence[str]) -> Reorientation:
    """The reorientation that DICOM's PatientOrientation requires.

    Args:
        patient_orientation: direction of a row and of a column, such as `L` and `F`; a direction
            between two names the nearer first (`LF`).

    Returns:
        One that changes nothing where the directions are not those of a frontal view.
    """
    if len(patient_orientation) != 2:
        return Reorientation()
    row, column = (str(direction)[:1].upper() for direction in patient_orientation)
    if row in ("L", "R") and column in ("F", "H"):
        return Reorientation(mirror=row == "R", flip=column == "H")
    if row in ("F", "H") and column in ("L", "R"):
        return Reorientation(transpose=True, mirror=column == "R", flip=row == "H")
    return Reorientation()
