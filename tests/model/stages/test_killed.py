"""A stage that is killed as it writes leaves the files of the run before, all of them."""

import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from model.settings import ModelSettings
from model.stages.evaluate import evaluate
from model.stages.predict import predict
from model.stages.predictions import predictions
from model.stages.regions import regions

#: Each stage's folder, and how many files it may put in their places before it is killed: enough
#: for one that others belong to.
STAGES = {"regions": 3, "predictions": 4, "evaluation": 1, "found": 1}


def run_stage(name: str, settings: ModelSettings, tables: Path, models: Path, out: Path) -> None:
    work: dict[str, Callable[[], Any]] = {
        "regions": partial(regions, settings=settings, detector=models / "detector", out=out),
        "predictions": partial(predictions, settings=settings, models=models, out=out),
        "evaluation": partial(
            evaluate,
            settings=settings,
            tables=tables,
            predictions=models / "predictions",
            out=out,
        ),
        "found": partial(
            predict,
            settings=settings,
            images=sorted((tables / "radiographs" / "pictures").rglob("*.jpg"))[:2],
            models=models,
            out=out,
        ),
    }
    work[name]()


def run_and_die(allowed: int, *given: Any) -> None:
    left = [allowed]

    def count(event: str, _: object) -> None:
        if event == "os.rename":
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    run_stage(*given)


def kill_stages(settings: ModelSettings, tables: Path, models: Path, out: Path) -> None:
    """In a process whose libraries have started no threads yet, so that it can be forked."""
    import torch

    torch.set_num_threads(1)
    fork = multiprocessing.get_context("fork")
    run_stage("found", settings, tables, models, models / "found")
    # Other draws and regions, so that every file of a new run is another.
    other = settings.model_copy(
        update={
            "evaluation": settings.evaluation.model_copy(update={"draws": 10, "seed": 9}),
            "regions": settings.regions.model_copy(update={"per_image": 5}),
        }
    )
    for name, allowed in STAGES.items():
        shutil.copytree(models / name, out / name)
        process = fork.Process(
            target=run_and_die, args=(allowed, name, other, tables, models, out / name)
        )
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL, name


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.trains
def test_nothing_of_a_killed_run_stands_among_the_files_of_the_run_before(
    trained: Any, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    shutil.copytree(trained.models, models)
    process = multiprocessing.get_context("spawn").Process(
        target=kill_stages, args=(trained.settings, trained.tables, models, tmp_path)
    )
    process.start()
    process.join()
    assert process.exitcode == 0
    for name in STAGES:
        assert files_of(tmp_path / name) == files_of(models / name), name
