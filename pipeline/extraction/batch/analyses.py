"""What passages say, as columns, so that occurrences expand by gathering."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from data_contracts.concepts import ASSERTIONS, CATEGORIES
from pipeline.extraction.batch.runs import IntArray
from pipeline.rules.values import PassageAnalysis, PassageFinding, PassageMention

#: Columns of the integer rows below; those of mentions are named as in the table.
PASSAGE_FIELDS: Final = ("first_mention", "mentions", "first_finding", "findings")
MENTION_FIELDS: Final = (
    "start",
    "end",
    "text",
    "concept_id",
    "category",
    "assertion",
    "cue_start",
    "cue_end",
    "cue",
    "rule",
    "cue_rule",
    "first_link",
    "links",
)
#: Those of them that index `strings`.
STRING_FIELDS: Final = ("text", "concept_id", "cue", "rule", "cue_rule")
#: What findings link to, in the order of the links: concepts, then mentions.
CONCEPT_LINKS: Final = (
    "sides",
    "zones",
    "descriptors",
    "inherited_sides",
    "inherited_zones",
    "implied_sides",
)
MENTION_LINKS: Final = ("mentions", "interprets")
FINDING_FIELDS: Final = ("mention", "first_link", *CONCEPT_LINKS, *MENTION_LINKS)


@dataclass(frozen=True, slots=True)
class AnalysisColumns:
    """Analyses as columns: row numbers point from passages to mentions and findings to links.

    Attributes:
        passages: (passages, 4) integers, see `PASSAGE_FIELDS`.
        mentions: (mentions, 13) integers, see `MENTION_FIELDS`; offsets count from the passage's
            start, `STRING_FIELDS` index `strings`, -1 is none.
        findings: (findings, 10) integers, see `FINDING_FIELDS`; the numbers of `CONCEPT_LINKS` and
            `MENTION_LINKS`, which follow one another in `links`.
        links: for mentions, findings by their place among the passage's mentions; for findings,
            concepts in `strings`, then mentions by their place.
        strings: every string that the rows refer to.
    """

    passages: IntArray
    mentions: IntArray
    findings: IntArray
    links: IntArray
    strings: Sequence[str]


def plain_rows(columns: AnalysisColumns) -> Iterator[PassageAnalysis]:
    """The analyses as plain rows, to be looked at one by one."""
    for first_mention, mentions, first_finding, findings in columns.passages.tolist():
        yield PassageAnalysis(
            tuple(
                _plain_mention(columns, row)
                for row in columns.mentions[first_mention : first_mention + mentions].tolist()
            ),
            tuple(
                _plain_finding(columns, *row)
                for row in columns.findings[first_finding : first_finding + findings].tolist()
            ),
        )


def _plain_mention(columns: AnalysisColumns, values: Sequence[int]) -> PassageMention:
    row = dict(zip(MENTION_FIELDS, values, strict=True))
    first, links = row["first_link"], row["links"]
    return PassageMention(
        start=row["start"],
        end=row["end"],
        concept_id=columns.strings[row["concept_id"]],
        category=CATEGORIES[row["category"]],
        assertion=ASSERTIONS[row["assertion"]],
        cue=(row["cue_start"], row["cue_end"]) if row["cue_start"] >= 0 else None,
        cue_rule=columns.strings[row["cue_rule"]] if row["cue_rule"] >= 0 else None,
        findings=tuple(columns.links[first : first + links].tolist()),
        rule=columns.strings[row["rule"]],
    )


def _plain_finding(
    columns: AnalysisColumns, mention: int, first_link: int, *counts: int
) -> PassageFinding:
    cuts = pairwise(np.cumsum([first_link, *counts]))
    links = [tuple(columns.links[start:end].tolist()) for start, end in cuts]
    of_concepts, of_mentions = links[: len(CONCEPT_LINKS)], links[len(CONCEPT_LINKS) :]
    concepts = [tuple(columns.strings[code] for code in codes) for codes in of_concepts]
    return PassageFinding(
        mention,
        **dict(zip(CONCEPT_LINKS, concepts, strict=True)),
        **dict(zip(MENTION_LINKS, of_mentions, strict=True)),
    )
