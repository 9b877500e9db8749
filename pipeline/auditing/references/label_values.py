"""Label values as both sides of a comparison hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from pipeline.auditing.references.errors import AuditError


@dataclass(frozen=True, slots=True)
class LabelValues:
    """What a label table or a reference says of its reports.

    Attributes:
        where: the file, for messages.
        frame: (reports, concepts) 1, 0, -1 or NaN as float32; the index is what reports are
            matched by, the columns are concept ids.
        report_ids: (reports,) the reports' ids as the file has them.
        evidence: (reports,) concept id to the mention ids behind its value; None where the file
            has no such column.
        unmapped: what the file says that no concept stands for, and how many reports say it.
        left_out: why reports of the file are not in `frame`, and how many.
    """

    where: str
    frame: pd.DataFrame
    report_ids: pd.Index
    evidence: pa.Array | None = None
    unmapped: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        repeated = self.frame.index.duplicated()
        if repeated.any():
            row = int(repeated.argmax())
            raise AuditError(
                f"{self.where}: {int(repeated.sum())} reports repeat an id; the first is "
                f"'{self.report_ids[row]}', report {row + 1} of the file; "
                "keep one row per report"
            )


def strip_prefix(ids: pd.Index, prefix: str) -> pd.Index:
    """Ids without a prefix that only one side may carry, such as `s` in `s50414267`."""
    return pd.Index(ids.astype(str).str.strip().str.removeprefix(prefix))
