"""How well evidence maps say which zones of the lungs are ill.

The Brixia score grades each of six zones from 0 to 3: either lung is cut into an upper, a middle
and a lower third. Source: Borghesi and Maroldi 2020, "COVID-19 outbreak in Italy: experimental
chest X-ray scoring system for quantifying and monitoring disease progression".
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from model.scoring.bootstrap import Drawn, Draws, rows_of_draws
from model.scoring.overlap import Boxes
from model.scoring.ranking import auroc
from model.scoring.severity import spearman

_THIRDS: Final = 3

ZoneValues = npt.NDArray[np.float64]


def zone_boxes(lungs: Boxes) -> Boxes:
    """[6, 4] the zones: each lung's box in three parts of equal height.

    They stand in the order of `data_contracts.images.LUNG_ZONES`.

    Args:
        lungs: [2, 4] the boxes of both lungs, in any order; the one whose centre is further left
            in the picture is the patient's right lung.

    Raises:
        ValueError: there are not two boxes.
    """
    if lungs.shape != (2, 4):
        raise ValueError(f"boxes of shape {lungs.shape}; expected two lungs, of shape (2, 4)")
    zones = []
    for left, upper, right, lower in lungs[np.argsort(lungs[:, 0] + lungs[:, 2], kind="stable")]:
        rows = np.linspace(upper, lower, _THIRDS + 1)
        zones += [(left, rows[third], right, rows[third + 1]) for third in range(_THIRDS)]
    return np.array(zones)


def zone_evidence(evidence: npt.NDArray[Any], zones: Boxes, width: int, height: int) -> ZoneValues:
    """[..., Z] mean of maps over each zone; cells that a zone cuts count by the part within it.

    The mean and not the highest value: of a finding that only reaches over the border the highest
    is as high as of one that fills the zone, and the means of all zones add up to an extent, as
    grades do to the score of the image.

    Args:
        evidence: [..., h, w] over the whole image.
        zones: [Z, 4] in the image's own pixels.
        width: the image's, in pixels.
        height: the image's, in pixels.

    Returns:
        NaN for a zone that no part of the image lies in.
    """
    rows, columns = evidence.shape[-2:]
    down = _shares(zones[:, 1], zones[:, 3], rows, height)
    across = _shares(zones[:, 0], zones[:, 2], columns, width)
    total = down.sum(axis=1) * across.sum(axis=1)
    summed = np.einsum(
        "zh,...hw,zw->...z", down, np.asarray(evidence, dtype=np.float64), across, optimize=True
    )
    found: ZoneValues = np.divide(summed, total, out=np.full_like(summed, np.nan), where=total > 0)
    return found


def score_zones(found: ZoneValues, graded: ZoneValues, draws: Draws) -> dict[str, Drawn]:
    """How well evidence tells zones that are ill, and images by how ill they are.

    Args:
        found: [I, 6] evidence of each image's zones.
        graded: [I, 6] Brixia score of each, 0 to 3; NaN where it is not known.
        draws: [D + 1, I] weights of the images, drawn by patient.

    Returns:
        [D + 1] each: `zone_auroc`, of evidence for a grade of 1 or more over all zones that are
        known; `zone_sum_spearman`, of the sum of evidence with the sum of grades over the images
        all of whose zones are known.
    """
    images = np.repeat(np.arange(len(found)), found.shape[1])
    known = ~np.isnan(found) & ~np.isnan(graded)
    values, ill = found[known], graded[known] >= 1
    whole = known.all(axis=1)
    return {
        "zone_auroc": auroc(values, ill, rows_of_draws(draws, images[known.reshape(-1)])),
        "zone_sum_spearman": spearman(
            found[whole].sum(axis=1), graded[whole].sum(axis=1), draws[:, whole]
        ),
    }


def _shares(
    low: npt.NDArray[Any], high: npt.NDArray[Any], cells: int, pixels: int
) -> npt.NDArray[np.float64]:
    """[Z, cells] how much of each cell along an axis lies between two edges, 0 to 1."""
    edges = np.linspace(0, pixels, cells + 1)
    within = np.minimum(high[:, None], edges[None, 1:]) - np.maximum(low[:, None], edges[None, :-1])
    shares: npt.NDArray[np.float64] = np.clip(within, 0, None) * cells / pixels
    return shares
