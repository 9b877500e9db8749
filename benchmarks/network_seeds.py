"""Networks that differ in their seed alone, trained on found regions, and what they score."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from found_scores import mean_over_seeds, scores_of

from model.methods.cross_attention import read_network
from model.methods.detector_alone import DETECTOR
from model.methods.method import PartFindings, ReadingInputs
from model.methods.network_training import train_on_reports
from model.scoring.scorecard import Score
from model.settings import ModelSettings
from model.tensors.cohorts import open_cohort

#: The images that are scored.
PART: Final = "localization"


def network_scores(
    name: str, settings: ModelSettings, tables: Path, inputs: ReadingInputs, seeds: int
) -> list[Score]:
    """Scores of a network, the mean over seeds; those that a broken run had trained are kept.

    Args:
        name: what a network's weights are called, with its seed, beside the regions.
        settings: what to train by, but for the seed.
        tables: folder of the labels.
        inputs: the folder of `regions` and of weights, and the images to score on.
        seeds: how many networks.
    """
    found: list[list[Score]] = []
    for seed in range(seeds):
        weights = inputs.models / f"{name}_{seed}"
        if not weights.is_dir():
            own = settings.network.model_copy(update={"seed": seed})
            train_on_reports(
                settings=settings.model_copy(update={"network": own}),
                tables=tables,
                regions=inputs.models / "regions",
                out=weights,
            )
        found += scores_of_parts(read_network(name, weights, inputs), inputs)
    return mean_over_seeds(found)


def scores_of_parts(parts: Iterable[PartFindings], inputs: ReadingInputs) -> list[list[Score]]:
    """Scores of what a method found on each part."""
    return [
        scores_of(inputs.cohorts[part], {one.image_id: one for one in findings})
        for _, part, findings in list(parts)
    ]


def attention_and_detector(
    settings: ModelSettings, folder: Path, tables: Path, seeds: int
) -> dict[str, list[Score]]:
    """Scores of a detector, and of networks on its regions, the mean over seeds.

    Args:
        settings: what to train by, and the images to score on.
        folder: of the detector and its regions; weights of networks go there.
        tables: folder of the labels.
        seeds: how many networks.
    """
    cohort = open_cohort(PART, settings.cohorts.localization, settings.targets)
    inputs = ReadingInputs(settings, folder, {PART: cohort})
    (alone,) = scores_of_parts(DETECTOR.read(inputs), inputs)
    network = network_scores("network", settings, tables, inputs, seeds)
    return {"cross attention": network, "detector": alone}
