"""Alternatives as a coder lists them: of "scar or atelectasis" both are put down, though we doubt.

That a finding is doubted only because another may stand in its place is told by the rule of its
mention, which stands in the mentions table beside our labels.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.concepts import AFFIRMED, UNCERTAIN
from data_contracts.storage import read_table
from data_contracts.tables import MENTIONS
from pipeline.rules.values import ALTERNATIVE_RULE


def affirm_alternatives(values: pd.DataFrame, evidence: pa.Array, labels: Path) -> pd.DataFrame:
    """Our values with 1 in place of -1 where the doubt is which of two alternatives holds.

    Args:
        values: (reports, concepts) 1, 0, -1 or NaN.
        evidence: (reports,) concept id to the mention ids behind its value.
        labels: our labels table; where no `mentions.parquet` lies beside it, nothing is changed.
    """
    mentions = labels.parent / f"{MENTIONS.name}.parquet"
    if not mentions.exists():
        return values
    table = read_table(MENTIONS, mentions).select(["mention_id", "cue_rule"])
    chosen = table.filter(pc.equal(table["cue_rule"], ALTERNATIVE_RULE))
    alternative = frozenset(chosen["mention_id"].to_pylist())
    columns = {str(concept): column for column, concept in enumerate(values.columns)}
    array = values.to_numpy(copy=True)
    for row, behind in enumerate(evidence.to_pylist(maps_as_pydicts="strict")):
        for concept, ids in behind.items():
            place = (row, columns[concept])
            if array[place] == UNCERTAIN and not alternative.isdisjoint(ids):
                array[place] = AFFIRMED
    return pd.DataFrame(array, index=values.index, columns=values.columns)
