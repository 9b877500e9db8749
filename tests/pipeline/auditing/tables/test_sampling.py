"""Samples: one stratum a report, weights that add up, the same draw for a seed."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.errors import TablesError
from pipeline.auditing.tables.sampling import STRATIFICATIONS, allocate, draw_sample


@pytest.fixture
def many(tmp_path: Path, label_run: Callable[..., Path]) -> Iterator[Tables]:
    opacity, rare = {"opacity": "finding:opacity"}, {"atelectasis": "finding:atelectasis"}
    statements = [
        (f"r{i:03}", "findings", "There is opacity.", "affirmed", opacity) for i in range(60)
    ]
    statements += [
        (f"r{i:03}", "impression", "Also atelectasis.", "affirmed", rare) for i in (7, 11, 20)
    ]
    statements += [(f"c{i:03}", "findings", "Clear.", "affirmed", {}) for i in range(30)]
    with Tables(label_run(tmp_path / "many", statements)) as tables:
        yield tables


def test_each_report_is_in_the_stratum_of_the_rarest_thing_it_holds(many: Tables) -> None:
    drawn = draw_sample(many, "concept", 200, 0).to_pylist()
    sizes = {row["stratum"]: row["stratum_reports"] for row in drawn}
    assert sizes == {"finding:atelectasis": 3, "finding:opacity": 57, "nothing affirmed": 30}
    assert Counter(row["stratum"] for row in drawn) == sizes
    assert len({row["report_id"] for row in drawn}) == 90


def test_rare_strata_are_drawn_from_more_often(many: Tables) -> None:
    drawn = Counter(row["stratum"] for row in draw_sample(many, "concept", 15, 0).to_pylist())
    assert sum(drawn.values()) == 15
    assert drawn["finding:atelectasis"] >= 2
    assert drawn["finding:opacity"] > drawn["nothing affirmed"] > drawn["finding:atelectasis"]


def test_a_seed_draws_the_same_reports_and_another_seed_others(many: Tables) -> None:
    ids = [draw_sample(many, "concept", 12, seed)["report_id"].to_pylist() for seed in (1, 1, 2)]
    assert ids[0] == ids[1]
    assert ids[0] != ids[2]


def test_strata_that_are_too_many_are_merged_the_frequent_ones_first(many: Tables) -> None:
    drawn = draw_sample(many, "concept", 10, 0).to_pylist()
    assert {row["stratum"]: row["stratum_reports"] for row in drawn} == {
        "finding:atelectasis": 3,
        "all others": 87,
    }


@pytest.mark.parametrize("by", [by for by in STRATIFICATIONS if by != "reference"])
def test_every_stratification_covers_all_reports(tables: Tables, by: str) -> None:
    drawn = draw_sample(tables, by, 1000, 0)  # type: ignore[arg-type]
    assert sorted(drawn["report_id"].to_pylist()) == ["r1", "r2", "r3", "r4"]


def test_disagreement_of_sections_makes_a_stratum(tables: Tables) -> None:
    drawn = draw_sample(tables, "disagreement", 100, 0).to_pylist()
    assert {row["report_id"] for row in drawn if row["stratum"] == "finding:pneumonia"} == {"r2"}


def test_a_sample_by_reference_needs_its_disagreements(tables: Tables) -> None:
    with pytest.raises(TablesError, match="audit_disagreements"):
        draw_sample(tables, "reference", 10, 0)
    with pytest.raises(TablesError, match="makes no strata"):
        draw_sample(tables, "mood", 10, 0)  # type: ignore[arg-type]


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 400), min_size=1),
    st.integers(1, 300),
)
def test_an_allocation_never_draws_more_than_there_is(sizes: dict[str, int], reports: int) -> None:
    drawn = allocate(sizes, reports)
    assert all(1 <= drawn[name] <= size for name, size in sizes.items())
    fewest = sum(min(2, size) for size in sizes.values())
    assert sum(drawn.values()) == max(min(reports, sum(sizes.values())), fewest)
