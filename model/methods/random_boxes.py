"""Random boxes of the sizes that reference boxes have: the floor for every method."""

from collections.abc import Iterator
from typing import Final

from model.crossvalidation.trial import Trial
from model.methods.method import FoldFindings, Method, PartFindings, ReadingInputs

_NAME: Final = "random"


def _read(inputs: ReadingInputs) -> Iterator[PartFindings]:
    from model.baselines.reading import findings_at_random

    sizes_from, seed = inputs.boxed(), inputs.settings.evaluation.seed
    for part, cohort in inputs.cohorts.items():
        yield _NAME, part, list(findings_at_random(cohort, sizes_from, seed))


def _crossvalidate(trial: Trial) -> Iterator[FoldFindings]:
    from model.baselines.reading import findings_at_random
    from model.crossvalidation.thresholds import fold_findings

    for fold in trial.folds:
        seed = trial.settings.evaluation.seed
        found = findings_at_random(trial.cohort, trial.outside(fold), seed)
        yield _NAME, fold_findings(list(found), trial.cohort, fold)


RANDOM: Final = Method(name=_NAME, read=_read, colour="#777777", crossvalidate=_crossvalidate)
