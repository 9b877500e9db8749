"""Whether places that reports name, as supervision of attention, help localization of phantoms.

A report that names one side, or one height of the lungs, says where its attention should lie. A
loss asks for that: of the attention of the place's own attribute, or of every finding that the
report affirms, the share that lies on regions of that side or height should be all of it. Networks
learn with it and without, on the same regions of a detector, with the same seeds. Run it as
`text_helps_phantoms.py` says, in the same copy of the project; what a broken run had finished is
kept.

    sed -i 's/studies: 2500/studies: 1000/' params.yaml && uv run dvc repro embed radiographs
    uv run python benchmarks/places_supervise.py --set model.attributes.min_reports=40
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, ClassVar, Final
from unittest import mock

import torch
import typer
from found_scores import difference_table, score_table
from network_seeds import PART, network_scores
from torch import Tensor

from model.label_tables import read_label_tables
from model.methods.method import ReadingInputs
from model.network.module import NetworkModule
from model.scoring.scorecard import Score
from model.settings import ModelSettings, resolve_settings
from model.stages.detector import detector
from model.stages.regions import regions
from model.tensors.attributes import attributes_of
from model.tensors.cohorts import open_cohort
from model.tensors.region_rows import GEOMETRY
from model.tensors.region_stream import RegionBatch

TABLES: Final = Path("data")
FINDING: Final = "finding:"
#: Where a region's centre lies, in shares of the picture's width and height.
PLACES: Final[dict[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "side:right": lambda across, _: across < 0.5,
    "side:left": lambda across, _: across > 0.5,
    "zone:apex": lambda _, down: down < 0.4,
    "zone:upper_lobe": lambda _, down: down < 0.5,
    "zone:base": lambda _, down: down > 0.5,
    "zone:lower_lobe": lambda _, down: down > 0.45,
}
#: Those of which a report may name one without naming where else it is ill.
ONE_OF: Final[tuple[tuple[str, ...], ...]] = (
    ("side:right", "side:left"),
    ("zone:apex", "zone:upper_lobe", "zone:base", "zone:lower_lobe"),
)
WITHOUT: Final = "without"
#: Which attention places supervise: that of places themselves, of findings, or of both.
NETWORKS: Final[dict[str, tuple[str, ...]]] = {
    WITHOUT: (),
    "places": ("places",),
    "findings": ("findings",),
    "both": ("places", "findings"),
}
_TINY: Final = 1e-4


class PlacedModule(NetworkModule):
    """Trains the network with a loss that keeps attention where the report says."""

    concepts: ClassVar[tuple[str, ...]] = ()
    supervised: ClassVar[tuple[str, ...]] = ()
    weight: ClassVar[float] = 0.5

    def losses(self, batch: RegionBatch) -> dict[str, Tensor]:
        """The usual losses, and that of places."""
        found = super().losses(batch)
        values = self.values[batch.positions]
        attention = self.network(batch.regions, batch.objectness, batch.mask).attention
        wanted = self._wanted(values, batch)
        lies = (attention * wanted.float()).sum(dim=-1)
        # Nothing can be asked where no region, or every region, lies there.
        asked = (wanted.any(dim=-1) & (batch.mask[:, None] & ~wanted).any(dim=-1)).float()
        asked = asked * (values == 1)
        loss = -(lies.clamp_min(_TINY).log() * asked).sum() / asked.sum().clamp_min(1)
        return {**found, "places": self.weight * loss}

    def _wanted(self, values: Tensor, batch: RegionBatch) -> Tensor:
        """[B, K, R] regions that each attribute's attention may lie on; none where any may."""
        edges = batch.regions[..., -GEOMETRY:]
        across, down = (edges[..., 0] + edges[..., 2]) / 2, (edges[..., 1] + edges[..., 3]) / 2
        number = {name: index for index, name in enumerate(self.concepts)}
        wanted = torch.zeros(*values.shape, edges.shape[1], dtype=torch.bool)
        of_report = torch.ones(len(values), edges.shape[1], dtype=torch.bool)
        placed = torch.zeros(len(values), dtype=torch.bool)
        for group in ONE_OF:
            names = [name for name in group if name in number]
            affirmed = values[:, [number[name] for name in names]] == 1
            alone = affirmed.sum(dim=1) == 1
            for column, name in enumerate(names):
                inside = PLACES[name](across, down) & batch.mask
                if "places" in self.supervised:
                    wanted[:, number[name]] = inside
                only = alone & affirmed[:, column]
                of_report[only] &= inside[only]
                placed |= only
        if "findings" in self.supervised:
            for name, index in number.items():
                if name.startswith(FINDING):
                    wanted[:, index] = of_report & placed[:, None]
        return wanted


def main(
    out: Annotated[Path, typer.Option(help="Folder for weights and scores.")] = Path("data/places"),
    seeds: Annotated[int, typer.Option(min=1, help="Networks of each kind.")] = 3,
    assignments: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE")] = None,
) -> None:
    """Train and score, and write scores.md."""
    settings = resolve_settings(Path("params.yaml"), assignments)
    if not (out / "detector").is_dir():
        detector(settings=settings, out=out / "detector")
    regions(settings=settings, detector=out / "detector", out=out / "regions")
    PlacedModule.concepts = attributes_of(read_label_tables(TABLES), settings.attributes).concepts
    found = {name: _scores(settings, name, out, seeds) for name in NETWORKS}
    pairs = {
        f"{name} less {WITHOUT}": (scores, found[WITHOUT])
        for name, scores in found.items()
        if name != WITHOUT
    }
    page = f"{score_table(found)}\n\n{difference_table(pairs)}"
    (out / "scores.md").write_text(page, encoding="utf-8")
    print(page)


def _scores(settings: ModelSettings, name: str, out: Path, seeds: int) -> list[Score]:
    """The mean over seeds of the networks whose attention places supervise in this way."""
    inputs = ReadingInputs(
        settings, out, {PART: open_cohort(PART, settings.cohorts.localization, settings.targets)}
    )
    with ExitStack() as stack:
        if NETWORKS[name]:
            PlacedModule.supervised = NETWORKS[name]
            stack.enter_context(mock.patch("model.network.training.NetworkModule", PlacedModule))
        return network_scores(name, settings, TABLES, inputs, seeds)


if __name__ == "__main__":
    typer.run(main)
