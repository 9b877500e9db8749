"""Any image as the square that networks see, and the way back to the image's own pixels."""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from data_contracts.pictures.grey import Picture
from model.scoring.overlap import Boxes

#: [S, S] uint8, bright where the body is dense; black around an image that is not square.
Square: TypeAlias = npt.NDArray[np.uint8]

# Burnt-in letters and collimated borders must not decide how the rest is shown.
_DARKEST, _BRIGHTEST = 1.0, 99.0
_WHITE: Final = 255


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an image lies in its square.

    Attributes:
        width: the image's, in its own pixels.
        height: the image's, in its own pixels.
        scale: pixels of the square for one of the image's.
        left: column of the square that the image begins at.
        top: row of the square that the image begins at.
    """

    width: int
    height: int
    scale: float
    left: float
    top: float

    def to_square(self, boxes: Boxes) -> Boxes:
        """[N, 4] in the square's pixels of boxes in the image's own."""
        return boxes * self.scale + self._offset()

    def to_image(self, boxes: Boxes) -> Boxes:
        """[N, 4] in the image's own pixels of boxes in the square's, cut at the image's edges."""
        found: Boxes = (boxes - self._offset()) / self.scale
        found[:, 0::2] = found[:, 0::2].clip(0, self.width)
        found[:, 1::2] = found[:, 1::2].clip(0, self.height)
        return found

    def _offset(self) -> npt.NDArray[np.float64]:
        return np.array([self.left, self.top, self.left, self.top])


def place_in_square(width: int, height: int, size: int) -> Placement:
    """Where an image of `width` by `height` pixels lies in a square of `size`: whole, centred.

    Raises:
        ValueError: the image has no pixels.
    """
    if width < 1 or height < 1:
        raise ValueError(f"an image of {width} by {height} pixels; expected at least one each")
    scale = size / max(width, height)
    return Placement(width, height, scale, (size - width * scale) / 2, (size - height * scale) / 2)


def fit_square(picture: Picture, size: int) -> Square:
    """An image in its square, its contrast stretched between its 1st and 99th percentile.

    Args:
        picture: float32 [H, W] in 0 to 1, as `read_pixels` gives it.
        size: S, pixels of the square's side.
    """
    height, width = picture.shape
    placement = place_in_square(width, height, size)
    inner = max(round(width * placement.scale), 1), max(round(height * placement.scale), 1)
    small = np.asarray(Image.fromarray(picture).resize(inner, Image.Resampling.BOX, reducing_gap=2))
    low, high = np.percentile(small, (_DARKEST, _BRIGHTEST))
    stretched = np.clip((small - low) / max(high - low, 1e-6), 0, 1) * _WHITE
    square = np.zeros((size, size), dtype=np.uint8)
    top, left = round(placement.top), round(placement.left)
    square[top : top + inner[1], left : left + inner[0]] = stretched.round()
    return square
