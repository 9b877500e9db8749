"""Where networks run outside of training, and whether one process trains them."""

import os
from contextlib import AbstractContextManager
from typing import Literal

import torch

from model.settings import HardwareSettings, ModelSettings

Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


class HardwareError(ValueError):
    """What is to be done cannot be done on that hardware; the message says what to change."""


def on_one_device(settings: ModelSettings, stage: str) -> ModelSettings:
    """Settings for a stage that trains several networks in turn, each on one device.

    Raises:
        HardwareError: several devices, nodes or processes are asked for by name.
    """
    hardware = settings.hardware
    several = hardware.devices not in ("auto", 1) or hardware.nodes > 1
    if several or int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise HardwareError(
            f"{stage} trains several networks in turn, each on one device: set "
            "model.hardware.devices and nodes to 1, and start one process"
        )
    return settings.model_copy(update={"hardware": hardware.model_copy(update={"devices": 1})})


def device_of(hardware: HardwareSettings) -> torch.device:
    """The first device of the kind that the settings allow."""
    if hardware.accelerator in ("auto", "gpu") and torch.cuda.is_available():
        return torch.device("cuda")
    if hardware.accelerator in ("auto", "mps") and torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def half_precision(
    hardware: HardwareSettings, device: torch.device
) -> AbstractContextManager[object]:
    """Autocast to half precision, by the rule of training; see `precision_of`."""
    kinds = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}
    kind = kinds.get(precision_of(hardware))
    return torch.autocast(device.type, kind or torch.bfloat16, enabled=kind is not None)


def precision_of(hardware: HardwareSettings) -> Precision:
    """The precision of the settings; `auto` takes half precision where the hardware has it."""
    if hardware.precision != "auto":
        return hardware.precision
    if hardware.accelerator != "cpu" and torch.cuda.is_available():
        return "bf16-mixed" if torch.cuda.is_bf16_supported() else "16-mixed"
    return "bf16-mixed" if torch.cpu._is_avx512_bf16_supported() else "32-true"  # noqa: SLF001
