"""Patients and their studies: roles, splits, lesions over time, and severity scores."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from data_contracts.phantom import Role
from pipeline.phantom.dice import Dice, Weighted
from pipeline.phantom.lesions import (
    BOTH_SIDES,
    SCORED_KINDS,
    Lesion,
    LesionGroup,
    draw_group,
    evolve,
)

#: Studies are drawn by the block, so that each depends on the seed and its own number alone.
BLOCK_STUDIES: Final = 20
_PATIENTS, _DETECTOR_PATIENTS = 1, 2

_ROLES: Final[Weighted[Role]] = Weighted({"training": 70.0, "localization": 15.0, "severity": 15.0})
_SPLITS: Final = Weighted({"train": 80.0, "validate": 10.0, "test": 10.0})
_VISITS: Final = Weighted({1: 55.0, 2: 25.0, 3: 13.0, 4: 7.0})
_GROUP_COUNTS: Final[dict[Role, Weighted[int]]] = {
    "training": Weighted({0: 45.0, 1: 30.0, 2: 18.0, 3: 7.0}),
    "detector": Weighted({0: 40.0, 1: 38.0, 2: 22.0}),
    "localization": Weighted({0: 15.0, 1: 50.0, 2: 35.0}),
    "severity": Weighted({0: 8.0, 1: 42.0, 2: 38.0, 3: 12.0}),
}
_KINDS: Final[dict[Role, Weighted[str]]] = {
    "training": Weighted(
        {
            "consolidation": 24.0, "patchy": 24.0, "interstitial": 10.0, "atelectasis_band": 18.0,
            "effusion": 15.0, "nodule": 4.0, "edema": 5.0,
        }
    ),
    "detector": Weighted(
        {"consolidation": 40.0, "patchy": 30.0, "interstitial": 8.0, "atelectasis_band": 12.0,
         "effusion": 10.0}
    ),
    "localization": Weighted(
        {"consolidation": 40.0, "patchy": 30.0, "interstitial": 8.0, "atelectasis_band": 12.0,
         "effusion": 10.0}
    ),
    "severity": Weighted(
        {"patchy": 45.0, "interstitial": 25.0, "consolidation": 25.0, "effusion": 5.0}
    ),
}  # fmt: skip
# A detector has to know what it may meet elsewhere, up to opacities of a whole lung.
_GROWTH: Final[dict[Role, tuple[float, float]]] = {
    "training": (0.8, 1.3),
    "detector": (0.8, 4.0),
    "localization": (0.7, 1.3),
    "severity": (0.8, 3.0),
}
_PORTABLE: Final[dict[Role, float]] = {
    "training": 0.5,
    "detector": 0.4,
    "localization": 0.35,
    "severity": 0.8,
}
_DEVICES: Final = Weighted(
    {
        "picc_right": 4.0, "picc_left": 2.0, "port": 3.0, "pacemaker": 3.0, "sternotomy": 3.0,
        "tubes": 3.0,
    }
)  # fmt: skip
_SEED_RANGE: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class PhantomStudy:
    """One study and everything that picture and report must agree on.

    Attributes:
        number: from 0, among the studies with reports or among the detector's.
        prior: number of the patient's study before it; None for the first.
        draw_seed: what the picture's own chance starts from.
        heart_ratio: width of the heart over that of the thorax.
        lung_volume: 1 for a usual breath, less for a shallow one, more for hyperinflation.
        groups: what is there, and what was there and has resolved.
    """

    number: int
    role: Role
    subject_id: str
    split: str
    prior: int | None
    draw_seed: int
    view: str
    heart_ratio: float
    lung_volume: float
    devices: tuple[str, ...]
    groups: tuple[LesionGroup, ...]

    @property
    def has_report(self) -> bool:
        """Whether a report is written: the cohort with boxes has none."""
        return self.role != "detector"

    @property
    def study_id(self) -> str:
        """Unique over the whole cohort."""
        return study_id_of(self.number, has_report=self.has_report)

    @property
    def report_id(self) -> str:
        """The report's id; see `has_report`."""
        return f"r{self.number:07d}"

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        """What can be seen, group by group."""
        return tuple(x for g in self.groups if g.age != "resolved" for x in g.lesions)


def study_id_of(number: int, *, has_report: bool) -> str:
    """The id of a study by its number."""
    return f"{'s' if has_report else 'd'}{number:07d}"


def reported_studies(seed: int, first: int, last: int) -> Iterator[PhantomStudy]:
    """Studies `first` to `last - 1` of those with reports, in order."""
    yield from _studies(seed, first, last, _PATIENTS)


def detector_studies(seed: int, first: int, last: int) -> Iterator[PhantomStudy]:
    """Studies `first` to `last - 1` of the detector's cohort, in order."""
    yield from _studies(seed, first, last, _DETECTOR_PATIENTS)


