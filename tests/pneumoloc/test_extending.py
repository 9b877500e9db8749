"""An installed package adds a body, a region source, a loss, a method and a reader."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from PIL import Image

from data_contracts.images import BOXES, IMAGES
from data_contracts.predictions import PREDICTIONS
from data_contracts.regions import REGIONS
from data_contracts.storage import read_table, write_table
from data_contracts.tables import EMBEDDINGS, EVIDENCE, LABELS, VOCABULARY

SIDE = 64
CONCEPT = "finding:opacity"
SPLITS = ("train",) * 4 + ("validate",) * 2 + ("test",) * 2

#: A whole package, as somebody else would write it.
TOYS = {
    "__init__.py": "",
    "registration.py": """
from pneumoloc.extending import (
    register_body,
    register_image_source,
    register_loss,
    register_method,
    register_region_source,
)

register_body("toy_body", "toys.bodies:toy_body")
register_image_source("toy_list", "toys.pictures:open_list")
register_region_source("quarters", "toys.regions:quarters", needs_detector=False)
register_loss("seven", "toys.losses:seven")
register_method("whole_image", "toys.methods:WHOLE_IMAGE")
""",
    "bodies.py": """
from timm.models import ResNet, build_model_with_cfg
from timm.models.resnet import BasicBlock


def toy_body(pretrained=False, **wanted):
    sizes = {"block": BasicBlock, "layers": (1, 1, 1, 1), "channels": (8, 16, 24, 32)}
    return build_model_with_cfg(ResNet, "toy_body", pretrained, **sizes, **wanted)
""",
    "pictures.py": """
from data_contracts.quarantine import Location
from model.images.sources.records import DrawnBox, ImageSource, ListedImage


def open_list(root):
    records = []
    for number, line in enumerate((root / "list.txt").read_text().splitlines(), start=1):
        name, split = line.split()
        where = Location("list.txt", number)
        box = DrawnBox(where, 8.0, 8.0, 24.0, 24.0, "finding:opacity", "toys")
        records.append(
            ListedImage(
                where, name, f"{name}.png", subject_id=name, report_id=name, split=split,
                view="FRONTAL", boxes=(box,),
            )
        )
    return ImageSource(root, iter(records), len(records))
""",
    "regions.py": """
import torch
from model.detector.retinanet import Proposed


def quarters(detector, pixels, features, settings):
    half = detector.size / 2
    corners = torch.tensor([[0, 0], [half, 0], [0, half], [half, half]])
    boxes = torch.cat([corners, corners + half], dim=1)
    return [Proposed(boxes, torch.tensor([0.8, 0.6, 0.4, 0.2]))] * len(pixels)
""",
    "losses.py": """
def seven(logits, targets, weights, positive_weights):
    return 0 * logits.sum() + 7
""",
    "methods.py": """
import numpy as np
from model.methods.method import Method
from model.reading.findings import Findings, FoundBox


def found(image):
    box = FoundBox((0.0, 0.0, float(image.width), float(image.height)), 0.5, {})
    evidence = np.full((32, 32), 0.5, dtype=np.float32)
    return Findings(image.image_id, (box,), {}, evidence, None, (1.0, 1.0), {})


def read(inputs):
    for part, cohort in inputs.cohorts.items():
        yield "whole_image", part, [found(image) for image in cohort.images]


WHOLE_IMAGE = Method(name="whole_image", read=read)
""",
}


def install(site: Path, package: str, files: Mapping[str, str], module: str) -> Path:
    """Put a package and its metadata where an installer would."""
    metadata = site / f"{package}-0.3.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.3\n")
    (metadata / "entry_points.txt").write_text(f"[pneumoloc.model]\n{package} = {module}\n")
    for name, text in files.items():
        (site / package).mkdir(exist_ok=True)
        (site / package / name).write_text(text, encoding="utf-8")
    return site


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("site"), "toys", TOYS, "toys.registration")


def run(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python with what is installed at `site`, in `folder`."""
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", str(Path.cwd()))])
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
    )


def write_label_tables(folder: Path, reports: list[str]) -> None:
    positive = [number % 2 for number in range(len(reports))]
    labels = {
        "report_id": reports,
        "subject_id": reports,
        "study_id": reports,
        "split": list(SPLITS),
        "evidence": pa.array([[(CONCEPT, ["m"])]] * len(reports), EVIDENCE),
        CONCEPT: pa.array(positive, pa.int8()),
    }
    write_table(LABELS, pa.table(labels), folder / "labels.parquet")
    counts = ("affirmed", "negated", "uncertain", "historical", "hypothetical", "reports")
    vocabulary = {
        "concept_id": [CONCEPT],
        "category": ["finding"],
        "preferred_name": ["opacity"],
        **{name: [4] for name in counts},
        "kept": [True],
        "reason": ["frequency"],
    }
    write_table(VOCABULARY, pa.table(vocabulary), folder / "vocabulary.parquet")
    embeddings = {"kind": ["concept"], "key": [CONCEPT], "count": [1], "vector": [[0.6, 0.8]]}
    write_table(EMBEDDINGS, pa.table(embeddings), folder / "embeddings.parquet")


