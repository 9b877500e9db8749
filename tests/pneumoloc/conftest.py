"""A folder as `dvc repro` leaves it, with a tiny trained model, made once a session."""

import json
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def trained(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, seed_shift: int
) -> Path:
    """The folder that holds `data`, and a radiograph `chest.png`."""
    import torch
    from PIL import Image

    from model.settings import ModelSettings, RadiographSettings
    from model.stages.detector import detector
    from model.stages.network import network
    from model.stages.radiographs import radiographs
    from model.stages.regions import regions
    from pipeline.settings import Settings
    from pipeline.stages.run import run

    torch.set_num_threads(pytestconfig.getoption("threads"))
    project = tmp_path_factory.mktemp("project")
    data = project / "data"
    text = Settings.model_validate(
        {
            "phantom": {"studies": 120},
            "nlp": {"workers": 1},
            "vocabulary": {"min_reports": 3},
            "embed": {"dimensions": 16, "epochs": 2, "seed": seed_shift},
        }
    )
    assert list(run(settings=text, source=None, out=data))
    pictures = data / "radiographs"
    radiographs(
        settings=RadiographSettings(size=64, workers=1), phantom=data / "phantom", out=pictures
    )
    settings = ModelSettings.model_validate(
        {
            "attributes": {"min_reports": 3},
            "cohorts": {
                part: {"tables": str(pictures), "name": f"phantom_{part}"}
                for part in ("detector", "training", "localization", "severity")
            },
            "hardware": {"accelerator": "cpu", "workers": 0, "precision": "32-true"},
            "picture": {"size": 64},
            "backbone": {"channels": 16},
            "detector": {"epochs": 1, "batch_size": 8, "seed": seed_shift},
            "regions": {"per_image": 6},
            "network": {"epochs": 2, "batch_size": 16, "size": 16, "seed": seed_shift},
        }
    )
    detector(settings=settings, out=data / "detector", record=project / "record")
    regions(settings=settings, detector=data / "detector", out=data / "regions")
    network(settings=settings, tables=data, regions=data / "regions", out=data / "network")
    # Evaluation needs every method; all that is read of it is the threshold.
    (data / "evaluation").mkdir()
    (data / "evaluation" / "threshold.json").write_text(json.dumps({"least_score": 0.0}))
    shutil.rmtree(data / "regions")
    with Image.open(min(pictures.glob("pictures/**/*.jpg"))) as image:
        image.save(project / "chest.png")
    return project


@pytest.fixture
def in_project(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in that folder, as its user does."""
    monkeypatch.chdir(trained)
    return trained
