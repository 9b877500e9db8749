"""The tables of review: what people decided of mentions, and what became of each decision."""

from typing import Final

import pyarrow as pa

from data_contracts.concepts import ASSERTIONS
from data_contracts.contract import Column, Contract

_TEXT = pa.string()
_OFFSET = pa.int32()
_TIME = pa.timestamp("us", tz="UTC")

#: `accept`, `change` and `remove` decide a mention, `add` a phrase that extraction missed;
#: `withdraw` takes the reviewer's last decision on the same phrase back; `done` says that the
#: reviewer has read the whole report, so that nothing else in it was missed.
ACTIONS: Final = ("accept", "change", "remove", "add", "withdraw", "done")

#: What labelling made of a decision. `agrees`: the tables say so already. `overruled`: a later
#: decision on the same phrase counts. The last five could not be applied.
OUTCOMES: Final = (
    "applied",
    "agrees",
    "overruled",
    "withdrawn",
    "recorded",
    "report_missing",
    "text_changed",
    "mention_gone",
    "finding_gone",
    "concept_unknown",
)
UNAPPLIED: Final = OUTCOMES[5:]

CORRECTIONS: Final = Contract(
    name="corrections",
    version=1,
    row="a reviewer's decision on a phrase of a report, or that the report is done; in the order "
    "they were made",
    primary_key=("correction_id",),
    columns=(
        Column("correction_id", _TEXT, "Names the decision; unique over all reviewers."),
        Column("time", _TIME, "When it was made.", "UTC"),
        Column("reviewer", _TEXT, "Who made it, by the name they gave."),
        Column("action", _TEXT, "What was decided.", allowed=ACTIONS),
        Column("report_id", _TEXT, "The report."),
        Column("report_digest", _TEXT, "SHA-256 of the report's text as it was reviewed."),
        Column("start", _OFFSET, "Start of the phrase in the report's text; null for `done`.",
               "characters", True, minimum=0),
        Column("end", _OFFSET, "End of the phrase; null for `done`.", "characters", True,
               minimum=0),
        Column("phrase", _TEXT, "The phrase as it stood in the report.", nullable=True,
               private=True),
        Column("before_concept", _TEXT, "Concept that extraction gave; null for `add`.",
               nullable=True),
        Column("before_assertion", _TEXT, "Assertion that extraction gave; null for `add`.",
               nullable=True, allowed=ASSERTIONS),
        Column("after_concept", _TEXT, "Concept that the reviewer gave; null for `remove`.",
               nullable=True),
        Column("after_assertion", _TEXT, "Assertion that the reviewer gave; null for `remove`.",
               nullable=True, allowed=ASSERTIONS),
        Column("finding_start", _OFFSET, "Start of the finding that an added or changed side, zone "
               "or descriptor belongs to; null where it keeps its findings.", "characters", True,
               minimum=0),
        Column("finding_end", _OFFSET, "End of that finding.", "characters", True, minimum=0),
        Column("rule", _TEXT, "Lexicon entry or rule that had found the phrase.", nullable=True),
        Column("cue", _TEXT, "The words that had decided its assertion.", nullable=True,
               private=True),
        Column("cue_rule", _TEXT, "Cue entry or rule that had decided it.", nullable=True),
        Column("lexicon", _TEXT, "Fingerprint of the lexicon that the reviewer saw at work."),
    ),
)  # fmt: skip

CORRECTION_OUTCOMES: Final = Contract(
    name="correction_outcomes",
    version=1,
    row="a decision and what labelling made of it",
    primary_key=("correction_id",),
    columns=(
        Column("correction_id", _TEXT, "The decision, as in `corrections`."),
        Column("report_id", _TEXT, "Its report."),
        Column("reviewer", _TEXT, "Who made it."),
        Column("outcome", _TEXT, "What became of it.", allowed=OUTCOMES),
    ),
)

REVIEW_SAMPLE: Final = Contract(
    name="sample",
    version=1,
    row="a report drawn for review, in the order to review them",
    primary_key=("report_id",),
    columns=(
        Column("report_id", _TEXT, "The report."),
        Column("by", _TEXT, "What the strata are made of."),
        Column("stratum", _TEXT, "The one stratum that the report belongs to."),
        Column("stratum_reports", pa.int64(), "Reports of the stratum in all tables.", "reports",
               minimum=1),
        Column("seed", pa.int64(), "Seed of the draw.", minimum=0),
    ),
)  # fmt: skip

MEASURED: Final = ("category", "concept", "assertion", "rule", "cue_rule", "cue")

MEASURES: Final = Contract(
    name="measures",
    version=1,
    row="what reviews say of a concept, an assertion, a cue or a rule",
    primary_key=("kind", "name"),
    columns=(
        Column("kind", _TEXT, "What is measured.", allowed=MEASURED),
        Column("name", _TEXT, "The concept, assertion, cue or rule; or `all`.", private=True),
        Column("reviewed", pa.int64(), "Mentions that extraction gave in reviewed reports.",
               "mentions", minimum=0),
        Column("right", pa.int64(), "Those of them that the reviewers left as they were.",
               "mentions", minimum=0),
        Column("missed", pa.int64(), "Mentions that it should have given; null for cues and rules.",
               "mentions", True, minimum=0),
        *(
            Column(f"{ratio}{bound}", pa.float64(), f"{text}{of} by the sample's weights; null "
                   "where nothing was reviewed.", nullable=True, minimum=0)
            for ratio, text in (("precision", "Share of mentions given that are right"),
                                ("recall", "Share of mentions to give that were given"))
            for bound, of in (("", ""), ("_low", ", lower end of the 95% interval"),
                              ("_high", ", upper end of the 95% interval"))
        ),
        Column("errors", pa.float64(), "Mentions wrongly given or missed in all reports that the "
               "sample stands for, by its weights.", "mentions", minimum=0),
    ),
)  # fmt: skip

CORRECTION_TABLES: Final = (CORRECTIONS, CORRECTION_OUTCOMES, REVIEW_SAMPLE, MEASURES)
