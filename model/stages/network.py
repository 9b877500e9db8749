"""Stage network: learn from regions and label tables where attributes are and which there are."""

import time
from pathlib import Path

import lightning
import torch
from torch import Tensor

from data_contracts.summary import StageSummary
from model.label_tables import LabelTables, read_label_tables
from model.network.checkpoint import load_network, save_network
from model.network.module import NetworkModule
from model.network.network import LocalizationNetwork
from model.network.shuffling import shuffle_within
from model.reading.reader import RegionReader
from model.reading.severity import FEWEST, fit_severity, save_severity
from model.settings import ModelSettings, NetworkSettings
from model.tensors.attributes import attributes_of, rows_of
from model.tensors.cohorts import Cohort, open_cohort, severity_of
from model.tensors.label_values import label_values
from model.tensors.region_rows import GEOMETRY, images_with_regions
from model.tensors.region_stream import RegionStream
from model.training.fingerprint import fingerprint_of, stamps
from model.training.fitting import fit, silence_hints

_SAMPLE = 8


def network(
    *,
    settings: ModelSettings,
    tables: Path,
    regions: Path,
    out: Path,
    record: Path | None = None,
) -> StageSummary:
    """Train the cross-attention network on the cohort with reports.

    Args:
        settings: cohorts, attributes and training.
        tables: folder of labels, vocabulary and embeddings.
        regions: folder of the stage regions.
        out: folder for the weights and their card.
        record: folder for the record of every epoch.

    Raises:
        TableNotFoundError: a stage before has not been run.
        LabelTablesError: the label tables do not belong together.
        CohortError: no image has a labelled report, or regions are of other images.
    """
    started = time.perf_counter()
    silence_hints()
    own = settings.network
    labels = attributes_of(read_label_tables(tables), settings.attributes)
    rows_of(settings.queries, labels.concepts)
    reports = labels.labels["report_id"].to_pylist()
    cohort = open_cohort("training", settings.cohorts.training).with_reports(frozenset(reports))
    path = regions / "training.parquet"
    places = {image.image_id: place for place, image in enumerate(cohort.images)}

    def stream(split: str, seed: int | None) -> RegionStream:
        of_split = {image.image_id for image in cohort.of_split(split).images}
        chosen = {name: place for name, place in places.items() if name in of_split}
        return RegionStream(path, chosen, own.batch_size, seed)

    training = stream("train", own.seed)
    values = _values(cohort, labels, own)
    lightning.seed_everything(own.seed, verbose=False)
    learner = _network(labels, training, own)
    epochs = fit(
        NetworkModule(learner, values, own, len(training)),
        training,
        stream("validate", None),
        settings=own,
        hardware=settings.hardware,
        folder=out.with_name(f".{out.name}.fit"),
        fingerprint=fingerprint_of(
            settings.model_dump(mode="json", include={"network", "attributes", "queries"})
            | stamps(tables, "labels", "vocabulary", "embeddings")
            | stamps(regions, "training")
        ),
        record=record,
    )
    save_network(learner, labels.concepts, own, out)
    scored = _teach_severity(settings, cohort.of_split("train"), path, out)
    return StageSummary(
        stage="network",
        counts={
            "images": len(cohort.images),
            "reports_without_image": len(reports) - len({i.report_id for i in cohort.images}),
            "attributes": len(labels.concepts),
            "epochs": epochs,
            "scored_images": scored,
        },
        seconds=time.perf_counter() - started,
        outputs=(out,),
    )


def _teach_severity(settings: ModelSettings, cohort: Cohort, regions: Path, out: Path) -> int:
    """Fit the head for severity where enough images are scored; returns how many are."""
    scores = severity_of(settings.cohorts.training)
    chosen = [image for image in cohort.images if image.image_id in scores]
    if len(chosen) < FEWEST:
        return len(chosen)
    reader = RegionReader(load_network(out), settings.queries, None)
    images = list(images_with_regions(regions, cohort.only(chosen, "scored")))
    reference = torch.tensor([scores[one.image.image_id] for one in images])
    head = fit_severity(reader.severity_features(images), reference)
    save_severity(head, reader.trained.concepts, out / "severity")
    return len(chosen)


def _values(cohort: Cohort, labels: LabelTables, settings: NetworkSettings) -> Tensor:
    """[N, K] label values of each image's report, or for an ablation of another image's."""
    values = label_values(cohort, labels)
    if settings.reports == "true":
        return values
    return shuffle_within(values, [image.split for image in cohort.images], settings.seed)


def _network(
    labels: LabelTables, training: RegionStream, settings: NetworkSettings
) -> LocalizationNetwork:
    """A new network that knows how the regions' features are spread."""
    batches = [batch for batch, _ in zip(training, range(_SAMPLE), strict=False)]
    region_size = batches[0].regions.shape[2]
    learner = LocalizationNetwork(
        _vectors(labels, settings),
        region_size,
        settings.size,
        settings.temperature,
        dropout=settings.dropout,
        objectness=settings.objectness,
    )
    learner.standardise(torch.cat([batch.regions[batch.mask] for batch in batches]))
    if not settings.coordinates:
        learner.ignore_features(slice(region_size - GEOMETRY, region_size))
    return learner


def _vectors(labels: LabelTables, settings: NetworkSettings) -> Tensor:
    """[K, E] what the attributes' queries start from, of length 1."""
    if settings.vectors == "one_hot":
        return torch.eye(len(labels.concepts))
    return torch.nn.functional.normalize(torch.from_numpy(labels.vectors), dim=1)
