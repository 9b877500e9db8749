"""Stage compare: the method, its ablations and all baselines, trained with several seeds."""

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from command_line.json_files import write_json
from command_line.summary import StageSummary, write_metrics
from data_contracts.locking import one_run
from model.figures.accuracy_over_iou import draw_accuracy
from model.figures.style import save
from model.methods.method import TrainingInputs
from model.methods.registry import trainings
from model.scoring.over_seeds import mean_over_seeds
from model.scoring.score_files import read_score_tables, write_scores
from model.settings import ModelSettings
from model.stages.detector import detector
from model.stages.evaluate import evaluate
from model.stages.predictions import predictions
from model.stages.regions import regions
from model.training.hardware import on_one_device


class CompareError(ValueError):
    """The folder holds a comparison with other settings."""


@one_run
def compare(*, settings: ModelSettings, tables: Path, out: Path, seeds: int) -> StageSummary:
    """Train and score everything once for each seed, and put the scores into one table.

    What an earlier run of the same settings has finished is kept.

    Args:
        settings: of every stage; their seeds are replaced.
        tables: folder of labels, vocabulary and embeddings.
        out: folder for `scores.parquet`, `differences.parquet`, `scores.md`,
            `accuracy_over_iou.png` and one folder a seed.
        seeds: how many.

    Raises:
        CompareError: `out` holds a comparison with other settings.
        HardwareError: several devices are asked for.
    """
    started = time.perf_counter()
    settings = on_one_device(settings, "compare")
    _same_settings(settings, out)
    for seed in range(seeds):
        _run(_seeded(settings, seed), tables, out / f"seed-{seed}")
    folders = [out / f"seed-{seed}" for seed in range(seeds)]
    rows, differences = read_score_tables(folder / "evaluation" for folder in folders)
    files = write_scores(rows, differences, out)
    figure = save(draw_accuracy(mean_over_seeds(rows)), out / "accuracy_over_iou.png")
    return StageSummary(
        stage="compare",
        counts={"seeds": seeds, **_over_seeds(folders)},
        seconds=time.perf_counter() - started,
        outputs=(*files, figure),
    )


def _same_settings(settings: ModelSettings, out: Path) -> None:
    path, given = out / "settings.json", settings.model_dump(mode="json", exclude={"hardware"})
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != given:
        raise CompareError(
            f"{out}: holds a comparison with other settings; give another folder with --out, or "
            "remove this one"
        )
    write_json(dict(sorted(given.items())), path)


def _seeded(settings: ModelSettings, seed: int) -> ModelSettings:
    changed = {
        name: part.model_copy(update={"seed": seed})
        for name, part in settings
        if isinstance(part, BaseModel) and "seed" in type(part).model_fields
    }
    return settings.model_copy(update=changed)


def _run(settings: ModelSettings, tables: Path, out: Path) -> None:
    """All stages of one seed, those that are not done yet."""
    for name, stage in _stages(settings, tables, out):
        done = out / "metrics" / f"{name}.json"
        if not done.is_file():
            write_metrics(stage(), done)


def _stages(
    settings: ModelSettings, tables: Path, out: Path
) -> Iterator[tuple[str, Callable[[], StageSummary]]]:
    weights, found = out / "detector", out / "regions"
    yield "detector", partial(detector, settings=settings, out=weights)
    yield "regions", partial(regions, settings=settings, detector=weights, out=found)
    inputs = TrainingInputs(settings, tables, weights, found)
    for training in trainings(inputs.settings):
        yield training.name, partial(training.train, inputs, out / training.folder)
    predicted = out / "predictions"
    yield "predictions", partial(predictions, settings=settings, models=out, out=predicted)
    yield (
        "evaluate",
        partial(
            evaluate,
            settings=settings,
            tables=tables,
            predictions=predicted,
            out=out / "evaluation",
        ),
    )


def _over_seeds(folders: list[Path]) -> dict[str, float]:
    """Mean over the seeds of every headline; of a lead's lower end the least."""
    of_seed = [
        json.loads((folder / "metrics" / "evaluate.json").read_text(encoding="utf-8"))
        for folder in folders
    ]
    return {
        name: round(
            min(one[name] for one in of_seed)
            if name.endswith("_low")
            else float(np.mean([one[name] for one in of_seed])),
            4,
        )
        for name in of_seed[0]
        if all(name in one for one in of_seed)
    }
