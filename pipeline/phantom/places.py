"""How a radiologist says where something lies; phrases in the notation of `notation`."""

from dataclasses import dataclass
from typing import Final

from pipeline.phantom.dice import Dice
from pipeline.phantom.lesions import LesionGroup

#: Zones that a lesion in a place may truly be said to lie in; the first is the usual word.
ZONES_OF_PLACE: Final = {
    "apex": ("zone:apex", "zone:upper_lobe"),
    "upper_lobe": ("zone:upper_lobe",),
    "mid_zone": ("zone:mid_zone",),
    "hilar": ("zone:hilar",),
    "middle_lobe": ("zone:middle_lobe",),
    "lingula": ("zone:lingula",),
    "retrocardiac": ("zone:retrocardiac", "zone:lower_lobe"),
    "lower_lobe": ("zone:lower_lobe", "zone:base"),
    "base": ("zone:base", "zone:lower_lobe"),
    "pleural": ("zone:base",),
    "whole": (),
}
_SYNONYM: Final = {"lower_lobe": "base", "base": "lower_lobe", "retrocardiac": "lower_lobe"}
_ADJECTIVES: Final = {
    "apex": ("[apical]",),
    "upper_lobe": ("[upper lobe]", "[upper lobe]", "[upper lung]"),
    "mid_zone": ("[mid lung]", "[mid lung]", "[midlung]", "[mid lung zone]"),
    "hilar": ("[perihilar]",),
    "middle_lobe": ("[middle lobe]",),
    "lingula": ("[lingular]",),
    "retrocardiac": ("[retrocardiac]",),
    "lower_lobe": ("[lower lobe]", "[lower lobe]", "[lower lung]"),
    "base": ("[basilar]", "[basilar]", "[base]", "[basal]", "[lung base]"),
}
_NOUNS: Final = {
    "apex": ("[<apex]", "[<lung apex]"),
    "upper_lobe": ("[<upper lobe]", "[<upper lobe]", "[<upper lung zone]", "[<upper lung field]"),
    "mid_zone": ("[<mid lung]", "[<mid lung zone]", "[<midlung]"),
    "hilar": ("[<perihilar] region",),
    "middle_lobe": ("[<middle lobe]",),
    "lingula": ("[<lingula]",),
    "retrocardiac": ("[<retrocardiac] region",),
    "lower_lobe": ("[<lower lobe]", "[<lower lobe]", "[<lower lung zone]", "[<lower lung field]"),
    "base": ("[<base]", "[<lung base]"),
}
_PLURALS: Final = {
    "apex": ("[<apices]", "[<lung apices]"),
    "upper_lobe": ("[<upper lobes]", "[<upper lung zones]"),
    "mid_zone": ("[<mid lung zones]", "[<mid lungs]"),
    "hilar": ("[<perihilar] regions",),
    "lower_lobe": ("[<lower lobes]", "[<lower lung zones]"),
    "base": ("[<lung bases]", "[<bases]"),
}
_SHORT: Final = {
    ("right", "upper_lobe"): "RUL",
    ("right", "middle_lobe"): "RML",
    ("right", "lower_lobe"): "RLL",
    ("left", "upper_lobe"): "LUL",
    ("left", "lower_lobe"): "LLL",
}
_SHORT_SHARE: Final = 0.10
_DEFINED_SHARE: Final = 0.03


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """Where, in three forms.

    Attributes:
        before: adjectives for before the finding, with a blank behind; may be empty.
        behind: what follows the finding: "in the left lower lobe".
        region: the place's own noun for behind a preposition; empty where there is none. With
            `{region}` before its finding and `{region_back}` behind it.
        region_back: see `region`.
    """

    before: str
    behind: str
    region: str = ""
    region_back: str = ""


def place_words(dice: Dice, group: LesionGroup, *, loosely: bool) -> PlaceWords:
    """Words for where a group lies.

    Args:
        dice: the report's.
        group: what is spoken of.
        loosely: a base may be called the lower lobe, as conclusions do.
    """
    places = [lesion.place for lesion in group.lesions]
    if loosely:
        places = [_SYNONYM.get(place, place) if dice.chance(0.3) else place for place in places]
    sides = group.sides
    if places[0] == "pleural":
        return _pleural(dice, sides)
    if places[0] == "whole":
        return _whole(dice, sides)
    if len(sides) == 2:
        return _bilateral(dice, places[0])
    if len(places) == 2:
        return _two_places(dice, sides[0], places[0], places[1])
    return _single(dice, sides[0], places[0])


