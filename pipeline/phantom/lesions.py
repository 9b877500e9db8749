"""What is in the lungs of a phantom: kind, place, size and density of every opacity."""

from dataclasses import dataclass, replace
from math import pi
from typing import Final

from pipeline.phantom.dice import Dice, Weighted

BOTH_SIDES: Final = ("right", "left")
#: Kinds that the severity scores count (Cohen et al. 2020 score ground glass and consolidation).
SCORED_KINDS: Final = ("consolidation", "patchy", "interstitial")

_FINDINGS: Final = {
    "consolidation": "finding:consolidation",
    "patchy": "finding:opacity",
    "interstitial": "finding:opacity",
    "edema": "finding:pulmonary_edema",
    "atelectasis_band": "finding:atelectasis",
    "effusion": "finding:pleural_effusion",
    "nodule": "finding:nodule",
}
# Where a place's centre may lie in its lung: (x from, x to, y from, y to); see `Lesion`.
_CENTRES: Final = {
    "apex": (0.30, 0.60, 0.06, 0.14),
    "upper_lobe": (0.30, 0.70, 0.18, 0.34),
    "mid_zone": (0.30, 0.75, 0.42, 0.58),
    "hilar": (0.10, 0.30, 0.40, 0.58),
    "middle_lobe": (0.25, 0.55, 0.60, 0.75),
    "lingula": (0.35, 0.65, 0.58, 0.74),
    "retrocardiac": (0.08, 0.25, 0.70, 0.86),
    "lower_lobe": (0.30, 0.70, 0.70, 0.84),
    "base": (0.30, 0.75, 0.82, 0.92),
    "pleural": (0.50, 0.60, 0.92, 0.97),
    "whole": (0.42, 0.58, 0.45, 0.60),
}
# Width and height as fractions of the lung's, and density, for a lesion of middling size.
_SHAPES: Final = {
    "consolidation": (0.42, 0.26, 0.72),
    "patchy": (0.40, 0.24, 0.52),
    "interstitial": (0.62, 0.42, 0.40),
    "edema": (0.72, 0.62, 0.36),
    "atelectasis_band": (0.46, 0.075, 0.55),
    "effusion": (0.96, 0.12, 0.86),
    "nodule": (0.07, 0.045, 0.60),
}
_PLACES: Final = {
    "focal": Weighted(
        {
            "lower_lobe": 30.0, "base": 26.0, "upper_lobe": 15.0, "anterior": 10.0, "hilar": 7.0,
            "retrocardiac": 6.0, "mid_zone": 7.0, "apex": 2.0,
        }
    ),
    "diffuse": Weighted({"base": 4.0, "whole": 4.0, "hilar": 2.0, "upper_lobe": 1.0}),
    "band": Weighted(
        {"base": 11.0, "lower_lobe": 4.0, "mid_zone": 2.0, "anterior": 2.0, "retrocardiac": 1.0}
    ),
    "edema": Weighted({"whole": 3.0, "hilar": 2.0}),
    "nodule": Weighted({"upper_lobe": 4.0, "lower_lobe": 3.0, "mid_zone": 2.0, "apex": 1.0}),
    "pleural": Weighted({"pleural": 1.0}),
}  # fmt: skip
_HABITS: Final = {
    "consolidation": ("focal", 0.20),
    "patchy": ("focal", 0.35),
    "interstitial": ("diffuse", 0.80),
    "edema": ("edema", 1.0),
    "atelectasis_band": ("band", 0.35),
    "effusion": ("pleural", 0.35),
    "nodule": ("nodule", 0.0),
}
# Area of the smallest and of the largest lesions against a middling one.
_SPREAD: Final = 2.0
# From this size on a larger lesion is no denser.
_DENSEST_SIZE: Final = 2.6
# Shares of a lung from which on a finding is no longer small, and is large.
_MIDDLING, _LARGE = 0.06, 0.15


@dataclass(frozen=True, slots=True)
class Lesion:
    """One opacity or effusion in one lung.

    Attributes:
        side: `right` or `left` of the patient.
        place: where in the lung, as the keys of `_CENTRES`.
        x: centre, from 0 at the lung's medial edge to 1 at its lateral edge.
        y: centre, from 0 at the lung's highest point to 1 at its lowest.
        width: fraction of the lung's width.
        height: fraction of the lung's height.
        density: from 0, invisible, to 1, as dense as the heart.
    """

    side: str
    place: str
    x: float
    y: float
    width: float
    height: float
    density: float

    @property
    def extent(self) -> float:
        """Fraction of the lung's area that an ellipse of this size covers."""
        return min(1.0, pi / 4 * self.width * self.height)