def write_params(folder: Path) -> None:
    cohorts = {
        "detector": {"tables": "trained", "root": "pictures", "name": None},
        "training": {"tables": "trained", "root": "pictures", "name": None},
        "localization": {"tables": "scored", "root": "pictures", "name": None},
        "severity": None,
    }
    settings = {
        "queries": [CONCEPT],
        "targets": [CONCEPT],
        "attributes": {"findings": [CONCEPT], "min_reports": 1},
        "cohorts": cohorts,
        "hardware": {"accelerator": "cpu", "workers": 0, "precision": "32-true"},
        "picture": {"size": SIDE},
        "backbone": {"name": "toy_body", "channels": 16},
        "regions": {"source": "quarters"},
        "network": {"epochs": 1, "batch_size": 2, "size": 8, "loss": "seven", "matching": 0},
    }
    (folder / "params.yaml").write_text(json.dumps({"model": settings}), encoding="utf-8")


#: Commands one after the other in one process, since torch takes seconds to load.
COMMANDS = """
from model.cli import app
for command in (
    "regions --out models/regions",
    "network --tables labels --regions models/regions --out models/network --record record",
    "predictions --models models --out predictions",
):
    assert not app(command.split(), standalone_mode=False), command
"""


@pytest.mark.trains
def test_commands_take_what_an_installed_package_adds(toys: Path, tmp_path: Path) -> None:
    names = [f"toy{number}" for number in range(len(SPLITS))]
    (tmp_path / "pictures").mkdir()
    rng = np.random.default_rng(0)
    for name in names:
        pixels = rng.integers(0, 255, (SIDE, SIDE), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{name}.png")
    listed = "\n".join(f"{name} {split}" for name, split in zip(names, SPLITS, strict=True))
    (tmp_path / "pictures" / "list.txt").write_text(listed)

    read = run(toys, tmp_path, "-m", "model", "images", "toy_list", "pictures", "--out", "tables")
    assert read.returncode == 0, read.stderr
    images = read_table(IMAGES, tmp_path / "tables" / "images.parquet")
    assert images["image_id"].to_pylist() == names
    boxes = read_table(BOXES, tmp_path / "tables" / "boxes.parquet")
    test = pc.equal(images["split"], "test")
    for folder, own in (("trained", pc.invert(test)), ("scored", test)):
        write_table(IMAGES, images.filter(own), tmp_path / folder / "images.parquet")
        write_table(BOXES, boxes.filter(own), tmp_path / folder / "boxes.parquet")

    write_label_tables(tmp_path / "labels", names)
    write_params(tmp_path)
    done = run(toys, tmp_path, "-c", COMMANDS)
    assert done.returncode == 0, done.stderr

    regions = read_table(REGIONS, tmp_path / "models" / "regions" / "training.parquet")
    assert all(len(one) == 4 * 16 + 2 * 8 + 7 for one in regions["features"].to_pylist())
    assert regions["objectness"].to_numpy()[:4] == pytest.approx([0.8, 0.6, 0.4, 0.2])
    assert regions["width"].to_pylist() == [SIDE / 2] * 4 * 6
    record = json.loads((tmp_path / "record" / "metrics.json").read_text())
    assert record["train"]["attributes"] == 7
    found = tmp_path / "predictions" / "whole_image" / "localization" / "predictions.parquet"
    assert read_table(PREDICTIONS, found)["width"].to_pylist() == [SIDE] * 2


def test_names_from_outside_are_offered(toys: Path, tmp_path: Path) -> None:
    wrong = run(toys, tmp_path, "-m", "model", "regions", "--set", "model.regions.source=quartrs")
    assert wrong.returncode == 2
    assert "did you mean 'quarters'?" in wrong.stderr
    wrong = run(toys, tmp_path, "-m", "model", "images", "toy_lst", ".", "--out", "x")
    assert wrong.returncode == 2
    assert "did you mean 'toy_list'?" in wrong.stderr


TAKEN = """
from pneumoloc.extending import register_loss
register_loss("asymmetric", "broken.losses:mine")
"""


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        (TAKEN, "ExtensionError: there is a loss 'asymmetric' already; take another name"),
    ],
)
def test_a_package_that_fails_is_named_with_its_cause(
    tmp_path: Path, text: str, cause: str
) -> None:
    files = {"__init__.py": "", "registration.py": text}
    site = install(tmp_path / "site", "broken", files, "broken.registration")
    failed = run(site, tmp_path, "-m", "model", "regions")
    assert failed.returncode == 2
    assert "the installed package broken 0.3 cannot be used" in failed.stderr
    assert cause in failed.stderr
    assert "Traceback" not in failed.stderr
    assert run(site, tmp_path, "-m", "model", "--help").returncode == 0
