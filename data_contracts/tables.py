"""The tables of the text side, one definition each."""

from typing import Final

import pyarrow as pa

from data_contracts.concepts import ASSERTIONS, CATEGORIES, CONCEPT_ID_PATTERN
from data_contracts.contract import Column, ColumnFamily, Contract

_TEXT = pa.string()
_COUNT = pa.int64()
_OFFSET = pa.int32()
_IDS = pa.list_(pa.string())

SECTIONS: Final = (
    "indication",
    "history",
    "technique",
    "comparison",
    "findings",
    "impression",
    "addendum",
    "body",
    "other",
)
#: The sections whose sentences state what the image shows.
ASSERTING_SECTIONS: Final = ("findings", "impression", "addendum", "body")

SECTION_SPANS: Final = pa.list_(
    pa.struct([("name", pa.string()), ("start", pa.int32()), ("end", pa.int32())])
)
EVIDENCE: Final = pa.map_(pa.string(), pa.list_(pa.string()))

_REPORT_ID = Column("report_id", _TEXT, "The report; unique over the whole source.")

REPORTS: Final = Contract(
    name="reports",
    version=1,
    row="a report as it was received",
    primary_key=("report_id",),
    columns=(
        _REPORT_ID,
        Column("subject_id", _TEXT, "The patient.", nullable=True),
        Column("study_id", _TEXT, "The imaging study that was read.", nullable=True),
        Column("source", _TEXT, "Kind of source the report was read from, such as `openi_csv`."),
        Column("split", _TEXT, "Split that the source assigns, as it names it.", nullable=True),
        Column(
            "text",
            _TEXT,
            "The report's text; every offset counts its characters.",
            private=True,
            repeats=False,
        ),
        Column(
            "sections",
            SECTION_SPANS,
            "Sections in reading order: name, and start and end in `text` of the section's body "
            "without its heading.",
            unit="characters",
        ),
        Column("indication", _TEXT, "Text of the indication.", nullable=True, private=True),
        Column("findings", _TEXT, "Text of the findings.", nullable=True, private=True),
        Column("impression", _TEXT, "Text of the impression.", nullable=True, private=True),
    ),
)

QUARANTINE: Final = Contract(
    name="quarantine",
    version=1,
    row="a record of the source that could not be used, and why",
    primary_key=("file", "row", "reason"),
    columns=(
        Column("file", _TEXT, "File below the source's root, or the member of an archive."),
        Column(
            "row",
            _COUNT,
            "Row in that file, its header being row 1; 0 for a whole file.",
            minimum=0,
        ),
        Column("record_id", _TEXT, "The record's id where it could be read.", nullable=True),
        Column("reason", _TEXT, "Short name of the reason, such as `duplicate_id`."),
        Column("detail", _TEXT, "What was expected and what to do; never the report's text."),
    ),
)

MENTIONS: Final = Contract(
    name="mentions",
    version=1,
    row="a phrase found in a report: the audit trail",
    primary_key=("mention_id",),
    columns=(
        Column(
            "mention_id",
            _TEXT,
            "`report_id/n`, n counting a report's mentions in text order.",
            repeats=False,
        ),
        _REPORT_ID,
        Column("section", _TEXT, "Section the phrase stands in.", allowed=SECTIONS),
        Column("sentence", _OFFSET, "Ordinal of the sentence in its report, from 0.", minimum=0),
        Column(
            "sentence_start", _OFFSET, "Start of that sentence in `text`.", "characters", minimum=0
        ),
        Column("sentence_end", _OFFSET, "End of that sentence in `text`.", "characters", minimum=0),
        Column(
            "start", _OFFSET, "Start of the phrase in the report's text.", "characters", minimum=0
        ),
        Column("end", _OFFSET, "End of the phrase in the report's text.", "characters", minimum=0),
        Column("text", _TEXT, "The phrase exactly as it stands in the report.", private=True),
        Column("concept_id", _TEXT, "Concept that the phrase names, such as `zone:lower_lobe`."),
        Column("category", _TEXT, "The concept's category.", allowed=CATEGORIES),
        Column("assertion", _TEXT, "What the report says of it.", allowed=ASSERTIONS),
        Column("cue", _TEXT, "The words that decided the assertion.", nullable=True, private=True),
        Column("cue_start", _OFFSET, "Start of the cue in `text`.", "characters", True, minimum=0),
        Column("cue_end", _OFFSET, "End of the cue in `text`.", "characters", True, minimum=0),
        Column(
            "finding_ids",
            _IDS,
            "Mention ids of the findings that a side, zone or descriptor belongs to; empty for a "
            "finding and for a place that no finding was tied to.",
            repeats=False,
        ),
        Column("rule", _TEXT, "Lexicon entry, rule or model that found the phrase."),
        Column("cue_rule", _TEXT, "Cue entry or rule that decided the assertion.", nullable=True),
    ),
)

