"""Patients dealt into folds."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from model.tensors.cohorts import Cohort

_HELD_BACK: Final = 8


class Fold(NamedTuple):
    """Images by id: to learn from, to stop the training by, and to score on."""

    number: int
    taught: frozenset[str]
    held_back: frozenset[str]
    scored: frozenset[str]


def deal(cohort: Cohort, severity: Mapping[str, Any], folds: int, seed: int) -> Iterator[Fold]:
    """Patients dealt into folds, those whose images have boxes or scores as evenly as the rest.

    Args:
        cohort: the images.
        severity: scored images by id.
        folds: how many.
        seed: of the dealing.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    names = np.array([image.image_id for image in cohort.images])
    patients = np.array([image.subject_id for image in cohort.images])
    strata = [2 * (name in cohort.boxes) + (name in severity) for name in names]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for number, (rest, scored) in enumerate(splitter.split(names, strata, patients)):
        order = np.random.default_rng((seed, number)).permutation(np.unique(patients[rest]))
        apart = set(order[: max(len(order) // _HELD_BACK, 1)].tolist())
        held_back = [row for row in rest if patients[row] in apart]
        taught = [row for row in rest if patients[row] not in apart]
        yield Fold(
            number,
            frozenset(names[taught].tolist()),
            frozenset(names[held_back].tolist()),
            frozenset(names[scored].tolist()),
        )
