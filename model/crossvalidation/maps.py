"""Maps of a classifier that was trained on other images, in folds."""

from collections.abc import Iterator, Mapping, Sequence

from model.baselines.classifier import TrainedClassifier
from model.baselines.reading import MakeMap, Mapped, best_share, findings_of_map, map_images
from model.crossvalidation.folds import Fold
from model.crossvalidation.thresholds import fold_findings
from model.crossvalidation.trial import Trial
from model.reading.findings import Findings
from model.tensors.cohorts import Cohort
from model.tensors.pictures import Pictures


def fold_maps(
    maps: Mapping[str, MakeMap], trial: Trial, classifier: TrainedClassifier
) -> Iterator[tuple[str, list[Findings]]]:
    """Findings on each fold's test images, by method.

    Args:
        maps: how each method makes maps, by name.
        trial: images and folds.
        classifier: trained on other images.
    """
    settings, cohort = trial.settings, trial.cohort
    pictures = Pictures(cohort, settings.picture.size)
    mapped = list(map_images(classifier, maps, settings.queries, pictures, settings.hardware))
    for name in maps:
        own = [of_image[name] for of_image in mapped]
        for fold in trial.folds:
            share = best_share(_outside_test(own, cohort, fold), pictures)
            found = [findings_of_map(one, pictures, share) for one in own]
            yield name, fold_findings(found, cohort, fold)


def _outside_test(mapped: Sequence[Mapped], cohort: Cohort, fold: Fold) -> list[Mapped]:
    """Maps of the images with boxes that are not in the fold's test split."""
    names = [image.image_id for image in cohort.images]
    return [
        one
        for one in mapped
        if names[one.position] in cohort.boxes and names[one.position] not in fold.test
    ]