FINDINGS: Final = Contract(
    name="findings",
    version=2,
    row="a finding as stated in one place of a report",
    primary_key=("report_id", "mention_id"),
    columns=(
        _REPORT_ID,
        Column("mention_id", _TEXT, "The finding's own mention.", repeats=False),
        Column("section", _TEXT, "Section the finding is stated in.", allowed=SECTIONS),
        Column("finding", _TEXT, "Concept id of the finding."),
        Column("assertion", _TEXT, "What the report says of it.", allowed=ASSERTIONS),
        Column("sides", _IDS, "Concept ids of its sides, sorted; empty where none is stated."),
        Column("zones", _IDS, "Concept ids of its zones, sorted; empty where none is stated."),
        Column(
            "descriptors",
            _IDS,
            "Concept ids of its descriptors, sorted; empty where none is stated.",
        ),
        Column(
            "mention_ids",
            _IDS,
            "Ids of all mentions behind this row, the finding's first.",
            repeats=False,
        ),
        Column(
            "interprets",
            _IDS,
            "Mention ids of the findings that are taken for this one, in text order: of the "
            'opacity in "opacity, consistent with pneumonia" for the pneumonia.',
            repeats=False,
        ),
        Column(
            "inherited_sides",
            _IDS,
            "Concept ids of the sides of the findings that it interprets, sorted; empty where it "
            "states one of its own.",
        ),
        Column(
            "inherited_zones",
            _IDS,
            "Concept ids of the zones of the findings that it interprets, sorted; empty where it "
            "states one of its own.",
        ),
        Column(
            "implied_sides",
            _IDS,
            "Concept ids of the sides that its zones, stated or inherited, lie on by their names, "
            "sorted, such as `side:left` of the lingula; without those stated or inherited.",
        ),
    ),
)

LABELS: Final = Contract(
    name="labels",
    version=1,
    row="a report and what it says of each concept",
    primary_key=("report_id",),
    columns=(
        _REPORT_ID,
        Column("subject_id", _TEXT, "The patient.", nullable=True),
        Column("study_id", _TEXT, "The imaging study that was read.", nullable=True),
        Column("split", _TEXT, "Split that the source assigns.", nullable=True),
        Column("evidence", EVIDENCE, "Concept id to the ids of the mentions behind its value."),
    ),
    family=ColumnFamily(
        pattern=CONCEPT_ID_PATTERN,
        type=pa.int8(),
        description="1 affirmed, 0 negated, -1 uncertain, null not mentioned.",
        allowed=(1, 0, -1),
    ),
)

VOCABULARY: Final = Contract(
    name="vocabulary",
    version=1,
    row="a concept of the lexicon and what became of it",
    primary_key=("concept_id",),
    columns=(
        Column("concept_id", _TEXT, "The concept."),
        Column("category", _TEXT, "Its category.", allowed=CATEGORIES),
        Column("preferred_name", _TEXT, "Its name in plain words."),
        Column("affirmed", _COUNT, "Mentions that affirm it.", "mentions", minimum=0),
        Column("negated", _COUNT, "Mentions that negate it.", "mentions", minimum=0),
        Column("uncertain", _COUNT, "Mentions that hedge it.", "mentions", minimum=0),
        Column("historical", _COUNT, "Mentions of the past.", "mentions", minimum=0),
        Column("hypothetical", _COUNT, "Mentions that only ask for it.", "mentions", minimum=0),
        Column("reports", _COUNT, "Reports whose label is 1.", "reports", minimum=0),
        Column("kept", pa.bool_(), "Whether the concept is an attribute to train on."),
        Column("reason", _TEXT, "Why it was kept or dropped, such as `frequency` or `drop_list`."),
    ),
)

EMBEDDINGS: Final = Contract(
    name="embeddings",
    version=1,
    row="a token or a concept and its word2vec vector",
    primary_key=("kind", "key"),
    columns=(
        Column("kind", _TEXT, "What the key is.", allowed=("token", "concept")),
        Column("key", _TEXT, "The token, its words joined by `_`, or the concept id."),
        Column("count", _COUNT, "Occurrences in the corpus.", "occurrences", minimum=0),
        Column(
            "vector", pa.list_(pa.float32()), "Vector of unit-free components, one length a table."
        ),
    ),
)

TEXT_TABLES: Final = (REPORTS, QUARANTINE, MENTIONS, FINDINGS, LABELS, VOCABULARY, EMBEDDINGS)
