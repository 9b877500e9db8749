"""Stage second opinion: another reader, asked where ours is least sure."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from command_line.summary import StageSummary
from pipeline.auditing.corrections.log import read_log
from pipeline.auditing.second_opinion.addresses import find_address
from pipeline.auditing.second_opinion.asking import ask_model
from pipeline.auditing.second_opinion.choosing import Picked, pick_reports
from pipeline.auditing.second_opinion.comparing import all_differences, hold_latest
from pipeline.auditing.second_opinion.keeping import (
    Asker,
    Kept,
    alone_in,
    opinions_file,
    readings_file,
)
from pipeline.auditing.second_opinion.language_model import LanguageModel, find_model
from pipeline.auditing.second_opinion.prompting import load_prompt
from pipeline.auditing.second_opinion.published import read_published
from pipeline.auditing.second_opinion.server import Server
from pipeline.auditing.tables.database import Tables
from pipeline.labelling.applying import digest_text
from pipeline.labelling.label_columns import label_columns
from pipeline.lexicon.concepts import Lexicon, load_lexicon
from pipeline.published_labels.places import PlaceReader
from pipeline.published_labels.records import LabelRequest
from pipeline.settings import LabelSettings

_OUTCOMES: Final = ("malformed", "slow", "refused", "unreachable")
_TOTALS: Final = ("proposals", "invented_phrases", "invented_concepts")


@dataclass(frozen=True, slots=True)
class ModelToAsk:
    """A language model behind an OpenAI-compatible address.

    Attributes:
        address: `http://HOST:PORT/v1`.
        name: the name that its server knows it by; None takes the only one that it has.
        allowed_hosts: names of hosts beside this machine that reports may be sent to.
        key: API key; in no message and no table.
        prompt: text file in the place of the shipped prompt.
        timeout: seconds that an answer may take.
        at_once: reports to ask about at a time.
    """

    address: str
    name: str | None = None
    allowed_hosts: Sequence[str] = ()
    key: str | None = field(default=None, repr=False)
    prompt: Path | None = None
    timeout: float = 120.0
    at_once: int = 2


@dataclass(frozen=True, slots=True)
class TableToRead:
    """A table that others made.

    Attributes:
        kind: one of `pipeline.published_labels.opening.KINDS`.
        path: its file or folder.
        columns: the columns of a `csv` by role.
    """

    kind: str
    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Run:
    """What both readers need."""

    picked: list[Picked]
    kept: Kept
    lexicon: Lexicon
    lexicon_folder: Path | None
    settings: LabelSettings


def second_opinion(
    *,
    reader: ModelToAsk | TableToRead,
    settings: LabelSettings,
    lexicon: Path | None,
    tables: Path,
    pick: str,
    reports: int,
    seed: int,
    corrections: Path,
    out: Path,
) -> StageSummary:
    """Write `out/second_readings.parquet` and `out/second_opinions.parquet`: proposals, no labels.

    A report that the same model has answered about with the same prompt is not asked about again;
    every other one is, also where a run before this failed on it. Answers are kept as they come.

    Args:
        reader: whom to ask.
        settings: whose word counts where findings and impression disagree, as in labels.
        lexicon: folder of lexicon files; None takes the shipped one.
        tables: folder of a run's tables.
        pick: `least-sure`, `random` or `all` reports.
        reports: how many to pick.
        seed: draws a random sample.
        corrections: folder of the corrections, which say what has been reviewed.
        out: folder to write to.

    Raises:
        SecondOpinionError: the reader cannot be asked like this.
        TablesError: a table is missing.
        LexiconError: a lexicon file breaks its rules.
        SourceError: the published table is not what its kind expects.
    """
    started = time.perf_counter()
    known = load_lexicon(lexicon)
    with alone_in(out):
        kept = Kept(out)
        with Tables(tables) as database:
            database.need("labels")
            picked = pick_reports(
                database,
                pick,
                reports=reports,
                seed=seed,
                decisions=read_log(corrections),
                lexicon=known,
                lexicon_folder=lexicon,
            )
        run = _Run(picked, kept, known, lexicon, settings)
        if isinstance(reader, ModelToAsk):
            asker, counts, notices = _ask(reader, run)
        else:
            asker, counts, notices = _read(reader, run)
    counts |= _count_differences(tables, out, asker, picked)
    return StageSummary(
        stage="second_opinion",
        counts={"picked": len(picked), **counts},
        seconds=time.perf_counter() - started,
        outputs=(readings_file(out), opinions_file(out)),
        notices=tuple(notices),
    )


def _ask(reader: ModelToAsk, run: _Run) -> tuple[Asker, dict[str, int | float], list[str]]:
    address = find_address(reader.address, reader.allowed_hosts)
    server = Server(address, reader.key, reader.timeout)
    prompt = load_prompt(run.lexicon, reader.prompt)
    model = LanguageModel(server, find_model(server, reader.name), prompt)
    asker = (model.name, prompt.digest)
    before = run.kept.answered(asker)
    open_reports = [
        (place, report)
        for place, report in enumerate(run.picked)
        if before.get(report.report_id) != digest_text(report.text)
    ]
    asked = ask_model(
        model,
        open_reports,
        run.kept,
        at_once=reader.at_once,
        columns=label_columns(run.lexicon),
        conflict=run.settings.conflict,
    )
    counts: dict[str, int | float] = {
        "answered_before": len(run.picked) - len(open_reports),
        "asked": asked.outcomes.total(),
        "answered": asked.outcomes["answered"],
        **{outcome: asked.outcomes[outcome] for outcome in _OUTCOMES},
        "not_asked": asked.left,
        **{name: asked.totals[name] for name in _TOTALS},
    }
    notices = []
    if not address.local:
        how = "encrypted" if address.scheme == "https" else "NOT encrypted: use https"
        notices.append(f"reports were sent to {address.host}, {how}")
    if asked.left:
        notices.append("the server went away; the same command asks about what is left")
    if not model.with_schema:
        notices.append("the server holds no answer to a form; answers were read as they came")
    return asker, counts, notices


def _read(reader: TableToRead, run: _Run) -> tuple[Asker, dict[str, int | float], list[str]]:
    request = LabelRequest(
        reader.path, run.lexicon, PlaceReader(run.lexicon, run.lexicon_folder), reader.columns
    )
    asker, counts = read_published(
        reader.kind,
        request,
        run.picked,
        run.kept,
        columns=label_columns(run.lexicon),
        now=datetime.now(UTC),
    )
    names = ("answered", "absent", "quarantined", "proposals")
    return asker, {name: counts[name] for name in names}, []


def _count_differences(
    tables: Path, out: Path, asker: Asker, picked: Sequence[Picked]
) -> dict[str, int | float]:
    """Differences of the reports that were picked, now that all tables are there."""
    folders = [out] if out == tables else [out, tables]
    with Tables(*folders) as database:
        if not (database.has("second_readings") and picked):
            return {"reports_differing": 0, "differences": 0}
        hold_latest(database)
        found = all_differences(database)
    ours = {one.report_id for one in picked}
    mine = Counter(
        one.report_id for one in found if one.model == asker[0] and one.report_id in ours
    )
    return {"reports_differing": len(mine), "differences": mine.total()}
