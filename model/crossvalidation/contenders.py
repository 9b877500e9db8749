"""The methods that are held against each other, each taught anew for every fold."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import lightning
import numpy as np
import torch

from model.baselines.classifier import TrainedClassifier
from model.baselines.maps import class_activation, gradient_activation
from model.baselines.reading import (
    Mapped,
    best_share,
    findings_at_random,
    findings_of_detector,
    findings_of_map,
    image_boxes,
    map_images,
)
from model.crossvalidation.folds import Fold
from model.label_tables import LabelTables
from model.network.checkpoint import TrainedNetwork
from model.network.module import NetworkModule
from model.network.network import LocalizationNetwork
from model.reading.findings import Findings
from model.reading.reader import RegionReader
from model.reading.severity import FEWEST, SeverityHead, fit_severity
from model.scoring.calibration import best_threshold
from model.settings import ModelSettings
from model.tensors.attributes import attributes_of, rows_of
from model.tensors.cohorts import Cohort
from model.tensors.label_values import label_values
from model.tensors.pictures import Pictures
from model.tensors.region_rows import ImageRegions
from model.tensors.region_stream import RegionStream
from model.training.fingerprint import fingerprint_of
from model.training.fitting import fit

#: From which weights the method starts, by name of its rows.
PHANTOM: Final = "cross_attention"
AS_IS: Final = "cross_attention_as_is"
NONE: Final = "cross_attention_from_none"
_MAPS: Final = {"cam": class_activation, "grad_cam": gradient_activation}

#: A method's findings on a fold's scored images, boxes below its threshold left out.
Named = Iterator[tuple[str, list[Findings]]]


@dataclass(frozen=True, slots=True)
class Trial:
    """What every method is given.

    Attributes:
        settings: of network, queries and scores.
        cohort: the images.
        notes: the label tables of their notes.
        severity: extent and opacity of the images that are scored, by image.
        folds: the patients dealt out.
        out: folder for what training leaves.
    """

    settings: ModelSettings
    cohort: Cohort
    notes: LabelTables
    severity: Mapping[str, tuple[float, float]]
    folds: Sequence[Fold]
    out: Path


class RegionTable(NamedTuple):
    """Regions of all images: their file, and the same read."""

    path: Path
    images: list[ImageRegions]


def pretrained(trial: Trial, trained: TrainedNetwork, regions: RegionTable) -> Named:
    """A trained network as it is and taught further, and the detector that found its regions."""
    known = replace(trial.notes, concepts=trained.concepts, vectors=trained.network.vectors.numpy())
    for fold in trial.folds:
        yield AS_IS, _read(trial, trained, regions, fold)
        fine = _taught(trial, known, trained, regions, fold)
        yield PHANTOM, _read(trial, fine, regions, fold)
        found = [findings_of_detector(one) for one in regions.images]
        yield "detector", _kept(found, trial.cohort, fold)


def from_none(trial: Trial, windows: RegionTable) -> Named:
    """No weights at all: windows of a grid, read by a backbone as it is made, and the notes."""
    labels = attributes_of(trial.notes, trial.settings.attributes)
    rows_of(trial.settings.queries, labels.concepts)
    for fold in trial.folds:
        fresh = _taught(trial, labels, None, windows, fold)
        yield NONE, _read(trial, fresh, windows, fold)


def maps(trial: Trial, classifier: TrainedClassifier) -> Named:
    """Maps of a classifier that other images taught."""
    settings, cohort = trial.settings, trial.cohort
    pictures = Pictures(cohort, settings.picture.size)
    mapped = list(map_images(classifier, _MAPS, settings.queries, pictures, settings.hardware))
    of_method = {name: [each[name] for each in mapped] for name in _MAPS}
    for name, own in of_method.items():
        for fold in trial.folds:
            share = best_share(_boxed(own, cohort, fold), pictures)
            yield name, _kept([findings_of_map(o, pictures, share) for o in own], cohort, fold)


def at_random(trial: Trial) -> Named:
    """Boxes at random, of the sizes that the other folds' have."""
    for fold in trial.folds:
        others = (i for i in trial.cohort.images if i.image_id not in fold.scored)
        rest = trial.cohort.only(others, "in the other folds")
        found = findings_at_random(trial.cohort, rest, trial.settings.evaluation.seed)
        yield "random", _kept(list(found), trial.cohort, fold)


