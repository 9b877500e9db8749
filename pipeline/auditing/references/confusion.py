"""What one side says where the other says something: uncertain and absent are told apart."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from data_contracts.audit_tables import CONFUSION, LABEL_WORDS
from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN

#: Places of the values in `LABEL_WORDS`; what has no value is unmentioned.
_PLACES: Final = {AFFIRMED: 0, NEGATED: 1, UNCERTAIN: 2}
_UNMENTIONED: Final = LABEL_WORDS.index("unmentioned")


def confuse(ours: pd.DataFrame, truth: pd.DataFrame) -> pa.Table:
    """Count reports by our value and the reference's.

    Args:
        ours: (reports, concepts) our values: 1, 0, -1 or NaN.
        truth: (reports, concepts) the reference's values, columns alike.

    Returns:
        Rows of the confusion table: for every concept all pairs of words that occur, in the order
        of concepts and of `LABEL_WORDS`.
    """
    words = len(LABEL_WORDS)
    our_places, their_places = _places(ours), _places(truth)
    rows = []
    for column, concept_id in enumerate(truth.columns):
        cells = our_places[:, column] * words + their_places[:, column]
        counted = np.bincount(cells, minlength=words * words)
        rows += [
            {
                "concept_id": concept_id,
                "ours": LABEL_WORDS[cell // words],
                "reference": LABEL_WORDS[cell % words],
                "reports": int(counted[cell]),
            }
            for cell in np.flatnonzero(counted)
        ]
    return pa.Table.from_pylist(rows, schema=CONFUSION.schema())


def _places(values: pd.DataFrame) -> npt.NDArray[np.int64]:
    cells = values.to_numpy(dtype=np.float32)
    places = np.full(cells.shape, _UNMENTIONED, dtype=np.int64)
    for value, place in _PLACES.items():
        places[cells == value] = place
    return places
