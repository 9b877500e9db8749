"""What a report's statements make of its labels."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from data_contracts.checking import check_table
from data_contracts.tables import LABELS
from pipeline.labelling.aggregation import Conflict, label_reports
from pipeline.labelling.claims import LabellingError, ReportBatch
from pipeline.labelling.label_columns import LabelColumns, label_columns
from pipeline.lexicon.concepts import Lexicon

Label = Callable[..., dict[str, Any]]

OPACITY, PNEUMONIA = "finding:opacity", "finding:pneumonia"
ANY_OPACITY, EFFUSION = "finding:lung_opacity_any", "finding:pleural_effusion"
LEFT, RIGHT, LOWER_LOBE = "side:left", "side:right", "zone:lower_lobe"

RIGHT_OPACITY = (
    "r1",
    "findings",
    "There is a patchy opacity in the right lower lobe.",
    "affirmed",
    {
        "opacity": OPACITY,
        "patchy": "descriptor:patchy",
        "right": RIGHT,
        "lower lobe": LOWER_LOBE,
    },
)
MAY_BE_PNEUMONIA = (
    "r1",
    "findings",
    "This may represent pneumonia in the right base.",
    "uncertain",
    {"pneumonia": PNEUMONIA, "right": RIGHT, "base": "zone:base"},
)
NO_PNEUMONIA = ("r1", "impression", "No pneumonia.", "negated", {"pneumonia": PNEUMONIA})


@pytest.fixture
def columns(lexicon: Lexicon) -> LabelColumns:
    return label_columns(lexicon)


@pytest.fixture
def label(columns: LabelColumns, build_tables: Callable[..., dict[str, pa.Table]]) -> Label:
    """Label the one report that statements make, and give its row."""

    def of(*statements: Any, conflict: Conflict = "affirmed_wins") -> dict[str, Any]:
        table = label_reports(ReportBatch(**build_tables(statements)), columns, conflict)
        (row,) = check_table(LABELS, table, "test").to_pylist(maps_as_pydicts="strict")
        return dict(row)

    return of


def test_an_affirmed_finding_affirms_its_places_and_descriptors(label: Label) -> None:
    row = label(RIGHT_OPACITY)

    assert {name for name, value in row.items() if value == 1} == {
        OPACITY,
        ANY_OPACITY,
        RIGHT,
        LOWER_LOBE,
        "descriptor:patchy",
    }
    assert row[PNEUMONIA] is None
    assert row[LEFT] is None
    assert row["subject_id"] == "patient of r1"


def test_a_negated_finding_negates_its_places_only_where_nothing_else_speaks_of_them(
    label: Label,
) -> None:
    no_right_lower_lobe = (
        "r1",
        "findings",
        "No right lower lobe opacity.",
        "negated",
        {"opacity": OPACITY, "right": RIGHT, "lower lobe": LOWER_LOBE},
    )
    right_atelectasis = (
        "r1",
        "findings",
        "Right base atelectasis.",
        "affirmed",
        {"atelectasis": "finding:atelectasis", "Right": RIGHT, "base": "zone:base"},
    )

    assert label(no_right_lower_lobe)[RIGHT] == 0
    row = label(no_right_lower_lobe, right_atelectasis)
    assert (row[OPACITY], row[RIGHT], row[LOWER_LOBE], row["zone:base"]) == (0, 1, 0, 1)


def test_the_side_of_an_effusion_is_no_attribute_of_the_lung(label: Label) -> None:
    row = label(
        (
            "r1",
            "findings",
            "Small left pleural effusion.",
            "affirmed",
            {"pleural effusion": EFFUSION, "left": LEFT, "Small": "descriptor:small"},
        )
    )

    assert (row[EFFUSION], row[LEFT], row["descriptor:small"]) == (1, None, None)
    assert row["evidence"] == {EFFUSION: ["r1/0"]}


@pytest.mark.parametrize(
    ("section", "assertion", "value"),
    [
        ("findings", "affirmed", 1),
        ("addendum", "affirmed", 1),
        ("body", "negated", 0),
        ("impression", "uncertain", -1),
        ("impression", "historical", None),
        ("findings", "hypothetical", None),
        ("indication", "affirmed", None),
        ("comparison", "negated", None),
    ],
)
def test_only_asserting_sections_and_present_statements_give_a_value(
    label: Label, section: str, assertion: str, value: int | None
) -> None:
    row = label(("r1", section, "Pneumonia on the left.", assertion, {"Pneumonia": PNEUMONIA}))

    assert row[PNEUMONIA] == value
    assert (PNEUMONIA in row["evidence"]) == (value is not None)


def test_a_hedge_in_the_findings_outlives_a_negation_unless_the_impression_wins(
    label: Label,
) -> None:
    statements = (RIGHT_OPACITY, MAY_BE_PNEUMONIA, NO_PNEUMONIA)

    affirmed_wins = label(*statements)
    impression_wins = label(*statements, conflict="impression_wins")

    assert affirmed_wins[PNEUMONIA] == -1
    assert affirmed_wins["evidence"][PNEUMONIA] == ["r1/4"]
    assert impression_wins[PNEUMONIA] == 0
    assert impression_wins["evidence"][PNEUMONIA] == ["r1/7"]


def test_what_the_impression_rejects_loses_its_places_and_other_findings_keep_theirs(
    label: Label,
) -> None:
    row = label(RIGHT_OPACITY, MAY_BE_PNEUMONIA, NO_PNEUMONIA, conflict="impression_wins")

    assert (row[RIGHT], row[LOWER_LOBE], row["zone:base"]) == (1, 1, 0)


def test_an_impression_that_repeats_a_finding_briefly_keeps_the_places_of_the_findings(
    label: Label,
) -> None:
    row = label(
        RIGHT_OPACITY,
        ("r1", "impression", "Persistent opacity.", "affirmed", {"opacity": OPACITY}),
        conflict="impression_wins",
    )

    assert (row[OPACITY], row[RIGHT], row["descriptor:patchy"]) == (1, 1, 1)
    assert row["evidence"][OPACITY] == ["r1/4"]


def test_an_addendum_counts_as_much_as_the_impression(label: Label) -> None:
    row = label(
        NO_PNEUMONIA,
        ("r1", "addendum", "There is pneumonia after all.", "affirmed", {"pneumonia": PNEUMONIA}),
        conflict="impression_wins",
    )

    assert row[PNEUMONIA] == 1


def test_a_concept_that_others_imply_takes_the_highest_of_their_values(label: Label) -> None:
    row = label(RIGHT_OPACITY, NO_PNEUMONIA)
    assert row[ANY_OPACITY] == 1
    assert row["evidence"][ANY_OPACITY] == row["evidence"][OPACITY] == ["r1/0"]

    assert label(NO_PNEUMONIA)[ANY_OPACITY] == 0
    assert label(NO_PNEUMONIA, MAY_BE_PNEUMONIA)[ANY_OPACITY] == -1


def test_evidence_of_a_place_is_its_own_mentions_in_text_order(label: Label) -> None:
    row = label(RIGHT_OPACITY, MAY_BE_PNEUMONIA, ("r1", *RIGHT_OPACITY[1:]))

    assert row["evidence"][RIGHT] == ["r1/2", "r1/9"]
    assert row["evidence"]["zone:base"] == ["r1/6"]


def test_doubt_about_what_a_finding_is_leaves_its_place_affirmed(
    columns: LabelColumns, build_tables: Callable[..., dict[str, pa.Table]]
) -> None:
    tables = build_tables(
        [
            (
                "r1",
                "impression",
                "Left base atelectasis versus scarring.",
                "uncertain",
                {"atelectasis": "finding:atelectasis", "Left": LEFT, "base": "zone:base"},
            )
        ]
    )
    mentions = tables["mentions"]
    sure = ["uncertain", "affirmed", "affirmed"]
    tables["mentions"] = mentions.set_column(
        mentions.column_names.index("assertion"), mentions.schema.field("assertion"), [sure]
    )
    (row,) = label_reports(ReportBatch(**tables), columns, "affirmed_wins").to_pylist()
    assert row["finding:atelectasis"] == -1
    assert row[LEFT] == row["zone:base"] == 1


def test_a_side_shared_with_an_effusion_does_not_affirm_a_negated_consolidation(
    columns: LabelColumns, build_tables: Callable[..., dict[str, pa.Table]]
) -> None:
    tables = build_tables(
        [
            (
                "r1",
                "findings",
                "Right effusion without pneumonia.",
                "affirmed",
                {"effusion": EFFUSION, "Right": RIGHT},
            ),
            ("r1", "findings", "No pneumonia.", "negated", {"pneumonia": PNEUMONIA}),
        ]
    )
    effusion, pneumonia = tables["findings"].to_pylist()
    pneumonia |= {"sides": [RIGHT], "mention_ids": ["r1/2", "r1/1"]}
    tables["findings"] = pa.Table.from_pylist(
        [effusion, pneumonia], schema=tables["findings"].schema
    )

    (row,) = label_reports(ReportBatch(**tables), columns, "affirmed_wins").to_pylist()

    assert (row[EFFUSION], row[PNEUMONIA], row[RIGHT]) == (1, 0, 0)


def test_a_place_without_a_mention_of_its_own_is_shown_by_its_finding(
    columns: LabelColumns, build_tables: Callable[..., dict[str, pa.Table]]
) -> None:
    tables = build_tables([RIGHT_OPACITY])
    (finding,) = tables["findings"].to_pylist()
    finding["mention_ids"] = ["r1/0"]
    tables["findings"] = pa.Table.from_pylist([finding], schema=tables["findings"].schema)

    (row,) = label_reports(ReportBatch(**tables), columns, "affirmed_wins").to_pylist(
        maps_as_pydicts="strict"
    )

    assert (row[RIGHT], row["evidence"][RIGHT]) == (1, ["r1/0"])


def test_a_report_without_mentions_has_a_row_of_nulls(label: Label) -> None:
    row = label(("r1", "findings", "The lungs are clear.", "affirmed", {}))

    assert row["evidence"] == {}
    assert {value for name, value in row.items() if ":" in name} == {None}


def test_columns_follow_categories_and_lexicon_whatever_the_reports_hold(label: Label) -> None:
    names = [name for name in label(NO_PNEUMONIA) if ":" in name]

    assert names == [
        ANY_OPACITY,
        OPACITY,
        PNEUMONIA,
        "finding:atelectasis",
        EFFUSION,
        LEFT,
        RIGHT,
        "zone:base",
        LOWER_LOBE,
        "descriptor:patchy",
        "descriptor:small",
    ]


def test_a_concept_that_the_lexicon_lacks_is_an_error_that_names_it(label: Label) -> None:
    with pytest.raises(LabellingError, match=r"finding:cavity.*run extract again"):
        label(("r1", "findings", "Left cavity.", "affirmed", {"cavity": "finding:cavity"}))


def test_a_finding_whose_mentions_are_lost_is_an_error(
    columns: LabelColumns, build_tables: Callable[..., dict[str, pa.Table]]
) -> None:
    tables = build_tables([RIGHT_OPACITY])
    tables["mentions"] = tables["mentions"].slice(0, 2)

    with pytest.raises(LabellingError, match="r1/2"):
        label_reports(ReportBatch(**tables), columns, "affirmed_wins")
