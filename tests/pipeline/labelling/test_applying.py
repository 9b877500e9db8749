"""Decisions brought to bear on labels: what changes, what the evidence says, what is reported."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_contracts.corrections import CORRECTION_OUTCOMES
from data_contracts.storage import read_table, write_table
from data_contracts.tables import FINDINGS, LABELS, MENTIONS, REPORTS
from pipeline.auditing.corrections.log import append_decisions
from pipeline.labelling.decision import Decision
from pipeline.settings import LabelSettings
from pipeline.stages.label import label

CONTRACTS = {"reports": REPORTS, "mentions": MENTIONS, "findings": FINDINGS}
OPACITY = "finding:opacity"
STATEMENTS = [
    (
        "r1",
        "findings",
        "Patchy opacity at the left base.",
        "affirmed",
        {
            "opacity": OPACITY,
            "Patchy": "descriptor:patchy",
            "left": "side:left",
            "base": "zone:base",
        },
    ),
    (
        "r2",
        "findings",
        "There is an effusion.",
        "affirmed",
        {"effusion": "finding:pleural_effusion"},
    ),
    ("r3", "findings", "Small right nodule.", "affirmed", {}),
]


class Run:
    """Labels of the statements above under some decisions."""

    def __init__(self, tables: dict[str, pa.Table], lexicon: Path, folder: Path) -> None:
        self.tables, self.lexicon, self.folder = tables, lexicon, folder

    def label(self, decisions: Sequence[Decision]) -> dict[str, dict[str, Any]]:
        self.folder.mkdir()
        paths = {name: self.folder / f"{name}.parquet" for name in CONTRACTS}
        for name, contract in CONTRACTS.items():
            write_table(contract, self.tables[name], paths[name])
        if decisions:
            append_decisions(self.folder / "corrections", decisions)
        settings = LabelSettings(corrections=self.folder / "corrections")
        self.counts = label(
            settings=settings, lexicon=self.lexicon, out=self.folder, **paths
        ).counts
        rows = read_table(LABELS, self.folder / "labels.parquet").to_pylist()
        return {row["report_id"]: {**row, "evidence": dict(row["evidence"])} for row in rows}

    def outcomes(self) -> list[str]:
        rows = read_table(CORRECTION_OUTCOMES, self.folder / "correction_outcomes.parquet")
        return [str(one) for one in rows["outcome"].to_pylist()]


@pytest.fixture
def run(
    build_tables: Callable[..., dict[str, pa.Table]], lexicon_folder: Path, tmp_path: Path
) -> Run:
    return Run(build_tables(STATEMENTS), lexicon_folder, tmp_path / "run")


def test_a_changed_assertion_changes_the_label_and_stands_in_the_evidence(
    run: Run, decide: Callable[..., Decision]
) -> None:
    change = decide(
        run.tables, "r1", "change", "opacity", before=OPACITY, after=OPACITY, said="negated"
    )
    row = run.label([change])["r1"]
    assert row[OPACITY] == 0
    assert row["evidence"][OPACITY] == ["r1/0", "correction:0"]
    # What belongs to the finding is denied with it, and says why.
    assert row["side:left"] == 0
    assert "correction:0" in row["evidence"]["side:left"]
    assert run.outcomes() == ["applied"]
    assert run.counts["corrections_applied"] == 1


def test_other_reports_keep_their_labels_and_evidence(
    run: Run, decide: Callable[..., Decision], tmp_path: Path
) -> None:
    plain = Run(run.tables, run.lexicon, tmp_path / "plain").label([])
    remove = decide(run.tables, "r1", "remove", "opacity", before=OPACITY)
    corrected = run.label([remove])
    assert {k: corrected[k] for k in ("r2", "r3")} == {k: plain[k] for k in ("r2", "r3")}
    assert corrected["r1"][OPACITY] is None
    assert corrected["r1"]["side:left"] is None
    # No value is left, but the evidence tells who took it away.
    assert corrected["r1"]["evidence"][OPACITY] == ["correction:0"]


def test_a_finding_renamed_keeps_its_places(run: Run, decide: Callable[..., Decision]) -> None:
    rename = decide(
        run.tables, "r1", "change", "opacity", before=OPACITY, after="finding:atelectasis",
        said="affirmed",
    )  # fmt: skip
    row = run.label([rename])["r1"]
    assert (row[OPACITY], row["finding:atelectasis"]) == (None, 1)
    assert (row["side:left"], row["zone:base"], row["descriptor:patchy"]) == (1, 1, 1)


def test_a_place_renamed_or_removed_leaves_the_rest_of_its_finding(
    run: Run, decide: Callable[..., Decision]
) -> None:
    rename = decide(run.tables, "r1", "change", "left", before="side:left", after="side:right",
                    said="affirmed")  # fmt: skip
    remove = decide(run.tables, "r1", "remove", "base", before="zone:base")
    row = run.label([rename, remove])["r1"]
    assert (row["side:left"], row["side:right"], row["zone:base"]) == (None, 1, None)
    assert (row[OPACITY], row["descriptor:patchy"]) == (1, 1)
    assert row["evidence"]["side:right"] == ["r1/2", "correction:0"]


def test_a_missed_finding_and_its_side_are_added(run: Run, decide: Callable[..., Decision]) -> None:
    side = decide(run.tables, "r3", "add", "right", after="side:right", said="affirmed",
                  finding="nodule")  # fmt: skip
    finding = decide(run.tables, "r3", "add", "nodule", after=OPACITY, said="affirmed")
    row = run.label([side, finding])["r3"]
    assert (row[OPACITY], row["finding:lung_opacity_any"], row["side:right"]) == (1, 1, 1)
    assert row["evidence"][OPACITY] == ["correction:1"]
    assert row["evidence"]["side:right"] == ["correction:0"]
    assert run.outcomes() == ["applied", "applied"]


def test_what_is_accepted_agrees_and_changes_nothing(
    run: Run, decide: Callable[..., Decision], tmp_path: Path
) -> None:
    plain = Run(run.tables, run.lexicon, tmp_path / "plain").label([])
    accept = decide(run.tables, "r1", "accept", "opacity", before=OPACITY, after=OPACITY,
                    said="affirmed")  # fmt: skip
    done = decide(run.tables, "r1", "done")
    assert run.label([accept, done]) == plain
    assert run.outcomes() == ["agrees", "recorded"]
    assert run.counts["corrections_applied"] == 0


def test_what_was_accepted_holds_when_extraction_changes_its_mind(
    run: Run, decide: Callable[..., Decision]
) -> None:
    accept = decide(run.tables, "r1", "accept", "opacity", before=OPACITY, after=OPACITY,
                    said="affirmed")  # fmt: skip
    for name in ("mentions", "findings"):
        rows = run.tables[name].to_pylist()
        for row in rows:
            row["assertion"] = "uncertain" if row["report_id"] == "r1" else row["assertion"]
        run.tables[name] = pa.Table.from_pylist(rows, schema=CONTRACTS[name].schema())
    assert run.label([accept])["r1"][OPACITY] == 1
    assert run.outcomes() == ["applied"]


@pytest.mark.parametrize(
    ("spoil", "outcome"),
    [
        (lambda one: replace(one, report_digest="of another text"), "text_changed"),
        (lambda one: replace(one, phrase="opacities"), "text_changed"),
        (lambda one: replace(one, report_id="r99"), "report_missing"),
        (lambda one: replace(one, after_concept="finding:unheard_of"), "concept_unknown"),
        (lambda one: replace(one, before_concept="finding:pneumonia"), "mention_gone"),
        (lambda one: replace(one, finding_start=0, finding_end=3), "finding_gone"),
    ],
)
def test_what_no_longer_fits_is_reported_and_not_applied(
    run: Run,
    decide: Callable[..., Decision],
    tmp_path: Path,
    spoil: Callable[[Decision], Decision],
    outcome: str,
) -> None:
    plain = Run(run.tables, run.lexicon, tmp_path / "plain").label([])
    change = decide(run.tables, "r1", "change", "opacity", before=OPACITY,
                    after="finding:pneumonia", said="negated")  # fmt: skip
    if outcome == "mention_gone":
        change = replace(change, after_concept="finding:atelectasis")
    assert run.label([spoil(change)]) == plain
    assert run.outcomes() == [outcome]
    assert run.counts["corrections_that_no_longer_fit"] == 1


def test_of_two_reviewers_the_last_one_counts_and_both_are_told(
    run: Run, decide: Callable[..., Decision]
) -> None:
    first = decide(run.tables, "r2", "remove", "effusion", before="finding:pleural_effusion")
    second = decide(run.tables, "r2", "change", "effusion", before="finding:pleural_effusion",
                    after="finding:pleural_effusion", said="uncertain", reviewer="bo")  # fmt: skip
    assert run.label([first, second])["r2"]["finding:pleural_effusion"] == -1
    assert run.outcomes() == ["overruled", "applied"]


def test_a_finding_that_is_a_descriptor_after_all_belongs_to_another_finding(
    run: Run, decide: Callable[..., Decision]
) -> None:
    added = decide(run.tables, "r3", "add", "nodule", after=OPACITY, said="affirmed")
    small = decide(run.tables, "r3", "add", "Small", after="descriptor:small", said="affirmed",
                   finding="nodule")  # fmt: skip
    turned = decide(run.tables, "r1", "change", "base", before="zone:base",
                    after="descriptor:small", said="affirmed", finding="opacity")  # fmt: skip
    labels = run.label([added, small, turned])
    assert labels["r3"]["descriptor:small"] == 1
    assert (labels["r1"]["zone:base"], labels["r1"]["descriptor:small"]) == (None, 1)
