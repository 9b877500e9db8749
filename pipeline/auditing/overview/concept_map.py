"""Concepts on a plane, near each other where the reports use them alike."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from sklearn.manifold import TSNE

#: Fewer concepts than this make no map.
LEAST_CONCEPTS: Final = 5
_SEED: Final = 0
_PERPLEXITY: Final = 10.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A concept's place on the map.

    Attributes:
        concept_id: the concept.
        count: occurrences of its phrases.
        x: from left to right, without unit.
        y: from bottom to top, without unit.
    """

    concept_id: str
    count: int
    x: float
    y: float


def place_concepts(embeddings: pa.Table) -> tuple[Placed, ...]:
    """Lay the concepts' vectors out on a plane by t-SNE (van der Maaten and Hinton 2008).

    Distances are cosines, the gradient is exact and the start is that of principal components, so
    that equal vectors give an equal map.

    Args:
        embeddings: rows of the embeddings table.

    Returns:
        One entry per concept, in the table's order; none where there are fewer than
        `LEAST_CONCEPTS`.
    """
    rows = [row for row in embeddings.to_pylist() if row["kind"] == "concept"]
    if len(rows) < LEAST_CONCEPTS:
        return ()
    vectors = np.array([row["vector"] for row in rows], dtype=np.float64)
    # Cosine distance, for which a vector without length has no meaning.
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    plane = TSNE(
        n_components=2,
        perplexity=min(_PERPLEXITY, (len(rows) - 1) / 3),
        init="pca",
        method="exact",
        random_state=_SEED,
    ).fit_transform(vectors / np.where(lengths > 0, lengths, 1.0))
    return tuple(
        Placed(row["key"], row["count"], float(x), float(y))
        for row, (x, y) in zip(rows, plane, strict=True)
    )
