"""What a section says by its nature, where no cue says otherwise."""

from typing import Final

from data_contracts.concepts import Assertion

#: An indication asks, a history tells of the past; sections that are not named here assert.
SECTION_ASSERTION: Final[dict[str, Assertion]] = {
    "indication": "hypothetical",
    "history": "historical",
    "comparison": "historical",
    "technique": "hypothetical",
    "other": "hypothetical",
}
#: Assertions that a section's own stands in for.
STATED: Final[tuple[Assertion, ...]] = ("affirmed", "uncertain")
