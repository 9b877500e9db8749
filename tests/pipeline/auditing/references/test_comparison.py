"""Two sides held against each other."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pyarrow as pa
import pytest

from data_contracts.tables import EVIDENCE
from pipeline.auditing.references.coding import load_coding
from pipeline.auditing.references.comparison import compare
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.label_values import LabelValues

MakeValues = Callable[[Mapping[str, Mapping[str, int]]], LabelValues]
OPENI, TABLE = load_coding("openi_mesh"), load_coding("table")


def test_disagreements_say_who_has_it_how_and_on_what_evidence(make_values: MakeValues) -> None:
    ours = make_values(
        {
            "1": {"finding:opacity": 1, "finding:pneumonia": 0},
            "2": {"finding:opacity": -1, "finding:pneumonia": -1},
            "3": {"finding:opacity": 1},
            "4": {"finding:pneumonia": 1},
        }
    )
    evidence = [[("finding:pneumonia", ["1/2", "1/5"])], [("finding:opacity", ["2/0"])], [], []]
    ours = replace(ours, evidence=pa.array(evidence, EVIDENCE))
    reference = make_values(
        {
            "1": {"finding:opacity": 1, "finding:pneumonia": 1},
            "2": {"finding:pneumonia": 1},
            "3": {"finding:opacity": 1, "finding:pneumonia": 1},
            "4": {},
        }
    )
    rows = compare(ours, reference, OPENI).disagreements.to_pylist()
    told = [
        (r["report_id"], r["concept_id"], r["kind"], r["ours"], r["reference"], r["assertion"],
         r["mention_ids"])
        for r in rows
    ]  # fmt: skip
    assert told == [
        ("2", "finding:opacity", "hedged", -1, None, "uncertain", ["2/0"]),
        ("1", "finding:pneumonia", "missed", 0, 1, "negated", ["1/2", "1/5"]),
        ("2", "finding:pneumonia", "hedged", -1, 1, "uncertain", []),
        ("3", "finding:pneumonia", "missed", None, 1, "unmentioned", []),
        ("4", "finding:pneumonia", "spurious", 1, None, "affirmed", []),
    ]


def test_labels_that_one_side_lacks_are_told_and_never_hide_a_miss(make_values: MakeValues) -> None:
    ours = make_values({"1": {"finding:opacity": 1, "finding:mass": 1}})
    reference = make_values({"1": {"finding:opacity": 1, "finding:infiltrate": 1}})
    compared = compare(ours, reference, OPENI)
    assert compared.lacking == {"finding:infiltrate": 1}
    assert compared.unscored == {"finding:mass": 1}
    micro = compared.scores.to_pylist()[0]
    assert (micro["precision"], micro["recall"]) == (1.0, 0.5)


def test_reports_of_one_side_are_counted_and_left_out(make_values: MakeValues) -> None:
    ours = make_values({str(i): {"finding:opacity": 1} for i in (1, 2, 3)})
    reference = make_values({str(i): {"finding:opacity": 1} for i in (3, 2, 7, 8, 9)})
    compared = compare(ours, reference, TABLE)
    assert (compared.reports, compared.only_ours, compared.only_reference) == (2, 1, 3)
    assert compared.scores["f1"].to_pylist() == [1.0, 1.0, 1.0]


def test_a_label_that_the_reference_denies_throughout_is_scored(make_values: MakeValues) -> None:
    ours = make_values({"1": {"finding:mass": 1}})
    reference = make_values({"1": {"finding:mass": 0}})
    row = compare(ours, reference, TABLE).scores.to_pylist()[-1]
    assert (row["name"], row["false_positives"], row["support"]) == ("finding:mass", 1, 0)


def test_tables_of_different_sources_are_told_by_the_form_of_their_ids(
    make_values: MakeValues,
) -> None:
    ours = make_values({f"s5041426{i}": {"finding:opacity": 1} for i in range(3)})
    reference = make_values({"17": {"finding:opacity": 1}, "9": {"finding:opacity": 1}})
    with pytest.raises(AuditError) as error:
        compare(ours, reference, TABLE)
    message = str(error.value)
    assert "3 reports with ids like 'a99999999' (3)" in message
    assert "2 reports with ids like '99' (1), '9' (1)" in message
    assert "50414" not in message


def test_a_reference_without_labels_in_the_shared_reports_is_an_error(
    make_values: MakeValues,
) -> None:
    ours = make_values({"1": {"finding:opacity": 1}})
    reference = make_values({"1": {}, "2": {"finding:opacity": 1}})
    with pytest.raises(AuditError, match="has no label in any of the 1 reports"):
        compare(ours, reference, TABLE)
