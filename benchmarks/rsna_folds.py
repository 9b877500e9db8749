"""What methods are worth on RSNA's boxes of opacity, by five folds of patients.

Each fold has a detector, regions and networks of its own, trained as reproductions/chestxray8
trains them, without the fold's patients in any part. Networks with and without matching, and with
and without the detector's objectness, share a fold's regions, so that they differ by that alone.
`--frozen 16 --epochs 6` takes a third of the time. Run it in the folder of the reproduction, after
its stages `images`, `rsna` and `labels`. What a broken run had finished is kept.

    cd reproductions/chestxray8
    uv run python ../../benchmarks/rsna_folds.py
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from cohort_parts import part_of
from found_scores import difference_table, score_table, scores_of
from sklearn.model_selection import StratifiedGroupKFold

from model.methods.cross_attention import read_network
from model.methods.detector_alone import DETECTOR
from model.methods.mean_boxes import MEAN_BOXES
from model.methods.method import PartFindings, ReadingInputs
from model.methods.network_training import train_on_reports
from model.reading.findings import Findings
from model.settings import CohortSettings, ModelSettings, resolve_settings
from model.stages.detector import detector
from model.stages.regions import regions
from model.tensors.apart import joined_patients
from model.tensors.cohorts import Cohort, open_cohort

TABLES: Final = Path("data/rsna")
LABELS: Final = Path("data/labels")
FOLDS: Final = 5
PART: Final = "localization"
OURS, NOTHING = "cross attention", "from nothing"
NETWORKS: Final[dict[str, dict[str, Any]]] = {
    OURS: {},
    f"{OURS} without matching": {"matching": 0.0},
    NOTHING: {"objectness": False},
    f"{NOTHING} without matching": {"objectness": False, "matching": 0.0},
}


def main(
    out: Annotated[Path, typer.Option(help="Folder for weights and scores.")] = Path("data/folds"),
    epochs: Annotated[int, typer.Option(min=1, help="Of each detector.")] = 12,
    frozen: Annotated[int, typer.Option(help="Stride up to which the body is frozen.")] = 8,
    only: Annotated[
        list[int] | None, typer.Option(help="Of the folds 0 to 4; none takes all.")
    ] = None,
) -> None:
    """Train and read each fold, and write scores.md."""
    settings = resolve_settings(
        Path("params.yaml"),
        [f"model.detector.epochs={epochs}", f"model.backbone.frozen={frozen}"],
    )
    cohort = open_cohort(PART, settings.cohorts.detector, settings.targets)
    found: dict[str, dict[str, Findings]] = {}
    for number, names in enumerate(_folds(cohort, settings.cohorts.same_picture)):
        if only and number not in only:
            continue
        for method, findings in _of_fold(settings, names, out / str(number)):
            found.setdefault(method, {}).update({one.image_id: one for one in findings})
    read = [image for image in cohort.images if image.image_id in found[OURS]]
    cohort = cohort.only(read, "of these folds")
    boxed = cohort.only([image for image in read if image.image_id in cohort.boxes], "with boxes")
    page = []
    for title, images in (("images with boxes", boxed), ("all images", cohort)):
        wanted = {image.image_id for image in images.images}
        scores = {
            method: scores_of(images, {name: own[name] for name in own.keys() & wanted})
            for method, own in found.items()
        }
        pairs = {
            f"{name} less {OURS}": (scores[name], scores[OURS]) for name in scores if name != OURS
        }
        with_text = scores[NOTHING], scores[f"{NOTHING} without matching"]
        pairs[f"{NOTHING}: with matching less without"] = with_text
        page += [f"{len(wanted)} {title}:", score_table(scores), difference_table(pairs)]
    (out / "scores.md").write_text("\n\n".join(page), encoding="utf-8")
    print("\n\n".join(page))


def _folds(cohort: Cohort, same_picture: int) -> Iterator[set[str]]:
    """Image ids of each fold; patients that share a picture are not parted."""
    names = [image.image_id for image in cohort.images]
    boxed = [name in cohort.boxes for name in names]
    patients = joined_patients(cohort.images, same_picture)
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for _, test in splitter.split(names, boxed, patients):
        yield {names[row] for row in test}


def _of_fold(
    settings: ModelSettings, names: set[str], out: Path
) -> Iterator[tuple[str, list[Findings]]]:
    """Findings of each method on a fold's images, by weights that have not seen their patients."""
    held_back = _held_back(settings, names, out / "images")
    own = settings.model_copy(
        update={"cohorts": settings.cohorts.model_copy(update={PART: held_back})}
    )
    if not (out / "detector").is_dir():
        detector(settings=own, out=out / "detector")
    regions(settings=own, detector=out / "detector", out=out / "regions")
    cohorts = {PART: open_cohort(PART, held_back, own.targets)}
    inputs = ReadingInputs(own, out, cohorts)
    for method, update in NETWORKS.items():
        folder = out / method.replace(" ", "_")
        network = own.model_copy(update={"network": own.network.model_copy(update=update)})
        if not folder.is_dir():
            train_on_reports(settings=network, tables=LABELS, regions=out / "regions", out=folder)
        yield from _plain(read_network(method, folder, inputs))
    for read in (DETECTOR.read, MEAN_BOXES.read):
        yield from _plain(read(inputs))


def _plain(parts: Iterator[PartFindings]) -> Iterator[tuple[str, list[Findings]]]:
    for method, _, findings in parts:
        yield method.replace("_", " "), list(findings)


def _held_back(settings: ModelSettings, names: set[str], folder: Path) -> CohortSettings:
    """The fold's images as a cohort by themselves, which no other may share patients with."""
    return part_of(TABLES, names, folder, settings.cohorts.detector.pictures)


if __name__ == "__main__":
    typer.run(main)
