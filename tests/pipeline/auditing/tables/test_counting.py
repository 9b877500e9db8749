"""Counts of a run, and its changes against another."""

from collections.abc import Callable
from pathlib import Path

from data_contracts.concepts import ASSERTIONS
from pipeline.auditing.tables.changes import ConceptChange, find_changes
from pipeline.auditing.tables.counting import (
    Agreement,
    count_along,
    count_concepts,
    cross_counts,
    section_agreement,
)
from pipeline.auditing.tables.database import Tables


def test_mentions_are_counted_per_concept_and_assertion(tables: Tables) -> None:
    counted = {
        one.concept_id: (dict(zip(ASSERTIONS, one.mentions, strict=True)), one.reports)
        for one in count_concepts(tables)
    }
    assert counted["finding:pneumonia"] == (
        {"affirmed": 1, "negated": 2, "uncertain": 0, "historical": 0, "hypothetical": 1},
        3,
    )
    assert list(counted)[-1] == "side:left"


def test_sections_sources_and_splits_have_their_counts(tables: Tables) -> None:
    sections = {value: (sum(mentions), reports) for value, mentions, reports in
                count_along(tables, "section")}  # fmt: skip
    assert sections == {"findings": (4, 3), "impression": (2, 2), "indication": (1, 1)}
    ((source, mentions, reports),) = count_along(tables, "source")
    assert (source, sum(mentions), reports) == ("csv", 7, 4)
    assert count_along(tables, "split")[0][0] == "none"
    assert sum(cross_counts(tables)["mentions"].to_pylist()) == 7


def test_findings_and_impression_are_compared_where_both_speak(tables: Tables) -> None:
    assert section_agreement(tables) == [Agreement("finding:pneumonia", both=1, same=0, opposed=1)]


def test_a_change_of_labels_is_told_by_concept_and_report(
    tables: Tables, tmp_path: Path, label_run: Callable[..., Path]
) -> None:
    pneumonia = {"pneumonia": "finding:pneumonia"}
    other = label_run(
        tmp_path / "other",
        [
            ("r1", "findings", "There is pneumonia.", "affirmed", pneumonia),
            ("r2", "findings", "There is pneumonia.", "affirmed", pneumonia),
            ("r9", "findings", "There is pneumonia.", "affirmed", pneumonia),
        ],
    )

    with Tables(other) as before:
        changes = find_changes(tables, before)

    assert (changes.reports, changes.only_before, changes.only_after) == (2, 1, 2)
    by_concept = {one.concept_id: one for one in changes.concepts}
    assert by_concept["finding:pneumonia"] == ConceptChange(
        "finding:pneumonia", before=2, after=1, gained=0, lost=0, changed=1
    )
    assert by_concept["finding:opacity"].gained == 1
    told = {
        (row["report_id"], row["concept_id"]): (row["before"], row["after"])
        for row in changes.rows.to_pylist()
    }
    assert told[("r1", "finding:pneumonia")] == (1, 0)
    assert told[("r1", "side:left")] == (None, 1)


def test_a_run_does_not_differ_from_itself(tables: Tables, folder: Path) -> None:
    with Tables(folder) as before:
        changes = find_changes(tables, before)
    assert changes.rows.num_rows == 0
    assert changes.concepts == []