def geographic_extent(study: PhantomStudy) -> int:
    """Extent from 0 to 8: 0 to 4 a lung, for none, under 1/4, 1/2, 3/4, and more of it.

    Source: Cohen et al. 2020, "Predicting COVID-19 Pneumonia Severity on Chest X-ray with Deep
    Learning". Overlapping lesions are taken as independent of each other.
    """
    return sum(_extent_score(_covered(study, side)) for side in BOTH_SIDES)


def opacity_score(study: PhantomStudy) -> int:
    """Opacity from 0 to 6: 0 to 3 a lung, for none, ground glass, consolidation, white-out.

    Source: as `geographic_extent`. A lung's score goes by its densest scored lesion; white-out is
    dense consolidation of most of the lung.
    """
    return sum(_opacity_of_lung(study, side) for side in BOTH_SIDES)


def _studies(seed: int, first: int, last: int, stream: int) -> Iterator[PhantomStudy]:
    for block in range(first // BLOCK_STUDIES, -(-last // BLOCK_STUDIES)):
        for study in _block(seed, block, stream):
            if first <= study.number < last:
                yield study


def _block(seed: int, block: int, stream: int) -> Iterator[PhantomStudy]:
    dice = Dice(seed, stream, block)
    number = block * BLOCK_STUDIES
    end = number + BLOCK_STUDIES
    while number < end:
        detector = stream == _DETECTOR_PATIENTS
        visits = 1 if detector else min(dice.weighted(_VISITS), end - number)
        yield from _patient(dice, number, visits, detector=detector)
        number += visits


def _patient(dice: Dice, first: int, visits: int, *, detector: bool) -> Iterator[PhantomStudy]:
    role = "detector" if detector else dice.weighted(_ROLES)
    split = dice.weighted(_SPLITS) if role in ("detector", "training") else "test"
    subject_id = f"{'q' if detector else 'p'}{first:07d}"
    heart_ratio = dice.between(0.40, 0.50) + (dice.between(0.06, 0.16) if dice.chance(0.18) else 0)
    devices = (dice.weighted(_DEVICES),) if dice.chance(0.22) else ()
    groups: tuple[LesionGroup, ...] = ()
    numbered = 0
    for visit in range(visits):
        kept = tuple(evolve(dice, group) for group in groups if group.age != "resolved")
        wanted = dice.weighted(_GROUP_COUNTS[role]) if not kept or dice.chance(0.3) else 0
        new = _new_groups(dice, role, kept, numbered, max(0, min(wanted, 3 - len(kept))))
        numbered += len(new)
        groups = kept + new
        yield PhantomStudy(
            number=first + visit,
            role=role,
            subject_id=subject_id,
            split=split,
            prior=first + visit - 1 if visit else None,
            draw_seed=dice.whole(0, _SEED_RANGE),
            view="AP" if dice.chance(_PORTABLE[role]) else "PA",
            heart_ratio=heart_ratio,
            lung_volume=_lung_volume(dice),
            devices=devices,
            groups=groups,
        )


def _new_groups(
    dice: Dice, role: Role, kept: tuple[LesionGroup, ...], numbered: int, wanted: int
) -> tuple[LesionGroup, ...]:
    taken = {group.kind for group in kept}
    new: list[LesionGroup] = []
    for _ in range(wanted):
        kind = dice.weighted(_KINDS[role])
        # Two groups of a kind would be one finding to the reader.
        if kind not in taken:
            taken.add(kind)
            growth = dice.between(*_GROWTH[role])
            new.append(draw_group(dice, numbered + len(new), kind, growth))
    return tuple(new)


def _lung_volume(dice: Dice) -> float:
    roll = dice.roll()
    if roll < 0.15:
        return dice.between(0.78, 0.87)
    return dice.between(1.1, 1.2) if roll < 0.22 else dice.between(0.92, 1.06)


def _scored(study: PhantomStudy, side: str) -> list[Lesion]:
    return [
        lesion
        for group in study.groups
        if group.kind in SCORED_KINDS and group.age != "resolved"
        for lesion in group.lesions
        if lesion.side == side
    ]


def _covered(study: PhantomStudy, side: str) -> float:
    free = 1.0
    for lesion in _scored(study, side):
        free *= 1 - lesion.extent
    return 1 - free


def _extent_score(covered: float) -> int:
    return 0 if covered <= 0 else 1 + sum(covered >= step for step in (0.25, 0.5, 0.75))


def _opacity_of_lung(study: PhantomStudy, side: str) -> int:
    densest = max((lesion.density for lesion in _scored(study, side)), default=0.0)
    if densest <= 0:
        return 0
    if densest < 0.55:
        return 1
    return 3 if densest >= 0.8 and _covered(study, side) >= 0.5 else 2
