"""Concepts that are used alike lie near each other."""

import numpy as np
import pyarrow as pa

from data_contracts.tables import EMBEDDINGS
from pipeline.auditing.overview.concept_map import LEAST_CONCEPTS, place_concepts
from pipeline.embeddings.neighbours import nearest_to_concepts


def embeddings(*groups: tuple[str, int, int]) -> pa.Table:
    """Rows of one kind around a direction each: (prefix, how many, occurrences)."""
    rng = np.random.default_rng(3)
    rows = []
    for axis, (prefix, count, occurrences) in enumerate(groups):
        for number in range(count):
            vector = rng.normal(scale=0.1, size=8)
            vector[axis] += 1
            rows.append(
                {
                    "kind": "concept" if ":" in prefix else "token",
                    "key": f"{prefix}{number}",
                    "count": occurrences,
                    "vector": vector.tolist(),
                }
            )
    return pa.Table.from_pylist(rows, schema=EMBEDDINGS.schema())


def test_groups_of_like_vectors_stay_together_and_apart() -> None:
    table = embeddings(("finding:a", 9, 5), ("zone:b", 9, 5))
    placed = place_concepts(table)
    assert [one.concept_id for one in placed] == table["key"].to_pylist()
    points = np.array([(one.x, one.y) for one in placed])
    first, second = points[:9], points[9:]
    spread = max(np.ptp(first, axis=0).max(), np.ptp(second, axis=0).max())
    assert np.linalg.norm(first.mean(axis=0) - second.mean(axis=0)) > spread / 2
    assert placed == place_concepts(table)


def test_words_have_no_place_and_too_few_concepts_make_no_map() -> None:
    assert place_concepts(embeddings(("finding:a", LEAST_CONCEPTS - 1, 5), ("word", 9, 5))) == ()
    assert len(place_concepts(embeddings(("finding:a", LEAST_CONCEPTS, 5), ("word", 9, 5)))) == 5


def test_rare_words_are_no_neighbours() -> None:
    table = embeddings(("finding:a", 2, 5), ("common", 2, 60), ("rare", 2, 3))
    nearest = nearest_to_concepts(table, count=9, least=50)
    assert list(nearest) == ["finding:a0", "finding:a1"]
    assert nearest["finding:a0"][0].key == "finding:a1"
    assert {one.key for one in nearest["finding:a0"]} == {"finding:a1", "common0", "common1"}
    similarities = [one.similarity for one in nearest["finding:a0"]]
    assert similarities == sorted(similarities, reverse=True)
    assert nearest_to_concepts(EMBEDDINGS.schema().empty_table(), count=3, least=0) == {}