@dataclass(frozen=True, slots=True)
class LesionGroup:
    """Lesions of one kind that are one finding to the reader: bilateral, or in two lobes.

    Attributes:
        number: tells the patient's groups apart, through all of its studies.
        age: `new`, `unchanged`, `increased`, `decreased`, or `resolved` (there no longer).
        size: 1 for a lesion of middling size for its kind.
        texture: words of the look that the kind allows, such as `streaky`; empty for none.
    """

    number: int
    kind: str
    age: str
    size: float
    texture: str
    lesions: tuple[Lesion, ...]

    @property
    def finding(self) -> str:
        """Concept id of what the group is."""
        return _FINDINGS[self.kind]

    @property
    def sides(self) -> tuple[str, ...]:
        """Sides in which it lies, right before left."""
        return tuple(side for side in BOTH_SIDES if any(x.side == side for x in self.lesions))

    @property
    def severity(self) -> str:
        """`small`, `middling` or `large`, by the share that its largest lesion has of a lung."""
        extent = max((lesion.extent for lesion in self.lesions), default=0.0)
        return "small" if extent < _MIDDLING else "large" if extent > _LARGE else "middling"


_TEXTURES: Final = {
    "consolidation": Weighted({"": 6.0, "dense": 2.0, "confluent": 1.0, "focal": 2.0}),
    "patchy": Weighted(
        {"patchy": 6.0, "hazy": 2.0, "ill_defined": 2.0, "ground_glass": 1.0, "irregular": 0.5}
    ),
    "interstitial": Weighted({"interstitial": 5.0, "reticular": 2.0}),
    "edema": Weighted({"": 1.0}),
    "atelectasis_band": Weighted({"streaky": 3.0, "linear": 3.0, "": 4.0}),
    "effusion": Weighted({"": 1.0}),
    "nodule": Weighted({"": 3.0, "round": 1.0}),
}

# How dense a look is against what is usual for its kind.
_TEXTURE_DENSITY: Final = {
    "dense": 1.4,
    "confluent": 1.1,
    "ill_defined": 0.95,
    "ground_glass": 0.78,
}


def draw_group(dice: Dice, number: int, kind: str, growth: float) -> LesionGroup:
    """Draw a new group.

    Args:
        dice: the patient's.
        number: see `LesionGroup`.
        kind: one of the kinds.
        growth: 1 for the usual size; the severity cohort has larger ones.
    """
    habit, bilateral = _HABITS[kind]
    place = dice.weighted(_PLACES[habit])
    size = growth * _SPREAD ** dice.between(-1, 1)
    both = place not in ("anterior", "retrocardiac") and dice.chance(bilateral)
    sides = BOTH_SIDES if both else (dice.pick(BOTH_SIDES),)
    if place == "retrocardiac":
        sides = ("left",)
    places = [(side, _anatomic(side, place)) for side in sides]
    lobes = ("lower_lobe", "upper_lobe", "anterior")
    lobar = len(sides) == 1 and kind in ("consolidation", "patchy") and place in lobes
    if lobar and dice.chance(0.22):
        other = "lower_lobe" if place != "lower_lobe" else "anterior"
        places.append((sides[0], _anatomic(sides[0], other)))
    texture = dice.weighted(_TEXTURES[kind])
    lesions = tuple(_draw_lesion(dice, kind, texture, side, at, size) for side, at in places)
    return LesionGroup(number, kind, "new", size, texture, lesions)


def evolve(dice: Dice, group: LesionGroup) -> LesionGroup:
    """The group as the patient's next study finds it; a resolved one has no lesions to draw."""
    roll = dice.roll()
    if group.kind == "nodule" or roll < 0.40:
        return replace(group, age="unchanged")
    if roll < 0.60:
        return _scale(group, "increased", dice.between(1.2, 1.45))
    if roll < 0.80:
        return _scale(group, "decreased", dice.between(0.55, 0.8))
    return replace(group, age="resolved")


def _anatomic(side: str, place: str) -> str:
    if place == "anterior":
        return "middle_lobe" if side == "right" else "lingula"
    return place


def _draw_lesion(dice: Dice, kind: str, texture: str, side: str, place: str, size: float) -> Lesion:
    x_from, x_to, y_from, y_to = _CENTRES[place]
    width, height, density = _SHAPES[kind]
    density *= _TEXTURE_DENSITY.get(texture, 1.0)
    stretch = dice.between(0.85, 1.18)
    if place == "whole":
        width, height = max(width, 0.7), max(height, 0.65)
    scale = size**0.5
    return _within(
        Lesion(
            side=side,
            place=place,
            x=dice.between(x_from, x_to),
            y=dice.between(y_from, y_to),
            width=min(0.98, width * scale * stretch * dice.between(0.9, 1.1)),
            height=min(0.98, height * scale / stretch * dice.between(0.9, 1.1)),
            density=min(1.0, density * dice.between(0.85, 1.15) * min(size, _DENSEST_SIZE) ** 0.35),
        )
    )


def _scale(group: LesionGroup, age: str, factor: float) -> LesionGroup:
    lesions = tuple(
        _within(
            replace(
                lesion,
                width=min(0.98, lesion.width * factor**0.5),
                height=min(0.98, lesion.height * factor**0.5),
                density=min(1.0, lesion.density * factor**0.25),
            )
        )
        for lesion in group.lesions
    )
    return replace(group, age=age, size=group.size * factor, lesions=lesions)


def _within(lesion: Lesion) -> Lesion:
    """The lesion moved until it lies within its lung's box."""
    half_width, half_height = lesion.width / 2, lesion.height / 2
    return replace(
        lesion,
        x=min(max(lesion.x, half_width), 1 - half_width),
        y=min(max(lesion.y, half_height), 1 - half_height),
    )
