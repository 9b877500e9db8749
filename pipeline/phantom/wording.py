"""How a radiologist names what is seen: the words that fill the slots of lesion sentences."""

from dataclasses import dataclass
from typing import Final

from pipeline.phantom.dice import Dice
from pipeline.phantom.lesions import LesionGroup
from pipeline.phantom.places import asymmetry_words, place_words
from pipeline.phantom.words import concepts_of


@dataclass(frozen=True, slots=True)
class _Head:
    """A noun for a finding; `plural` decides verbs, `counted` whether it takes "a"."""

    word: str
    plural: bool = False
    counted: bool = True


def _mass(*words: str) -> tuple[_Head, ...]:
    return tuple(_Head(f"[{word}]", counted=False) for word in words)


def _one(*words: str) -> tuple[_Head, ...]:
    return tuple(_Head(f"[{word}]") for word in words)


def _many(*words: str) -> tuple[_Head, ...]:
    return tuple(_Head(f"[{word}]", plural=True) for word in words)


_SINGULAR: Final = {
    "consolidation": (
        *_mass("consolidation", "consolidation", "airspace consolidation", "airspace disease"),
        *_one("opacity", "opacity", "airspace opacity", "infiltrate", "consolidative opacity"),
        *_mass("opacification"),
    ),
    "patchy": (
        *_one("opacity", "opacity", "opacity", "airspace opacity", "infiltrate", "density"),
        *_mass("airspace disease", "air space disease"),
    ),
    "interstitial": (*_one("opacity", "infiltrate"), *_mass("opacification")),
    "edema": _mass("edema", "pulmonary edema", "pulmonary edema", "interstitial edema"),
    "atelectasis_band": (
        *_mass("atelectasis", "atelectasis", "atelectasis", "atelectatic change"),
        _Head("[subsegmental] [atelectasis]", counted=False),
    ),
    "effusion": (
        *_one("pleural effusion", "pleural effusion", "effusion"),
        *_mass("pleural fluid"),
    ),
    "nodule": (*_one("nodule", "nodule", "pulmonary nodule", "lung nodule"),
               _Head("[nodular] [opacity]"), _Head("[nodular] [density]")),
}  # fmt: skip
_PLURAL: Final = {
    "consolidation": (
        *_many("opacities", "opacities", "airspace opacities", "consolidations", "infiltrates"),
        *_mass("airspace disease", "consolidation"),
    ),
    "patchy": (
        *_many("opacities", "opacities", "airspace opacities", "infiltrates", "densities"),
        *_mass("airspace disease"),
    ),
    "interstitial": _many("opacities", "opacities", "infiltrates"),
    "atelectasis_band": (*_mass("atelectasis", "atelectasis"), *_many("atelectatic changes")),
    "effusion": _many("pleural effusions", "pleural effusions", "effusions"),
}
#: Words that a band of atelectasis has instead where its look is spoken of.
_BAND_LOOKS: Final = (*_one("opacity"), *_many("opacities", "densities"))
_TEXTURE_WORDS: Final = {
    "": ("",),
    "patchy": ("patchy",),
    "hazy": ("hazy",),
    "ill_defined": ("ill-defined", "vague", "indistinct"),
    "ground_glass": ("ground-glass", "ground glass"),
    "irregular": ("irregular",),
    "dense": ("dense",),
    "confluent": ("confluent",),
    "focal": ("focal",),
    "interstitial": ("interstitial",),
    "reticular": ("reticular",),
    "streaky": ("streaky",),
    "linear": ("linear", "linear", "bandlike", "plate-like", "discoid"),
    "round": ("rounded", "round"),
}
_SIZE_WORDS: Final = {
    "small": ("mild", "minimal", "subtle", "faint", "slight", "mild"),
    "middling": ("", "", "", "moderate"),
    "large": ("extensive", "extensive", "severe", "marked"),
}
_SIZE_WORDS_OF: Final = {
    "effusion": {
        "small": ("small", "small", "tiny", "trace", "minimal"),
        "middling": ("moderate", "moderate", ""),
        "large": ("large",),
    },
    "edema": {
        "small": ("mild", "minimal", "mild"),
        "middling": ("moderate", ""),
        "large": ("severe", "marked", "extensive"),
    },
    "atelectasis_band": {
        "small": ("mild", "minimal", "slight"),
        "middling": ("", "", "moderate"),
        "large": ("extensive", "marked"),
    },
}
_NUMBER_WORDS: Final = ("multiple", "multifocal", "scattered", "several")
_SIZE_CONCEPTS: Final = {
    "small": ("descriptor:mild",),
    "middling": ("descriptor:moderate",),
    "large": ("descriptor:severe",),
}
# Fluid has an amount; "trace" says that it is mild.
_AMOUNT_CONCEPTS: Final = {
    "small": ("descriptor:mild", "descriptor:small"),
    "middling": ("descriptor:moderate",),
    "large": ("descriptor:large",),
}
#: Width of a grown-up's lung.
_LUNG_WIDTH_MM: Final = 120
_OPACITIES: Final = ("consolidation", "patchy")


