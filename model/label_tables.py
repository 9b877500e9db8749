"""The label tables that training starts from, held against each other."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data_contracts.storage import read_table
from data_contracts.tables import EMBEDDINGS, LABELS, VOCABULARY

Vectors = NDArray[np.float32]


class LabelTablesError(ValueError):
    """Labels, vocabulary and embeddings do not belong together; the message says what to do."""


@dataclass(frozen=True, slots=True)
class LabelTables:
    """What the text side hands to training.

    Attributes:
        labels: a row a report, a column a concept; see the contract `labels`.
        concepts: the concepts to train on, in the vocabulary's order.
        vectors: float32, one row a concept in that order, one column a dimension.
    """

    labels: pa.Table
    concepts: tuple[str, ...]
    vectors: Vectors

    @property
    def positives(self) -> dict[str, int]:
        """Reports that affirm each concept."""
        return {name: _count(self.labels[name], 1) for name in self.concepts}


def read_label_tables(folder: Path) -> LabelTables:
    """Read `labels`, `vocabulary` and `embeddings` from `folder` and make sure that they agree.

    Raises:
        TableNotFoundError: one of the tables is not there.
        ContractError: one was written under another version, or breaks its contract.
        LabelTablesError: no concept is kept, or a kept concept has no label column or no vector,
            vectors differ in length, a value has no evidence, or a patient is in two splits.
    """
    labels = read_table(LABELS, folder / "labels.parquet")
    vocabulary = read_table(VOCABULARY, folder / "vocabulary.parquet")
    embeddings = read_table(EMBEDDINGS, folder / "embeddings.parquet")
    concepts = tuple(vocabulary.filter(vocabulary["kept"])["concept_id"].to_pylist())
    _check_concepts(concepts, labels)
    _check_evidence(concepts, labels)
    _check_splits(labels)
    return LabelTables(labels, concepts, _vectors(concepts, embeddings))


def _check_concepts(concepts: tuple[str, ...], labels: pa.Table) -> None:
    if not concepts:
        raise LabelTablesError(
            "vocabulary: no concept is kept; lower vocabulary.min_reports or give more reports"
        )
    absent = [name for name in concepts if name not in labels.column_names]
    if absent:
        raise LabelTablesError(
            f"labels: no column for {_some(absent)}, which the vocabulary keeps; make labels and "
            "vocabulary again from the same mentions"
        )


def _check_evidence(concepts: tuple[str, ...], labels: pa.Table) -> None:
    """Each value must name the mentions behind it."""
    evidence = labels["evidence"].combine_chunks()
    named = evidence.keys.dictionary_encode()
    codes = {name: code for code, name in enumerate(named.dictionary.to_pylist())}
    of_entry = named.indices.to_numpy()
    rows = np.repeat(np.arange(labels.num_rows), np.diff(evidence.offsets.to_numpy()))
    filled = pc.greater(pc.list_value_length(evidence.items), 0).to_numpy(zero_copy_only=False)
    for name in concepts:
        backed = np.zeros(labels.num_rows, dtype=bool)
        backed[rows[filled & (of_entry == codes.get(name, -1))]] = True
        bare = np.flatnonzero(labels[name].is_valid().to_numpy() & ~backed)
        if bare.size:
            raise LabelTablesError(
                f"labels, column '{name}': {bare.size} values have no mention behind them, the "
                f"first is row {bare[0]}; make the labels again"
            )


def _check_splits(labels: pa.Table) -> None:
    known = labels.filter(pc.and_(labels["subject_id"].is_valid(), labels["split"].is_valid()))
    splits = known.group_by("subject_id").aggregate([("split", "count_distinct")])
    straddling = _count(pc.greater(splits["split_count_distinct"], 1), value=True)
    if straddling:
        raise LabelTablesError(
            f"labels: {straddling} patients are in more than one split, which lets a score on one "
            "reward memory of another; correct the source's split column by patient"
        )


def _vectors(concepts: tuple[str, ...], embeddings: pa.Table) -> Vectors:
    lengths = pc.unique(pc.list_value_length(embeddings["vector"])).to_pylist()
    if len(lengths) > 1:
        raise LabelTablesError(
            f"embeddings: vectors of {len(lengths)} lengths ({min(lengths)} to {max(lengths)}); "
            "make the embeddings again"
        )
    of_concepts = embeddings.filter(pc.equal(embeddings["kind"], "concept"))
    found = dict(
        zip(of_concepts["key"].to_pylist(), of_concepts["vector"].to_pylist(), strict=True)
    )
    absent = [name for name in concepts if name not in found]
    if absent:
        raise LabelTablesError(
            f"embeddings: no vector for {_some(absent)}, which the vocabulary keeps; make the "
            "embeddings again from this vocabulary"
        )
    vectors = np.asarray([found[name] for name in concepts], dtype=np.float32)
    bad = [
        name
        for name, good in zip(concepts, np.isfinite(vectors).all(axis=1), strict=True)
        if not good
    ]
    if bad:
        raise LabelTablesError(f"embeddings: the vectors of {_some(bad)} are not finite")
    return vectors


def _count(values: pa.ChunkedArray, value: int | bool) -> int:
    return int(pc.sum(pc.equal(values, value)).as_py() or 0)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
