"""The words every table shares: concept ids, their categories, assertions and label values."""

import re
from typing import Final, Literal

Category = Literal["finding", "side", "zone", "descriptor"]
Assertion = Literal["affirmed", "negated", "uncertain", "historical", "hypothetical"]

CATEGORIES: Final[tuple[Category, ...]] = ("finding", "side", "zone", "descriptor")
ASSERTIONS: Final[tuple[Assertion, ...]] = (
    "affirmed",
    "negated",
    "uncertain",
    "historical",
    "hypothetical",
)

#: CheXpert's coding of a report-level label; a concept that is not mentioned is null, never 0.
AFFIRMED, NEGATED, UNCERTAIN = 1, 0, -1

CONCEPT_ID_PATTERN: Final = r"(finding|side|zone|descriptor):[a-z][a-z0-9_]*"
_CONCEPT_ID = re.compile(CONCEPT_ID_PATTERN)


def is_concept_id(text: str) -> bool:
    """Whether `text` has the form of a concept id, such as `zone:lower_lobe`."""
    return _CONCEPT_ID.fullmatch(text) is not None


def category_of(concept_id: str) -> str:
    """The category that a concept id starts with.

    Raises:
        ValueError: `concept_id` is not of the form `category:name`.
    """
    if not is_concept_id(concept_id):
        raise ValueError(
            f"{concept_id!r} is not a concept id; expected one of {', '.join(CATEGORIES)}, "
            "a colon and a lower-case name, such as 'zone:lower_lobe'"
        )
    return concept_id.partition(":")[0]
