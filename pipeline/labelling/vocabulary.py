"""Which concepts become attributes to train on, by list and by frequency."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import pyarrow as pa
from rapidfuzz import fuzz, process

from data_contracts.concepts import ASSERTIONS, Assertion
from data_contracts.tables import VOCABULARY
from pipeline.lexicon.concepts import Concept
from pipeline.settings import VocabularySettings

Reason = Literal["keep_list", "drop_list", "frequency", "too_rare", "never_affirmed", "unmentioned"]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


class VocabularyError(ValueError):
    """A list names a concept that the lexicon lacks, or one concept is to be kept and dropped."""


@dataclass(frozen=True, slots=True)
class ConceptCounts:
    """How often the reports speak of a concept.

    Attributes:
        mentions: mentions per assertion, in all sections.
        reports: reports whose label is 1.
    """

    mentions: Mapping[Assertion, int]
    reports: int


def choose_concepts(
    concepts: Sequence[Concept],
    counts: Mapping[str, ConceptCounts],
    settings: VocabularySettings,
) -> pa.Table:
    """Keep or drop each concept of the lexicon.

    The drop list decides first, then the keep list, then whether at least `min_reports` reports
    affirm the concept.

    Args:
        concepts: the lexicon's concepts.
        counts: counts per concept id; one that is not there counts 0.
        settings: the lists and the fewest reports.

    Returns:
        (concepts,) rows of the vocabulary table, in the lexicon's order.

    Raises:
        VocabularyError: see `check_lists`.
    """
    check_lists(concepts, settings)
    never = ConceptCounts(mentions={}, reports=0)
    rows: list[dict[str, object]] = []
    for concept in concepts:
        counted = counts.get(concept.concept_id, never)
        reason = _reason(concept.concept_id, counted, settings)
        mentions: dict[str, int] = {name: counted.mentions.get(name, 0) for name in ASSERTIONS}
        rows.append(
            {
                "concept_id": concept.concept_id,
                "category": concept.category,
                "preferred_name": concept.preferred_name,
                **mentions,
                "reports": counted.reports,
                "kept": reason in ("keep_list", "frequency"),
                "reason": reason,
            }
        )
    return pa.Table.from_pylist(rows, schema=VOCABULARY.schema())


def check_lists(concepts: Iterable[Concept], settings: VocabularySettings) -> None:
    """Make sure that the keep and drop lists name concepts of the lexicon, each in one list only.

    Raises:
        VocabularyError: they do not; the message names what is meant perhaps.
    """
    known = [concept.concept_id for concept in concepts]
    problems = [
        f"vocabulary.{name} names '{concept_id}', which the lexicon lacks; "
        f"near it are {', '.join(_near(concept_id, known))}"
        for name, listed in (("keep", settings.keep), ("drop", settings.drop))
        for concept_id in listed
        if concept_id not in known
    ]
    problems += [
        f"'{concept_id}' is both in vocabulary.keep and in vocabulary.drop; take it out of one"
        for concept_id in settings.keep
        if concept_id in settings.drop
    ]
    if problems:
        raise VocabularyError("\n".join(problems))


def _near(concept_id: str, known: Sequence[str]) -> list[str]:
    return [
        match for match, _, _ in process.extract(concept_id, known, scorer=fuzz.WRatio, limit=3)
    ]


def _reason(concept_id: str, counted: ConceptCounts, settings: VocabularySettings) -> Reason:
    if concept_id in settings.drop:
        return "drop_list"
    if concept_id in settings.keep:
        return "keep_list"
    if counted.reports >= settings.min_reports:
        return "frequency"
    if counted.reports:
        return "too_rare"
    return "never_affirmed" if any(counted.mentions.values()) else "unmentioned"
