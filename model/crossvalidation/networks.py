"""Networks on images that they were not trained on, and trained on each fold's notes."""

import time
from collections.abc import Iterator
from dataclasses import replace

from model.crossvalidation.folds import Fold
from model.crossvalidation.thresholds import fold_findings
from model.crossvalidation.trial import RegionTable, Trial
from model.label_tables import LabelTables
from model.network.checkpoint import TrainedNetwork
from model.network.training import NetworkData, train_network, training_values
from model.reading.findings import Findings
from model.reading.reader import RegionReader, train_severity
from model.tensors.attributes import attributes_of, rows_of
from model.training.card import WeightsError
from model.training.fingerprint import fingerprint_of
from model.training.fitting import FitFiles

Found = Iterator[tuple[str, list[Findings]]]


def pretrained(name: str, trial: Trial, trained: TrainedNetwork) -> Found:
    """A trained network as it is (`NAME_as_is`), and fine-tuned on each fold's notes (`NAME`).

    Args:
        name: of the method.
        trial: images and folds.
        trained: the network.

    Raises:
        WeightsError: the notes' labels lack concepts of the network's vocabulary.
    """
    _check_concepts(trained, trial)
    vectors = trained.network.vectors.numpy()
    labels = replace(trial.notes, concepts=trained.concepts, vectors=vectors)
    regions = trial.detected()
    for fold in trial.folds:
        yield f"{name}_as_is", _read(trial, trained, regions, fold)
        tuned = _train(trial, labels, regions, fold, trained)
        yield name, _read(trial, tuned, regions, fold)


def from_none(name: str, trial: Trial) -> Found:
    """A network without any trained weights (`NAME_from_none`), trained on each fold's notes.

    Its regions are windows of a grid, read by an untrained backbone.

    Args:
        name: of the method.
        trial: images and folds.

    Raises:
        LabelTablesError: the notes affirm none of the queries often enough.
    """
    labels = attributes_of(trial.notes, trial.settings.attributes)
    rows_of(trial.settings.queries, labels.concepts)
    windows = trial.windows()
    for fold in trial.folds:
        fresh = _train(trial, labels, windows, fold, None)
        yield f"{name}_from_none", _read(trial, fresh, windows, fold)


def _check_concepts(trained: TrainedNetwork, trial: Trial) -> None:
    known = trial.notes.labels.column_names
    missing = [name for name in trained.concepts if name not in known]
    if missing:
        raise WeightsError(
            f"{trial.tables}: labels have no column for {len(missing)} concepts of the weights' "
            f"vocabulary, such as {missing[0]}; label the notes with the lexicon that the weights "
            "were trained with"
        )


def _train(
    trial: Trial,
    labels: LabelTables,
    regions: RegionTable,
    fold: Fold,
    start: TrainedNetwork | None,
) -> TrainedNetwork:
    """A network trained on the notes of a fold's training split."""
    cohort = trial.cohort
    reports = frozenset(labels.labels["report_id"].to_pylist())
    noted = [image.report_id in reports for image in cohort.images]
    names = [image.image_id for image in cohort.images]
    splits = [_split_of(name, fold) if noted[row] else None for row, name in enumerate(names)]
    rows = {name: row for row, name in enumerate(names) if noted[row]}
    data = NetworkData(
        labels,
        training_values(cohort, labels, splits, trial.settings.network),
        regions.path,
        train={name: row for name, row in rows.items() if name in fold.train},
        validation={name: row for name, row in rows.items() if name in fold.validation},
    )
    # Never the same: a broken cross-validation starts anew.
    fingerprint = fingerprint_of({"fold": fold.number, "time": time.time_ns()})
    files = FitFiles(trial.out / f".fold-{fold.number}.fit", fingerprint)
    trained = train_network(data, trial.settings, files, start).trained
    files.finish()
    return trained


def _split_of(image_id: str, fold: Fold) -> str:
    if image_id in fold.test:
        return "test"
    return "train" if image_id in fold.train else "validation"


def _read(
    trial: Trial, network: TrainedNetwork, regions: RegionTable, fold: Fold
) -> list[Findings]:
    """Findings on a fold's test images; the severity head comes from its other images."""
    queries, severity = trial.settings.queries, trial.severity
    rest = (fold.train | fold.validation) & severity.keys()
    scored = [one for one in regions.images if one.image.image_id in rest]
    head = train_severity(network, queries, scored, severity)
    found = list(RegionReader(network, queries, head).read(regions.images))
    return fold_findings(found, trial.cohort, fold)
