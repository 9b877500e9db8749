"""One function builds and trains the network, by the settings, for every stage."""

from pathlib import Path
from typing import Any

import pytest
import torch

from model.label_tables import read_label_tables
from model.network.checkpoint import load_network
from model.network.training import NetworkData, train_network, training_values
from model.settings import ModelSettings
from model.tensors.attributes import attributes_of
from model.tensors.cohorts import open_cohort
from model.tensors.region_rows import GEOMETRY
from model.training.fitting import FitFiles, silence_hints


@pytest.fixture(autouse=True)
def _silence() -> None:
    silence_hints()


@pytest.fixture
def data(trained: Any) -> NetworkData:
    settings = trained.settings
    labels = attributes_of(read_label_tables(trained.tables), settings.attributes)
    reports = frozenset(labels.labels["report_id"].to_pylist())
    cohort = open_cohort("training", settings.cohorts.training).with_reports(reports)
    splits = [image.split for image in cohort.images]
    rows = {image.image_id: row for row, image in enumerate(cohort.images)}
    return NetworkData(
        labels,
        training_values(cohort, labels, splits, settings.network),
        trained.models / "regions" / "training.parquet",
        train={name: row for name, row in rows.items() if splits[row] == "train"},
        validation={name: row for name, row in rows.items() if splits[row] == "validate"},
    )


def with_network(settings: ModelSettings, **update: Any) -> ModelSettings:
    own = settings.network.model_copy(update=update)
    return settings.model_copy(update={"network": own})


def test_the_stage_trains_with_it(trained: Any, data: NetworkData, tmp_path: Path) -> None:
    again = train_network(data, trained.settings, FitFiles(tmp_path / "fit", "x")).trained
    stored = load_network(trained.models / "network")
    assert again.concepts == stored.concepts
    for name, value in stored.network.state_dict().items():
        assert torch.equal(value, again.network.state_dict()[name]), name


def test_vectors_and_coordinates_are_the_settings(
    trained: Any, data: NetworkData, tmp_path: Path
) -> None:
    settings = with_network(trained.settings, epochs=1, vectors="one_hot", coordinates=False)
    network = train_network(data, settings, FitFiles(tmp_path / "fit", "x")).trained.network
    assert torch.equal(network.vectors, torch.eye(len(data.labels.concepts)))
    assert network.feature_std[-GEOMETRY:].isinf().all()
    assert network.feature_std[:-GEOMETRY].isfinite().all()


def test_fine_tuning_starts_from_the_weights_and_leaves_them_as_they_are(
    trained: Any, data: NetworkData, tmp_path: Path
) -> None:
    start = load_network(trained.models / "network")
    before = {name: value.clone() for name, value in start.network.state_dict().items()}
    settings = with_network(trained.settings, epochs=1, dropout=0.5, size=8)
    tuned = train_network(data, settings, FitFiles(tmp_path / "fit", "x"), start).trained.network
    assert tuned.dropout.p == 0.5
    assert start.network.dropout.p == 0
    for name, value in start.network.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert torch.equal(tuned.feature_mean, start.network.feature_mean)
    assert not torch.equal(tuned.weights, start.network.weights)
    assert torch.allclose(tuned.weights, start.network.weights, atol=0.05)
