"""The tables of the image side's input: images, the boxes on them, and their scores."""

from typing import Final

import pyarrow as pa

from data_contracts.boxes import BOX
from data_contracts.contract import Column, Contract

_TEXT = pa.string()
_NUMBER = pa.float64()
_COUNT = pa.int64()

#: Frontal views first; `LATERAL` and `OTHER` are only kept where they are asked for.
VIEWS: Final = ("PA", "AP", "AP_SUPINE", "FRONTAL", "LATERAL", "OTHER")
FRONTAL_VIEWS: Final = ("PA", "AP", "AP_SUPINE", "FRONTAL")
#: Zones of the patient's lungs, from the top; the right lung lies at the picture's left.
LUNG_ZONES: Final = (
    "right_upper",
    "right_middle",
    "right_lower",
    "left_upper",
    "left_middle",
    "left_lower",
)

_IMAGE_ID = Column("image_id", _TEXT, "The image; unique over the whole source.")

IMAGES: Final = Contract(
    name="images",
    version=2,
    row="an image that can be read",
    primary_key=("image_id",),
    columns=(
        _IMAGE_ID,
        Column("subject_id", _TEXT, "The patient.", nullable=True),
        Column("study_id", _TEXT, "The imaging study.", nullable=True),
        Column("report_id", _TEXT, "The report that was written of it.", nullable=True),
        Column("cohort", _TEXT, "What it was read from, such as `rsna`; phantoms add their role."),
        Column("split", _TEXT, "Split that the source assigns, as it names it.", nullable=True),
        Column("path", _TEXT, "File below the source's root, with `/` between folders."),
        Column("view", _TEXT, "View position; FRONTAL where the source says no more.",
               nullable=True, allowed=VIEWS),
        Column("width", _COUNT, "Width.", "pixels", minimum=1),
        Column("height", _COUNT, "Height.", "pixels", minimum=1),
        Column("spacing_x", _NUMBER, "Distance of two columns.", "mm", nullable=True, minimum=0),
        Column("spacing_y", _NUMBER, "Distance of two rows.", "mm", nullable=True, minimum=0),
        Column("checksum", _TEXT, "SHA-256 of the file."),
        Column("picture_hash", _TEXT, "What the picture shows, as 256 bits in hexadecimal; copies "
               "differ in few of them."),
    ),
)  # fmt: skip

BOXES: Final = Contract(
    name="boxes",
    version=2,
    row="a reference box on an image",
    primary_key=("box_id",),
    columns=(
        Column("box_id", _TEXT, "`image_id/n`, counted in the source's order."),
        _IMAGE_ID,
        *BOX,
        Column("label", _TEXT, "What it encloses: a concept, such as `finding:infiltrate`; or the "
               "source's name for it, where that means no concept that is known."),
        Column("phrase", _TEXT, "The phrase that it grounds.", nullable=True, private=True),
        Column("annotator", _TEXT, "Who or what drew it."),
    ),
)  # fmt: skip

SEVERITY: Final = Contract(
    name="severity",
    version=1,
    row="a scored image (Cohen et al. 2020)",
    primary_key=("image_id",),
    columns=(
        _IMAGE_ID,
        Column("geographic_extent", _NUMBER, "Extent of lung opacity, 0 to 8 over both lungs.",
               "score", minimum=0),
        Column("opacity", _NUMBER, "Degree of lung opacity, 0 to 6 over both lungs.", "score",
               minimum=0),
    ),
)  # fmt: skip

ZONE_SCORES: Final = Contract(
    name="zone_scores",
    version=1,
    row="a lung zone that one radiologist scored (Brixia; Borghesi and Maroldi 2020)",
    primary_key=("image_id", "zone", "annotator"),
    columns=(
        _IMAGE_ID,
        Column("zone", _TEXT, "The patient's lung and its height.", allowed=LUNG_ZONES),
        Column("score", _COUNT, "0 normal, 1 interstitial, 2 both with interstitial leading, "
               "3 both with alveolar leading.", "score", minimum=0),
        Column("annotator", _TEXT, "Who scored it."),
    ),
)  # fmt: skip

ATTRIBUTES: Final = Contract(
    name="attributes",
    version=1,
    row="a concept that is known to be, or not to be, on an image, apart from its report",
    primary_key=("image_id", "concept_id"),
    columns=(
        _IMAGE_ID,
        Column("concept_id", _TEXT, "The concept, such as `zone:lower_lobe`."),
        Column("present", pa.bool_(), "Whether the image shows it."),
    ),
)  # fmt: skip

#: What may be out of the ordinary with an image that can be read.
IMAGE_NOTES_MADE: Final = ("display_table_unusable", "nearly_black", "nearly_flat")

IMAGE_NOTES: Final = Contract(
    name="image_notes",
    version=1,
    row="something out of the ordinary with an image of `images`",
    primary_key=("image_id", "note"),
    columns=(
        _IMAGE_ID,
        Column("note", _TEXT, "What it is: a DICOM file's look-up table is empty, too short or "
               "leaves the picture black, so that its window or its range of values was taken; or "
               "the picture comes out nearly black or nearly flat.", allowed=IMAGE_NOTES_MADE),
    ),
)  # fmt: skip

IMAGE_TABLES: Final = (IMAGES, BOXES, SEVERITY, ZONE_SCORES, ATTRIBUTES, IMAGE_NOTES)