def asymmetry_words(dice: Dice, group: LesionGroup) -> str:
    """Say which side is worse, where a bilateral group is clearly uneven; empty otherwise."""
    if len(group.sides) < 2 or not dice.chance(0.6):
        return ""
    first, second = group.lesions[0], group.lesions[-1]
    if min(first.extent, second.extent) > 0.8 * max(first.extent, second.extent):
        return ""
    more, less = (first, second) if first.extent > second.extent else (second, first)
    compared = dice.pick(("greater than", "greater than", "more than", "worse than"))
    # One phrase that says both sides.
    said = f"[<{more.side} {compared} {less.side}:bilateral]"
    return f" \\({said}\\)" if dice.chance(0.2) else f", {said}"


def _single(dice: Dice, side: str, place: str) -> PlaceWords:
    short = _SHORT.get((side, place))
    if short and dice.chance(_SHORT_SHARE):
        return PlaceWords(f"[{short}] ", f"in the [<{short}]", f"[{short}]", f"[<{short}]")
    adjective, noun = dice.pick(_ADJECTIVES[place]), dice.pick(_NOUNS[place])
    if side == "left" and place in ("lingula", "retrocardiac") and dice.chance(0.7):
        at, before, named = f"in the {noun}", f"{adjective} ", ""
    else:
        at, before, named = f"in the [<{side}] {noun}", f"[{side}] {adjective} ", f"[{side}] "
    if place == "base" and dice.chance(0.5):
        at = "at" + at[2:]
    if short and noun == "[<lower lobe]" and dice.chance(_DEFINED_SHARE):
        at += f" \\([<{short}]\\)"
    region = named + noun.replace("<", "")
    return PlaceWords(before, at, region, region.replace("[", "[<"))


def _two_places(dice: Dice, side: str, first: str, second: str) -> PlaceWords:
    ordered = sorted((first, second), key=lambda place: place != "middle_lobe")
    upper, lower = ordered
    if side == "right" and "middle_lobe" in ordered:
        if dice.chance(_SHORT_SHARE) and (side, lower) in _SHORT:
            one, other = _SHORT[side, upper], _SHORT[side, lower]
            return PlaceWords(f"[{one}] and [{other}] ", f"in the [<{one}] and [<{other}]")
        zone = dice.pick(_LOBES[lower])
        return PlaceWords(
            f"[right] [middle:middle lobe] and [{zone} lobe] ",
            f"in the [<right] [<middle:middle lobe] and [<{zone} lobe{dice.pick(('', 's'))}]",
        )
    noun_one, noun_two = dice.pick(_NOUNS[upper]), dice.pick(_NOUNS[lower])
    one = noun_one if upper == "lingula" else f"[<{side}] {noun_one}"
    other = noun_two if lower == "lingula" else f"[<{side}] {noun_two}"
    before = f"[{side}] {_ADJECTIVES[upper][0]} and {_ADJECTIVES[lower][0]} "
    return PlaceWords(before, f"in the {one} and {other}")


_LOBES: Final = {"lower_lobe": ("lower",), "upper_lobe": ("upper",), "base": ("lower",)}


def _bilateral(dice: Dice, place: str) -> PlaceWords:
    plural = dice.pick(_PLURALS[place])
    before = f"[bilateral] {dice.pick(_ADJECTIVES[place])} "
    if place == "base":
        before = dice.pick(("[bibasilar] ", "[bibasilar] ", "[bilateral] [basilar] ", "[bibasal] "))
        # "both" already says what the plural "bases" would.
        many = plural.replace("]", ":base]")
        behind = dice.pick((f"at the {plural}", f"at [<both] {many}", f"in [<both] {many}"))
        return PlaceWords(before, behind)
    if place == "apex":
        before = dice.pick(("[biapical] ", "[bilateral] [apical] "))
    behind = dice.pick(
        (f"in [<both] {plural}", f"in the [<bilateral] {plural}", f"in the {plural} [<bilaterally]")
    )
    return PlaceWords(before, behind)


def _whole(dice: Dice, sides: tuple[str, ...]) -> PlaceWords:
    if len(sides) == 1:
        return PlaceWords(f"[{sides[0]}] lung ", f"in the [<{sides[0]}] lung")
    before = dice.pick(("[bilateral] ", "[diffuse] [bilateral] ", "[bilateral] [diffuse] "))
    behind = dice.pick(("[<bilaterally]", "in [<both lungs]", "[<throughout] [<both lungs]"))
    return PlaceWords(before, behind)


def _pleural(dice: Dice, sides: tuple[str, ...]) -> PlaceWords:
    if len(sides) == 2:
        return PlaceWords("[bilateral] ", "[<bilaterally]")
    side = sides[0]
    return PlaceWords(
        dice.pick((f"[{side}] ", f"[{side}] ", f"[{side}-sided] ")), f"on the [<{side}]"
    )
