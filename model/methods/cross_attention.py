"""Our method: cross-attention between the attributes of reports and the regions of images."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

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

_NAME: Final = "cross_attention"
_FOLDER: Final = "network"
#: Images of a part that get a map of every concept, which are there to be looked at.
_MAPPED_IMAGES: Final = 24


def train(inputs: TrainingInputs, out: Path) -> StageSummary:
    """Train the network with the settings as they are; see the stage network."""
    from model.methods.network_training import train_on_reports

    return train_on_reports(
        settings=inputs.settings, tables=inputs.tables, regions=inputs.regions, out=out
    )


def read_network(name: str, folder: Path, inputs: ReadingInputs) -> Iterator[PartFindings]:
    """Read all cohorts with the network in a folder.

    Args:
        name: of the method.
        folder: of the network's weights.
        inputs: cohorts and their regions.

    Raises:
        WeightsError: there are no weights, or those of another release.
        CohortError: the regions are of other images.
    """
    from model.reading.reader import load_reader
    from model.tensors.region_rows import images_with_regions

    reader = load_reader(folder, inputs.settings.queries)
    for part, cohort in inputs.cohorts.items():
        regions = inputs.models / "regions" / f"{part}.parquet"
        images = list(images_with_regions(regions, cohort))
        mapped = reader.read(images[:_MAPPED_IMAGES], reader.trained.concepts)
        yield name, part, [*mapped, *reader.read(images[_MAPPED_IMAGES:])]


def _read(inputs: ReadingInputs) -> Iterator[PartFindings]:
    yield from read_network(_NAME, inputs.models / _FOLDER, inputs)


def _crossvalidate(trial: Trial) -> Iterator[FoldFindings]:
    from model.crossvalidation.networks import from_none, pretrained
    from model.network.checkpoint import load_network

    yield from pretrained(_NAME, trial, load_network(trial.models / _FOLDER))
    yield from from_none(_NAME, trial)


CROSS_ATTENTION: Final = Method(
    name=_NAME,
    read=_read,
    colour="#0072B2",
    training=Training("network", _FOLDER, train),
    crossvalidate=_crossvalidate,
)
