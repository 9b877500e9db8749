"""Stage audit rules: what each line of the lexicon is worth on a run's reports."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from command_line.summary import StageSummary
from data_contracts.audit_tables import RULE_USE
from data_contracts.storage import write_table
from pipeline.auditing.corrections.log import read_log
from pipeline.auditing.references.coding import ReferenceKind, load_coding
from pipeline.auditing.references.label_tables import read_labels
from pipeline.auditing.references.references import read_reference
from pipeline.auditing.rule_use.counting import count_use
from pipeline.auditing.rule_use.judging import Judgement, by_coding, by_reviews
from pipeline.auditing.rule_use.lines import LexiconLines
from pipeline.auditing.tables.database import Tables


class CodedReference(NamedTuple):
    """A reference that was coded by hand.

    Attributes:
        kind: its kind.
        path: its file or folder.
        labels: our labels.
        half_a: whether only reports of half A are judged by it.
    """

    kind: ReferenceKind
    path: Path
    labels: Path
    half_a: bool = False


@dataclass(frozen=True, slots=True)
class RuleUse:
    """What came of it: counts, and rows of the rule use table."""

    summary: StageSummary
    rows: pa.Table


def audit_rules(
    *,
    tables: Path,
    corrections: Path,
    lexicon: Path | None = None,
    reference: CodedReference | None = None,
    out: Path | None = None,
) -> RuleUse:
    """Count how often each line of the lexicon found a phrase or decided an assertion.

    Args:
        tables: folder of a run's tables.
        corrections: folder of reviewers' decisions, which say what was right; it may be empty.
        lexicon: folder of the lexicon that the run was made with; None takes the shipped one.
        reference: a coded reference, which says what was right where no reviewer does.
        out: folder to put `rule_use.parquet` in; nothing is written where it is None.

    Raises:
        TablesError: there are no mentions.
        AuditError: the reference is missing or malformed.
        LexiconError: a lexicon file breaks its rules.
    """
    started = time.perf_counter()
    with Tables(tables) as database:
        database.need("mentions")
        rows = count_use(
            database,
            LexiconLines(lexicon),
            by_reviews(read_log(corrections)),
            _by_coding(reference) if reference is not None else {},
        )
    outputs: tuple[Path, ...] = ()
    if out is not None:
        outputs = (out / "rule_use.parquet",)
        write_table(RULE_USE, rows, outputs[0])
    return RuleUse(
        StageSummary("audit_rules", _counts(rows), time.perf_counter() - started, outputs), rows
    )


def _by_coding(reference: CodedReference) -> dict[str, Judgement]:
    coding = load_coding(reference.kind)
    truth = read_reference(reference.kind, reference.path, coding)
    labels = read_labels(reference.labels, coding)
    return by_coding(labels, truth, coding, half_a=reference.half_a)


def _counts(rows: pa.Table) -> dict[str, int | float]:
    use = rows.to_pylist()
    return {
        "lines": len(use),
        "lines_unused": sum(row["decided"] == 0 for row in use),
        "lines_judged": sum(row["judged"] > 0 for row in use),
        "lines_wrong_more_often_than_right": sum(row["judged"] > 2 * row["right"] for row in use),
    }
