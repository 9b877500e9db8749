"""Label columns: which concept each stands for, and what its values mean."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN, is_concept_id
from data_contracts.published_names import concept_named
from data_contracts.quarantine import Location, Rejected
from pipeline.published_labels.records import state

#: CheXpert's coding, which most label tables follow.
CODES: Final[dict[str, int | None]] = {
    **dict.fromkeys(("1", "1.0"), AFFIRMED),
    **dict.fromkeys(("0", "0.0"), NEGATED),
    **dict.fromkeys(("-1", "-1.0"), UNCERTAIN),
    "": None,
}


class LabelColumns(NamedTuple):
    """A file's label columns.

    Attributes:
        concepts: concept id by column.
        without_concept: label columns that no concept of the lexicon stands for.
    """

    concepts: Mapping[str, str]
    without_concept: tuple[str, ...]


def label_columns(
    header: Sequence[str], others: Collection[str], concept_ids: Collection[str]
) -> LabelColumns:
    """Tell label columns apart by the names that data sets have published.

    Args:
        header: the file's columns.
        others: those that hold no labels.
        concept_ids: the lexicon's concepts.
    """
    labels = [name for name in header if name not in others]
    known = {name: concept_of(name, concept_ids) for name in labels}
    return LabelColumns(
        {name: concept for name, concept in known.items() if concept is not None},
        tuple(name for name in labels if known[name] is None),
    )


def concept_of(name: str, concept_ids: Collection[str]) -> str | None:
    """The lexicon's concept that a published name means; None where it has none.

    Args:
        name: as published, or a concept id itself.
        concept_ids: the lexicon's concepts.
    """
    concept = name if is_concept_id(name) else concept_named(name)
    return concept if concept in concept_ids else None


def read_values(
    location: Location,
    report_id: str,
    cells: Mapping[str, str],
    columns: LabelColumns,
    without_concept: Counter[str],
    codes: Mapping[str, int | None] = CODES,
) -> dict[str, int] | Rejected:
    """A row's values by concept id.

    Args:
        location: of the row.
        report_id: to name it by.
        cells: of the row, by column.
        columns: those that hold labels.
        without_concept: is told which columns without a concept have a value.
        codes: what a cell's text means; None for nothing.
    """
    values: dict[str, int] = {}
    for name, concept in columns.concepts.items():
        cell = cells[name].strip()
        if cell not in codes:
            wanted = ", ".join(code for code in codes if code and not code.endswith(".0"))
            detail = f"column '{name}': expected {wanted} or nothing"
            return Rejected(location, report_id, "wrong_value", detail)
        value = codes[cell]
        if value is not None:
            state(values, concept, value)
    without_concept.update(
        name for name in columns.without_concept if codes.get(cells[name].strip()) is not None
    )
    return values
