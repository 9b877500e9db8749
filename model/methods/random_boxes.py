"""Random boxes of the sizes that reference boxes have: the floor for every method."""

from collections.abc import Iterator
from typing import Final

from model.crossvalidation.trial import Trial
from model.methods.method import FoldFindings, Method, PartFindings, ReadingInputs
from model.tensors.apart import open_part

_NAME: Final = "random"


def _read(inputs: ReadingInputs) -> Iterator[PartFindings]:
    from model.baselines.reading import findings_at_random

    settings = inputs.settings
    boxed = open_part("detector", settings, settings.targets)
    sizes_from = boxed.of_split("train")
    for part, cohort in inputs.cohorts.items():
        yield _NAME, part, list(findings_at_random(cohort, sizes_from, settings.evaluation.seed))


def _crossvalidate(trial: Trial) -> Iterator[FoldFindings]:
    from model.baselines.reading import findings_at_random
    from model.crossvalidation.thresholds import fold_findings

    for fold in trial.folds:
        others = (image for image in trial.cohort.images if image.image_id not in fold.test)
        sizes_from = trial.cohort.only(others, "in the other folds")
        found = findings_at_random(trial.cohort, sizes_from, trial.settings.evaluation.seed)
        yield _NAME, fold_findings(list(found), trial.cohort, fold)


RANDOM: Final = Method(name=_NAME, read=_read, colour="#777777", crossvalidate=_crossvalidate)
