"""Lung zones: cells of the lungs, graded as radiologists grade zones of other images."""

from collections.abc import Iterator
from typing import Final

from model.crossvalidation.trial import Trial
from model.methods.method import FoldFindings, Method, PartFindings, ReadingInputs

_NAME: Final = "lung_zones"


def _read(inputs: ReadingInputs) -> Iterator[PartFindings]:
    """Nothing: no cohort that weights are trained on has graded zones."""
    del inputs
    yield from ()


def _crossvalidate(trial: Trial) -> Iterator[FoldFindings]:
    from model.crossvalidation.lung_zones import fold_lung_zones

    yield from fold_lung_zones(_NAME, trial)


LUNG_ZONES: Final = Method(name=_NAME, read=_read, crossvalidate=_crossvalidate)
