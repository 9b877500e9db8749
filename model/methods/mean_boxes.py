"""The two average boxes of the training cohort, placed on every image without a look at it."""

from collections.abc import Iterator
from typing import Final

from model.crossvalidation.trial import Trial
from model.methods.method import FoldFindings, Method, PartFindings, ReadingInputs
from model.tensors.apart import open_part

_NAME: Final = "mean_boxes"


def _read(inputs: ReadingInputs) -> Iterator[PartFindings]:
    from model.baselines.reading import findings_of_mean_boxes

    settings = inputs.settings
    boxed = open_part("detector", settings, settings.targets)
    averaged = boxed.of_split("train")
    for part, cohort in inputs.cohorts.items():
        yield _NAME, part, list(findings_of_mean_boxes(cohort, averaged))


def _crossvalidate(trial: Trial) -> Iterator[FoldFindings]:
    from model.baselines.reading import findings_of_mean_boxes
    from model.crossvalidation.thresholds import fold_findings

    for fold in trial.folds:
        others = (image for image in trial.cohort.images if image.image_id not in fold.test)
        averaged = trial.cohort.only(others, "in the other folds")
        found = list(findings_of_mean_boxes(trial.cohort, averaged))
        yield _NAME, fold_findings(found, trial.cohort, fold)


MEAN_BOXES: Final = Method(name=_NAME, read=_read, colour="#8C6D31", crossvalidate=_crossvalidate)
