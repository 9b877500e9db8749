"""Stage export: mentions in the files of an annotation tool."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from command_line.summary import StageSummary
from data_contracts.tables import MENTIONS, REPORTS
from pipeline.auditing.exchange.annotations import Exported, exported
from pipeline.auditing.exchange.errors import ExchangeError
from pipeline.auditing.exchange.formats import format_named
from pipeline.auditing.exchange.new_files import new_folder
from pipeline.auditing.exchange.selection import read_wanted
from pipeline.lexicon.concepts import load_lexicon
from pipeline.report_batches import WantedTable, read_batches

_OF_REPORTS = ("report_id", "text")
_OF_MENTIONS = (
    "mention_id", "report_id", "start", "end", "text", "concept_id", "assertion", "finding_ids",
)  # fmt: skip


def export_mentions(
    *,
    tool: str,
    reports: Path,
    mentions: Path,
    lexicon: Path | None,
    wanted: Path | None,
    out: Path,
) -> StageSummary:
    """Write the folder `out`: the reports' text and mentions, and what configures the tool.

    Args:
        tool: name of the format.
        reports: the reports table.
        mentions: the mentions table made of it.
        lexicon: folder of lexicon files; None takes the shipped one.
        wanted: a sample or a file of report ids, which are written in its order; None takes all.
        out: the folder, which must be new or empty.

    Raises:
        ExchangeError: there is no such format, `out` is not empty, or a wanted report is not there.
        TableNotFoundError: a table is not there.
        ContractError: a table breaks its contract.
        ForeignRowsError: a mention is of a report that is not there.
        LexiconError: a lexicon file breaks its rules.
    """
    started = time.perf_counter()
    written = format_named(tool)
    known = load_lexicon(lexicon)
    counts: Counter[str] = Counter(reports=0, mentions=0, relations=0)

    def counted(found: Iterator[Exported] | Sequence[Exported]) -> Iterator[Exported]:
        for one in found:
            counts["reports"] += 1
            counts["mentions"] += len(one.marks)
            counts["relations"] += len(one.relations)
            yield one

    ids = None if wanted is None else list(dict.fromkeys(read_wanted(wanted)))
    found: Iterator[Exported] | Sequence[Exported]
    found = _read(reports, mentions, known.fingerprint, None if ids is None else frozenset(ids))
    if ids is not None:
        by_id = {one.report_id: one for one in found}
        missing = [one for one in ids if one not in by_id]
        if missing:
            raise ExchangeError(
                f"{wanted}: {len(missing):,} of its {len(ids):,} reports are not in {reports}, "
                f"the first is {missing[0]!r}"
            )
        found = [by_id[one] for one in ids]
    with new_folder(out) as folder:
        written.write(folder, counted(found), known)
    return StageSummary(
        f"export_{tool.replace('-', '_')}", dict(counts), time.perf_counter() - started, (out,)
    )


def _read(
    reports: Path, mentions: Path, fingerprint: str, wanted: frozenset[str] | None
) -> Iterator[Exported]:
    batches = read_batches(
        WantedTable(REPORTS, reports, _OF_REPORTS), WantedTable(MENTIONS, mentions, _OF_MENTIONS)
    )
    for report_rows, mention_rows in batches:
        found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in mention_rows.to_pylist():
            found[row["report_id"]].append(row)
        for report in report_rows.to_pylist():
            report_id = report["report_id"]
            if wanted is None or report_id in wanted:
                yield exported(report_id, report["text"], found[report_id], fingerprint)
