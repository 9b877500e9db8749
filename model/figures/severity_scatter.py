"""Predicted against reference severity."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from model.figures.style import new_figure, plain
from model.methods.registry import OURS, colour_of
from model.scoring.scorecard import ScoredImage

_SUBJECTS: Final = (("geographic_extent", "geographic extent", 8), ("opacity", "opacity", 6))
_MIN_IMAGES: Final = 3


def draw_severity(images: Sequence[ScoredImage]) -> Figure:
    """A point for each image that is scored, with the line of perfect agreement.

    Args:
        images: of a method that gives severity; others leave the axes empty.
    """
    figure = new_figure(9.0, 4.4)
    rng = np.random.default_rng(0)
    for axes, (subject, title, highest) in zip(figure.subplots(1, 2), _SUBJECTS, strict=True):
        points = np.array(
            [
                (image.reference_severity[subject], image.severity[subject])
                for image in images
                if subject in image.severity and subject in image.reference_severity
            ]
        ).reshape(-1, 2)
        # Whole numbers lie on top of each other; a little to the side all of them show.
        beside = rng.uniform(-0.18, 0.18, len(points))
        axes.scatter(
            points[:, 0] + beside, points[:, 1], s=9, alpha=0.45, color=colour_of(OURS), lw=0
        )
        axes.plot([0, highest], [0, highest], color="#555555", linewidth=1, linestyle="--")
        note = f"{len(points)} images"
        if len(points) >= _MIN_IMAGES and np.ptp(points[:, 0]) and np.ptp(points[:, 1]):
            rank = stats.spearmanr(points[:, 0], points[:, 1]).statistic
            error = np.abs(points[:, 0] - points[:, 1]).mean()
            note = f"Spearman {rank:.2f}, mean error {error:.2f}, {len(points)} images"
        axes.set_title(f"{title.capitalize()}\n{note}", loc="left", fontsize=10)
        axes.set_xlabel(f"reference {title}")
        axes.set_ylabel(f"predicted {title}")
        axes.set_xlim(-0.5, highest + 0.5)
        axes.set_ylim(-0.5, highest + 0.5)
        plain(axes)
    return figure
