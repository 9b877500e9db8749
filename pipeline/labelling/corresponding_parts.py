"""Reports together with the mentions and findings that extraction made of them, part by part."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import Contract
from data_contracts.storage import part_paths, read_part, read_parts, read_table
from data_contracts.tables import FINDINGS, MENTIONS, REPORTS

REPORT_COLUMNS: Final = ("report_id", "subject_id", "study_id", "split")
MENTION_COLUMNS: Final = (
    "mention_id",
    "report_id",
    "section",
    "start",
    "end",
    "concept_id",
    "category",
    "assertion",
)
FINDING_COLUMNS: Final = (
    "report_id",
    "mention_id",
    "section",
    "finding",
    "assertion",
    "sides",
    "zones",
    "descriptors",
    "mention_ids",
)


class ForeignRowsError(ValueError):
    """Mentions or findings speak of reports that are not there."""


@dataclass(frozen=True, slots=True)
class ReportBatch:
    """Some reports and everything that was extracted from them.

    Attributes:
        reports: (reports,) rows with `REPORT_COLUMNS`.
        mentions: all of their mentions, with `MENTION_COLUMNS`.
        findings: all of their findings, with `FINDING_COLUMNS`.
    """

    reports: pa.Table
    mentions: pa.Table
    findings: pa.Table


def read_batches(*, reports: Path, mentions: Path, findings: Path) -> Iterator[ReportBatch]:
    """The three tables in batches of the same reports, in the order of reports.

    Extraction writes one part of mentions and findings per part of reports, and then a batch is a
    part. Tables that are cut otherwise, such as a single file, come as one batch.

    Raises:
        TableNotFoundError: a table is not there.
        ContractError: a table is another one, or of another version.
        ForeignRowsError: a mention or finding is of a report that `reports` lacks.
    """
    if not _is_cut_alike(reports, mentions, findings):
        ids = read_table(REPORTS, reports, ("report_id",))["report_id"]
        for contract, path in ((MENTIONS, mentions), (FINDINGS, findings)):
            _check_known(contract, path, ids)
        yield ReportBatch(
            reports=read_table(REPORTS, reports, REPORT_COLUMNS),
            mentions=read_table(MENTIONS, mentions, MENTION_COLUMNS),
            findings=read_table(FINDINGS, findings, FINDING_COLUMNS),
        )
        return
    for of_reports, of_mentions, of_findings in zip(
        part_paths(REPORTS, reports),
        part_paths(MENTIONS, mentions),
        part_paths(FINDINGS, findings),
        strict=True,
    ):
        yield ReportBatch(
            reports=read_part(REPORTS, of_reports, REPORT_COLUMNS),
            mentions=read_part(MENTIONS, of_mentions, MENTION_COLUMNS),
            findings=read_part(FINDINGS, of_findings, FINDING_COLUMNS),
        )


def _is_cut_alike(reports: Path, mentions: Path, findings: Path) -> bool:
    """Whether the n-th parts of all three tables hold the same reports' rows."""
    cut = part_paths(REPORTS, reports)
    for contract, path in ((MENTIONS, mentions), (FINDINGS, findings)):
        parts = part_paths(contract, path)
        if len(parts) != len(cut):
            return False
        for part, report_part in zip(parts, cut, strict=True):
            ids = read_part(REPORTS, report_part, ("report_id",))["report_id"]
            named = read_part(contract, part, ("report_id",))["report_id"]
            if not pc.all(pc.is_in(named, value_set=ids), min_count=0).as_py():
                return False
    return True


def _check_known(contract: Contract, path: Path, report_ids: pa.ChunkedArray) -> None:
    for named in read_parts(contract, path, ("report_id",)):
        foreign = named.filter(pc.invert(pc.is_in(named["report_id"], value_set=report_ids)))
        if foreign.num_rows:
            raise ForeignRowsError(
                f"{path}: {foreign.num_rows} rows are of reports that the reports table lacks, the "
                f"first of report '{foreign['report_id'][0]}'; run extract again on these reports"
            )
