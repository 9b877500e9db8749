"""Asking a language model about many reports, some at a time, and keeping what it answers."""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from command_line.progress import progress_bar
from data_contracts.second_opinions import LANGUAGE_MODEL
from pipeline.auditing.second_opinion.answers import Checked
from pipeline.auditing.second_opinion.choosing import Picked
from pipeline.auditing.second_opinion.errors import NoAnswerError
from pipeline.auditing.second_opinion.keeping import LONGEST_WAIT, Asker, Kept
from pipeline.auditing.second_opinion.language_model import LanguageModel
from pipeline.auditing.second_opinion.recording import opinion_rows, values_of
from pipeline.labelling.aggregation import Conflict
from pipeline.labelling.applying import digest_text
from pipeline.labelling.label_columns import LabelColumns

#: After so many reports in a row that no server was there for, no more are sent.
_GIVE_UP_AFTER: Final = 5


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of one report."""

    outcome: str
    checked: Checked
    seconds: float


@dataclass(slots=True)
class Asked:
    """What came of all.

    Attributes:
        outcomes: reports by outcome.
        totals: rows, and what was made up, of all answers.
        left: reports that were not asked about, since the server was gone.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    left: int = 0


def ask_model(
    model: LanguageModel,
    reports: Sequence[tuple[int, Picked]],
    kept: Kept,
    *,
    at_once: int,
    columns: LabelColumns,
    conflict: Conflict,
) -> Asked:
    """Ask about reports and keep every answer as it comes, also where the run is broken off.

    Args:
        model: the model.
        reports: place and report of each to ask about.
        kept: takes the answers.
        at_once: how many to ask about at a time.
        columns: the concepts that an answer may give values.
        conflict: whose word counts where findings and impression disagree.

    Raises:
        SecondOpinionError: the server refuses whatever the report.
    """
    asker = (model.name, model.prompt.digest)
    asked = Asked()
    waiting = list(reversed(reports))
    running: dict[Future[_Came], tuple[int, Picked]] = {}
    gone = 0
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="asking")
    try:
        with progress_bar("reports") as progress:
            bar = progress.add_task("second opinion", total=len(reports))
            while (waiting and gone < _GIVE_UP_AFTER) or running:
                while waiting and len(running) < at_once and gone < _GIVE_UP_AFTER:
                    place, report = waiting.pop()
                    running[pool.submit(_read, model, report)] = (place, report)
                for done in wait(running, LONGEST_WAIT, FIRST_COMPLETED).done:
                    place, report = running.pop(done)
                    came = done.result()
                    gone = gone + 1 if came.outcome == "unreachable" else 0
                    _keep(kept, asker, place, report, came, asked, columns, conflict)
                    progress.advance(bar)
                kept.write_in_time()
    finally:
        # What is still waited for would hold up whoever breaks off.
        model.server.stop()
        pool.shutdown(cancel_futures=True)
        kept.write()
    asked.left = len(waiting)
    return asked


def _read(model: LanguageModel, report: Picked) -> _Came:
    started = time.monotonic()
    try:
        outcome, checked = "answered", model.read(report.text)
    except NoAnswerError as error:
        outcome, checked = error.outcome, Checked()
    return _Came(outcome, checked, time.monotonic() - started)


def _keep(
    kept: Kept,
    asker: Asker,
    place: int,
    report: Picked,
    came: _Came,
    asked: Asked,
    columns: LabelColumns,
    conflict: Conflict,
) -> None:
    opinions = opinion_rows(report, asker, came.checked.statements)
    counted = {
        "proposals": opinions.num_rows,
        "invented_phrases": came.checked.invented_phrases,
        "invented_concepts": came.checked.invented_concepts,
    }
    asked.outcomes[came.outcome] += 1
    asked.totals.update(counted)
    reading = {
        "report_id": report.report_id,
        "reader": LANGUAGE_MODEL,
        "model": asker[0],
        "prompt_digest": asker[1],
        "time": datetime.now(UTC),
        "report_digest": digest_text(report.text),
        "place": place,
        "why": report.why,
        "outcome": came.outcome,
        **counted,
        "seconds": came.seconds,
        "values": list(values_of(opinions, columns, conflict).items()),
    }
    kept.add(reading, opinions)
