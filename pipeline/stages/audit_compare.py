"""Stage audit compare: a label table held against a coded reference."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from command_line.summary import StageSummary
from data_contracts.audit_tables import (
    CONFUSION,
    DISAGREEMENT_KINDS,
    DISAGREEMENTS,
    HALF_NAMES,
    HALVES,
    SCORES,
)
from data_contracts.storage import write_table
from pipeline.auditing.references.coding import ReferenceKind, load_coding, parse_readings
from pipeline.auditing.references.comparison import Compared, compare
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.label_tables import read_labels
from pipeline.auditing.references.label_values import LabelValues
from pipeline.auditing.references.reading import ASPECTS, Aspect
from pipeline.auditing.references.references import read_reference
from pipeline.auditing.second_opinion.differences import in_telling_order


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison's outcome.

    Attributes:
        summary: counts and each group's scores; no report's text.
        compared: scores and disagreements.
        unmapped_labels: columns of our table that no concept stands for, and their values.
        unmapped_reference: the reference's terms of that kind, and the reports that have them.
        left_out: why reports of the reference were left out, and how many.
    """

    summary: StageSummary
    compared: Compared
    unmapped_labels: Mapping[str, int]
    unmapped_reference: Mapping[str, int]
    left_out: Mapping[str, int]


def audit_compare(
    *,
    labels: Path,
    reference_kind: ReferenceKind,
    reference: Path,
    out: Path | None = None,
    uncertain: Sequence[str] = (),
    reference_uncertain: Sequence[str] = (),
    aspect: Aspect = "affirmed",
    coding: Path | None = None,
    halves: bool = False,
    model: str | None = None,
) -> Comparison:
    """Score a label table against a coded reference.

    Args:
        labels: our labels table, or a CSV or Parquet file of labels.
        reference_kind: one of `REFERENCE_KINDS`.
        reference: the reference's file or folder.
        out: folder to put `scores.parquet`, `halves.parquet`, `disagreements.parquet` and
            `confusion.parquet` in; nothing is written where it is None.
        uncertain: how our -1 is read where it is not as the kind's data file says, such as
            `finding:opacity=positive` or `side=ignore`.
        reference_uncertain: the same for the reference's own -1.
        aspect: what counts as a positive on both sides.
        coding: data file in place of the kind's own.
        halves: whether to keep half B's disagreements unseen: those of half A alone are told.
        model: of several second readers the one to hold ours against.

    Raises:
        AuditError: a file is missing or malformed, an argument is not one of those there are, or
            no report is on both sides.
        ContractError: our own table breaks its contract.
    """
    started = time.perf_counter()
    rules = load_coding(reference_kind, coding).with_readings(
        parse_readings(uncertain), parse_readings(reference_uncertain)
    )
    _check_aspect(aspect, reference_kind)
    ours = read_labels(labels, rules)
    truth = read_reference(reference_kind, reference, rules, model)
    compared = compare(ours, truth, rules, aspect)
    if halves:
        compared = replace(compared, disagreements=_of_half_a(compared.disagreements))
    if reference_kind == "second_opinion":
        # No expert's coding, but another guess: what to look at first matters more than a score.
        compared = replace(compared, disagreements=in_telling_order(compared.disagreements))
    outputs: tuple[Path, ...] = ()
    if out is not None:
        written = {
            "scores": (SCORES, compared.scores),
            "halves": (HALVES, compared.halves),
            "disagreements": (DISAGREEMENTS, compared.disagreements),
            "confusion": (CONFUSION, compared.confusion),
        }
        outputs = tuple(out / f"{name}.parquet" for name in written)
        for path, (contract, rows) in zip(outputs, written.values(), strict=True):
            write_table(contract, rows, path)
    summary = StageSummary(
        stage="audit_compare",
        counts=_counts(compared, truth),
        seconds=time.perf_counter() - started,
        outputs=outputs,
    )
    return Comparison(summary, compared, ours.unmapped, truth.unmapped, truth.left_out)


def _of_half_a(disagreements: pa.Table) -> pa.Table:
    return disagreements.filter(pc.equal(disagreements["half"], HALF_NAMES[0]))


def _check_aspect(aspect: str, kind: str) -> None:
    if aspect not in ASPECTS:
        raise AuditError(f"'{aspect}' is no aspect; the aspects are {', '.join(ASPECTS)}")
    if aspect != "affirmed" and kind in ("openi_mesh", "openi_gold"):
        raise AuditError(
            f"'{kind}' codes only what is present, so '{aspect}' cannot be compared; "
            "leave the aspect at 'affirmed'"
        )


def _counts(compared: Compared, truth: LabelValues) -> dict[str, int | float]:
    counts: dict[str, int | float] = {
        "reports": compared.reports,
        "only_in_labels": compared.only_ours,
        "only_in_reference": compared.only_reference,
    }
    counts.update({f"reference_{reason}": count for reason, count in truth.left_out.items()})
    rows = compared.scores.to_pylist()
    counts["labels_scored"] = sum(row["level"] == "label" for row in rows)
    counts["labels_lacking"] = len(compared.lacking)
    counts["labels_unscored"] = len(compared.unscored)
    counts["reference_terms_unmapped"] = len(truth.unmapped)
    for row in rows:
        if row["level"] != "label":
            prefix = f"{row['group']}_{row['level']}"
            for ratio in ("precision", "recall", "f1"):
                counts[f"{prefix}_{ratio}"] = round(row[ratio], 4)
            if row["level"] == "micro" and row["f1_low"] is not None:
                counts[f"{prefix}_f1_low"] = round(row["f1_low"], 4)
                counts[f"{prefix}_f1_high"] = round(row["f1_high"], 4)
    counts.update(_halves(compared.halves))
    kinds = compared.disagreements["kind"].to_pylist()
    counts.update({f"disagreements_{kind}": kinds.count(kind) for kind in DISAGREEMENT_KINDS})
    return counts


def _halves(halves: pa.Table) -> dict[str, int | float]:
    return {
        f"{row['group']}_halves_{name}": round(row[name], 4)
        for row in halves.to_pylist()
        for name in ("f1_a", "f1_b", "distance", "distance_low", "distance_high")
        if row[name] is not None
    }
