"""The words and concepts that the reports use most alike."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import fuzz, process

from data_contracts.concepts import is_concept_id
from data_contracts.storage import read_table
from data_contracts.tables import EMBEDDINGS
from pipeline.embeddings.words import joined_phrase

_SPELLINGS: Final = 5


class UnknownWordError(ValueError):
    """A word or concept has no vector; the message lists those that are spelt like it."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word or concept near another one.

    Attributes:
        kind: which of both it is.
        key: the word, those of a phrase joined by `_`, or the concept id.
        count: occurrences in the reports.
        similarity: cosine of both vectors, from -1 to 1.
    """

    kind: Literal["token", "concept"]
    key: str
    count: int
    similarity: float


def neighbours(*, embeddings: Path, query: str, count: int = 10) -> tuple[Neighbour, ...]:
    """The words and concepts nearest to `query` by cosine, the nearest first.

    Args:
        embeddings: the embeddings table.
        query: a word, a phrase such as "lower lobe", or a concept id such as `zone:lower_lobe`,
            in upper or lower case.
        count: how many to give; fewer where the table has no more.

    Raises:
        UnknownWordError: `query` has no vector.
        ValueError: `count` is below 1.
        TableNotFoundError: the table is not there.
        ContractError: the table breaks its contract.
    """
    if count < 1:
        raise ValueError(f"count is {count}; expected at least 1 neighbour")
    table = read_table(EMBEDDINGS, embeddings)
    asked = _row_of(table, query.strip(), embeddings)
    cosines = _cosines(table, asked)
    cosines[asked] = -np.inf
    kinds, keys = table["kind"].to_pylist(), table["key"].to_pylist()
    counts = table["count"].to_pylist()
    nearest = sorted(range(len(keys)), key=lambda row: (-cosines[row], kinds[row], keys[row]))
    return tuple(
        Neighbour(kinds[row], keys[row], counts[row], float(cosines[row]))
        for row in nearest[:count]
        if row != asked
    )


def nearest_to_concepts(
    embeddings: pa.Table, *, count: int, least: int
) -> dict[str, tuple[Neighbour, ...]]:
    """The words and concepts nearest to every concept by cosine, the nearest first.

    Args:
        embeddings: rows of the embeddings table.
        count: how many to give for each.
        least: occurrences below which a word is left out; what few reports say may name somebody.
    """
    kinds, keys = embeddings["kind"].to_pylist(), embeddings["key"].to_pylist()
    counts = embeddings["count"].to_pylist()
    shown = [row for row, kind in enumerate(kinds) if kind == "concept" or counts[row] >= least]
    unit = _unit_vectors(embeddings)
    nearest: dict[str, tuple[Neighbour, ...]] = {}
    for asked in (row for row, kind in enumerate(kinds) if kind == "concept"):
        cosines = unit[shown] @ unit[asked]
        order = np.argsort(-cosines, kind="stable")
        near = [(shown[place], float(cosines[place])) for place in order if shown[place] != asked]
        nearest[keys[asked]] = tuple(
            Neighbour(kinds[row], keys[row], counts[row], cosine) for row, cosine in near[:count]
        )
    return nearest


def _row_of(table: pa.Table, query: str, path: Path) -> int:
    if not table.num_rows:
        raise UnknownWordError(
            f"{path}: holds no word at all, as the reports were too few; "
            "lower embed.min_count or give more reports, and run embed again"
        )
    key = query.lower()
    kind = "concept" if is_concept_id(key) else "token"
    keys = zip(table["kind"].to_pylist(), table["key"].to_pylist(), strict=True)
    rows = {spelt: row for row, (of_kind, spelt) in enumerate(keys) if of_kind == kind}
    for spelling in (key, joined_phrase(key)):
        if spelling in rows:
            return rows[spelling]
    close = process.extract(key, list(rows), scorer=fuzz.ratio, limit=_SPELLINGS)
    raise UnknownWordError(
        f"{path}: has no vector for the {kind} '{query}'; "
        f"spelt like it are {', '.join(match for match, _, _ in close)}"
    )


def _cosines(table: pa.Table, asked: int) -> npt.NDArray[np.float64]:
    unit = _unit_vectors(table)
    return np.asarray(unit @ unit[asked], dtype=np.float64)


def _unit_vectors(table: pa.Table) -> npt.NDArray[np.float64]:
    if not table.num_rows:
        return np.empty((0, 0))
    vectors = table["vector"].combine_chunks()
    matrix = np.asarray(vectors.flatten(), dtype=np.float64).reshape(table.num_rows, -1)
    lengths = np.linalg.norm(matrix, axis=1)
    return np.asarray(matrix / np.where(lengths > 0, lengths, 1.0)[:, np.newaxis])
