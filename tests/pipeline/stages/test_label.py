"""The label stage, from tables to a table."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from command_line.summary import StageSummary
from data_contracts.storage import part_paths, read_table, write_table
from data_contracts.tables import FINDINGS, LABELS, MENTIONS, REPORTS
from pipeline.labelling.aggregation import Conflict
from pipeline.labelling.claims import LabellingError
from pipeline.labelling.corrected import CorrectedBatch, label_corrected
from pipeline.labelling.label_columns import LabelColumns
from pipeline.settings import LabelSettings
from pipeline.stages.label import label

STATEMENTS = [
    (
        "r1",
        "findings",
        "Patchy opacity in the left lower lobe.",
        "affirmed",
        {
            "opacity": "finding:opacity",
            "Patchy": "descriptor:patchy",
            "left": "side:left",
            "lower lobe": "zone:lower_lobe",
        },
    ),
    ("r1", "impression", "Possible pneumonia.", "uncertain", {"pneumonia": "finding:pneumonia"}),
    ("r2", "findings", "The lungs are clear.", "affirmed", {}),
    (
        "r3",
        "findings",
        "Left base atelectasis.",
        "affirmed",
        {"atelectasis": "finding:atelectasis"},
    ),
    ("r3", "impression", "No atelectasis.", "negated", {"atelectasis": "finding:atelectasis"}),
]


@pytest.fixture
def paths(tmp_path: Path, write_tables: Callable[..., dict[str, Path]]) -> dict[str, Path]:
    return write_tables(tmp_path / "tables", STATEMENTS, reports_per_part=2)


@pytest.fixture
def run(lexicon_folder: Path, paths: dict[str, Path]) -> Callable[..., StageSummary]:
    def stage(out: Path, **settings: str) -> StageSummary:
        chosen = LabelSettings.model_validate(settings)
        return label(settings=chosen, lexicon=lexicon_folder, out=out, **paths)

    return stage


def test_every_report_has_a_row_in_the_order_of_reports(
    run: Callable[..., StageSummary], tmp_path: Path
) -> None:
    summary = run(tmp_path)

    labels = read_table(LABELS, tmp_path / "labels.parquet")
    assert labels["report_id"].to_pylist() == ["r1", "r2", "r3"]
    assert labels["finding:opacity"].to_pylist() == [1, None, None]
    assert labels["finding:pneumonia"].to_pylist() == [-1, None, None]
    assert labels["finding:atelectasis"].to_pylist() == [None, None, 1]
    assert summary.counts == {
        "concepts": 11,
        "reports": 3,
        "reports_with_a_label": 2,
        "affirmed": 6,
        "uncertain": 1,
        "negated": 0,
        "corrections": 0,
        "corrections_applied": 0,
        "corrections_that_no_longer_fit": 0,
    }
    assert summary.outputs == (
        tmp_path / "labels.parquet",
        tmp_path / "correction_outcomes.parquet",
    )


def test_the_conflict_setting_gives_the_impression_the_last_word(
    run: Callable[..., StageSummary], tmp_path: Path
) -> None:
    run(tmp_path)
    run(tmp_path, conflict="impression_wins")

    labels = read_table(LABELS, tmp_path / "labels.parquet")
    assert labels["finding:atelectasis"].to_pylist() == [None, None, 0]


def test_labels_do_not_depend_on_how_the_tables_are_cut(
    run: Callable[..., StageSummary],
    paths: dict[str, Path],
    lexicon_folder: Path,
    tmp_path: Path,
) -> None:
    single = {}
    for name, contract in (("reports", REPORTS), ("mentions", MENTIONS), ("findings", FINDINGS)):
        single[name] = tmp_path / "single" / f"{name}.parquet"
        write_table(contract, read_table(contract, paths[name]), single[name])

    run(tmp_path)
    label(settings=LabelSettings(), lexicon=lexicon_folder, out=tmp_path / "single", **single)

    ours, theirs = (
        read_table(LABELS, folder / "labels.parquet") for folder in (tmp_path, tmp_path / "single")
    )
    assert ours.equals(theirs)
    assert len(part_paths(LABELS, tmp_path / "labels.parquet")) == 2


def test_two_runs_write_the_same_bytes(run: Callable[..., StageSummary], tmp_path: Path) -> None:
    run(tmp_path / "a")
    run(tmp_path / "b")

    written = [
        {file.name: file.read_bytes() for file in (tmp_path / x / "labels.parquet").iterdir()}
        for x in "ab"
    ]
    assert written[0] == written[1]


def test_a_broken_run_leaves_the_last_labels_in_place(
    run: Callable[..., StageSummary], paths: dict[str, Path], tmp_path: Path
) -> None:
    run(tmp_path)
    before = read_table(LABELS, tmp_path / "labels.parquet")
    part = part_paths(MENTIONS, paths["mentions"])[1]
    write_table(MENTIONS, read_table(MENTIONS, part).slice(1), part)

    with pytest.raises(LabellingError, match="r3/0"):
        run(tmp_path)

    assert read_table(LABELS, tmp_path / "labels.parquet").equals(before)


def test_a_run_that_was_ended_goes_on_where_it_stopped(
    run: Callable[..., StageSummary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled: list[int] = []

    def label_once(
        corrected: CorrectedBatch, columns: LabelColumns, conflict: Conflict
    ) -> pa.Table:
        if len(labelled) == 1:
            labelled.append(0)
            raise KeyboardInterrupt
        labelled.append(corrected.batch.reports.num_rows)
        return label_corrected(corrected, columns, conflict)

    monkeypatch.setattr("pipeline.stages.label.label_corrected", label_once)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "ended")
    assert not (tmp_path / "ended" / "labels.parquet").exists()

    resumed = run(tmp_path / "ended")
    assert labelled == [2, 0, 1]

    whole = run(tmp_path / "whole")
    assert resumed.counts == whole.counts
    tables = [read_table(LABELS, tmp_path / x / "labels.parquet") for x in ("ended", "whole")]
    assert tables[0].equals(tables[1])