def _read(
    trial: Trial, network: TrainedNetwork, regions: RegionTable, fold: Fold
) -> list[Findings]:
    head = _severity_head(trial, network, regions.images, fold)
    reader = RegionReader(network, trial.settings.queries, head)
    return _kept(list(reader.read(regions.images)), trial.cohort, fold)


def _severity_head(
    trial: Trial, network: TrainedNetwork, regions: Sequence[ImageRegions], fold: Fold
) -> SeverityHead | None:
    """Severity's head from a fold's other patients; None where too few of them are scored."""
    severity, rest = trial.severity, fold.taught | fold.held_back
    own = [r for r in regions if r.image.image_id in severity and r.image.image_id in rest]
    if len(own) < FEWEST:
        return None
    features = RegionReader(network, trial.settings.queries, None).severity_features(own)
    return fit_severity(features, torch.tensor([severity[r.image.image_id] for r in own]))


def _taught(
    trial: Trial,
    labels: LabelTables,
    start: TrainedNetwork | None,
    regions: RegionTable,
    fold: Fold,
) -> TrainedNetwork:
    """A network that has learnt from the notes of a fold's other patients."""
    own, cohort = trial.settings.network, trial.cohort
    lightning.seed_everything(own.seed, verbose=False)
    reports = frozenset(labels.labels["report_id"].to_pylist())
    noted = {i.image_id: p for p, i in enumerate(cohort.images) if i.report_id in reports}
    batch = min(own.batch_size, 32)

    def stream(names: frozenset[str], seed: int | None) -> RegionStream:
        places = {name: place for name, place in noted.items() if name in names}
        return RegionStream(regions.path, places, batch, seed)

    training = stream(fold.taught, own.seed)
    first = next(iter(training)).regions
    network = LocalizationNetwork(
        torch.nn.functional.normalize(torch.from_numpy(np.array(labels.vectors)), dim=1),
        first.shape[2],
        own.size,
        own.temperature,
        dropout=own.dropout,
        objectness=own.objectness,
    )
    if start is None:
        network.standardise(first.flatten(0, 1))
    else:
        network.load_state_dict(start.network.state_dict())
    values = label_values(cohort, labels)
    learning = own.model_copy(update={"learning_rate": own.learning_rate * (0.3 if start else 1)})
    fit(
        NetworkModule(network, values, learning, len(training)),
        training,
        stream(fold.held_back, None),
        settings=learning,
        hardware=trial.settings.hardware,
        folder=trial.out / f".fold-{fold.number}.fit",
        fingerprint=fingerprint_of({"start": start is not None, "time": time.time_ns()}),
    )
    return TrainedNetwork(network.eval(), labels.concepts, own.region_weighting)


def _boxed(mapped: Sequence[Mapped], cohort: Cohort, fold: Fold) -> list[Mapped]:
    names = [image.image_id for image in cohort.images]
    return [
        one
        for one in mapped
        if names[one.place] in cohort.boxes and names[one.place] not in fold.scored
    ]


def _kept(found: Sequence[Findings], cohort: Cohort, fold: Fold) -> list[Findings]:
    """A fold's scored images, with the boxes that reach the other folds' best threshold."""
    boxed = [o for o in found if o.image_id in cohort.boxes and o.image_id not in fold.scored]
    least, _ = best_threshold(image_boxes(boxed, cohort))
    return [
        replace(one, boxes=tuple(box for box in one.boxes if box.score >= least))
        for one in found
        if one.image_id in fold.scored
    ]
