"""How fast region features are read, beside the bare backbone's forward pass on the same images.

The bare backbone is read as torchvision makes it, and again with channels innermost in memory, as
the detector learns with it; both keep their batch norms. Regions are read by a folded copy
(`model/detector/folding.py`), whose body is measured too. The peers take turns, batch by batch, on
the same pixels, so that a busy moment of the machine slows all of them. Run it by itself.

    uv run python benchmarks/regions.py
"""

import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import torch
import typer
from rich.console import Console
from rich.table import Table

from model.detector.candidates import CandidateFinder
from model.detector.retinanet import Detector
from model.settings import BackboneSettings, HardwareSettings, RegionSettings
from model.training.hardware import device_of, half_precision, precision_of

RESULTS: Final = Path(__file__).parent / "results" / "regions.json"
WARM_UP: Final = 2


def main(
    batches: Annotated[int, typer.Option(min=3, help="Rounds to measure.")] = 12,
    batch_size: Annotated[int, typer.Option(min=1, help="Images of a batch.")] = 32,
    size: Annotated[int, typer.Option(min=64, help="Pixels of a side.")] = 128,
    backbone: Annotated[str, typer.Option(help="Any of timm's.")] = "resnet18",
    precision: Annotated[str, typer.Option(help="auto, 32-true, bf16-mixed, 16-mixed.")] = "auto",
) -> None:
    """Measure candidate regions with their features against the backbone alone."""
    torch.manual_seed(0)
    hardware = HardwareSettings.model_validate({"precision": precision})
    device = device_of(hardware)
    settings = BackboneSettings.model_validate({"name": backbone})
    detector = Detector(settings, size, ("consolidation", "opacity")).eval().to(device)
    finder = CandidateFinder(detector, RegionSettings()).eval().to(device)
    pixels = torch.randint(0, 255, (batch_size, 1, size, size), dtype=torch.uint8, device=device)
    body, folded = detector.pyramid.body, finder.detector
    grey = (pixels.float() * (body.scale / 255) + body.offset).contiguous()
    innermost = grey.contiguous(memory_format=torch.channels_last)
    peers: dict[str, Callable[[], Any]] = {
        "backbone alone": lambda: body.network(grey),
        "backbone alone, channels innermost": lambda: body.network(innermost),
        "backbone, folded": lambda: folded.pyramid.body(pixels),
        "backbone and feature pyramid, folded": lambda: folded.features(pixels),
        "candidate regions with their features": lambda: finder(pixels),
    }
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    with torch.inference_mode(), half_precision(hardware, device):
        for number in range(WARM_UP + batches):
            for name, run in peers.items():
                started = time.perf_counter()
                run()
                if device.type == "cuda":
                    torch.cuda.synchronize()
                if number >= WARM_UP:
                    seconds[name].append(time.perf_counter() - started)
    rates = {name: batch_size / statistics.median(taken) for name, taken in seconds.items()}
    plain, beside, *_ = rates.values()
    shown = Table(title=f"{backbone}, {size} pixels, {device}, {precision_of(hardware)}")
    for column in ("", "images a second", "of the backbone's", "channels innermost"):
        shown.add_column(column, justify="left" if not column else "right")
    for name, rate in rates.items():
        shown.add_row(name, f"{rate:,.0f}", f"{rate / plain:.2f}", f"{rate / beside:.2f}")
    Console().print(shown)
    RESULTS.parent.mkdir(exist_ok=True)
    machine = torch.cuda.get_device_name() if device.type == "cuda" else platform.processor()
    RESULTS.write_text(json.dumps({"machine": machine, "rates": rates}, indent=2) + "\n")


if __name__ == "__main__":
    typer.run(main)
