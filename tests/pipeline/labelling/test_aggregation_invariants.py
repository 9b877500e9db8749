"""What holds of labels whatever a report states."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.concepts import ASSERTIONS
from pipeline.labelling.aggregation import Conflict, label_reports
from pipeline.labelling.claims import ReportBatch
from pipeline.labelling.label_columns import LabelColumns, label_columns
from pipeline.lexicon.concepts import Lexicon

_PLACES = {
    "left": "side:left",
    "right": "side:right",
    "lower lobe": "zone:lower_lobe",
    "base": "zone:base",
    "patchy": "descriptor:patchy",
}
_FINDINGS = {
    "opacity": "finding:opacity",
    "pneumonia": "finding:pneumonia",
    "atelectasis": "finding:atelectasis",
    "effusion": "finding:pleural_effusion",
}


@pytest.fixture
def columns(lexicon: Lexicon) -> LabelColumns:
    return label_columns(lexicon)


@st.composite
def _statements(draw: st.DrawFn) -> tuple[str, str, str, str, dict[str, str]]:
    finding = draw(st.sampled_from(sorted(_FINDINGS)))
    places = draw(st.lists(st.sampled_from(sorted(_PLACES)), unique=True, max_size=3))
    section = draw(st.sampled_from(["indication", "findings", "impression", "addendum"]))
    return (
        f"r{draw(st.integers(1, 3))}",
        section,
        f"{' '.join(places)} {finding}.",
        draw(st.sampled_from(ASSERTIONS)),
        {finding: _FINDINGS[finding]} | {place: _PLACES[place] for place in places},
    )


_INVARIANTS = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_ANY_STATEMENTS = st.lists(_statements(), min_size=1, max_size=8)
_ANY_CONFLICT = st.sampled_from(["affirmed_wins", "impression_wins"])


@_INVARIANTS
@given(statements=_ANY_STATEMENTS, conflict=_ANY_CONFLICT, seed=st.integers(0, 999))
def test_the_order_of_rows_changes_nothing(
    statements: Sequence[Any],
    conflict: Conflict,
    seed: int,
    columns: LabelColumns,
    build_tables: Callable[..., dict[str, pa.Table]],
) -> None:
    tables = build_tables(statements)
    shuffled = dict(tables)
    random = np.random.default_rng(seed)
    for name in ("mentions", "findings"):
        order = random.permutation(tables[name].num_rows)
        shuffled[name] = tables[name].take(pa.array(order))

    assert label_reports(ReportBatch(**tables), columns, conflict).equals(
        label_reports(ReportBatch(**shuffled), columns, conflict)
    )


@_INVARIANTS
@given(statements=_ANY_STATEMENTS, conflict=_ANY_CONFLICT)
def test_every_value_has_evidence_that_states_it(
    statements: Sequence[Any],
    conflict: Conflict,
    columns: LabelColumns,
    build_tables: Callable[..., dict[str, pa.Table]],
) -> None:
    tables = build_tables(statements)
    mentions = {row["mention_id"]: row for row in tables["mentions"].to_pylist()}
    stated: dict[object, set[str]] = {
        1: {"affirmed"},
        -1: {"affirmed", "uncertain"},
        0: {*ASSERTIONS[:3]},
    }

    labels = label_reports(ReportBatch(**tables), columns, conflict)

    for row in labels.to_pylist(maps_as_pydicts="strict"):
        values = {name: value for name, value in row.items() if ":" in name and value is not None}
        assert set(row["evidence"]) == set(values)
        for concept, value in values.items():
            assert row["evidence"][concept]
            for mention in map(mentions.__getitem__, row["evidence"][concept]):
                assert mention["report_id"] == row["report_id"]
                assert mention["section"] != "indication"
                assert mention["assertion"] in stated[value]


@_INVARIANTS
@given(statements=_ANY_STATEMENTS)
def test_an_affirmation_is_never_outvoted_where_affirmed_wins(
    statements: Sequence[Any],
    columns: LabelColumns,
    build_tables: Callable[..., dict[str, pa.Table]],
) -> None:
    labels = label_reports(ReportBatch(**build_tables(statements)), columns, "affirmed_wins")
    affirmed = {
        (report, concept)
        for report, section, _, assertion, phrases in statements
        if assertion == "affirmed" and section != "indication"
        for concept in phrases.values()
        if concept.startswith("finding:") or "finding:pleural_effusion" not in phrases.values()
    }

    ones = {
        (row["report_id"], name)
        for row in labels.to_pylist()
        for name, value in row.items()
        if ":" in name and value == 1 and name != "finding:lung_opacity_any"
    }
    assert ones == affirmed
