"""Trains the classifiers of whole images whose maps are the baselines."""

import time
from pathlib import Path
from typing import Final

import lightning

from command_line.summary import StageSummary, helped
from data_contracts.ranks import is_first_process
from model.baselines.classifier import ImageClassifier, save_classifier
from model.baselines.module import ClassifierModule, HideAndSeekModule
from model.detector.checkpoint import load_detector
from model.label_tables import read_label_tables
from model.settings import ModelSettings, Recipe
from model.tensors.apart import open_part
from model.tensors.attributes import attributes_of, rows_of
from model.tensors.cohorts import check_files
from model.tensors.label_values import label_values
from model.tensors.pictures import CachedPictures, shared_in_order, shuffled
from model.training.fingerprint import fingerprint_of, stamps, weights_stamp
from model.training.fitting import FitFiles, fit, silence_hints

_MODULES: Final[dict[Recipe, type[ClassifierModule]]] = {
    "plain": ClassifierModule,
    "hide_and_seek": HideAndSeekModule,
}


def train_on_reports(
    *,
    settings: ModelSettings,
    tables: Path,
    detector: Path,
    out: Path,
    recipe: Recipe = "plain",
    record: Path | None = None,
) -> StageSummary:
    """Train a classifier on the reports that the network learns from; see the stage classifier.

    Args:
        settings: cohorts, attributes, backbone and training.
        tables: folder of labels, vocabulary and embeddings.
        detector: folder of the trained detector, whose body the classifier starts from, so that it
            knows no less than the regions' features; not read where `regions.source` needs none or
            `classifier.start` is `weights`.
        out: folder for the weights and their card.
        recipe: `plain`, or `hide_and_seek`, which hides parts of the pictures.
        record: folder for the record of every epoch.

    Raises:
        TableNotFoundError: a stage before has not been run.
        LabelTablesError: the label tables do not belong together.
        CohortError: no image has a labelled report, files are missing, or patients or pictures are
            shared with a cohort that is held back.
    """
    started = time.perf_counter()
    silence_hints()
    own = settings.classifier
    labels = attributes_of(read_label_tables(tables), settings.attributes)
    rows_of(settings.queries, labels.concepts)
    reports = frozenset(labels.labels["report_id"].to_pylist())
    cohort = open_part("training", settings).with_reports(reports)
    check_files(cohort)
    train, validation = cohort.of_split("train"), cohort.of_split("validate")
    size, workers = settings.picture.size, settings.hardware.workers
    training = shuffled(CachedPictures(train, size), own.batch_size, own.seed, workers)
    lightning.seed_everything(own.seed, verbose=False)
    backbone, from_detector = settings.backbone, settings.classifiers_need_detector
    if from_detector:  # whose weights would take the place of those that were read
        backbone = backbone.model_copy(update={"weights": None})
    network = ImageClassifier(backbone, size, len(labels.concepts))
    origin = {}
    if from_detector:
        network.start_from(load_detector(detector))
        origin = weights_stamp(detector)
    fingerprint = fingerprint_of(
        settings.model_dump(
            mode="json",
            include={"picture", "backbone", "classifier", "network", "attributes"},
        )
        | {"recipe": recipe}
        | origin
        | stamps(tables, "labels", "vocabulary")
        | stamps(settings.cohorts.training.tables, "images")
        | {"images": cohort.assigned}
    )
    files = FitFiles(out.with_name(f".{out.name}.fit"), fingerprint, record, settings.tracking)
    epochs = fit(
        _MODULES[recipe](
            network,
            label_values(train, labels),
            label_values(validation, labels),
            settings,
            len(training),
        ),
        training,
        shared_in_order(CachedPictures(validation, size), own.batch_size, workers),
        settings=own,
        hardware=settings.hardware,
        files=files,
    )
    if not is_first_process():
        return helped(f"classifier {recipe}", started)
    save_classifier(network, settings.backbone, labels.concepts, out)
    files.finish()
    return StageSummary(
        stage=f"classifier {recipe}",
        counts={
            "images": len(train.images),
            "left_out_shared": cohort.left_out,
            "attributes": len(labels.concepts),
            "epochs": epochs,
        },
        seconds=time.perf_counter() - started,
        outputs=(out,),
    )
