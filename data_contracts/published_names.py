"""What published data sets call a finding, and the concept that is meant.

Boxes and labels of one data set may spell a finding in two ways: ChestX-ray14 boxes `Infiltrate`
and labels `Infiltration`. Both sides look names up here, so that one finding is one concept.
"""

import re
from typing import Final

# Names as they are looked up: lower case, words parted by one space.
_CONCEPTS: Final[dict[str, str]] = {
    # ChestX-ray14 (Wang et al. 2017), its labels and its boxes
    "atelectasis": "finding:atelectasis",
    "cardiomegaly": "finding:cardiomegaly",
    "consolidation": "finding:consolidation",
    "edema": "finding:pulmonary_edema",
    "effusion": "finding:pleural_effusion",
    "emphysema": "finding:emphysema",
    "fibrosis": "finding:fibrosis",
    "hernia": "finding:hernia",
    "infiltrate": "finding:infiltrate",
    "infiltration": "finding:infiltrate",
    "mass": "finding:mass",
    "nodule": "finding:nodule",
    "pleural thickening": "finding:pleural_thickening",
    "pneumonia": "finding:pneumonia",
    "pneumothorax": "finding:pneumothorax",
    # CheXpert (Irvin et al. 2019); its first releases and its labeler say airspace opacity
    "airspace opacity": "finding:lung_opacity_any",
    "fracture": "finding:fracture",
    "lung opacity": "finding:lung_opacity_any",
    "pleural effusion": "finding:pleural_effusion",
    "support devices": "finding:device",
    # The COVID-19 image collection's masks (Cohen et al. 2020)
    "opacity": "finding:opacity",
    # VinDr-CXR (Nguyen et al. 2022); its "Nodule/Mass" is either, so no concept of ours
    "calcification": "finding:calcification",
    "clavicle fracture": "finding:fracture",
    "ild": "finding:fibrosis",
    "pulmonary fibrosis": "finding:fibrosis",
    "rib fracture": "finding:fracture",
}
_BETWEEN_WORDS: Final = re.compile(r"[\s_]+")


def concept_named(name: str) -> str | None:
    """The concept that a data set's name of a finding means; None where none is known.

    Args:
        name: as published, in any case, its words parted by blanks or underscores.
    """
    return _CONCEPTS.get(_BETWEEN_WORDS.sub(" ", name).strip().lower())


def known_names() -> dict[str, str]:
    """Every name that is known, in lower case, and its concept."""
    return dict(_CONCEPTS)
