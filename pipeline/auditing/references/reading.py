"""From label values to yes and no: the reading of hedges."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN
from pipeline.auditing.references.coding import Coding, Reading

#: What counts as a positive: a finding that is stated, one that is denied, one that is hedged, or
#: one that is mentioned at all. CheXpert and NegBio report these apart.
Aspect = Literal["affirmed", "negated", "uncertain", "mentioned"]
ASPECTS: Final[tuple[Aspect, ...]] = ("affirmed", "negated", "uncertain", "mentioned")

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Decisions:
    """(reports, concepts) whether a value counts as a positive, and whether it is left out."""

    positive: BoolArray
    ignored: BoolArray


def decide(values: pd.DataFrame, concepts: list[str], coding: Coding, aspect: Aspect) -> Decisions:
    """Read our values.

    Args:
        values: (reports, any concepts) 1, 0, -1 or NaN.
        concepts: the concepts to read; one that `values` lacks is never positive.
        coding: how hedges are read.
        aspect: what counts as a positive.
    """
    chosen = _array(values, concepts)
    if aspect != "affirmed":
        return _plain(chosen, aspect)
    readings = [coding.reading(concept) for concept in concepts]
    decisions = _by_reading(chosen, readings)
    hedged = chosen == UNCERTAIN
    for column, (concept, reading) in enumerate(zip(concepts, readings, strict=True)):
        if reading == "follow":
            followed, unclear = _leading(values, coding, coding.leaders(concept))
            decisions.positive[:, column] |= hedged[:, column] & followed
            decisions.ignored[:, column] |= hedged[:, column] & unclear & ~followed
    return decisions


def decide_reference(
    values: pd.DataFrame, concepts: list[str], coding: Coding, aspect: Aspect
) -> Decisions:
    """Read the reference's values; see `decide`."""
    chosen = _array(values, concepts)
    if aspect != "affirmed":
        return _plain(chosen, aspect)
    return _by_reading(chosen, [coding.reference_reading(concept) for concept in concepts])


def _array(values: pd.DataFrame, concepts: list[str]) -> npt.NDArray[np.float32]:
    return values.reindex(columns=concepts).to_numpy(dtype=np.float32)


def _plain(values: npt.NDArray[np.float32], aspect: Aspect) -> Decisions:
    positive = {
        "negated": values == NEGATED,
        "uncertain": values == UNCERTAIN,
        "mentioned": ~np.isnan(values),
    }[aspect]
    return Decisions(positive, np.zeros_like(positive))


def _by_reading(values: npt.NDArray[np.float32], readings: list[Reading]) -> Decisions:
    hedged = values == UNCERTAIN
    as_positive = np.array([reading == "positive" for reading in readings], dtype=np.bool_)
    as_nothing = np.array([reading == "ignore" for reading in readings], dtype=np.bool_)
    return Decisions((values == AFFIRMED) | (hedged & as_positive), hedged & as_nothing)


def _leading(
    values: pd.DataFrame, coding: Coding, leaders: tuple[str, ...]
) -> tuple[BoolArray, BoolArray]:
    """Per report: whether a hedged leader is read as a positive, and whether one is left out."""
    hedged = _array(values, list(leaders)) == UNCERTAIN
    decisions = _by_reading(
        np.where(hedged, np.float32(UNCERTAIN), np.float32(np.nan)),
        [coding.reading(leader) for leader in leaders],
    )
    return decisions.positive.any(axis=1), decisions.ignored.any(axis=1)
