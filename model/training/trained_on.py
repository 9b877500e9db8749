"""Which images weights were trained on, to be kept in their card."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

#: Cohorts whose name says nothing of where their images are from.
_UNNAMED: Final = ("folder", "listed")


class _Image(Protocol):
    @property
    def cohort(self) -> str: ...
    @property
    def subject_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """Images of one cohort that weights were trained on.

    Attributes:
        cohort: its name.
        images: how many.
        patients: how many they are of.
    """

    cohort: str
    images: int
    patients: int


def trained_on(images: Iterable[_Image], tables: Path) -> tuple[TrainedOn, ...]:
    """Count the images that a network was trained on, by cohort.

    Args:
        images: those of the training split.
        tables: folder of their tables, which names those that a user has listed.
    """
    patients: defaultdict[str, list[str]] = defaultdict(list)
    for image in images:
        own = tables.name if image.cohort in _UNNAMED else image.cohort
        patients[own].append(image.subject_id)
    return tuple(
        TrainedOn(cohort, len(of_cohort), len(set(of_cohort)))
        for cohort, of_cohort in sorted(patients.items())
    )
