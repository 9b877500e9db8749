"""The images that methods are scored on."""

from typing import Final

from model.settings import ModelSettings
from model.tensors.cohorts import Cohort, open_cohort

#: The images that are scored: those that thresholds are chosen on come first.
PARTS: Final = ("detector", "localization", "severity")


def scored_cohorts(settings: ModelSettings) -> dict[str, Cohort]:
    """The images that are scored, by part; of the cohort with boxes the validation split.

    Raises:
        CohortError: a cohort is empty.
    """
    cohorts = {
        part: open_cohort(part, getattr(settings.cohorts, part), settings.targets) for part in PARTS
    }
    return {**cohorts, "detector": cohorts["detector"].of_split("validate")}
