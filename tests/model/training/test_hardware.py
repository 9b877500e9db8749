"""Stages that train several networks in turn do it on one device."""

import pytest

from model.settings import HardwareSettings, ModelSettings
from model.training.hardware import HardwareError, on_one_device


def test_of_all_devices_one_is_taken() -> None:
    assert on_one_device(ModelSettings(), "compare").hardware.devices == 1


@pytest.mark.parametrize("asked", [{"devices": 2}, {"nodes": 2}])
def test_several_by_name_are_refused(asked: dict[str, int]) -> None:
    settings = ModelSettings(hardware=HardwareSettings.model_validate(asked))
    with pytest.raises(HardwareError, match="compare trains several networks in turn"):
        on_one_device(settings, "compare")


def test_several_processes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(HardwareError, match="start one process"):
        on_one_device(ModelSettings(), "crossvalidate")
