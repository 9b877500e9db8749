"""Which concepts of the label tables are attributes to train on."""

from dataclasses import replace

import numpy as np

from model.label_tables import LabelTables, LabelTablesError
from model.settings import AttributeSettings

_FINDING = "finding:"


def attributes_of(tables: LabelTables, settings: AttributeSettings) -> LabelTables:
    """The tables with the attributes of pneumonia alone.

    Args:
        tables: with all concepts that the vocabulary keeps.
        settings: which findings to take, and how common an attribute must be.

    Raises:
        LabelTablesError: the vocabulary keeps none of the findings.
    """
    positives = tables.positives
    kept = [
        row
        for row, name in enumerate(tables.concepts)
        if (not name.startswith(_FINDING) or name in settings.findings)
        and positives[name] >= settings.min_reports
    ]
    concepts = tuple(tables.concepts[row] for row in kept)
    if not any(name.startswith(_FINDING) for name in concepts):
        known = ", ".join(name for name in tables.concepts if name.startswith(_FINDING))
        raise LabelTablesError(
            "vocabulary: none of the findings of model.attributes.findings is affirmed by "
            f"{settings.min_reports} reports (model.attributes.min_reports); the vocabulary keeps "
            f"{known or 'no finding'}"
        )
    return replace(tables, concepts=concepts, vectors=np.ascontiguousarray(tables.vectors[kept]))


def rows_of(names: tuple[str, ...], concepts: tuple[str, ...]) -> tuple[int, ...]:
    """Rows of the vocabulary that `names` have, those that it has not passed over.

    Raises:
        LabelTablesError: it has none of them.
    """
    rows = tuple(concepts.index(name) for name in names if name in concepts)
    if not rows:
        raise LabelTablesError(
            f"model.queries: none of {', '.join(names)} is an attribute; the attributes are "
            f"{', '.join(concepts)}"
        )
    return rows
