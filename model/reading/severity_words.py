"""Severity as it is said to a reader: on its scale, and with a word.

Cohen et al. (2020) score each lung and add both. Extent counts 0 no opacity, 1 less than a quarter
of the lung, 2 up to a half, 3 up to three quarters, 4 more; opacity 0 none, 1 ground glass, 2
consolidation, 3 white-out. The words are ours, they are not from the paper: a step for each mean
score of a lung.
"""

from typing import Final

from model.reading.findings import Severity

#: What the ends of the scales mean.
EXTENT_SCALE: Final = (
    "0 to 8, the sum of both lungs (Cohen et al. 2020): 0 no opacity, 8 opacity over more than "
    "three quarters of each lung"
)
OPACITY_SCALE: Final = (
    "0 to 6, the sum of both lungs (Cohen et al. 2020): 0 no opacity, 2 as ground glass, 4 as "
    "consolidation, 6 as white-out of each lung"
)
# Highest score that a word is said of.
_EXTENT: Final = ((0.5, "none"), (2.0, "mild"), (4.0, "moderate"), (6.0, "extensive"))
_MOST_EXTENT: Final = "very extensive"
_OPACITY: Final = ((0.5, "none"), (2.0, "mild"), (4.0, "moderate"))
_MOST_OPACITY: Final = "severe"


def extent_in_words(severity: Severity) -> str:
    """The geographic extent, such as `3.4 of 8 (moderate)`.

    Up to 0.5 it is none, up to 2 mild, up to 4 moderate, up to 6 extensive, else very extensive, of
    the number as it is shown.
    """
    return _in_words(severity.geographic_extent, 8, _EXTENT, _MOST_EXTENT)


def opacity_in_words(severity: Severity) -> str:
    """The degree of opacity, such as `2.1 of 6 (moderate)`.

    Up to 0.5 it is none, up to 2 mild, up to 4 moderate, else severe, of the number as it is shown.
    """
    return _in_words(severity.opacity, 6, _OPACITY, _MOST_OPACITY)


def _in_words(score: float, of: int, steps: tuple[tuple[float, str], ...], most: str) -> str:
    shown = round(score, 1)
    word = next((word for highest, word in steps if shown <= highest), most)
    return f"{shown:.1f} of {of} ({word})"
