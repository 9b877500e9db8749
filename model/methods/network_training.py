"""Trains the cross-attention network, and its severity head, on the cohort with reports."""

import time
from pathlib import Path
from typing import Final

from command_line.summary import StageSummary, helped
from data_contracts.placing import placed_folder
from data_contracts.ranks import is_first_process
from model.label_tables import read_label_tables
from model.network.checkpoint import TrainedNetwork, save_network
from model.network.training import NetworkData, train_network, training_values
from model.reading.reader import train_severity
from model.reading.severity import MIN_IMAGES, save_severity
from model.settings import ModelSettings
from model.tensors.apart import open_part
from model.tensors.attributes import attributes_of, rows_of
from model.tensors.cohorts import Cohort, severity_of
from model.tensors.region_rows import images_with_regions
from model.training.card import WEIGHT_FILES
from model.training.fingerprint import fingerprint_of, stamps
from model.training.fitting import FitFiles, silence_hints
from model.training.trained_on import trained_on

_SEVERITY: Final = "severity"


def train_on_reports(
    *,
    settings: ModelSettings,
    tables: Path,
    regions: Path,
    out: Path,
    record: Path | None = None,
) -> StageSummary:
    """Train the network and write its weights; see the stage network.

    Args:
        settings: cohorts, attributes and training.
        tables: folder of labels, vocabulary and embeddings.
        regions: folder of the stage regions.
        out: folder for the weights and their card.
        record: folder for the record of every epoch.

    Raises:
        TableNotFoundError: a stage before has not been run.
        LabelTablesError: the label tables do not belong together.
        CohortError: no image has a labelled report, regions are of other images, or patients or
            pictures are shared with a cohort that is held back.
    """
    started = time.perf_counter()
    silence_hints()
    labels = attributes_of(read_label_tables(tables), settings.attributes)
    rows_of(settings.queries, labels.concepts)
    reports = labels.labels["report_id"].to_pylist()
    cohort = open_part("training", settings).with_reports(frozenset(reports))
    path = regions / "training.parquet"
    splits = [image.split for image in cohort.images]
    data = NetworkData(
        labels,
        training_values(cohort, labels, splits, settings.network),
        path,
        train=_rows(cohort, "train"),
        validation=_rows(cohort, "validate"),
    )
    fingerprint = fingerprint_of(
        settings.model_dump(mode="json", include={"network", "attributes", "queries"})
        | stamps(tables, "labels", "vocabulary", "embeddings")
        | stamps(regions, "training")
        | {"images": cohort.assigned}
    )
    files = FitFiles(out.with_name(f".{out.name}.fit"), fingerprint, record, settings.tracking)
    trained, epochs = train_network(data, settings, files)
    if not is_first_process():
        return helped("network", started)
    train = cohort.of_split("train")
    learnt = trained_on(train.images, settings.cohorts.training.tables)
    with placed_folder(out, _is_own) as new:
        save_network(trained, settings.network, new, learnt)
        scored = _train_severity(trained, settings, train, path, new)
    files.finish()
    return StageSummary(
        stage="network",
        counts={
            "images": len(cohort.images),
            "left_out_shared": cohort.left_out,
            "reports_without_image": len(reports) - len({i.report_id for i in cohort.images}),
            "attributes": len(labels.concepts),
            "epochs": epochs,
            "scored_images": scored,
        },
        seconds=time.perf_counter() - started,
        outputs=(out,),
    )


def _is_own(entry: Path) -> bool:
    return entry.name in (*WEIGHT_FILES, _SEVERITY)


def _rows(cohort: Cohort, split: str) -> dict[str, int]:
    """Image id to row in the cohort, for the images of a split."""
    of_split = {image.image_id for image in cohort.of_split(split).images}
    return {
        image.image_id: row for row, image in enumerate(cohort.images) if image.image_id in of_split
    }


def _train_severity(
    trained: TrainedNetwork, settings: ModelSettings, cohort: Cohort, regions: Path, out: Path
) -> int:
    """Train and write the severity head where enough images are scored; returns how many are."""
    severity = severity_of(settings.cohorts.training)
    scored = [image for image in cohort.images if image.image_id in severity]
    if len(scored) >= MIN_IMAGES:
        images = list(images_with_regions(regions, cohort.only(scored, "scored")))
        head = train_severity(trained, settings.queries, images, severity)
        assert head is not None
        learnt = trained_on(scored, settings.cohorts.training.tables)
        save_severity(head, trained.concepts, out / _SEVERITY, learnt)
    return len(scored)
