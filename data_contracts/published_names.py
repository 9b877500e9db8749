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
#: PadChest's names of findings (Bustos et al. 2020) that mean a concept of the lexicon; a kind of a
#: finding is that finding.
PADCHEST_NAMES: Final[dict[str, str]] = {
    "alveolar pattern": "finding:airspace_disease",
    "atelectasis": "finding:atelectasis",
    "atelectasis basal": "finding:atelectasis",
    "laminar atelectasis": "finding:atelectasis",
    "lobar atelectasis": "finding:atelectasis",
    "round atelectasis": "finding:atelectasis",
    "segmental atelectasis": "finding:atelectasis",
    "total atelectasis": "finding:atelectasis",
    "costophrenic angle blunting": "finding:blunted_angle",
    "bronchiectasis": "finding:bronchiectasis",
    "aortic atheromatosis": "finding:calcification",
    "calcified densities": "finding:calcification",
    "heart valve calcified": "finding:calcification",
    "cardiomegaly": "finding:cardiomegaly",
    "consolidation": "finding:consolidation",
    "non axial articular degenerative changes": "finding:degenerative_change",
    "vertebral degenerative changes": "finding:degenerative_change",
    "aortic endoprosthesis": "finding:device",
    "artificial aortic heart valve": "finding:device",
    "artificial heart valve": "finding:device",
    "artificial mitral heart valve": "finding:device",
    "catheter": "finding:device",
    "central venous catheter": "finding:device",
    "central venous catheter via jugular vein": "finding:device",
    "central venous catheter via subclavian vein": "finding:device",
    "central venous catheter via umbilical vein": "finding:device",
    "chest drain tube": "finding:device",
    "double j stent": "finding:device",
    "dual chamber device": "finding:device",
    "electrical device": "finding:device",
    "endoprosthesis": "finding:device",
    "endotracheal tube": "finding:device",
    "gastrostomy tube": "finding:device",
    "nephrostomy tube": "finding:device",
    "nsg tube": "finding:device",
    "osteosynthesis material": "finding:device",
    "pacemaker": "finding:device",
    "reservoir central venous catheter": "finding:device",
    "single chamber device": "finding:device",
    "sternotomy": "finding:device",
    "suture material": "finding:device",
    "tracheostomy tube": "finding:device",
    "ventriculoperitoneal drain tube": "finding:device",
    "diaphragmatic eventration": "finding:diaphragm_elevation",
    "hemidiaphragm elevation": "finding:diaphragm_elevation",
    "bullas": "finding:emphysema",
    "copd signs": "finding:emphysema",
    "emphysema": "finding:emphysema",
    "pulmonary fibrosis": "finding:fibrosis",
    "callus rib fracture": "finding:fracture",
    "clavicle fracture": "finding:fracture",
    "fracture": "finding:fracture",
    "humeral fracture": "finding:fracture",
    "rib fracture": "finding:fracture",
    "vertebral anterior compression": "finding:fracture",
    "vertebral compression": "finding:fracture",
    "vertebral fracture": "finding:fracture",
    "calcified granuloma": "finding:granuloma",
    "granuloma": "finding:granuloma",
    "heart insufficiency": "finding:heart_failure",
    "hiatal hernia": "finding:hernia",
    "air trapping": "finding:hyperinflation",
    "flattened diaphragm": "finding:hyperinflation",
    "hyperinflated lung": "finding:hyperinflation",
    "infiltrates": "finding:infiltrate",
    "bronchovascular markings": "finding:interstitial_markings",
    "interstitial pattern": "finding:interstitial_markings",
    "kerley lines": "finding:interstitial_markings",
    "reticular interstitial pattern": "finding:interstitial_markings",
    "reticulonodular interstitial pattern": "finding:interstitial_markings",
    "hypoexpansion": "finding:low_lung_volumes",
    "hypoexpansion basal": "finding:low_lung_volumes",
    "adenopathy": "finding:lymphadenopathy",
    "calcified adenopathy": "finding:lymphadenopathy",
    "calcified mediastinal adenopathy": "finding:lymphadenopathy",
    "lung metastasis": "finding:mass",
    "mass": "finding:mass",
    "pulmonary mass": "finding:mass",
    "multiple nodules": "finding:nodule",
    "nodule": "finding:nodule",
    "ground glass pattern": "finding:opacity",
    "increased density": "finding:opacity",
    "miliary opacities": "finding:opacity",
    "osteopenia": "finding:osteopenia",
    "osteoporosis": "finding:osteopenia",
    "hydropneumothorax": "finding:pleural_effusion",
    "loculated fissural effusion": "finding:pleural_effusion",
    "loculated pleural effusion": "finding:pleural_effusion",
    "pleural effusion": "finding:pleural_effusion",
    "apical pleural thickening": "finding:pleural_thickening",
    "calcified pleural plaques": "finding:pleural_thickening",
    "calcified pleural thickening": "finding:pleural_thickening",
    "fissure thickening": "finding:pleural_thickening",
    "major fissure thickening": "finding:pleural_thickening",
    "minor fissure thickening": "finding:pleural_thickening",
    "pleural plaques": "finding:pleural_thickening",
    "pleural thickening": "finding:pleural_thickening",
    "atypical pneumonia": "finding:pneumonia",
    "pneumonia": "finding:pneumonia",
    "pneumothorax": "finding:pneumothorax",
    "pulmonary edema": "finding:pulmonary_edema",
    "fibrotic band": "finding:scarring",
    "kyphosis": "finding:spinal_curvature",
    "scoliosis": "finding:spinal_curvature",
    "central vascular redistribution": "finding:vascular_congestion",
    "hilar congestion": "finding:vascular_congestion",
    "pulmonary venous hypertension": "finding:vascular_congestion",
    "vascular redistribution": "finding:vascular_congestion",
    "volume loss": "finding:volume_loss",
}
#: MAPLEZ's names of abnormalities (Bigolin Lanfredi et al. 2024) that nobody above has.
_MAPLEZ_NAMES: Final[dict[str, str]] = {
    "lung edema": "finding:pulmonary_edema",
    "support device": "finding:device",
}
_ALL: Final = {**PADCHEST_NAMES, **_MAPLEZ_NAMES, **_CONCEPTS}
_BETWEEN_WORDS: Final = re.compile(r"[\s_]+")


def concept_named(name: str) -> str | None:
    """The concept that a data set's name of a finding means; None where none is known.

    Args:
        name: as published, in any case, its words parted by blanks or underscores.
    """
    return _ALL.get(_BETWEEN_WORDS.sub(" ", name).strip().lower())


def known_names() -> dict[str, str]:
    """Every name that is known, in lower case, and its concept."""
    return dict(_ALL)
