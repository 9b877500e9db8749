"""The families of words for each side, zone and descriptor, whole, as radiologists write them.

Adjectives, adverbs, plurals, British spellings, abbreviations and common slips: a report of another
hospital has those that ours lack.
"""

import pytest

from pipeline.extraction.batch.extractor import Extractor

#: Places as they stand behind "opacity in", and what they are.
PLACES = [
    ("the left side", "left"),
    ("the left hand side", "left"),
    ("the LLZ", "left lower_lobe"),
    ("the LMZ", "left mid_zone lingula"),
    ("the RUZ", "right upper_lobe"),
    ("the RMZ", "right mid_zone middle_lobe"),
    ("the right inferior lobe", "right lower_lobe"),
    ("the lower third of the left lung", "left lower_lobe"),
    ("the middle third of the right lung", "right mid_zone middle_lobe"),
    ("the upper thirds of both lungs", "bilateral upper_lobe"),
    ("the left superior lobe", "left upper_lobe"),
    ("the left apicoposterior segment", "left upper_lobe"),
    ("the right middle lobar region", "right middle_lobe"),
    ("the lingual", "lingula"),
    ("the lingular segments", "lingula"),
    ("the right suprahilar area", "right hilar"),
    ("the left retrohilar region", "left hilar"),
    ("the para-hilar regions", "bilateral hilar"),
    ("a bat wing distribution", "hilar"),
    ("the basilar regions", "bilateral base"),
    ("the right laterobasal segment", "right base"),
    ("the left postero-basal region", "left base"),
    ("the lung apexes", "bilateral apex"),
    ("the left subapical region", "left apex"),
    ("the midzones", "bilateral mid_zone"),
    ("both costophrenic recesses", "bilateral costophrenic_angle"),
    ("the CP angles", "bilateral costophrenic_angle"),
    ("the right costodiaphragmatic recess", "right costophrenic_angle"),
    ("the left lateral sulcus", "left costophrenic_angle"),
    ("the peripheries of both lungs", "bilateral peripheral"),
    ("the right interlobar fissure", "right fissure"),
    ("the region behind the cardiac silhouette", "retrocardiac"),
    ("either hemithorax", "bilateral"),
    ("the right as well as the left base", "bilateral base"),
    ("the R and L bases", "bilateral base"),
]

#: Adjectives as they stand before "opacity", and what they are.
ADJECTIVES = [
    ("Scanty", "mild"),
    ("A modest", "mild"),
    ("A medium-sized", "moderate"),
    ("Massive", "severe"),
    ("Florid", "severe"),
    ("Substantial", "severe"),
    ("A subcentimeter", "small"),
    ("A sub-centimetre", "small"),
    ("A punctate", "small"),
    ("A smallish", "small"),
    ("A large-sized", "large"),
    ("A bulky", "large"),
    ("Mottled", "patchy"),
    ("Blotchy", "patchy"),
    ("Strand-like", "streaky"),
    ("Strandy", "streaky"),
    ("Disc-like", "linear"),
    ("Lace-like", "reticular"),
    ("Reticulo-nodular", "reticular"),
    ("A coin-shaped", "round"),
    ("A spherical", "round"),
    ("A localised", "focal"),
    ("A well-circumscribed", "focal"),
    ("Multifocal", "multifocal multiple"),
    ("Multi-lobar", "multifocal"),
    ("Innumerable", "multiple"),
    ("A couple of", "multiple"),
    ("Generalised", "diffuse"),
    ("Disseminated", "diffuse"),
    ("Dispersed", "scattered"),
    ("A stellate", "irregular"),
    ("A poorly marginated", "ill_defined"),
    ("Fuzzy", "ill_defined"),
    ("Coalesced", "confluent"),
    ("A long-term", "chronic"),
    ("Symmetrical", "bilateral"),
    ("Bibasally distributed", "bilateral base"),
]

#: Words alike that say nothing of it.
NEAR_MISSES = [
    ("Opacity, less pronounced than before.", ""),
    ("Opacity localized to the right base.", "right base"),
    ("Advanced age. Opacity in the left base.", "left base"),
    ("Considerable improvement of the left base opacity.", "left base"),
    ("Opacity seen on two views.", ""),
    ("Opacity in the right base, a few days old.", "right base"),
    ("An electrode patch overlies the chest; opacity in the left base.", "left base"),
    ("The ventricular apex is normal. Opacity is seen.", ""),
    ("Opacity on apical lordotic view.", ""),
    ("Opacities are scattered throughout the lungs.", "bilateral diffuse scattered"),
    ("Opacity and a fracture of the left fifth rib.", ""),
    ("Opacity with an electrode on the left breast.", ""),
]

#: A landmark that something covers tells its side; the same anatomy in its own right does not.
PROJECTED = [
    ("Nodular opacity projecting over the posterior left 7th rib.", "left round"),
    ("Opacity overlying the right clavicle.", "right"),
    ("Opacity obscuring the left heart border.", "left"),
    ("Opacity abutting the right hemidiaphragm.", "right"),
    ("Opacity adjacent to the left ventricular lead.", ""),
    ("Opacity, and the left hemidiaphragm is elevated.", ""),
]


def _attributes(extractor: Extractor, passage: str) -> set[str]:
    findings = extractor.read(passage, "findings").findings
    opacity = findings[0]
    attributes = (*opacity.sides, *opacity.zones, *opacity.descriptors)
    return {attribute.partition(":")[2] for attribute in attributes}


@pytest.mark.parametrize(("place", "expected"), PLACES, ids=[place for place, _ in PLACES])
def test_a_place_is_known_in_every_form(extractor: Extractor, place: str, expected: str) -> None:
    assert _attributes(extractor, f"There is opacity in {place}.") == set(expected.split())


@pytest.mark.parametrize(("adjective", "expected"), ADJECTIVES, ids=[a for a, _ in ADJECTIVES])
def test_an_adjective_is_known_in_every_form(
    extractor: Extractor, adjective: str, expected: str
) -> None:
    assert _attributes(extractor, f"{adjective} opacity is seen.") == set(expected.split())


@pytest.mark.parametrize(("passage", "expected"), NEAR_MISSES, ids=[p for p, _ in NEAR_MISSES])
def test_words_alike_say_nothing(extractor: Extractor, passage: str, expected: str) -> None:
    assert _attributes(extractor, passage) == set(expected.split())


@pytest.mark.parametrize(("passage", "expected"), PROJECTED, ids=[p for p, _ in PROJECTED])
def test_what_is_covered_tells_the_side(extractor: Extractor, passage: str, expected: str) -> None:
    assert _attributes(extractor, passage) == set(expected.split())
