"""The tables of a second reader: which reports it was asked about, and what it says of them.

What it says is proposed, for people to decide on. It is never a label.
"""

from typing import Final

import pyarrow as pa

from data_contracts.concepts import ASSERTIONS
from data_contracts.contract import Column, Contract
from data_contracts.tables import SECTIONS

_TEXT = pa.string()
_COUNT = pa.int64()
_OFFSET = pa.int32()
_TIME = pa.timestamp("us", tz="UTC")

#: The reader that is asked by HTTP; of other readers it is the kind of published labels.
LANGUAGE_MODEL: Final = "language_model"

#: What came of asking about a report. `malformed`: an answer that is not of the form that was
#: asked for. `slow`: none in time. `refused`: the server, or the model, would not. `unreachable`:
#: there was no server. `absent`: a table that others made does not have the report.
READING_OUTCOMES: Final = ("answered", "malformed", "slow", "refused", "unreachable", "absent")

_REPORT_ID = Column("report_id", _TEXT, "The report.")
_MODEL = Column("model", _TEXT, "The model by the name that its server was asked for; of a table "
                "that others made, its kind.")  # fmt: skip
_PROMPT = Column(
    "prompt_digest",
    _TEXT,
    "SHA-256 of everything that was asked beside the report: prompt, concepts, form of the answer; "
    "of a table that others made, of what it says of the reports that were picked.",
)

SECOND_READINGS: Final = Contract(
    name="second_readings",
    version=1,
    row="a report that a second reader was asked about, and what came of it",
    primary_key=("report_id", "model", "prompt_digest"),
    columns=(
        _REPORT_ID,
        Column("reader", _TEXT, "`language_model`, or a kind of published labels."),
        _MODEL,
        _PROMPT,
        Column("time", _TIME, "When it was answered.", "UTC"),
        Column("report_digest", _TEXT, "SHA-256 of the report's text as it was read."),
        Column("place", _COUNT, "Place among the reports that were picked, from 0.", minimum=0),
        Column("why", _TEXT, "Why this report was picked.", private=True),
        Column("outcome", _TEXT, "What came of it.", allowed=READING_OUTCOMES),
        Column("proposals", _COUNT, "Its rows of `second_opinions`.", "rows", minimum=0),
        Column("invented_phrases", _COUNT, "Phrases of the answer that the report does not have; "
               "left out.", "phrases", minimum=0),
        Column("invented_concepts", _COUNT, "Concepts of the answer that the lexicon does not "
               "have; left out.", "concepts", minimum=0),
        Column("seconds", pa.float64(), "Time to the answer.", "seconds", minimum=0),
        Column("values", pa.map_(_TEXT, pa.int8()), "What it makes of the report by the rule that "
               "labels are made by: concept id to 1, 0 or -1; not mentioned is left out."),
    ),
)  # fmt: skip

SECOND_OPINIONS: Final = Contract(
    name="second_opinions",
    version=1,
    row="what a second reader says of a concept in a report: a proposal, no label",
    primary_key=("report_id", "model", "prompt_digest", "number"),
    columns=(
        _REPORT_ID,
        _MODEL,
        _PROMPT,
        Column("number", _OFFSET, "Place in the answer, from 0.", minimum=0),
        Column("concept_id", _TEXT, "The concept."),
        Column("assertion", _TEXT, "What the report says of it.", allowed=ASSERTIONS),
        Column("section", _TEXT, "Section that the phrase stands in; null without a phrase.",
               nullable=True, allowed=SECTIONS),
        Column("start", _OFFSET, "Start of the phrase in the report's text; null in answers that "
               "name none.", "characters", True, minimum=0),
        Column("end", _OFFSET, "End of the phrase.", "characters", True, minimum=0),
        Column("phrase", _TEXT, "The phrase exactly as it stands in the report.", nullable=True,
               private=True),
        Column("finding_start", _OFFSET, "Start of the finding that a side, zone or descriptor "
               "belongs to; null for a finding.", "characters", True, minimum=0),
        Column("finding_end", _OFFSET, "End of that finding.", "characters", True, minimum=0),
    ),
)  # fmt: skip

SECOND_OPINION_TABLES: Final = (SECOND_READINGS, SECOND_OPINIONS)
