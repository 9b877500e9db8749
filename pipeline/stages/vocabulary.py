"""Stage vocabulary: which concepts become attributes to train on."""

import time
from collections import Counter, defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from command_line.summary import StageSummary
from data_contracts.concepts import AFFIRMED, CATEGORIES, Assertion
from data_contracts.errors import ContractError
from data_contracts.locking import one_run
from data_contracts.storage import read_parts, write_table
from data_contracts.tables import LABELS, MENTIONS, VOCABULARY
from pipeline.labelling.vocabulary import REASONS, ConceptCounts, check_lists, choose_concepts
from pipeline.lexicon.concepts import load_lexicon
from pipeline.settings import VocabularySettings


@one_run
def vocabulary(
    *,
    settings: VocabularySettings,
    lexicon: Path | None,
    mentions: Path,
    labels: Path,
    out: Path,
) -> StageSummary:
    """Write `out/vocabulary.parquet`: one row per concept of the lexicon, in its order.

    Args:
        settings: the fewest reports, and what to keep or drop whatever its frequency.
        lexicon: folder of lexicon files; None takes the shipped one.
        mentions: the mentions table.
        labels: the labels table made of it.
        out: folder to write to.

    Raises:
        LexiconError: a lexicon file breaks its rules.
        VocabularyError: a list names a concept that the lexicon lacks.
        TableNotFoundError: a table is not there.
        ContractError: a table breaks its contract, or was made with another lexicon.
    """
    started = time.perf_counter()
    concepts = load_lexicon(lexicon).concepts
    check_lists(concepts, settings)
    known = {concept.concept_id for concept in concepts}
    mentioned = _count_mentions(mentions, known)
    affirmed = _count_affirming_reports(labels, sorted(known))
    counts = {
        concept_id: ConceptCounts(mentioned[concept_id], affirmed[concept_id])
        for concept_id in known
    }
    table = choose_concepts(concepts, counts, settings)
    path = out / "vocabulary.parquet"
    write_table(VOCABULARY, table, path)
    return StageSummary(
        stage="vocabulary",
        counts=_summarise(table),
        seconds=time.perf_counter() - started,
        outputs=(path,),
    )


def _count_mentions(path: Path, known: set[str]) -> defaultdict[str, Counter[Assertion]]:
    counts: defaultdict[str, Counter[Assertion]] = defaultdict(Counter)
    keys = ["concept_id", "assertion"]
    for part in read_parts(MENTIONS, path, keys):
        for row in part.group_by(keys).aggregate([([], "count_all")]).to_pylist():
            if row["concept_id"] not in known:
                raise ContractError(
                    f"{path}: names the concept '{row['concept_id']}', which the lexicon lacks; "
                    "run extract again with this lexicon"
                )
            counts[row["concept_id"]][row["assertion"]] += row["count_all"]
    return counts


def _count_affirming_reports(path: Path, concept_ids: list[str]) -> Counter[str]:
    """Reports whose label is 1.

    Raises:
        ContractError: the table has no column for a concept.
    """
    counts: Counter[str] = Counter()
    try:
        for part in read_parts(LABELS, path, concept_ids):
            for concept_id in concept_ids:
                counts[concept_id] += pc.sum(pc.equal(part[concept_id], AFFIRMED)).as_py() or 0
    except ContractError as error:
        raise ContractError(f"{error}; run label again with this lexicon") from None
    return counts


def _summarise(table: pa.Table) -> dict[str, int | float]:
    reasons = Counter(table["reason"].to_pylist())
    kept = table.filter(table["kept"])
    by_category = Counter(kept["category"].to_pylist())
    return {
        "concepts": table.num_rows,
        "kept": kept.num_rows,
        **{f"kept_{category}": by_category[category] for category in CATEGORIES},
        **{f"reason_{reason}": reasons[reason] for reason in REASONS},
    }
