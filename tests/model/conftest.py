"""A small cohort that has gone through every stage of the image side, made once a session."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from model.settings import ModelSettings
from pipeline.settings import Settings


@pytest.fixture(scope="session", autouse=True)
def _threads(pytestconfig: pytest.Config) -> None:
    """Also where torch was loaded before the environment said how many."""
    torch.set_num_threads(pytestconfig.getoption("threads"))


@pytest.fixture(scope="session")
def small_settings(tables: Path, seed_shift: int) -> ModelSettings:
    """Every part of the method, as small as it gets."""
    cohorts = {
        part: {"tables": str(tables / "radiographs"), "name": f"phantom_{part}"}
        for part in ("detector", "training", "localization", "severity")
    }
    return ModelSettings.model_validate(
        {
            "attributes": {"min_reports": 3},
            "cohorts": cohorts,
            "hardware": {"accelerator": "cpu", "workers": 0, "precision": "32-true"},
            "picture": {"size": 64},
            "backbone": {"channels": 16},
            "detector": {"epochs": 1, "batch_size": 8, "seed": seed_shift},
            "regions": {"per_image": 6},
            "network": {"epochs": 3, "batch_size": 16, "size": 16, "seed": seed_shift},
            "classifier": {"epochs": 1, "batch_size": 16, "seed": seed_shift},
            "evaluation": {"draws": 20, "seed": seed_shift},
        }
    )


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory, seed_shift: int) -> Path:
    """Label tables, embeddings and radiographs of 120 phantom studies."""
    from model.settings import RadiographSettings
    from model.stages.radiographs import radiographs
    from pipeline.stages.run import run

    folder = tmp_path_factory.mktemp("tables")
    settings = Settings.model_validate(
        {
            "phantom": {"studies": 120},
            "nlp": {"workers": 1},
            "vocabulary": {"min_reports": 3},
            "embed": {"dimensions": 16, "epochs": 2, "seed": seed_shift},
        }
    )
    assert [summary.stage for summary in run(settings=settings, source=None, out=folder)]
    radiographs(
        settings=RadiographSettings(size=64, workers=1),
        phantom=folder / "phantom",
        out=folder / "radiographs",
    )
    return folder


@dataclass(frozen=True, slots=True)
class Trained:
    """Where every stage has written to, and with what."""

    settings: ModelSettings
    tables: Path
    models: Path


@pytest.fixture(scope="session")
def trained(
    small_settings: ModelSettings, tables: Path, tmp_path_factory: pytest.TempPathFactory
) -> Trained:
    """All stages, one after the other."""
    from model.stages.classifier import classifier
    from model.stages.detector import detector
    from model.stages.evaluate import evaluate
    from model.stages.network import network
    from model.stages.predictions import predictions
    from model.stages.regions import regions

    models = tmp_path_factory.mktemp("models")
    found = models / "regions"
    detector(settings=small_settings, out=models / "detector", record=models / "record")
    regions(settings=small_settings, detector=models / "detector", out=found)
    network(settings=small_settings, tables=tables, regions=found, out=models / "network")
    classifier(
        settings=small_settings,
        tables=tables,
        detector=models / "detector",
        out=models / "classifier",
    )
    predictions(settings=small_settings, models=models, out=models / "predictions")
    evaluate(
        settings=small_settings,
        tables=tables,
        predictions=models / "predictions",
        out=models / "evaluation",
    )
    return Trained(small_settings, tables, models)