def descriptors_of(group: LesionGroup) -> tuple[str, ...]:
    """Sorted concept ids of all that a report may truly say of a group's look."""
    by_size = _AMOUNT_CONCEPTS if group.kind == "effusion" else _SIZE_CONCEPTS
    concepts = {*by_size[group.severity]} if group.kind != "nodule" else {"descriptor:round"}
    concepts |= {c for word in _TEXTURE_WORDS[group.texture] if word for c in concepts_of(word)}
    if group.kind == "atelectasis_band":
        concepts.add("descriptor:subsegmental")
    if len(group.lesions) > 1 and group.kind in _OPACITIES:
        concepts |= {"descriptor:multiple", "descriptor:multifocal", "descriptor:scattered"}
    if any(lesion.place == "whole" for lesion in group.lesions):
        concepts.add("descriptor:diffuse")
    return tuple(sorted(concepts))


def lesion_context(dice: Dice, group: LesionGroup, *, concluding: bool) -> dict[str, str]:
    """Slots for a statement about a group.

    Args:
        dice: the report's.
        group: what is spoken of.
        concluding: for the impression, which says less of the look and is freer with lobes.
    """
    plural = len(group.lesions) > 1 and group.kind in _PLURAL
    head = dice.pick((_PLURAL if plural else _SINGULAR)[group.kind])
    look = dice.pick(_TEXTURE_WORDS[group.texture])
    if group.kind == "atelectasis_band" and look and dice.chance(0.4):
        head = dice.pick(_BAND_LOOKS)
    look_told = look and dice.chance(0.45 if concluding else 0.8)
    words = place_words(dice, group, loosely=concluding)
    context = {
        "amounts": _amounts(dice, group, many=head.plural, briefly=concluding),
        "look": f"[{look}] " if look_told else "",
        "head": head.word,
        "place": words.behind,
        "adjectives": words.before,
        "np0": "{amounts}{look}{head}",
        "np": dice.pick(_noun_phrases(words.before)),
        "a": "" if head.plural or not head.counted else "%a ",
        "the": "the ",
        "asymmetry": asymmetry_words(dice, group),
        "region": words.region,
        "region_back": words.region_back,
        "dx_np": dice.pick(("{adjectives}[pneumonia]", "[pneumonia] {place}")),
        **(_PLURAL_FORMS if head.plural else _SINGULAR_FORMS),
    }
    for rule in ("meaning", "meaning2", "unlikely"):
        context[rule] = f"{{{rule}_{group.kind}}}"
    return context


def companion_context(dice: Dice, effusion: LesionGroup, band: LesionGroup) -> dict[str, str]:
    """Slots for a statement about an effusion and the atelectasis beside it, on one side."""
    fluid = lesion_context(dice, effusion, concluding=False)
    collapse = lesion_context(dice, band, concluding=False)
    side = effusion.sides[0]
    return {
        "effusion": fluid["amounts"] + fluid["adjectives"] + fluid["head"],
        "fluid": fluid["amounts"] + fluid["head"],
        "atelectasis": collapse["amounts"] + collapse["look"] + collapse["head"],
        "shared_place": f"at the [<<{side}] [<<{dice.pick(('base', 'lung base', 'base'))}]",
        **{slot: fluid[slot] for slot in ("a", "is")},
    }


_SINGULAR_FORMS: Final = {
    "is": "is", "has": "has", "these": "This", "they": "It", "s": "s", "projects": "projects",
}  # fmt: skip
_PLURAL_FORMS: Final = {
    "is": "are", "has": "have", "these": "These", "they": "They", "s": "", "projects": "project",
}  # fmt: skip


def _noun_phrases(before: str) -> tuple[str, ...]:
    # "mild right basilar opacity", "mild opacity in the right base"
    ahead = "{amounts}{look}{adjectives}{head}"
    behind = "{amounts}{look}{head} {place}"
    if "[" in before and not before.endswith("lung "):
        # "mild right lower lobe patchy opacity" is heard in dictation too.
        return (ahead, ahead, behind, behind, "{amounts}{adjectives}{look}{head}")
    return (behind,)


def _amounts(dice: Dice, group: LesionGroup, *, many: bool, briefly: bool) -> str:
    """How many and how much, with a blank behind."""
    if group.kind == "nodule":
        millimetres = max(3, round(group.lesions[0].width * _LUNG_WIDTH_MM))
        return f"{millimetres} mm " if dice.chance(0.7) else ""
    parts: list[str] = []
    if many and group.kind in _OPACITIES and dice.chance(0.4):
        parts.append(dice.pick(_NUMBER_WORDS))
    if dice.chance(0.3 if briefly else 0.6):
        parts.append(dice.pick(_SIZE_WORDS_OF.get(group.kind, _SIZE_WORDS)[group.severity]))
    return "".join(f"[{part}] " for part in parts if part)
