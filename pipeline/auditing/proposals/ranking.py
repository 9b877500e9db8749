"""From entities in sentences to a ranked table of phrases that the lexicon lacks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import pyarrow as pa
from spacy.language import Language

from data_contracts.audit_tables import PROPOSALS
from pipeline.auditing.proposals.phrases import LexiconPhrases, fold_phrase, plain_phrase
from pipeline.auditing.proposals.sentences import SentenceOccurrences

_BATCH: Final = 256
_EXAMPLES: Final = 3

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Entity:
    """What a model found in a distinct sentence; offsets count the sentence's characters."""

    sentence: int
    start: int
    end: int
    text: str
    label: str


def find_entities(nlp: Language, sentences: Iterable[str]) -> Iterator[list[Entity]]:
    """Yield each sentence's entities.

    Args:
        nlp: the model.
        sentences: distinct sentences, numbered from 0.
    """
    for number, doc in enumerate(nlp.pipe(sentences, batch_size=_BATCH)):
        yield [
            Entity(number, entity.start_char, entity.end_char, entity.text, entity.label_)
            for entity in doc.ents
        ]


def uncovered(
    entities: Iterable[Entity], covered: dict[int, list[tuple[int, int]]]
) -> list[Entity]:
    """Entities that share no character with a mention of the lexicon.

    Args:
        entities: what the model found.
        covered: per sentence, the spans of mentions in it.
    """
    return [
        entity
        for entity in entities
        if not any(
            entity.start < end and start < entity.end
            for start, end in covered.get(entity.sentence, ())
        )
    ]


def rank_phrases(
    entities: Sequence[Entity],
    sentences: Sequence[str],
    occurrences: SentenceOccurrences,
    lexicon: LexiconPhrases,
) -> pa.Table:
    """Rank what entities are called by how often it occurs in all reports.

    Spellings that differ in case, number or articles count together, under the most frequent.

    Args:
        entities: entities that the lexicon does not cover.
        sentences: the distinct sentences.
        occurrences: where each of them occurs.
        lexicon: phrases that are known, and are left out.

    Returns:
        Rows of the proposals table; equal counts stand in alphabetical order.
    """
    found = pd.DataFrame(
        {
            "sentence": [entity.sentence for entity in entities],
            "phrase": [plain_phrase(entity.text) for entity in entities],
            "label": [entity.label for entity in entities],
        }
    )
    found["folded"] = found["phrase"].map(fold_phrase)
    found = found[found["folded"].map(lambda folded: folded != "" and folded not in lexicon)]
    if found.empty:
        return PROPOSALS.schema().empty_table()
    where = pd.DataFrame({"sentence": occurrences.sentence, "report": occurrences.report})
    times = where["sentence"].value_counts()
    found["times"] = found["sentence"].map(times)
    ranked = _ranked(found, where)
    by_phrase = dict(iter(found.groupby("folded", sort=False)))
    rows = [
        _row(rank, entry, by_phrase[entry.Index], sentences, lexicon)
        for rank, entry in enumerate(ranked.itertuples(), start=1)
    ]
    return pa.Table.from_pylist(rows, schema=PROPOSALS.schema())


def _ranked(found: pd.DataFrame, where: pd.DataFrame) -> pd.DataFrame:
    """Per folded phrase its commonest spelling, occurrences, and reports, most frequent first."""
    spellings = pd.DataFrame(found.groupby(["folded", "phrase"], as_index=False)["times"].sum())
    spellings = spellings.sort_values(["times", "phrase"], ascending=[False, True], kind="stable")
    holders = found[["folded", "sentence"]].drop_duplicates().merge(where, on="sentence")
    counts = pd.DataFrame(
        {
            "count": found.groupby("folded")["times"].sum(),
            "reports": holders.groupby("folded")["report"].nunique(),
            "phrase": spellings.drop_duplicates("folded").set_index("folded")["phrase"],
        }
    )
    return counts.sort_values(
        ["count", "reports", "phrase"], ascending=[False, False, True], kind="stable"
    )


def _row(
    rank: int, entry: Any, found: pd.DataFrame, sentences: Sequence[str], lexicon: LexiconPhrases
) -> dict[str, Any]:
    labels = found.groupby("label")["times"].sum()
    best = labels.sort_index().sort_values(ascending=False, kind="stable")
    shown = found.drop_duplicates("sentence").sort_values(
        ["times", "sentence"], ascending=[False, True]
    )
    return {
        "rank": rank,
        "phrase": entry.phrase,
        "count": int(entry.count),
        "reports": int(entry.reports),
        "labels": [(str(label), int(times)) for label, times in best.items()],
        "examples": [sentences[number] for number in shown["sentence"].head(_EXAMPLES)],
        "nearest_concept": lexicon.nearest(entry.Index),
    }
