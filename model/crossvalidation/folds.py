"""Splits patients into folds."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from model.tensors.apart import joined_patients
from model.tensors.cohorts import Cohort

#: One patient of so many outside the test split is for validation.
_VALIDATION_SHARE: Final = 8


class Fold(NamedTuple):
    """Images of a fold by id; no patient is in two of the splits."""

    number: int
    train: frozenset[str]
    validation: frozenset[str]
    test: frozenset[str]


def split_folds(
    cohort: Cohort, severity: Mapping[str, Any], folds: int, seed: int, same_picture: int
) -> Iterator[Fold]:
    """Split patients into folds, stratified by whether their images have boxes or scores.

    Args:
        cohort: the images.
        severity: scored images by id.
        folds: how many.
        seed: of the splits.
        same_picture: most bits in which the hashes of one picture differ; patients that share one
            are not parted.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    names = np.array([image.image_id for image in cohort.images])
    patients = np.array(joined_patients(cohort.images, same_picture))
    strata = [2 * (name in cohort.boxes) + (name in severity) for name in names]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for number, (rest, test) in enumerate(splitter.split(names, strata, patients)):
        order = np.random.default_rng((seed, number)).permutation(np.unique(patients[rest]))
        chosen = set(order[: max(len(order) // _VALIDATION_SHARE, 1)].tolist())
        validation = [row for row in rest if patients[row] in chosen]
        train = [row for row in rest if patients[row] not in chosen]
        yield Fold(
            number,
            frozenset(names[train].tolist()),
            frozenset(names[validation].tolist()),
            frozenset(names[test].tolist()),
        )
