"""The phantom cohort's truth: its studies, and what is in their lungs."""

from typing import Final, Literal, get_args

import pyarrow as pa

from data_contracts.contract import Column, Contract

#: What a cohort stands in for: RSNA's boxes, MIMIC's reports, ChestX-ray8's test, COVID's scores.
Role = Literal["detector", "training", "localization", "severity"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
SPLITS: Final = ("train", "validate", "test")
VIEWS: Final = ("AP", "PA")
LESION_KINDS: Final = (
    "consolidation",
    "patchy",
    "interstitial",
    "edema",
    "atelectasis_band",
    "effusion",
    "nodule",
)
LESION_AGES: Final = ("new", "unchanged", "increased", "decreased", "resolved")
DEVICES: Final = ("picc_right", "picc_left", "port", "pacemaker", "sternotomy", "tubes")

_TEXT = pa.string()
_NUMBER = pa.float64()
_COUNT = pa.int64()
_IDS = pa.list_(pa.string())

STUDIES: Final = Contract(
    name="studies",
    version=1,
    row="a study of the phantom cohort: what its picture and its report agree on",
    primary_key=("study_id",),
    columns=(
        Column("study_id", _TEXT, "The study."),
        Column("subject_id", _TEXT, "The patient; all studies of one share role and split."),
        Column("report_id", _TEXT, "Its report; null where none is written.", nullable=True),
        Column("has_report", pa.bool_(), "Whether a report is written."),
        Column("role", _TEXT, "Which cohort it belongs to.", allowed=ROLES),
        Column("split", _TEXT, "Part of that cohort.", allowed=SPLITS),
        Column(
            "prior_study_id", _TEXT, "The patient's study before it; null for a first.",
            nullable=True,
        ),
        Column("seed", _COUNT, "Seed of everything that only the picture shows.", minimum=0),
        Column("view", _TEXT, "View position.", allowed=VIEWS),
        Column("heart_ratio", _NUMBER, "Heart's width over the thorax's.", "fraction", minimum=0),
        Column(
            "lung_volume", _NUMBER, "Depth of the breath; 1 is usual.", "fraction", minimum=0
        ),
        Column("devices", _IDS, f"Lines and devices: {', '.join(DEVICES)}."),
        Column(
            "geographic_extent", _COUNT, "Extent of lung opacity, 0 to 8 over both lungs "
            "(Cohen et al. 2020).", "score", minimum=0,
        ),
        Column(
            "opacity", _COUNT, "Degree of lung opacity, 0 to 6 over both lungs "
            "(Cohen et al. 2020).", "score", minimum=0,
        ),
    ),
)  # fmt: skip

LESIONS: Final = Contract(
    name="lesions",
    version=1,
    row="an opacity or effusion in one lung of a phantom study, or one that has resolved since "
    "the study before",
    primary_key=("lesion_id",),
    columns=(
        Column("lesion_id", _TEXT, "`study_id/n`."),
        Column("study_id", _TEXT, "The study."),
        Column(
            "lesion_group", _COUNT, "Lesions that are one finding, such as a bilateral one, "
            "share this number, and keep it through the patient's studies.", minimum=0,
        ),
        Column("finding", _TEXT, "Concept id of what it is."),
        Column("kind", _TEXT, "How it is drawn.", allowed=LESION_KINDS),
        Column("age", _TEXT, "Against the study before; a resolved one is not drawn.",
               allowed=LESION_AGES),
        Column("side", _TEXT, "Concept id of the side.", allowed=("side:left", "side:right")),
        Column("zones", _IDS, "Concept ids of the zones it lies in, sorted; empty for an effusion "
               "and for one that fills the lung."),
        Column("descriptors", _IDS, "Concept ids of its texture, size and number, sorted: all "
               "that a report may say of it."),
        Column("center_x", _NUMBER, "Centre, 0 at the lung's medial edge, 1 at its lateral edge.",
               "fraction of the lung's width", minimum=0),
        Column("center_y", _NUMBER, "Centre, 0 at the lung's top, 1 at its lowest point.",
               "fraction of the lung's height", minimum=0),
        Column("width", _NUMBER, "Width.", "fraction of the lung's width", minimum=0),
        Column("height", _NUMBER, "Height.", "fraction of the lung's height", minimum=0),
        Column("extent", _NUMBER, "Share of the lung's area that it covers.", "fraction",
               minimum=0),
        Column("density", _NUMBER, "From 0, invisible, to 1, as dense as the heart.", "fraction",
               minimum=0),
        Column("mention_ids", _IDS, "The report's finding mentions that speak of it; empty where "
               "the report passes over it and where there is none."),
    ),
)  # fmt: skip

PHANTOM_TABLES: Final = (STUDIES, LESIONS)
