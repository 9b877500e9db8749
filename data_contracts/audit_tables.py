"""The tables that people read: scores and disagreements of an audit, proposals for the lexicon."""

from typing import Final

import pyarrow as pa

from data_contracts.concepts import ASSERTIONS, CATEGORIES
from data_contracts.contract import Column, Contract

_TEXT = pa.string()
_COUNT = pa.int64()
_SHARE = pa.float64()
_VALUE = pa.int8()
_IDS = pa.list_(pa.string())

#: What a cell of a label table says, in words; `unmentioned` where it has no value.
LABEL_WORDS: Final = ("affirmed", "negated", "uncertain", "unmentioned")
SCORE_LEVELS: Final = ("label", "micro", "macro")
DISAGREEMENT_KINDS: Final = ("missed", "spurious", "hedged")


def _interval(name: str, of: str, minimum: float | None = None) -> tuple[Column, Column]:
    return (
        Column(
            f"{name}_low",
            _SHARE,
            f"Low end of the 95% interval of {of}.",
            nullable=True,
            minimum=minimum,
        ),
        Column(f"{name}_high", _SHARE, "Its high end.", nullable=True, minimum=minimum),
    )


def _half(name: str, words: str) -> tuple[Column, ...]:
    return (
        Column(f"reports_{name}", _COUNT, f"Reports in half {words}.", "reports", minimum=0),
        Column(f"support_{name}", _COUNT, "Positives of the reference there.", "labels", minimum=0),
        Column(f"f1_{name}", _SHARE, "F1 there.", nullable=True, minimum=0),
        *_interval(f"f1_{name}", "that F1", minimum=0),
    )


SCORES: Final = Contract(
    name="scores",
    version=2,
    row="a label, or a group of labels averaged one way, held against a reference",
    primary_key=("level", "name"),
    columns=(
        Column("level", _TEXT, "One label, or a group's average.", allowed=SCORE_LEVELS),
        Column("group", _TEXT, "Category of the labels.", allowed=CATEGORIES),
        Column("name", _TEXT, "Concept id of the label, or the group again."),
        Column("precision", _SHARE, "Share of ours that the reference has.", minimum=0),
        Column("recall", _SHARE, "Share of the reference's that we have.", minimum=0),
        Column("f1", _SHARE, "Harmonic mean of precision and recall.", minimum=0),
        *_interval("f1", "F1, by drawing reports anew", minimum=0),
        Column("support", _COUNT, "Positives of the reference.", "reports", minimum=0),
        Column("true_positives", _COUNT, "Positive on both sides.", "reports", minimum=0),
        Column("false_positives", _COUNT, "Positive with us alone.", "reports", minimum=0),
        Column("false_negatives", _COUNT, "Positive there alone.", "reports", minimum=0),
        Column("ignored", _COUNT, "Left out because a side hedges.", "reports", minimum=0),
    ),
)

#: Half A is the one that rules are written on; half B is only scored.
HALF_NAMES: Final = ("A", "B")

HALVES: Final = Contract(
    name="halves",
    version=1,
    row="a group of labels, micro-averaged in either half of the reports",
    primary_key=("group",),
    columns=(
        Column("group", _TEXT, "Category of the labels.", allowed=CATEGORIES),
        *_half("a", "A, which rules are written on"),
        *_half("b", "B, which is only scored"),
        Column("distance", _SHARE, "F1 of half A less that of half B.", nullable=True),
        *_interval("distance", "the distance, by drawing the reports of each half anew"),
    ),
)

DISAGREEMENTS: Final = Contract(
    name="disagreements",
    version=2,
    row="a report and a concept on which a label table and its reference disagree",
    primary_key=("report_id", "concept_id"),
    columns=(
        Column("report_id", _TEXT, "The report, as the label table names it."),
        Column("concept_id", _TEXT, "The concept."),
        Column("half", _TEXT, "Half of the reports it is in.", allowed=HALF_NAMES),
        Column(
            "kind",
            _TEXT,
            "`missed`: only the reference has it; `spurious`: only we have it; "
            "`hedged`: either, where our value is uncertain.",
            allowed=DISAGREEMENT_KINDS,
        ),
        Column("ours", _VALUE, "Our value: 1, 0, -1, or null.", nullable=True),
        Column("reference", _VALUE, "The reference's value: 1, 0, -1, or null.", nullable=True),
        Column("assertion", _TEXT, "Our value in words.", allowed=LABEL_WORDS),
        Column("mention_ids", _IDS, "Mentions behind our value; empty where there are none."),
    ),
)

