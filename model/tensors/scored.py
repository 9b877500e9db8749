"""The images that methods are scored on."""

from typing import Final

from model.settings import ModelSettings
from model.tensors.apart import open_part
from model.tensors.cohorts import Cohort

#: The images that are scored: those that thresholds are chosen on come first.
PARTS: Final = ("detector", "localization", "severity")


def scored_cohorts(settings: ModelSettings) -> dict[str, Cohort]:
    """The images that are scored, by part; of the cohort with boxes the validation split.

    A part whose cohort is not named is left out.

    Raises:
        CohortError: a cohort is empty, or shares patients with those that were trained on.
    """
    named = settings.cohorts.parts()
    cohorts: dict[str, Cohort] = {
        part: open_part(part, settings, settings.targets) for part in PARTS if part in named
    }
    return {**cohorts, "detector": cohorts["detector"].of_split("validate")}
