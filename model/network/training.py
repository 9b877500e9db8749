"""Building and training the network: one way for every stage that does it."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import lightning
import torch
from torch import Tensor

from model.label_tables import LabelTables
from model.network.checkpoint import TrainedNetwork
from model.network.module import NetworkModule
from model.network.network import LocalizationNetwork
from model.network.shuffling import shuffle_within
from model.settings import ModelSettings, NetworkSettings
from model.tensors.cohorts import Cohort
from model.tensors.label_values import label_values
from model.tensors.region_rows import GEOMETRY
from model.tensors.region_stream import RegionStream
from model.training.fitting import FitFiles, fit

#: Batches of regions that the features' mean and standard deviation are computed from.
_STATISTICS_BATCHES: Final = 8
#: Factor of the learning rate where training starts from trained weights, which a full one spoils.
_FINE_TUNING: Final = 0.3


@dataclass(frozen=True, slots=True)
class NetworkData:
    """What a network is trained on.

    Attributes:
        labels: the vocabulary and its word vectors.
        values: [N, K] label values of N images; see `training_values`.
        regions: path of the table `regions`.
        train: image id to row of `values`, for the images of the training split.
        validation: the same for those of the validation split.
    """

    labels: LabelTables
    values: Tensor
    regions: Path
    train: Mapping[str, int]
    validation: Mapping[str, int]


class Fitted(NamedTuple):
    """A trained network, and how many epochs it took."""

    trained: TrainedNetwork
    epochs: int


def training_values(
    cohort: Cohort, labels: LabelTables, groups: Sequence[str | None], settings: NetworkSettings
) -> Tensor:
    """[N, K] label values of each image's report, or of another image's where reports are shuffled.

    Args:
        cohort: N images.
        labels: label tables with K concepts.
        groups: [N] reports are shuffled within these groups, such as the splits.
        settings: whether reports are shuffled, and by which seed.
    """
    values = label_values(cohort, labels)
    if settings.reports == "true":
        return values
    return shuffle_within(values, groups, settings.seed)


def train_network(
    data: NetworkData,
    settings: ModelSettings,
    files: FitFiles,
    start: TrainedNetwork | None = None,
) -> Fitted:
    """Build a network and train it.

    Args:
        data: labels, regions and splits.
        settings: of network and hardware.
        files: where the training keeps its files.
        start: trained weights to fine-tune; None starts from random ones. Fine-tuning keeps the
            word vectors and the features' statistics of these weights.

    Raises:
        CohortError: the table of regions has other images.
    """
    own = settings.network
    training = RegionStream(data.regions, data.train, own.batch_size, own.seed)
    validation = RegionStream(data.regions, data.validation, own.batch_size, None)
    lightning.seed_everything(own.seed, verbose=False)
    if start is None:
        network = _new_network(data.labels, training, own)
    else:
        network = _copy(start.network, own)
        own = own.model_copy(update={"learning_rate": own.learning_rate * _FINE_TUNING})
    epochs = fit(
        NetworkModule(network, data.values, own, len(training)),
        training,
        validation,
        settings=own,
        hardware=settings.hardware,
        files=files,
    )
    return Fitted(TrainedNetwork(network, data.labels.concepts, own.region_weighting), epochs)


def _new_network(
    labels: LabelTables, training: RegionStream, settings: NetworkSettings
) -> LocalizationNetwork:
    """A network with random weights and the statistics of the training regions' features."""
    batches = [batch for batch, _ in zip(training, range(_STATISTICS_BATCHES), strict=False)]
    region_size = batches[0].regions.shape[2]
    network = LocalizationNetwork(
        _query_vectors(labels, settings),
        region_size,
        settings.size,
        settings.temperature,
        dropout=settings.dropout,
        objectness=settings.objectness,
    )
    network.standardise(torch.cat([batch.regions[batch.mask] for batch in batches]))
    if not settings.coordinates:
        network.ignore_features(slice(region_size - GEOMETRY, region_size))
    return network


def _copy(trained: LocalizationNetwork, settings: NetworkSettings) -> LocalizationNetwork:
    """A copy to fine-tune, with the settings' dropout, which weights on disk do not have."""
    network = copy.deepcopy(trained).train()
    network.dropout.p = settings.dropout
    return network


def _query_vectors(labels: LabelTables, settings: NetworkSettings) -> Tensor:
    """[K, E] unit vectors that the attributes' queries are mapped from."""
    if settings.vectors == "one_hot":
        return torch.eye(len(labels.concepts))
    return torch.nn.functional.normalize(torch.from_numpy(labels.vectors), dim=1)
