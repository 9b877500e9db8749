"""Grey values of any range brought to 0 to 1."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]

# Burnt-in markers and dead pixels hold the extremes, and would leave the lungs a narrow band.
_DARKEST: Final = 0.5
_BRIGHTEST: Final = 99.5
# Percentiles of a sample differ from those of all pixels by less than the film's noise.
_SAMPLE: Final = 500_000
# Of the darkest radiograph, and of one that hardly differs from a plain grey: less is no picture.
_NEARLY_BLACK: Final = 0.1
_NEARLY_FLAT: Final = 0.05


def stretch(values: NDArray[np.generic], valid: NDArray[np.bool_] | None = None) -> Picture:
    """Bring values of an unknown range to 0 to 1.

    The 0.5th percentile becomes 0 and the 99.5th 1; where these are one value, the least and the
    greatest are taken.

    Args:
        values: [H, W] in any unit.
        valid: [H, W], False for padding that is no part of the picture; None for none.

    Returns:
        float32 [H, W] in 0 to 1, all 0 where there is only one value.
    """
    pixels = values[valid] if valid is not None else values.reshape(-1)
    if not pixels.size:
        return np.zeros(values.shape, np.float32)
    sample = pixels[:: max(1, pixels.size // _SAMPLE)].astype(np.float64)
    low, high = (float(value) for value in np.percentile(sample, (_DARKEST, _BRIGHTEST)))
    if high <= low:
        low, high = float(pixels.min()), float(pixels.max())
    if high <= low:
        return np.zeros(values.shape, np.float32)
    return between(values, low, high)


def between(values: NDArray[np.generic], low: float, high: float) -> Picture:
    """Bring `low` to 0 and `high` to 1, and what lies outside to the nearer of the two.

    Args:
        values: [H, W] in any unit.
        low: below `high`, in that unit.
        high: in that unit.

    Returns:
        float32 [H, W] in 0 to 1.
    """
    scaled = values.astype(np.float32)
    scaled -= np.float32(low)
    scaled *= np.float32(1 / (high - low))
    return np.clip(scaled, 0, 1, out=scaled)


def is_flat(picture: Picture) -> bool:
    """Whether there is nothing to see: a hundredth of the range holds all pixels."""
    return float(picture.max() - picture.min()) < 0.01


def shortcomings(picture: Picture) -> tuple[str, ...]:
    """Short names of what makes a picture hard to see: `nearly_black`, `nearly_flat` or none.

    Args:
        picture: [H, W] in 0 to 1.
    """
    pixels = picture.reshape(-1)
    sample = pixels[:: max(1, pixels.size // _SAMPLE)]
    low, high = (float(value) for value in np.percentile(sample, (_DARKEST, _BRIGHTEST)))
    if high < _NEARLY_BLACK:
        return ("nearly_black",)
    return ("nearly_flat",) if high - low < _NEARLY_FLAT else ()
