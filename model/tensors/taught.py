"""The images that attention has taught, as a cohort to learn boxes from."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from model.settings import CohortSettings, ModelSettings
from model.tensors.apart import open_part
from model.tensors.cohorts import Cohort, CohortError, open_cohort


def open_taught(folder: Path, settings: ModelSettings, kinds: Sequence[str]) -> Cohort:
    """The images of the stage teach, with boxes of a detector's kinds.

    Args:
        folder: of its tables.
        settings: cohorts; paths start where those of the cohort to train on do.
        kinds: of the detector.

    Raises:
        TableNotFoundError: the stage has not been run.
        ContractError: a table was written by another release.
        CohortError: an image is not trained on any more, or boxes are of a kind that the detector
            does not learn.
    """
    where = CohortSettings(tables=folder, root=settings.cohorts.training.pictures)
    cohort = open_cohort("taught", where)
    unknown = [kind for kind in cohort.kinds if kind not in kinds]
    if unknown:
        raise CohortError(
            f"cohort 'taught': boxes of {', '.join(unknown)}, and the detector learns "
            f"{', '.join(kinds)}; run model teach again"
        )
    trained = {image.image_id for image in open_part("training", settings).of_split("train").images}
    strangers = [image.image_id for image in cohort.images if image.image_id not in trained]
    if strangers:
        raise CohortError(
            f"cohort 'taught': {len(strangers)} images, such as {strangers[0]}, are not among "
            "those to train on, as the cohorts are now; run model teach again"
        )
    number = np.array([list(kinds).index(kind) for kind in cohort.kinds], dtype=np.int64)
    kind_of = {image: number[own] for image, own in cohort.kind_of.items()}
    return replace(cohort, kinds=tuple(kinds), kind_of=kind_of)
