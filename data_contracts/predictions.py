"""The tables of what a method says of an image: boxes, and the image as a whole."""

from typing import Final

import pyarrow as pa

from data_contracts.boxes import BOX
from data_contracts.contract import Column, Contract

_TEXT = pa.string()
_NUMBER = pa.float64()
_PROBABILITIES = pa.map_(pa.string(), pa.float64())

_METHOD = Column("method", _TEXT, "What predicted it, such as `cross_attention` or `cam`.")
_IMAGE_ID = Column("image_id", _TEXT, "The image.")

PREDICTIONS: Final = Contract(
    name="predictions",
    version=1,
    row="a predicted box; an image's boxes lie together, the most certain first",
    primary_key=("method", "image_id", "number"),
    columns=(
        _METHOD,
        _IMAGE_ID,
        Column("number", pa.int32(), "Rank among the image's boxes, from 0.", minimum=0),
        *BOX,
        Column("score", _NUMBER, "How certain the method is; comparable within a method alone.",
               "0 to 1", minimum=0),
        Column("attributes", _PROBABILITIES, "Concept ids that the box is like, with their "
               "probability; empty for methods that give none.", "probability"),
    ),
)  # fmt: skip

FOUND_BOXES: Final = Contract(
    name="found_boxes",
    version=1,
    row="a box that was found on a single image, of nested ones the most certain; an image's boxes "
    "lie together, the most certain first",
    primary_key=("image_id", "number"),
    columns=(
        _IMAGE_ID,
        Column("number", pa.int32(), "Rank among the image's boxes, from 0.", minimum=0),
        *BOX,
        Column("score", _NUMBER, "How certain it is; no probability.", "0 to 1", minimum=0),
        Column("shown", pa.bool_(), "Whether the score reaches the threshold that was chosen when "
               "the weights were evaluated. What does not is no finding."),
        Column("attributes", _PROBABILITIES, "Concept ids that the box is like, with their "
               "probability.", "probability"),
    ),
)  # fmt: skip

READINGS: Final = Contract(
    name="readings",
    version=1,
    row="an image as a method reads it",
    primary_key=("method", "image_id"),
    columns=(
        _METHOD,
        _IMAGE_ID,
        Column("point_x", _NUMBER, "Column of the peak of the method's map, or the centre of its "
               "most certain box.", "pixels of the original image", nullable=True, minimum=0),
        Column("point_y", _NUMBER, "Row of that point.", "pixels of the original image",
               nullable=True, minimum=0),
        Column("geographic_extent", _NUMBER, "Extent of lung opacity, 0 to 8 (Cohen et al. 2020); "
               "null for methods that give none.", "score", nullable=True, minimum=0),
        Column("opacity", _NUMBER, "Degree of lung opacity, 0 to 6 (Cohen et al. 2020); null for "
               "methods that give none.", "score", nullable=True, minimum=0),
        Column("probabilities", _PROBABILITIES, "Concept id to probability, over the attributes "
               "that the method knows.", "probability"),
    ),
)  # fmt: skip

#: Cells to a side of a map.
MAP_SIDE: Final = 32
#: In place of a concept id: the map of all that the method looks for.
EVERYTHING: Final = "all"

MAPS: Final = Contract(
    name="maps",
    version=1,
    row="where on an image a method sees a concept, or all that it looks for",
    primary_key=("method", "image_id", "concept_id"),
    columns=(
        _METHOD,
        _IMAGE_ID,
        Column("concept_id", _TEXT, f"The concept; `{EVERYTHING}` for all together."),
        Column("values", pa.list_(pa.float16()), f"{MAP_SIDE} rows of {MAP_SIDE} cells from top "
               "to bottom, each over an equal share of the image.", "0 to 1"),
    ),
)  # fmt: skip

#: A share of attention below this is left out of the table: there would be nothing to see.
LEAST_SHARE: Final = 0.005

ATTENTION: Final = Contract(
    name="attention",
    version=1,
    row="a candidate region, and how the attributes attend to it; the likeliest regions first",
    primary_key=("method", "image_id", "number"),
    columns=(
        _METHOD,
        _IMAGE_ID,
        Column("number", pa.int32(), "Rank among the image's regions, from 0.", minimum=0),
        *BOX,
        Column("score", _NUMBER, "How much the method takes it for what it looks for.", "0 to 1",
               minimum=0),
        Column("shares", pa.map_(pa.string(), pa.float32()), "Concept id to the share of its "
               "attention that falls on the region; over an image's regions they sum to 1. Shares "
               f"below {LEAST_SHARE} are left out.", "fraction"),
    ),
)  # fmt: skip

_SCORE = (
    Column("seed", pa.int64(), "Seed of the run; -1 for all seeds together.", minimum=-1),
    Column("cohort", _TEXT, "The images that were scored."),
    Column("score", _TEXT, "Name of the score, such as `accuracy` or `auroc`."),
    Column("subject", _TEXT, "What was scored: `boxes`, a concept id, `macro`, "
           "`geographic_extent`, `opacity` or `brixia`."),
    Column("overlap", _TEXT, "How boxes are held against each other.",
           allowed=("iou", "iobb", "none")),
    Column("threshold", _NUMBER, "Least overlap that counts; 0 where none does.", "fraction",
           minimum=0),
    Column("at_false_positives", _NUMBER, "False positives at which a `sensitivity` is read; 0 "
           "for other scores.", "per image", minimum=0),
)  # fmt: skip
_SCORED = (
    Column("images", pa.int64(), "Images scored.", minimum=0),
    Column("patients", pa.int64(), "Patients they are of.", minimum=0),
)
_SCORE_KEY = tuple(column.name for column in _SCORE)

SCORES: Final = Contract(
    name="scores",
    version=2,
    row="a score of a method on a cohort, with its interval over patients",
    primary_key=("method", *_SCORE_KEY),
    columns=(
        _METHOD,
        *_SCORE,
        Column("value", _NUMBER, "The score; null where it is not defined.", nullable=True),
        Column("low", _NUMBER, "Lower end of its 95% interval.", nullable=True),
        Column("high", _NUMBER, "Upper end of its 95% interval.", nullable=True),
        *_SCORED,
    ),
)

DIFFERENCES: Final = Contract(
    name="differences",
    version=1,
    row="a method's score less that of a method it is compared with, over the same patients",
    primary_key=("method", "compared_with", *_SCORE_KEY),
    columns=(
        _METHOD,
        Column("compared_with", _TEXT, "The method whose score is taken away."),
        *_SCORE,
        Column("value", _NUMBER, "The difference; null where either score is not defined.",
               nullable=True),
        Column("low", _NUMBER, "Lower end of its 95% interval, both methods scored on the same "
               "draws of patients.", nullable=True),
        Column("high", _NUMBER, "Upper end of that interval.", nullable=True),
        *_SCORED,
    ),
)  # fmt: skip
