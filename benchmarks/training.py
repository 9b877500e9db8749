"""How long a training step on cached regions waits for data, and what memory it takes.

Regions of made-up images are written to the table that the stage regions writes, and streamed as
training streams them. Each size runs in a process of its own, so that one's memory is not the
other's. Run it by itself.

    uv run python benchmarks/training.py
"""

import json
import multiprocessing
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import psutil
import torch
import typer
from rich.console import Console
from rich.table import Table

from data_contracts.regions import REGIONS
from data_contracts.storage import PartedTable
from model.network.module import NetworkModule
from model.network.network import LocalizationNetwork
from model.settings import NetworkSettings
from model.tensors.cohorts import CohortImage
from model.tensors.region_rows import ImageRegions, region_table
from model.tensors.region_stream import RegionStream

RESULTS: Final = Path(__file__).parent / "results" / "training.json"
FEATURES, CONCEPTS, REGIONS_EACH, PART_IMAGES = 384, 31, 16, 500
_UNSEEN: Final = 5


def main(
    images: Annotated[
        list[int] | None, typer.Option(help="Images of a table; may be repeated.")
    ] = None,
) -> None:
    """Measure waiting and memory at 10,000 and 100,000 images, 16 regions each."""
    context = multiprocessing.get_context("spawn")
    rows = []
    for count in images or [10_000, 100_000]:
        with tempfile.TemporaryDirectory() as folder, context.Pool(1) as pool:
            path = Path(folder) / "regions.parquet"
            write(path, count)
            rows.append(pool.apply(one_epoch, (str(path), count)))
    shown = Table(title="one epoch, batches of 64 images with 16 regions")
    for column in ("images", "steps", "seconds", "waiting for data", "peak memory"):
        shown.add_column(column, justify="right")
    for row in rows:
        shown.add_row(
            f"{row['images']:,}",
            f"{row['steps']:,}",
            f"{row['seconds']:.1f}",
            f"{row['waiting']:.1%}",
            f"{row['peak_bytes'] / 1e6:,.0f} MB",
        )
    Console().print(shown)
    ratio = rows[-1]["peak_bytes"] / rows[0]["peak_bytes"]
    Console().print(f"peak memory of the largest over that of the smallest: {ratio:.2f}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n")


def write(path: Path, count: int) -> None:
    """A table of regions of `count` images, their features noise."""
    table = PartedTable(REGIONS, path, "benchmark")
    rng = np.random.default_rng(0)
    parts = -(-count // PART_IMAGES)
    for part in range(parts):
        first = part * PART_IMAGES
        found = [image(number, rng) for number in range(first, min(first + PART_IMAGES, count))]
        table.write_part(part, region_table(found))
    table.commit(parts)


def image(number: int, rng: np.random.Generator) -> ImageRegions:
    """One image's regions."""
    low = rng.random((REGIONS_EACH, 2)) * 90
    return ImageRegions(
        CohortImage(f"i{number}", f"s{number}", None, None, "x.png", 128, 128),
        np.concatenate([low, low + 30], axis=1),
        rng.random(REGIONS_EACH).astype(np.float32),
        rng.standard_normal((REGIONS_EACH, FEATURES), dtype=np.float32).astype(np.float16),
    )


def one_epoch(path: str, count: int) -> dict[str, Any]:
    """Train for an epoch, and time both what fetches batches and what learns from them."""
    torch.manual_seed(0)
    settings = NetworkSettings()
    network = LocalizationNetwork(torch.randn(CONCEPTS, 100), FEATURES + 5, settings.size)
    values = (torch.rand(count, CONCEPTS) < 0.2).float()
    stream = RegionStream(Path(path), {f"i{n}": n for n in range(count)}, settings.batch_size, 0)
    module = NetworkModule(network, values, settings, len(stream))
    optimizer = torch.optim.AdamW(network.parameters())
    waited = learnt = 0.0
    peak = steps = 0
    batches = iter(stream)
    while True:
        started = time.perf_counter()
        batch = next(batches, None)
        if batch is None:
            break
        fetched = time.perf_counter()
        loss = torch.stack(list(module.losses(batch).values())).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        steps += 1
        # The first batches wait for the first parts, and for torch to warm up.
        if steps > _UNSEEN:
            waited += fetched - started
            learnt += time.perf_counter() - fetched
        peak = max(peak, int(psutil.Process().memory_info().rss))
    return {
        "images": count,
        "steps": steps,
        "seconds": waited + learnt,
        "waiting": waited / (waited + learnt),
        "peak_bytes": peak,
    }


if __name__ == "__main__":
    typer.run(main)
