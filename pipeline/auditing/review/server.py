"""What the review page asks: the queue, a report, what reviewers have done; and its decisions."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import pyarrow as pa
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from command_line.study_view.opening import Studies
from data_contracts.concepts import ASSERTIONS
from pipeline.auditing.corrections.log import append_decisions, corrections_file, read_log
from pipeline.auditing.measuring.measures import agreement
from pipeline.auditing.measuring.reviews import paired_decisions
from pipeline.auditing.review.deciding import (
    Asked,
    DecisionError,
    PlainText,
    check_reviewer,
    decide,
    own_decisions,
)
from pipeline.auditing.review.describing import describe_reports
from pipeline.auditing.review.queue import Filter, Scope, State, hold_sample, list_reports
from pipeline.auditing.review.second import SecondReader
from pipeline.auditing.review.studies import hold_studied, studies_app
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.errors import TablesError
from pipeline.auditing.tables.one_report import read_report
from pipeline.labelling.applying import digest_text
from pipeline.labelling.decision import Decision, latest
from pipeline.lexicon.concepts import Lexicon

_SHOWN_OF_MENTION: Final = (
    "start", "end", "text", "concept_id", "category", "assertion", "section", "cue", "cue_start",
    "cue_end", "rule", "cue_rule", "mention_id", "finding_ids",
)  # fmt: skip
_SHOWN_OF_FINDING: Final = (
    "mention_id", "interprets", "inherited_sides", "inherited_zones", "implied_sides",
)  # fmt: skip
_SHOWN_OF_DECISION: Final = (
    "action", "start", "end", "phrase", "before_concept", "after_concept", "after_assertion",
    "finding_start", "finding_end",
)  # fmt: skip


class Posted(BaseModel):
    """A decision as the page posts it."""

    model_config = ConfigDict(extra="forbid")

    reviewer: PlainText
    report_id: PlainText
    digest: PlainText
    decision: Asked


class Book:
    """The decisions on disk, read again only when somebody has added to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamp: tuple[int, int] | None = None
        self._decisions: list[Decision] = []

    def decisions(self) -> list[Decision]:
        """All decisions, those of other processes too."""
        file = corrections_file(self.folder)
        found = file.stat() if file.exists() else None
        stamp = (found.st_mtime_ns, found.st_size) if found else None
        if stamp != self._stamp:
            self._decisions, self._stamp = read_log(self.folder), stamp
        return self._decisions


def questions_app(
    *,
    tables: Tables,
    sample: pa.Table,
    corrections: Path,
    lexicon: Lexicon,
    studies: Studies | None = None,
    no_studies: str | None = None,
) -> FastAPI:
    """The page's questions as an ASGI application, to stand behind `door.page_app`.

    Whoever has not given a name yet may read; only decisions need one.

    Args:
        tables: the run's tables.
        sample: rows of the sample table.
        corrections: folder to keep decisions in.
        lexicon: whose concepts a mention may get.
        studies: X-rays to show beside the reports; None where there are none.
        no_studies: why there are none.
    """
    hold_sample(tables, sample)
    second_reader = SecondReader(tables)
    hold_studied(tables, studies)
    book = Book(corrections)
    names = {one.concept_id: one.preferred_name for one in lexicon.concepts}
    sampled: set[str] = set(sample["report_id"].to_pylist())
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/study", studies_app(tables, studies, no_studies))

    @app.exception_handler(TablesError)
    @app.exception_handler(DecisionError)
    async def explain(_: Request, error: Exception) -> Response:
        status = 404 if isinstance(error, TablesError) else 422
        return JSONResponse({"error": str(error)}, status_code=status)

    @app.exception_handler(RequestValidationError)
    async def explain_form(_: Request, error: RequestValidationError) -> Response:
        # What was sent is not repeated: it may be no text, or a report's.
        told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        return JSONResponse({"error": "; ".join(told)}, status_code=422)

    @app.get("/start")
    async def start() -> dict[str, Any]:
        reviewers = sorted({decision.reviewer for decision in book.decisions()})
        return {
            "reviewers": reviewers,
            "concepts": names,
            "assertions": ASSERTIONS,
            "second": second_reader.there,
        }

    @app.get("/queue")
    async def queue(
        reviewer: str = "",
        scope: Scope = "sample",
        state: State = "any",
        concept: str = "",
        assertion: str = "",
        cue: str = "",
        words: str = "",
        offset: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    ) -> dict[str, Any]:
        wanted = Filter(
            scope=scope, state=state, concept=concept, assertion=assertion, cue=cue, words=words
        )
        page = list_reports(tables, book.decisions(), _reader(reviewer), wanted, offset)
        shown = describe_reports(tables, page.reports, wanted, names)
        return {"total": page.total, "reports": shown}

    @app.get("/report")
    async def report(report_id: str, reviewer: str = "") -> dict[str, Any]:
        return _report(tables, report_id, book.decisions(), _reader(reviewer))

    @app.get("/second")
    async def second(report_id: str, reviewer: str = "") -> list[dict[str, Any]]:
        own = own_decisions(book.decisions(), _reader(reviewer), report_id)
        return second_reader.of(read_report(tables, report_id), own)

    @app.get("/progress")
    async def progress() -> dict[str, Any]:
        return _progress(book.decisions(), sampled)

    @app.post("/decisions")
    async def post(posted: Posted) -> dict[str, Any]:
        reviewer = check_reviewer(posted.reviewer)
        rows = decide(
            posted.decision,
            read_report(tables, posted.report_id),
            digest=posted.digest,
            reviewer=reviewer,
            before=own_decisions(book.decisions(), reviewer, posted.report_id),
            concept_ids=names,
            lexicon=lexicon.fingerprint,
            now=datetime.now(UTC),
        )
        append_decisions(corrections, rows)
        return _report(tables, posted.report_id, book.decisions(), reviewer)

    return app


def _reader(name: str) -> str:
    """The name of who reads; empty as long as they have given none."""
    return check_reviewer(name) if name.strip() else ""


def _report(
    tables: Tables, report_id: str, decisions: Sequence[Decision], reviewer: str
) -> dict[str, Any]:
    """A report as the page shows it: without the decisions of others, who must not sway."""
    read = read_report(tables, report_id)
    own = own_decisions(decisions, reviewer, report_id)
    return {
        "report_id": report_id,
        "text": read.text,
        "digest": digest_text(read.text),
        "mentions": [_chosen(mention, _SHOWN_OF_MENTION) for mention in read.mentions],
        "findings": [_chosen(finding, _SHOWN_OF_FINDING) for finding in read.findings],
        "decisions": [
            _chosen(asdict(decision), _SHOWN_OF_DECISION)
            for decision in own
            if decision.action != "done"
        ],
        "done": any(decision.action == "done" for decision in own),
    }


def _progress(decisions: Sequence[Decision], sampled: set[str]) -> dict[str, Any]:
    kept = latest(decisions)
    reviewers = sorted({who for who, _ in kept})
    done: dict[str, set[str]] = {who: set() for who in reviewers}
    for (who, _), decision in kept.items():
        if decision.action == "done":
            done[who].add(decision.report_id)
    pairs = []
    for first, second in itertools.combinations(reviewers, 2):
        found = agreement(*paired_decisions(decisions, first, second))
        if found is not None:
            pairs.append({"first": first, "second": second, **asdict(found)})
    return {
        "sampled": len(sampled),
        "reviewers": [
            {"name": who, "done": len(reports & sampled), "beside": len(reports - sampled)}
            for who, reports in done.items()
        ],
        "agreement": pairs,
    }


def _chosen(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}
