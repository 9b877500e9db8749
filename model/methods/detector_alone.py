"""The supervised detector alone: its candidate regions with their objectness."""

from collections.abc import Iterator
from typing import Final

from model.crossvalidation.trial import Trial
from model.methods.method import FoldFindings, Method, PartFindings, ReadingInputs

_NAME: Final = "detector"


def _read(inputs: ReadingInputs) -> Iterator[PartFindings]:
    from model.baselines.reading import findings_of_detector
    from model.tensors.region_rows import images_with_regions

    for part, cohort in inputs.cohorts.items():
        images = images_with_regions(inputs.models / "regions" / f"{part}.parquet", cohort)
        yield _NAME, part, [findings_of_detector(image) for image in images]


def _crossvalidate(trial: Trial) -> Iterator[FoldFindings]:
    from model.baselines.reading import findings_of_detector
    from model.crossvalidation.thresholds import fold_findings

    found = [findings_of_detector(image) for image in trial.detected().images]
    for fold in trial.folds:
        yield _NAME, fold_findings(found, trial.cohort, fold)


DETECTOR: Final = Method(name=_NAME, read=_read, colour="#009E73", crossvalidate=_crossvalidate)
