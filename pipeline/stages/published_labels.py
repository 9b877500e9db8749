"""Stage published labels: label tables that others mined, as the tables to train on."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN, Assertion
from data_contracts.locking import one_run
from data_contracts.quarantine import Rejected
from data_contracts.quarantining import quarantine_table
from data_contracts.storage import PartedTable, write_table
from data_contracts.tables import EMBEDDINGS, LABELS, QUARANTINE, VOCABULARY
from data_contracts.together import place_together, waiting
from pipeline.labelling.label_columns import LabelColumns, label_columns
from pipeline.labelling.vocabulary import ConceptCounts, check_lists, choose_concepts
from pipeline.lexicon.concepts import load_lexicon
from pipeline.published_labels.checking import one_a_report
from pipeline.published_labels.embeddings import ONE_HOT, corpus_vectors, one_hot_vectors
from pipeline.published_labels.opening import open_labels
from pipeline.published_labels.places import PlaceReader
from pipeline.published_labels.records import LabelledReport, LabelRequest
from pipeline.published_labels.tables import label_table
from pipeline.settings import VocabularySettings

_WORDS: Final[tuple[tuple[Assertion, int], ...]] = (
    ("affirmed", AFFIRMED),
    ("negated", NEGATED),
    ("uncertain", UNCERTAIN),
)
#: Reports that say so, by concept id and value.
_Counts = Counter[tuple[str, int]]


@one_run
def published_labels(
    *,
    settings: VocabularySettings,
    lexicon: Path | None,
    kind: str,
    path: Path,
    columns: Mapping[str, str],
    embeddings: str = ONE_HOT,
    partition_rows: int,
    out: Path,
) -> StageSummary:
    """Write `labels`, `vocabulary`, `embeddings` and `quarantine` of a published label table.

    A value is as published (docs/published_labels.md says what each kind means), its evidence the
    file and row. Of the vocabulary's counts, `affirmed`, `negated` and `uncertain` are reports.

    Args:
        settings: the fewest reports, and what to keep or drop whatever its frequency.
        lexicon: folder of lexicon files; None takes the shipped one.
        kind: one of `pipeline.published_labels.opening.KINDS`.
        path: its file or folder.
        columns: the columns of a `csv` by role.
        embeddings: `one_hot`, or the folder of a corpus' embeddings.
        partition_rows: reports in a part of the labels.
        out: folder to write to. Equal files give equal tables.

    Raises:
        SourceError: the table is not what its kind expects.
        LexiconError: a lexicon file breaks its rules.
        VocabularyError: a list names a concept that the lexicon lacks.
        TableNotFoundError: there are no embeddings in the corpus' folder.
        ConceptVectorsError: they lack a concept that is kept.
    """
    started = time.perf_counter()
    known = load_lexicon(lexicon)
    check_lists(known.concepts, settings)
    request = LabelRequest(path, known, PlaceReader(known, lexicon), columns)
    source = open_labels(kind, request)
    rejected: list[Rejected] = []
    tallies: Counter[str] = Counter()
    # The stamp is constant for the reason that ingest gives.
    table = PartedTable(LABELS, out / "labels.parquet", fingerprint="labels")
    records = _usable(one_a_report(source.records, tallies), rejected)
    parts, reports, counts = _write_parts(table, records, label_columns(known), partition_rows)
    chosen = choose_concepts(known.concepts, _concept_counts(counts), settings)
    kept = {row["concept_id"]: row["reports"] for row in chosen.filter(chosen["kept"]).to_pylist()}
    vectors = (
        one_hot_vectors(kept) if embeddings == ONE_HOT else corpus_vectors(kept, Path(embeddings))
    )
    table.finish(parts)
    written = {
        "vocabulary": (VOCABULARY, chosen),
        "embeddings": (EMBEDDINGS, vectors),
        "quarantine": (QUARANTINE, quarantine_table(rejected)),
    }
    outputs = {name: out / f"{name}.parquet" for name in written}
    for name, (contract, rows) in written.items():
        write_table(contract, rows, waiting(outputs[name]))
    place_together([table.path, *outputs.values()])
    reasons = Counter(record.reason for record in rejected)
    return StageSummary(
        stage="labels",
        counts={
            "reports": reports,
            "quarantined": len(rejected),
            **{f"quarantined_{reason}": count for reason, count in sorted(reasons.items())},
            **{word: _total(counts, value) for word, value in _WORDS},
            "concepts_with_a_value": len({concept for concept, _ in counts}),
            "kept": len(kept),
            **dict(sorted((tallies + source.tallies).items())),
            "columns_without_concept": len(source.without_concept),
            **{
                f"without_concept_{name.replace(' ', '_')}": count
                for name, count in sorted(source.without_concept.items())
            },
        },
        seconds=time.perf_counter() - started,
        outputs=(table.path, *outputs.values()),
    )


def _usable(
    records: Iterator[LabelledReport | Rejected], rejected: list[Rejected]
) -> Iterator[LabelledReport]:
    with progress_bar("rows") as progress:
        bar = progress.add_task("labels", total=None)
        for record in records:
            progress.advance(bar)
            if isinstance(record, Rejected):
                rejected.append(record)
            else:
                yield record


def _write_parts(
    table: PartedTable, records: Iterator[LabelledReport], columns: LabelColumns, size: int
) -> tuple[int, int, _Counts]:
    """Write all records; gives how many parts and reports there are, and the values' counts."""
    counts: _Counts = Counter()
    parts = reports = 0
    waiting: list[LabelledReport] = []
    for record in records:
        waiting.append(record)
        if len(waiting) == size:
            counts += _write(table, parts, waiting, columns)
            parts, reports, waiting = parts + 1, reports + size, []
    if waiting or not parts:
        counts += _write(table, parts, waiting, columns)
        parts, reports = parts + 1, reports + len(waiting)
    return parts, reports, counts


def _write(
    table: PartedTable, part: int, reports: list[LabelledReport], columns: LabelColumns
) -> _Counts:
    rows = label_table(reports, columns)
    table.write_part(part, rows)
    names: list[str] = columns.concept_ids.to_pylist()
    return Counter({key: n for name in names for key, n in _count(name, rows[name]) if n})


def _count(concept: str, column: pa.ChunkedArray) -> Iterator[tuple[tuple[str, int], int]]:
    values = column.drop_null().to_numpy()
    return (((concept, value), int(np.sum(values == value))) for _, value in _WORDS)


def _concept_counts(counts: _Counts) -> dict[str, ConceptCounts]:
    return {
        concept: ConceptCounts(
            mentions={word: counts[concept, value] for word, value in _WORDS},
            reports=counts[concept, AFFIRMED],
        )
        for concept in {concept for concept, _ in counts}
    }


def _total(counts: _Counts, wanted: int) -> int:
    return sum(count for (_, value), count in counts.items() if value == wanted)
