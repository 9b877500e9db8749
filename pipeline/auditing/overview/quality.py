"""How good extraction is, by everything that has measured it."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from data_contracts.audit_tables import CONFUSION, SCORES
from data_contracts.corrections import REVIEW_SAMPLE
from data_contracts.storage import read_table
from pipeline.auditing.corrections.log import read_log
from pipeline.auditing.measuring.figure import draw_reliability
from pipeline.auditing.measuring.measures import Kappa, agreement, measure
from pipeline.auditing.measuring.reviews import gather_reviews, paired_decisions
from pipeline.labelling.decision import Decision, which_stand

#: Rules that the page shows as the next to mend.
_RULES: Final = 8
_RATIOS: Final = ("mention", "relation", "statement")


class PhantomScoreError(ValueError):
    """A file is not what the stage score_phantom writes; the message says how to make it."""


@dataclass(frozen=True, slots=True)
class PhantomScore:
    """Extraction held against the phantoms' exact truth.

    Attributes:
        reports: reports compared.
        ratios: name, precision, recall and F1 of mentions, relations and statements.
        assertions: assertion and the share of its mentions that were told right.
    """

    reports: int
    ratios: tuple[tuple[str, float, float, float], ...]
    assertions: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What reviewers say.

    Attributes:
        reports: reports of the sample that are done.
        sampled: reports of the sample.
        measures: rows of categories, assertions and concepts.
        rules: rows of the rules and cues with most errors; empty where all were right.
        kappas: two reviewers and how far they agree.
        figure: the reliability figure.
    """

    reports: int
    sampled: int
    measures: tuple[dict[str, Any], ...]
    rules: tuple[dict[str, Any], ...]
    kappas: tuple[tuple[str, str, Kappa], ...]
    figure: Figure


@dataclass(frozen=True, slots=True)
class Compared:
    """What `audit compare` wrote.

    Attributes:
        scores: rows of the scores table.
        confusion: rows of the confusion table.
    """

    scores: tuple[dict[str, Any], ...]
    confusion: tuple[dict[str, Any], ...]


def read_phantom_score(path: Path | None) -> PhantomScore | None:
    """What the stage score_phantom wrote; None where it has compared no report.

    Raises:
        PhantomScoreError: the file holds something else.
    """
    if path is None or not path.exists():
        return None
    try:
        return _phantom_score(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PhantomScoreError(
            f"{path}: is not what score-phantom writes; make it again with "
            f"`python -m pipeline score-phantom --metrics {path}`"
        ) from None


def _phantom_score(figures: dict[str, float]) -> PhantomScore | None:
    reports = int(figures["reports_compared"])
    if not reports:
        return None
    prefix = "assertion_accuracy_"
    return PhantomScore(
        reports,
        tuple(
            (
                name,
                figures[f"{name}_precision"],
                figures[f"{name}_recall"],
                figures[f"{name}_f1"],
            )
            for name in _RATIOS
        ),
        tuple((k.removeprefix(prefix), v) for k, v in figures.items() if k.startswith(prefix)),
    )


def measure_reviews(sample: Path, corrections: Path) -> Reviewed | None:
    """Measure by what reviewers have decided; None where no report of a sample is done."""
    if not sample.exists():
        return None
    decisions = read_log(corrections)
    reviews = gather_reviews(read_table(REVIEW_SAMPLE, sample), decisions)
    if not reviews.tallies:
        return None
    measures = measure(reviews)
    rows = measures.to_pylist()
    return Reviewed(
        reports=len(reviews.tallies),
        sampled=reviews.sampled,
        measures=tuple(r for r in rows if r["kind"] in ("category", "assertion", "concept")),
        # A cue's own words stand in reports; its rule says enough.
        rules=tuple(_to_mend([r for r in rows if r["kind"] in ("rule", "cue_rule")])),
        kappas=_kappas(decisions),
        figure=draw_reliability(measures, which_stand(decisions).standing),
    )


def read_comparison(folder: Path | None) -> Compared | None:
    """What `audit compare` wrote into a folder; None where it wrote nothing."""
    if folder is None or not (folder / "scores.parquet").exists():
        return None
    confusion = folder / "confusion.parquet"
    return Compared(
        tuple(read_table(SCORES, folder / "scores.parquet").to_pylist()),
        tuple(read_table(CONFUSION, confusion).to_pylist()) if confusion.exists() else (),
    )


def _to_mend(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    wrong = [row for row in rows if row["errors"] > 0]
    return sorted(wrong, key=lambda row: (-row["errors"], row["name"]))[:_RULES]


def _kappas(decisions: Sequence[Decision]) -> tuple[tuple[str, str, Kappa], ...]:
    reviewers = sorted({decision.reviewer for decision in decisions})
    return tuple(
        (first, second, kappa)
        for first, second in itertools.combinations(reviewers, 2)
        if (kappa := agreement(*paired_decisions(decisions, first, second))) is not None
    )
