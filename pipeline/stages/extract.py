"""Stage extract: from reports to mentions and findings, part by part."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pyarrow.compute as pc
from rich.progress import Progress, TaskID, TextColumn, TimeRemainingColumn

from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.concepts import ASSERTIONS
from data_contracts.contract import Contract
from data_contracts.file_digests import file_sha256
from data_contracts.locking import one_run
from data_contracts.storage import PartedTable, count_rows, is_current, part_paths, read_parts
from data_contracts.tables import FINDINGS, MENTIONS, REPORTS
from data_contracts.together import place_together
from pipeline.extraction.running.alike import Agreement, agree
from pipeline.extraction.running.lexicon_version import (
    LexiconVersion,
    in_environment,
    lexicon_version,
)
from pipeline.extraction.running.part import ReportsPart, extract_part, rules_fingerprint
from pipeline.extraction.running.workers import Workers, WorkersError, open_workers
from pipeline.settings import NlpSettings

# Other releases of these may split words or match cues differently.
_LIBRARIES: Final = ("spacy", "scispacy", "negspacy")


@one_run
def extract(
    *, settings: NlpSettings, reports: Path, out: Path, scheduler: str | None = None
) -> StageSummary:
    """Extract mentions and findings; parts that a broken run had finished are kept.

    Equal reports and rules give equal files, however many workers there are.

    Args:
        settings: lexicon and number of workers.
        reports: the reports table.
        out: folder to put `mentions.parquet` and `findings.parquet` in, a part for each of the
            reports table's.
        scheduler: address of a running Dask scheduler whose workers are to be used.

    Raises:
        TableNotFoundError: the reports table is not there.
        ContractError: the reports table breaks its contract.
        LexiconError: a lexicon file breaks its rules.
        ExtractionError: a passage could not be analysed; the message has its offsets.
        WorkersError: the workers cannot be reached, differ in their rules, or do not survive.
    """
    started = time.perf_counter()
    parts = [
        ReportsPart(index, path.resolve())
        for index, path in enumerate(part_paths(REPORTS, reports))
    ]
    paths = {
        MENTIONS: out.resolve() / "mentions.parquet",
        FINDINGS: out.resolve() / "findings.parquet",
    }
    rules = lexicon_version(settings.lexicon)
    with (
        in_environment(rules),
        open_workers(min(settings.workers, len(parts)), scheduler) as workers,
    ):
        agreement = agree(workers, rules, (parts[0].path.parent, out.resolve()))
        fingerprint = _fingerprint(parts, _rules_fingerprint(workers, rules))
        tables = tuple(
            PartedTable(contract, path, fingerprint)
            for contract, path in paths.items()
            if not is_current(path, fingerprint, len(parts))
        )
        _extract_missing(workers, agreement, tables, parts)
    for table in tables:
        table.finish(len(parts))
    if tables:
        place_together([table.path for table in tables])
    return StageSummary(
        stage="extract",
        counts=_count(reports, paths),
        seconds=time.perf_counter() - started,
        outputs=(out / "mentions.parquet", out / "findings.parquet"),
    )


def _extract_missing(
    workers: Workers,
    agreement: Agreement,
    tables: tuple[PartedTable, ...],
    parts: list[ReportsPart],
) -> None:
    missing = [part for part in parts if not all(table.has_part(part.index) for table in tables)]
    task = partial(extract_part, agreement, tables)
    with progress_bar(
        "parts", TextColumn("{task.fields[speed]}"), TimeRemainingColumn()
    ) as progress:
        bar = progress.add_task(
            "extract", total=len(parts), completed=len(parts) - len(missing), speed=""
        )
        _advance(progress, bar, workers.each(task, missing))


def _fingerprint(parts: list[ReportsPart], rules: str) -> str:
    """A digest of all that the rows depend on."""
    basis = {
        "rules": rules,
        "libraries": {name: version(name) for name in _LIBRARIES},
        "contracts": [(c.name, c.version) for c in (REPORTS, MENTIONS, FINDINGS)],
        "reports": [file_sha256(part.path) for part in parts],
    }
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()


def _rules_fingerprint(workers: Workers, rules: LexiconVersion) -> str:
    """Fingerprint of lexicon and code, of a process that has loaded them."""
    found = set(workers.everywhere(partial(rules_fingerprint, rules)))
    if len(found) != 1:
        raise WorkersError(
            f"the workers have {len(found)} different versions of the lexicon or of the rules; "
            "install one release on all of them, point nlp.lexicon at one folder, and restart them"
        )
    return found.pop()


def _advance(progress: Progress, bar: TaskID, finished: Iterator[int]) -> None:
    started, reports = time.perf_counter(), 0
    for done in finished:
        reports += done
        speed = reports / (time.perf_counter() - started)
        progress.update(bar, advance=1, speed=f"{speed:,.0f} reports/s")


def _count(reports: Path, paths: dict[Contract, Path]) -> dict[str, int | float]:
    """Counts read off the tables, so that a resumed run tells the same as an unbroken one."""
    assertions: Counter[str] = Counter()
    silent = count_rows(REPORTS, reports)
    counts: dict[str, int | float] = {"reports": silent}
    for part in read_parts(MENTIONS, paths[MENTIONS], ("report_id", "assertion")):
        silent -= pc.count_distinct(part["report_id"]).as_py()
        for entry in pc.value_counts(part["assertion"]).to_pylist():
            assertions[entry["values"]] += entry["counts"]
    counts["reports_without_mentions"] = silent
    counts["mentions"] = assertions.total()
    counts.update({f"mentions_{name}": assertions[name] for name in ASSERTIONS})
    counts["findings"] = count_rows(FINDINGS, paths[FINDINGS])
    return counts
