"""Vectors for the concepts to train on, where there is no corpus of their own reports."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.storage import read_table
from data_contracts.tables import EMBEDDINGS

#: In place of a corpus: each concept its own direction.
ONE_HOT: Final = "one_hot"


class ConceptVectorsError(ValueError):
    """A corpus has no vector for a concept to train on; the message says what to do."""


def one_hot_vectors(kept: Mapping[str, int]) -> pa.Table:
    """Rows of the embeddings table: the unit vectors of a space with a dimension a concept.

    Args:
        kept: the concepts to train on, and the reports that affirm each.
    """
    unit = np.eye(len(kept), dtype=np.float32)
    columns = {
        "kind": ["concept"] * len(kept),
        "key": list(kept),
        "count": list(kept.values()),
        "vector": list(unit),
    }
    return pa.table(columns, schema=EMBEDDINGS.schema())


def corpus_vectors(kept: Mapping[str, int], folder: Path) -> pa.Table:
    """Rows of the embeddings table: the concepts' vectors in those of a corpus of reports.

    Args:
        kept: the concepts to train on.
        folder: of the tables that the stage embed wrote.

    Raises:
        TableNotFoundError: there are no embeddings.
        ConceptVectorsError: they lack a concept.
    """
    table = read_table(EMBEDDINGS, folder / "embeddings.parquet")
    concepts = table.filter(pc.equal(table["kind"], "concept"))
    lacking = [name for name in kept if name not in set(concepts["key"].to_pylist())]
    if lacking:
        raise ConceptVectorsError(
            f"{folder / 'embeddings.parquet'}: has no vector for {', '.join(lacking)}; leave them "
            f"out, --set 'vocabulary.drop=[{', '.join(lacking)}]', or take --embeddings {ONE_HOT} "
            "or a larger corpus"
        )
    return concepts.filter(pc.is_in(concepts["key"], value_set=pa.array(list(kept), pa.string())))
