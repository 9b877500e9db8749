"""Whether text helps localization, where the detector saw few boxes or none.

Detectors learn from 20, 50 and 100 of RSNA's images with boxes, and of those without a share that
is as large; `all` are the regions of the reproduction itself; `grid` are windows read by ImageNet's
body, which has seen no box. On the regions of each, networks learn with labels that were mined from
reports: matched with images or not, true or of another image, and with attention that starts from
the detector's objectness or from nothing. What they differ in is taken draw by draw of the same
patients, and averaged over seeds. Run it in the folder of the reproduction, after its stage
`regions`. What a broken run had finished is kept.

    cd reproductions/chestxray8
    uv run python ../../benchmarks/text_helps.py
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from cohort_parts import part_of
from found_scores import difference_table, mean_over_seeds, score_table
from network_seeds import network_scores, scores_of_parts

from model.methods.detector_alone import DETECTOR
from model.methods.method import ReadingInputs
from model.scoring.scorecard import Score
from model.settings import CohortSettings, ModelSettings, resolve_settings
from model.stages.detector import detector
from model.stages.regions import regions
from model.tensors.apart import open_part
from model.tensors.cohorts import open_cohort

TABLES: Final = Path("data/rsna")
LABELS: Final = Path("data/labels")
ALL: Final = Path("data/regions")
PART: Final = "localization"
#: Images with a box, and epochs that give about as many steps.
FEW: Final = {20: 24, 50: 12, 100: 8}
KINDS: Final = ["all", *map(str, reversed(FEW)), "grid"]
#: Windows of the grid, the largest first.
WINDOWS: Final = 64
MATCHED, LABELS_ONLY, SHUFFLED = "matched", "labels only", "shuffled labels"
NOTHING, NOTHING_LABELS = "from nothing, matched", "from nothing, labels only"
NETWORKS: Final[dict[str, dict[str, Any]]] = {
    MATCHED: {},
    LABELS_ONLY: {"matching": 0.0},
    SHUFFLED: {"reports": "shuffled"},
    NOTHING: {"objectness": False},
    NOTHING_LABELS: {"objectness": False, "matching": 0.0},
}
PAIRS: Final = (
    (MATCHED, LABELS_ONLY),
    (MATCHED, SHUFFLED),
    (MATCHED, "detector"),
    (NOTHING, NOTHING_LABELS),
)


def main(
    out: Annotated[Path, typer.Option(help="Folder for weights and scores.")] = Path("data/text"),
    seeds: Annotated[int, typer.Option(min=1, help="Networks of each kind.")] = 2,
    regions_of: Annotated[
        list[str], typer.Option(help="Boxed images of the detector, `all` of them, or `grid`.")
    ] = KINDS,
) -> None:
    """Train and score, and write scores.md."""
    settings = resolve_settings(Path("params.yaml"), [])
    page, of_few = [], []
    for name in regions_of:
        own = _settings(settings, name)
        folder = out / name
        _regions(own, name, folder)
        scores = _scores(own, folder, seeds)
        page += [f"Regions: {name}", score_table(scores), _differences(scores)]
        folder.joinpath("scores.md").write_text("\n\n".join(page[-3:]), encoding="utf-8")
        if name.isdecimal():
            of_few.append(scores)
    if len(of_few) > 1:
        together = {name: mean_over_seeds([one[name] for one in of_few]) for name in of_few[0]}
        page += ["Regions of those that saw few boxes, the mean", _differences(together)]
    (out / "scores.md").write_text("\n\n".join(page), encoding="utf-8")


def _differences(scores: Mapping[str, list[Score]]) -> str:
    pairs = {
        f"{one} less {other}": (scores[one], scores[other])
        for one, other in PAIRS
        if other in scores
    }
    return difference_table(pairs)


def _settings(settings: ModelSettings, name: str) -> ModelSettings:
    """The reproduction's settings, for regions of that kind."""
    if name == "grid":
        grid = settings.regions.model_copy(update={"source": "grid", "per_image": WINDOWS})
        return settings.model_copy(update={"regions": grid})
    if name == "all":
        return settings
    body = settings.backbone.model_copy(update={"frozen": 16})
    epochs = FEW[int(name)]
    training = settings.detector.model_copy(update={"epochs": epochs, "patience": epochs})
    return settings.model_copy(update={"backbone": body, "detector": training})


def _regions(settings: ModelSettings, name: str, folder: Path) -> None:
    """Find the candidate regions of a kind, below `folder`."""
    if name == "all":
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "regions").exists():
            (folder / "regions").symlink_to(ALL.resolve())
        return
    if name != "grid":
        few = _few_boxes(settings, int(name), folder / "images")
        cohorts = settings.cohorts.model_copy(update={"detector": few})
        settings = settings.model_copy(update={"cohorts": cohorts})
        if not (folder / "detector").is_dir():
            detector(settings=settings, out=folder / "detector")
    regions(settings=settings, detector=folder / "detector", out=folder / "regions")


def _few_boxes(settings: ModelSettings, count: int, folder: Path) -> CohortSettings:
    """As many images with a box, of those that may be learnt from, and others in proportion."""
    cohort = open_part("detector", settings, settings.targets)
    order = np.random.default_rng(0).permutation(len(cohort.images))
    images = [cohort.images[row].image_id for row in order]
    boxed = [name for name in images if name in cohort.boxes]
    others = [name for name in images if name not in cohort.boxes]
    kept = {*boxed[:count], *others[: round(count * len(others) / len(boxed))]}
    return part_of(TABLES, kept, folder, settings.cohorts.detector.pictures)


def _scores(settings: ModelSettings, folder: Path, seeds: int) -> dict[str, list[Score]]:
    """Scores of every kind of network, the mean over seeds, and of the detector if there is one."""
    cohort = open_cohort(PART, settings.cohorts.localization, settings.targets)
    inputs = ReadingInputs(settings, folder, {PART: cohort})
    found: dict[str, list[Score]] = {}
    for name, update in NETWORKS.items():
        network = settings.network.model_copy(update=update)
        own = settings.model_copy(update={"network": network})
        found[name] = network_scores(name.replace(" ", "_"), own, LABELS, inputs, seeds)
    if settings.regions.need_detector:
        (found["detector"],) = scores_of_parts(DETECTOR.read(inputs), inputs)
    return found


if __name__ == "__main__":
    typer.run(main)
