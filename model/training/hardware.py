"""Where networks run outside of training."""

from contextlib import AbstractContextManager

import torch

from model.settings import HardwareSettings
from model.training.fitting import precision_of


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
    """Half precision where it is asked for or pays, as in training."""
    kinds = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}
    kind = kinds.get(precision_of(hardware))
    return torch.autocast(device.type, kind or torch.bfloat16, enabled=kind is not None)
