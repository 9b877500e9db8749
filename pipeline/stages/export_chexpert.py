"""Stage export chexpert: labels in CheXpert's columns."""

import csv
import gzip
import io
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from command_line.summary import StageSummary
from data_contracts.storage import column_names, part_paths, read_part
from data_contracts.tables import LABELS
from data_contracts.whole_files import whole_file
from pipeline.auditing.exchange.chexpert import (
    HEADER,
    NO_FINDING,
    OBSERVATIONS,
    Told,
    chexpert_rows,
    load_mapping,
    what_is_missing,
)
from pipeline.auditing.exchange.errors import ExchangeError


@dataclass(frozen=True, slots=True)
class ExportedLabels:
    """What was written, and what the mapping or the labels have nothing for."""

    summary: StageSummary
    told: Told


def export_chexpert(*, labels: Path, mapping: Path | None, out: Path) -> ExportedLabels:
    """Write `out`: a CSV file such as `mimic-cxr-2.0.0-chexpert.csv`, in the order of the labels.

    Args:
        labels: the labels table.
        mapping: data file that says what the columns are in our labels; None takes the shipped.
        out: the file, `.csv` or `.csv.gz`.

    Raises:
        ExchangeError: the mapping breaks its rules, or `out` is no CSV file's name.
        TableNotFoundError: there are no labels.
        ContractError: they break their contract.
    """
    started = time.perf_counter()
    if not out.name.lower().endswith((".csv", ".csv.gz")):
        raise ExchangeError(f"{out}: expected the name of a .csv or .csv.gz file")
    chosen = load_mapping(mapping)
    parts = part_paths(LABELS, labels)
    names = column_names(parts[0])
    told = what_is_missing(chosen, LABELS.family_names(names))
    counts: Counter[str] = Counter(reports=0, reports_without_study_id=0, no_finding=0)
    values: Counter[str] = Counter()
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, HEADER, lineterminator="\n")
    rows.writeheader()
    for part in parts:
        table = read_part(LABELS, part)
        counts["reports_without_study_id"] += table["study_id"].null_count
        for row in chexpert_rows(table, chosen):
            rows.writerow(row)
            counts["reports"] += 1
            counts["no_finding"] += row[NO_FINDING] != ""
            values.update(row[name] for name in OBSERVATIONS if name != NO_FINDING)
    counts.update(
        affirmed=values["1.0"],
        uncertain=values["-1.0"],
        negated=values["0.0"],
        columns_left_blank=len(told.blank),
    )
    content = text.getvalue().encode()
    with whole_file(out) as partial:
        # Without a time, so that equal labels give equal bytes.
        packed = out.name.lower().endswith(".gz")
        partial.write_bytes(gzip.compress(content, mtime=0) if packed else content)
    seconds = time.perf_counter() - started
    return ExportedLabels(StageSummary("export_chexpert", dict(counts), seconds, (out,)), told)