PROPOSALS: Final = Contract(
    name="proposals",
    version=1,
    row="a phrase that a model takes for an entity and the lexicon does not know",
    primary_key=("rank",),
    columns=(
        Column("rank", _COUNT, "Place by count, from 1.", minimum=1),
        Column("phrase", _TEXT, "The phrase in lower case and singular.", private=True),
        Column("count", _COUNT, "Occurrences in all reports.", "occurrences", minimum=1),
        Column("reports", _COUNT, "Reports it occurs in.", "reports", minimum=1),
        Column(
            "labels",
            pa.map_(pa.string(), pa.int64()),
            "The model's entity labels and how often it gave each, most frequent first.",
            "occurrences",
        ),
        Column("examples", _IDS, "Up to three sentences that it occurs in.", private=True),
        Column(
            "nearest_concept",
            _TEXT,
            "Concept of the lexicon whose phrases share the phrase's last word, or else most of "
            "its words: a suggestion only.",
            nullable=True,
        ),
    ),
)

CONFUSION: Final = Contract(
    name="confusion",
    version=1,
    row="a concept, what our table says of it and what the reference says",
    primary_key=("concept_id", "ours", "reference"),
    columns=(
        Column("concept_id", _TEXT, "The concept."),
        Column("ours", _TEXT, "Our value in words.", allowed=LABEL_WORDS),
        Column("reference", _TEXT, "The reference's value in words.", allowed=LABEL_WORDS),
        Column("reports", _COUNT, "Reports with these two values.", "reports", minimum=0),
    ),
)

COUNTS: Final = Contract(
    name="counts",
    version=1,
    row="a concept with an assertion in one kind of section, of one source and split",
    primary_key=("concept_id", "assertion", "source", "section", "split"),
    columns=(
        Column("concept_id", _TEXT, "The concept."),
        Column("assertion", _TEXT, "What is said of it.", allowed=ASSERTIONS),
        Column("source", _TEXT, "Kind of source of the reports."),
        Column("section", _TEXT, "Section of the mentions."),
        Column("split", _TEXT, "Split of the reports; `none` where the source assigns none."),
        Column("mentions", _COUNT, "Mentions.", "mentions", minimum=0),
        Column("reports", _COUNT, "Reports with such a mention.", "reports", minimum=0),
    ),
)

CHANGES: Final = Contract(
    name="changes",
    version=1,
    row="a report and a concept whose label differs between two runs",
    primary_key=("report_id", "concept_id"),
    columns=(
        Column("report_id", _TEXT, "The report."),
        Column("concept_id", _TEXT, "The concept."),
        Column("before", _VALUE, "The other run's value: 1, 0, -1 or null.", nullable=True),
        Column("after", _VALUE, "This run's value: 1, 0, -1 or null.", nullable=True),
    ),
)

RULE_USE: Final = Contract(
    name="rule_use",
    version=1,
    row="a line of the lexicon, or a rule by itself, and what it decided in a run",
    primary_key=("file", "heading", "entry"),
    columns=(
        Column("file", _TEXT, "File of the lexicon; `rules` where a rule decided by itself."),
        Column("heading", _TEXT, "Concept or heading that the line stands under; the rule's kind."),
        Column("entry", _TEXT, "The line as it stands there, or the rule."),
        Column("decided", _COUNT, "Mentions it found or whose assertion it decided.", "mentions",
               minimum=0),
        Column("reports", _COUNT, "Reports that have such a mention.", "reports", minimum=0),
        *(
            Column(assertion, _COUNT, f"Those of its mentions that are {assertion}.", "mentions",
                   minimum=0)
            for assertion in ASSERTIONS
        ),
        Column("judged", _COUNT, "Those of its mentions that a reviewer has decided or a coded "
               "reference has a label for.", "mentions", minimum=0),
        Column("right", _COUNT, "Those of them that were right.", "mentions", minimum=0),
    ),
)  # fmt: skip

AUDIT_TABLES: Final = (
    SCORES,
    HALVES,
    DISAGREEMENTS,
    CONFUSION,
    PROPOSALS,
    COUNTS,
    CHANGES,
    RULE_USE,
)
