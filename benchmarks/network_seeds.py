"""Networks that differ in their seed alone, trained on found regions, and what they score."""

from collections.abc import Iterable
from pathlib import Path

from found_scores import mean_over_seeds, scores_of

from model.methods.cross_attention import read_network
from model.methods.method import PartFindings, ReadingInputs
from model.methods.network_training import train_on_reports
from model.scoring.scorecard import Score
from model.settings import ModelSettings


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
