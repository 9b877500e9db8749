"""Reports that affirm a finding, by place."""

from collections.abc import Callable
from pathlib import Path

from pipeline.auditing.overview.cooccurrence import count_places
from pipeline.auditing.tables.database import Tables

LEFT_BASE = {"opacity": "finding:opacity", "left": "side:left", "base": "zone:base"}
LEFT = {"opacity": "finding:opacity", "left": "side:left"}
PLAIN = {"pneumonia": "finding:pneumonia"}


def test_a_report_counts_once_for_each_place_it_names(
    tmp_path: Path, label_run: Callable[..., Path]
) -> None:
    folder = label_run(
        tmp_path / "run",
        [
            ("r1", "findings", "An opacity at the left base.", "affirmed", LEFT_BASE),
            ("r1", "impression", "An opacity on the left.", "affirmed", LEFT),
            ("r2", "findings", "An opacity on the left.", "affirmed", LEFT),
            ("r3", "findings", "No opacity on the left.", "negated", LEFT),
            ("r4", "findings", "There is pneumonia.", "affirmed", PLAIN),
        ],
    )
    with Tables(folder) as tables:
        counted = count_places(tables)
    assert counted.findings == ("finding:opacity", "finding:pneumonia")
    assert counted.places == ("side:left", "zone:base")
    assert counted.reports.tolist() == [[2, 1], [0, 0]]
    assert counted.affirmed.tolist() == [2, 1]
    assert counted.unplaced.tolist() == [0, 1]


def test_without_affirmed_findings_there_is_nothing_to_draw(
    tmp_path: Path, label_run: Callable[..., Path]
) -> None:
    folder = label_run(tmp_path / "run", [("r1", "findings", "No opacity.", "negated",
                                           {"opacity": "finding:opacity"})])  # fmt: skip
    with Tables(folder) as tables:
        counted = count_places(tables)
    assert (counted.findings, counted.places, counted.reports.shape) == ((), (), (0, 0))
