"""Stage import: what people changed in an annotation tool becomes corrections."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from filelock import Timeout

from command_line.summary import StageSummary
from data_contracts.contract import Contract
from data_contracts.storage import read_parts
from data_contracts.tables import MENTIONS, REPORTS
from pipeline.auditing.corrections.log import append_decisions, corrections_file, read_log
from pipeline.auditing.exchange.annotations import Refused, Returned
from pipeline.auditing.exchange.errors import ExchangeError, RefusedError
from pipeline.auditing.exchange.formats import format_named
from pipeline.auditing.exchange.importing import Taking, take
from pipeline.auditing.review.deciding import DecisionError, check_reviewer, own_decisions
from pipeline.labelling.decision import Decision
from pipeline.lexicon.concepts import load_lexicon

_OF_REPORTS: Final = ("report_id", "text")
_OF_MENTIONS: Final = (
    "report_id", "start", "end", "concept_id", "assertion", "rule", "cue", "cue_rule",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, and which reports it left alone."""

    summary: StageSummary
    refused: list[Refused]


def import_mentions(
    *,
    tool: str,
    source: Path,
    reviewer: str,
    annotator: str | None,
    reports: Path,
    mentions: Path,
    lexicon: Path | None,
    corrections: Path,
    done: bool,
    take_back: bool,
    dry_run: bool,
) -> Imported:
    """Append to the corrections what a person changed since the export; all of it or nothing.

    Args:
        tool: name of the format.
        source: the file or folder that the tool has saved.
        reviewer: whose decisions they become.
        annotator: whose work counts, where the file has several people's.
        reports: the reports table.
        mentions: the mentions table.
        lexicon: folder of lexicon files; None takes the shipped one.
        corrections: folder of the corrections.
        done: whether the reviewer has read every report to its end.
        take_back: whether earlier decisions that a report no longer shows are withdrawn.
        dry_run: count, and write nothing.

    Raises:
        ExchangeError: the file or the reviewer's name is none, or another program holds the
            corrections.
        TableNotFoundError: a table is not there.
        ContractError: a table breaks its contract.
        LexiconError: a lexicon file breaks its rules.
    """
    started = time.perf_counter()
    try:
        reviewer = check_reviewer(reviewer)
    except DecisionError as error:
        raise ExchangeError(f"--reviewer: {error}") from None
    names = {one.concept_id: one.preferred_name for one in load_lexicon(lexicon).concepts}
    taking = Taking(reviewer, names, datetime.now(UTC), done, take_back)
    returned, refused = _sort_out(format_named(tool).read(source, annotator))
    if not returned and not refused:
        raise ExchangeError(f"{source}: nobody has annotated a report in it yet")
    texts = _rows_of(REPORTS, reports, _OF_REPORTS, returned)
    found = _rows_of(MENTIONS, mentions, _OF_MENTIONS, returned)
    own = _by_report(read_log(corrections))
    decisions: list[Decision] = []
    counts: Counter[str] = Counter(reports_with_decisions=0, reports_unchanged=0)
    for report_id, one in returned.items():
        try:
            if not texts[report_id]:
                raise RefusedError("the reports table has no such report")
            before = own_decisions(own[report_id], reviewer, report_id)
            taken = take(one, texts[report_id][0], found[report_id], before, taking)
        except RefusedError as error:
            refused.append(Refused(report_id, str(error)))
            continue
        decisions += taken.decisions
        counts["reports_with_decisions" if taken.decisions else "reports_unchanged"] += 1
        counts.update(taken.counts)
    if decisions and not dry_run:
        _append(corrections, decisions)
    told: dict[str, int | float] = {
        "reports": len(returned) + sum(one.name not in returned for one in refused),
        "reports_refused": len(refused),
        **counts,
        "decisions": len(decisions),
    }
    outputs = (corrections_file(corrections),) if decisions and not dry_run else ()
    stage = f"import_{tool.replace('-', '_')}"
    return Imported(StageSummary(stage, told, time.perf_counter() - started, outputs), refused)


def _append(corrections: Path, decisions: Sequence[Decision]) -> None:
    try:
        append_decisions(corrections, decisions)
    except Timeout:
        raise ExchangeError(
            f"{corrections}: another program is writing there; nothing was written, try again"
        ) from None


def _sort_out(
    read: Iterable[Returned | Refused],
) -> tuple[dict[str, Returned], list[Refused]]:
    """Reports by their ids, and those that cannot be read or are there twice."""
    returned: dict[str, Returned] = {}
    refused: list[Refused] = []
    seen: Counter[str] = Counter()
    for one in read:
        if isinstance(one, Refused):
            refused.append(one)
            continue
        seen[one.stamp.report_id] += 1
        returned[one.stamp.report_id] = one
    for report_id, times in seen.items():
        if times > 1:
            del returned[report_id]
            refused.append(Refused(report_id, "is there more than once; keep one of them"))
    return returned, refused


def _rows_of(
    contract: Contract, path: Path, columns: Sequence[str], wanted: Mapping[str, object]
) -> defaultdict[str, list[dict[str, Any]]]:
    ids = pa.array(list(wanted), pa.string())
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for part in read_parts(contract, path, columns):
        for row in part.filter(pc.is_in(part["report_id"], value_set=ids)).to_pylist():
            rows[row["report_id"]].append(row)
    return rows


def _by_report(decisions: Iterable[Decision]) -> defaultdict[str, list[Decision]]:
    grouped: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        grouped[decision.report_id].append(decision)
    return grouped
