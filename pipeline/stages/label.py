"""Stage label: from mentions and findings to one value per report and concept."""

import hashlib
import time
from collections import Counter
from importlib import resources
from pathlib import Path

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.progress import track

from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN
from data_contracts.storage import PartedTable, part_paths
from data_contracts.summary import StageSummary
from data_contracts.tables import FINDINGS, LABELS, MENTIONS, REPORTS
from pipeline.extraction.lexicon import load_lexicon
from pipeline.labelling.aggregation import label_reports
from pipeline.labelling.claims import (
    FINDING_COLUMNS,
    MENTION_COLUMNS,
    REPORT_COLUMNS,
    ReportBatch,
)
from pipeline.labelling.label_columns import label_columns
from pipeline.report_batches import WantedTable, read_batches
from pipeline.settings import LabelSettings


def label(
    *,
    settings: LabelSettings,
    lexicon: Path | None,
    reports: Path,
    mentions: Path,
    findings: Path,
    out: Path,
) -> StageSummary:
    """Write `out/labels.parquet`: one row per report, in the order of `reports`.

    The rule is stated in `pipeline.labelling.aggregation` and in docs/labels.md.

    Args:
        settings: whose word counts where findings and impression disagree.
        lexicon: folder of lexicon files; None takes the shipped one.
        reports: the reports table.
        mentions: the mentions table that extraction made of them.
        findings: the findings table that extraction made of them.
        out: folder to write to.

    Raises:
        LexiconError: a lexicon file breaks its rules.
        TableNotFoundError: a table is not there.
        ContractError: a table breaks its contract.
        ForeignRowsError: a mention or finding is of a report that is not there.
        LabellingError: findings and mentions do not belong together, or not to this lexicon.
    """
    started = time.perf_counter()
    known = load_lexicon(lexicon)
    columns = label_columns(known)
    names: list[str] = columns.concept_ids.to_pylist()
    parts = [
        *part_paths(REPORTS, reports),
        *part_paths(MENTIONS, mentions),
        *part_paths(FINDINGS, findings),
    ]
    fingerprint = _fingerprint(parts, f"{settings.conflict} {known.fingerprint}")
    table = PartedTable(LABELS, out / "labels.parquet", fingerprint)
    counts: Counter[str] = Counter(concepts=len(columns))
    batches = read_batches(
        WantedTable(REPORTS, reports, REPORT_COLUMNS),
        WantedTable(MENTIONS, mentions, MENTION_COLUMNS),
        WantedTable(FINDINGS, findings, FINDING_COLUMNS),
    )
    console = Console(stderr=True)
    written = 0
    for batch in track(
        batches,
        description="label",
        total=len(part_paths(REPORTS, reports)),
        console=console,
        disable=not console.is_terminal,
    ):
        if table.has_part(written):
            labels = table.read_finished(written, names)
        else:
            labels = label_reports(ReportBatch(*batch), columns, settings.conflict)
            table.write_part(written, labels)
        counts.update(_count(labels.select(names)))
        written += 1
    table.commit(written)
    return StageSummary(
        stage="label",
        counts=dict(counts),
        seconds=time.perf_counter() - started,
        outputs=(out / "labels.parquet",),
    )


def _count(labels: pa.Table) -> dict[str, int]:
    values = np.column_stack(
        [column.cast(pa.float32()).to_numpy() for column in labels.itercolumns()]
    )
    return {
        "reports": len(values),
        "reports_with_a_label": int((~np.isnan(values)).any(axis=1).sum()),
        "affirmed": int((values == AFFIRMED).sum()),
        "uncertain": int((values == UNCERTAIN).sum()),
        "negated": int((values == NEGATED).sum()),
    }


def _fingerprint(parts: list[Path], rules: str) -> str:
    """A digest of the input, the settings and the labelling's own code."""
    digest = hashlib.sha256(rules.encode())
    package = resources.files("pipeline.labelling")
    for module in sorted(package.iterdir(), key=lambda entry: entry.name):
        if module.name.endswith(".py"):
            digest.update(module.read_bytes())
    for part in parts:
        with part.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
