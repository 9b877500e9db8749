"""Stage embed: word2vec over the reports, and a vector for each concept."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.progress import Progress

from command_line.summary import StageSummary
from data_contracts.locking import one_run
from data_contracts.storage import part_paths, read_table, write_table
from data_contracts.tables import EMBEDDINGS, MENTIONS, REPORTS, VOCABULARY
from data_contracts.whole_files import naming
from pipeline.embeddings.concept_vectors import ConceptVector, concept_vectors, words_of_concepts
from pipeline.embeddings.corpus import (
    MENTION_COLUMNS,
    REPORT_COLUMNS,
    corpus_sentences,
    count_concept_words,
)
from pipeline.embeddings.training import WordVectors, epochs_of, train_word_vectors
from pipeline.language.sentences import SentenceSplitter, load_splitter
from pipeline.lexicon.concepts import load_lexicon
from pipeline.report_batches import WantedTable, read_batches
from pipeline.settings import EmbeddingSettings


@one_run
def embed(
    *,
    settings: EmbeddingSettings,
    lexicon: Path | None,
    reports: Path,
    mentions: Path,
    vocabulary: Path,
    out: Path,
) -> StageSummary:
    """Write `out/embeddings.parquet`: the tokens by frequency, then the lexicon's concepts.

    A phrase that names a concept the vocabulary keeps gets a vector however rare it is, so that
    every kept concept that a report names in words has one. Where the reports are so few that no
    word is frequent enough, the table is empty.

    Args:
        settings: of word2vec.
        lexicon: folder of lexicon files; None takes the shipped one.
        reports: the reports table.
        mentions: the mentions table that extraction made of it.
        vocabulary: the vocabulary table.
        out: folder to write to; the corpus is kept there while training lasts.

    Raises:
        LexiconError: a lexicon file breaks its rules.
        TableNotFoundError: a table is not there.
        ContractError: a table breaks its contract.
        ForeignRowsError: a mention is of a report that is not there.
    """
    started = time.perf_counter()
    concepts, splitter = load_lexicon(lexicon).concepts, load_splitter(lexicon)
    kept = _kept_concepts(vocabulary)
    console = Console(stderr=True)
    with (
        _corpus_file(out) as corpus,
        Progress(console=console, disable=not console.is_terminal) as progress,
    ):
        reading = progress.add_task("embed: read", total=len(part_paths(REPORTS, reports)))
        training = progress.add_task("embed: train", total=settings.epochs)
        written = _write_corpus(
            corpus, reports, mentions, splitter, lambda: progress.advance(reading)
        )
        epochs = epochs_of(written.words, settings)
        progress.update(training, total=epochs)
        named_by = words_of_concepts(concepts, written.named)
        vectors = train_word_vectors(
            corpus,
            settings=settings,
            always={word for concept in kept for word in named_by.get(concept, ())},
            on_epoch=lambda: progress.advance(training),
        )
    of_concepts = concept_vectors(vectors, named_by)
    path = out / "embeddings.parquet"
    write_table(EMBEDDINGS, _embeddings_table(vectors, of_concepts), path)
    with_vector = {entry.concept_id for entry in of_concepts}
    return StageSummary(
        stage="embed",
        counts={
            "sentences": written.sentences,
            "words": written.words,
            "epochs": epochs,
            "tokens": len(vectors.words),
            "concepts": len(of_concepts),
            "kept_concepts_without_vector": len(kept - with_vector),
        },
        seconds=time.perf_counter() - started,
        outputs=(path,),
    )


def _kept_concepts(path: Path) -> set[str]:
    table = read_table(VOCABULARY, path)
    return set(table.filter(pc.field("kept"))["concept_id"].to_pylist())


@dataclass(frozen=True, slots=True)
class _Corpus:
    """What a corpus file holds.

    Attributes:
        sentences: its lines.
        words: its words, joined phrases counting one.
        named: how often each (concept id, word) occurs.
    """

    sentences: int
    words: int
    named: Counter[tuple[str, str]]


def _write_corpus(
    corpus: Path,
    reports: Path,
    mentions: Path,
    splitter: SentenceSplitter,
    on_part: Callable[[], None],
) -> _Corpus:
    lines, words = 0, 0
    named: Counter[tuple[str, str]] = Counter()
    batches = read_batches(
        WantedTable(REPORTS, reports, REPORT_COLUMNS),
        WantedTable(MENTIONS, mentions, MENTION_COLUMNS),
    )
    with corpus.open("w", encoding="utf-8") as file:
        for of_reports, of_mentions in batches:
            for sentence in corpus_sentences(of_reports, of_mentions, splitter):
                file.write(" ".join(sentence) + "\n")
                lines += 1
                words += len(sentence)
            named.update(count_concept_words(of_mentions))
            on_part()
    return _Corpus(lines, words, named)


@contextmanager
def _corpus_file(out: Path) -> Iterator[Path]:
    """A file beside the tables, as private as they are, that is gone when training ends."""
    out.mkdir(parents=True, exist_ok=True)
    for left_behind in out.glob(".embed-corpus.*.partial"):
        left_behind.unlink()
    corpus = out / f".embed-corpus.{os.getpid()}.partial"
    try:
        with naming(corpus):
            yield corpus
    finally:
        corpus.unlink(missing_ok=True)


def _embeddings_table(words: WordVectors, concepts: list[ConceptVector]) -> pa.Table:
    flat = np.concatenate([words.vectors.ravel(), *(entry.vector for entry in concepts)])
    rows = len(words.words) + len(concepts)
    offsets = np.arange(rows + 1) * words.vectors.shape[1]
    return pa.table(
        {
            "kind": ["token"] * len(words.words) + ["concept"] * len(concepts),
            "key": [*words.words, *(entry.concept_id for entry in concepts)],
            "count": [*words.counts.tolist(), *(entry.count for entry in concepts)],
            "vector": pa.ListArray.from_arrays(
                pa.array(offsets, pa.int32()), pa.array(flat, pa.float32())
            ),
        },
        schema=EMBEDDINGS.schema(),
    )
