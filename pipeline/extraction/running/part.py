"""One part of the reports table, from its file to finished parts of mentions and findings.

This is what a worker is handed: paths in, a count out. No report's text enters or leaves it.
"""

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from data_contracts.storage import PartedTable, read_part
from data_contracts.tables import REPORTS
from pipeline.extraction.batch.assembly import extract_reports
from pipeline.extraction.batch.occurrences import REPORT_COLUMNS
from pipeline.extraction.batch.passage_store import PassageStore
from pipeline.extraction.running.alike import Agreement, keep_to
from pipeline.extraction.running.lexicon_version import LexiconVersion, lexicon_of

#: Share of a worker's memory above which it forgets the passages that it has met.
_FULL: Final = 0.6
# An extractor must not serve two threads of a worker at once.
_ONE_AT_A_TIME: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class ReportsPart:
    """A part file of the reports table and its place in row order, from 0."""

    index: int
    path: Path


def rules_fingerprint(rules: LexiconVersion) -> str:
    """Fingerprint of lexicon and code as this process has them.

    Raises:
        LexiconError: a lexicon file breaks its rules.
    """
    with _ONE_AT_A_TIME:
        return _open(rules)[1]


def extract_part(agreement: Agreement, tables: tuple[PartedTable, ...], part: ReportsPart) -> int:
    """Extract a part of the reports table and write the parts that it gives.

    Args:
        agreement: what to extract by, and what all processes that do so have.
        tables: those of mentions and findings that are still to be written.
        part: what to extract.

    Returns:
        How many reports the part has.

    Raises:
        ContractError: the file is no part of a reports table, or breaks its contract.
        ExtractionError: a passage could not be analysed.
        WorkersError: this process has not what the others have.
    """
    with _ONE_AT_A_TIME:
        keep_to(agreement)
        store, _ = _open(agreement.rules)
        if _fills_its_memory():
            store.drop()
        reports = read_part(REPORTS, part.path, REPORT_COLUMNS)
        with _no_collector():
            extracted = extract_reports(reports, store)
    for table in tables:
        if not table.has_part(part.index):
            table.write_part(part.index, extracted.tables[table.contract.name])
    return int(reports.num_rows)


def _fills_its_memory() -> bool:
    """Whether this is a Dask worker that has used much of the memory that it may take.

    At 0.8 of it Dask would give the worker nothing more to do.
    """
    if "distributed" not in sys.modules:
        return False
    from distributed import get_worker

    try:
        worker = get_worker()
    except ValueError:  # not in a worker's task
        return False
    limit = worker.memory_manager.memory_limit
    return bool(limit and worker.monitor.get_process_memory() > _FULL * limit)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Leave out the garbage collector, which would walk millions of small objects for nothing.

    They form no cycles, so that they go without it as soon as nothing refers to them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@lru_cache(maxsize=1)
def _open(rules: LexiconVersion) -> tuple[PassageStore, str]:
    # Loading spaCy takes seconds that a process which only hands out parts need not spend.
    import pipeline.language.lean_spacy  # noqa: F401 - before all that imports spaCy
    from pipeline.extraction.batch.extractor import Extractor

    extractor = Extractor(*lexicon_of(rules))
    # The rules, some ten thousand small objects, live as long as the process: no need for the
    # garbage collector to walk them again and again.
    gc.freeze()
    return PassageStore(extractor), extractor.fingerprint
