"""Maps of a classifier of whole images: CAM, Grad-CAM, LayerCAM; CAM trained by hide-and-seek."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from command_line.summary import StageSummary
from model.crossvalidation.trial import Trial
from model.methods.method import (
    FoldFindings,
    Method,
    PartFindings,
    ReadingInputs,
    Training,
    TrainingInputs,
)
from model.settings import Recipe
from model.tensors.scored import PARTS

if TYPE_CHECKING:
    from model.baselines.reading import MakeMap

_CLASSIFIER: Final = "classifier"
_HIDE_AND_SEEK: Final = "hide_and_seek"


def _train(recipe: Recipe, inputs: TrainingInputs, out: Path) -> StageSummary:
    from model.methods.classifier_training import train_on_reports

    return train_on_reports(
        settings=inputs.settings,
        tables=inputs.tables,
        detector=inputs.detector,
        out=out,
        recipe=recipe,
    )


def _cams() -> "dict[str, MakeMap]":
    from model.baselines.maps import class_activation, gradient_activation, layer_activation

    return {
        "cam": class_activation,
        "grad_cam": gradient_activation,
        "layer_cam": layer_activation,
    }


def _read_cams(inputs: ReadingInputs) -> Iterator[PartFindings]:
    yield from _read_maps(_cams(), inputs.models / _CLASSIFIER, inputs)


def _read_hide_and_seek(inputs: ReadingInputs) -> Iterator[PartFindings]:
    from model.baselines.maps import class_activation

    maps = {_HIDE_AND_SEEK: class_activation}
    yield from _read_maps(maps, inputs.models / _HIDE_AND_SEEK, inputs)


def _read_maps(
    maps: "Mapping[str, MakeMap]", folder: Path, inputs: ReadingInputs
) -> Iterator[PartFindings]:
    """Boxes of the maps of the classifier in a folder, by method; nothing without the folder."""
    from model.baselines.classifier import load_classifier
    from model.baselines.reading import best_share, findings_of_map, map_images
    from model.tensors.pictures import Pictures

    if not folder.is_dir():
        return
    settings, trained = inputs.settings, load_classifier(folder)
    shares: dict[str, float] = {}
    for part, cohort in inputs.cohorts.items():
        pictures = Pictures(cohort, settings.picture.size)
        mapped = list(map_images(trained, maps, settings.queries, pictures, settings.hardware))
        for name in maps:
            own = [of_image[name] for of_image in mapped]
            if part == PARTS[0]:
                shares[name] = best_share(own, pictures)
            yield name, part, [findings_of_map(one, pictures, shares[name]) for one in own]


def _crossvalidate(trial: Trial) -> Iterator[FoldFindings]:
    from model.baselines.classifier import load_classifier
    from model.crossvalidation.maps import fold_maps

    yield from fold_maps(_cams(), trial, load_classifier(trial.models / _CLASSIFIER))


def _limits(inputs: ReadingInputs) -> dict[str, float]:
    """Cells along a map's side, and the share of reference boxes that cells meet at IoU 0.5."""
    from model.baselines.classifier import load_classifier
    from model.baselines.reachable import reachable_share

    folder, size = inputs.models / _CLASSIFIER, inputs.settings.picture.size
    if not folder.is_dir():
        return {}
    cells = load_classifier(folder).network.cells(size)
    share = reachable_share(inputs.cohorts["localization"], size, cells)
    return {} if share is None else {"map_cells": cells, "reachable_by_cells": round(share, 4)}


_PLAIN: Final = Training(_CLASSIFIER, _CLASSIFIER, partial(_train, "plain"))

CAM: Final = Method(
    name="cam",
    read=_read_cams,
    label="CAM",
    colour="#D55E00",
    training=_PLAIN,
    crossvalidate=_crossvalidate,
    limits=_limits,
)
GRAD_CAM: Final = Method(
    name="grad_cam",
    read=_read_cams,
    label="Grad-CAM",
    colour="#E69F00",
    training=_PLAIN,
    crossvalidate=_crossvalidate,
    limits=_limits,
)
LAYER_CAM: Final = Method(
    name="layer_cam",
    read=_read_cams,
    label="LayerCAM",
    colour="#882255",
    training=_PLAIN,
    crossvalidate=_crossvalidate,
    limits=_limits,
)
HIDE_AND_SEEK: Final = Method(
    name=_HIDE_AND_SEEK,
    read=_read_hide_and_seek,
    colour="#CC79A7",
    training=Training(_HIDE_AND_SEEK, _HIDE_AND_SEEK, partial(_train, _HIDE_AND_SEEK)),
)
