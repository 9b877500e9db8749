"""The stages that train, by their commands, on two processes over gloo and on one.

Started by torchrun, as on Kubernetes and Slurm, and by Lightning, as on one machine.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from safetensors.torch import load_file

from model.settings import ModelSettings

ROOT = Path(__file__).parents[3]
TWO = ("--set", "model.hardware.devices=2", "--set", "model.hardware.strategy=ddp")
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
#: What of a batch's images depends on how many stand side by side is left out: dropout, matching.
NETWORK = {"dropout": 0.0, "matching": 0.0, "epochs": 4}

pytestmark = [pytest.mark.faults, pytest.mark.trains]


class Stages:
    """Runs the stages of a trained cohort again, with settings of its own.

    Args:
        trained: the cohort.
        folder: for settings and weights.
        changed: parts of the settings, with what is different.
    """

    def __init__(self, trained: Any, folder: Path, **changed: dict[str, Any]) -> None:
        self.folder = folder
        self.given = {
            "network": ("--tables", str(trained.tables), "--regions", f"{trained.models}/regions"),
            "detector": (),
        }
        settings: ModelSettings = trained.settings
        parts = settings.model_dump(mode="json")
        for part, values in changed.items():
            parts[part] |= values
        (folder / "params.yaml").write_text(json.dumps({"model": parts}), encoding="utf-8")

    def start(
        self, stage: str, out: str, *more: str, launcher: tuple[str, ...] = ()
    ) -> subprocess.Popen[str]:
        """Start the command, which writes to a folder."""
        metrics = ("--metrics", str(self.folder / f"{out}.json"))
        record = ("--record", str(self.folder / "record" / out))
        command = (*launcher, "-m", "model", stage, *self.given[stage], "--out", out)
        return subprocess.Popen(
            [sys.executable, *command, *metrics, *record, *more],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, stage: str, out: str, *more: str, launcher: tuple[str, ...] = ()) -> str:
        """What the command says, which ends well."""
        process = self.start(stage, out, *more, launcher=launcher)
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, said
        return said

    def weights(self, out: str) -> torch.Tensor:
        """All of them in a row."""
        found = load_file(self.folder / out / "weights.safetensors")
        return torch.cat([found[name].float().flatten() for name in sorted(found)])

    def distance(self, one: str, other: str) -> float:
        """How far weights are from others, as a share of their length."""
        own = self.weights(one)
        return float((own - self.weights(other)).norm() / own.norm())


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path) -> None:
    """DVCLive keeps the record of a repository with a commit."""
    for command in (("init", "-q"), ("commit", "-q", "--allow-empty", "-m", "x")):
        who = ("-c", "user.name=a", "-c", "user.email=a@localhost")
        subprocess.run(["git", *who, *command], cwd=tmp_path, check=True)


def test_two_processes_train_the_network_that_one_trains(trained: Any, tmp_path: Path) -> None:
    stages = Stages(trained, tmp_path, network=NETWORK)
    stages.run("network", "alone")
    for name, launcher in (("torchrun", TORCHRUN), ("lightning", ())):
        said = stages.run("network", name, *TWO, launcher=launcher)
        assert said.count("wrote ") == 1
        assert stages.distance("alone", name) < 1e-5
        assert (tmp_path / f"{name}.json").read_text() == (tmp_path / "alone.json").read_text()
        assert (tmp_path / "record" / name / "metrics.json").exists()
        assert not list(tmp_path.glob(f".{name}*"))


def test_two_processes_train_the_detector_that_one_trains(trained: Any, tmp_path: Path) -> None:
    # A batch norm looks at the images of its own process alone.
    stages = Stages(trained, tmp_path, backbone={"freeze_norms": True}, detector={"epochs": 2})
    stages.run("detector", "alone")
    stages.run("detector", "two", *TWO, launcher=TORCHRUN)
    # As far as two sets of a processor's instructions are apart.
    assert stages.distance("alone", "two") < 1e-3


def test_another_number_of_processes_goes_on_where_a_killed_run_was(
    trained: Any, tmp_path: Path
) -> None:
    stages = Stages(trained, tmp_path, network={**NETWORK, "epochs": 20, "patience": 20})
    stages.run("network", "alone")
    for name, first, then in (("more", (), TORCHRUN), ("fewer", TORCHRUN, ())):
        process = stages.start("network", name, *(TWO if first else ()), launcher=first)
        last = tmp_path / f".{name}.fit" / "checkpoints" / "last.ckpt"
        end = time.monotonic() + 120
        while not last.exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        # torchrun's processes are no group, and outlive it.
        started = psutil.Process(process.pid)
        for one in (*started.children(recursive=True), started):
            one.kill()
        process.communicate()
        assert not list((tmp_path / name).iterdir())
        stages.run("network", name, *(TWO if then else ()), launcher=then)
        assert stages.distance("alone", name) < 1e-4


def test_a_batch_that_two_cannot_share_is_told_in_one_line(trained: Any, tmp_path: Path) -> None:
    stages = Stages(trained, tmp_path, network={**NETWORK, "batch_size": 15})
    process = stages.start("network", "odd", *TWO)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "a batch of 15 images cannot be shared out evenly among 2 processes" in said
    assert "Traceback" not in said
    assert not (tmp_path / "odd").exists()
