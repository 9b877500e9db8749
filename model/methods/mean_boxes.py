"""The two average boxes of the training cohort, placed on every image without a look at it."""

from collections.abc import Iterator
from typing import Final

from model.crossvalidation.trial import Trial
from model.methods.method import FoldFindings, Method, PartFindings, ReadingInputs

_NAME: Final = "mean_boxes"


def _read(inputs: ReadingInputs) -> Iterator[PartFindings]:
    from model.baselines.reading import findings_of_mean_boxes

    averaged = inputs.boxed()
    for part, cohort in inputs.cohorts.items():
        yield _NAME, part, list(findings_of_mean_boxes(cohort, averaged))


def _crossvalidate(trial: Trial) -> Iterator[FoldFindings]:
    from model.baselines.reading import findings_of_mean_boxes
    from model.crossvalidation.thresholds import fold_findings

    for fold in trial.folds:
        found = list(findings_of_mean_boxes(trial.cohort, trial.outside(fold)))
        yield _NAME, fold_findings(found, trial.cohort, fold)


MEAN_BOXES: Final = Method(name=_NAME, read=_read, colour="#8C6D31", crossvalidate=_crossvalidate)
