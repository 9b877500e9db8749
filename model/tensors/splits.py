"""Which images are trained on, validated on and held back, by the names that sources give."""

import hashlib
from collections.abc import Sequence
from typing import Final

from model.tensors.cohorts import CohortImage

TRAIN: Final = "train"
VALIDATE: Final = "validate"
TEST: Final = "test"

#: How published data sets name their splits, in lower case and without signs.
_MEANINGS: Final = {
    "train": TRAIN,
    "training": TRAIN,
    "trainval": TRAIN,
    "validate": VALIDATE,
    "validation": VALIDATE,
    "valid": VALIDATE,
    "val": VALIDATE,
    "test": TEST,
    "testing": TEST,
}


def divide(images: Sequence[CohortImage], share: float) -> tuple[CohortImage, ...]:
    """The images of a cohort to train on, each with the split that it is used in.

    Names of splits are read as published data sets mean them. Where none of them is for validation,
    a share of the patients of the training split is taken; where the source names no split at all,
    of all patients. A name that is not known stays, and its images are not trained on.

    Args:
        images: all of the cohort, with splits as the source names them.
        share: of the patients that are validated on, 0 to 1.
    """
    named = any(image.split is not None for image in images)
    meant = [_meaning(image.split) if named else TRAIN for image in images]
    if VALIDATE not in meant:
        meant = [
            split_of_patient(image.subject_id, share) if split == TRAIN else split
            for image, split in zip(images, meant, strict=True)
        ]
    return tuple(image._replace(split=split) for image, split in zip(images, meant, strict=True))


def split_of_patient(subject_id: str, share: float) -> str:
    """`validate` for a share of all patients, `train` for the others; the same in every cohort."""
    digest = hashlib.sha256(subject_id.encode()).digest()
    return VALIDATE if int.from_bytes(digest[:8]) < share * 2**64 else TRAIN


def _meaning(name: str | None) -> str | None:
    if name is None:
        return None
    plain = "".join(letter for letter in name.lower() if letter.isalnum())
    return _MEANINGS.get(plain, name)
