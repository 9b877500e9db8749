"""Whether attention's own boxes on images with labels, but no boxes, make a better detector.

The kept weights read the images that the network learnt labels of. Where the labels affirm an
opacity, boxes above the threshold become boxes to learn from; where they affirm nothing, the image
is learnt from as one without a box; all others stay out. A detector learns from these and from
RSNA's boxes, as reproductions/chestxray8 trains it, and networks on its regions. They are scored
beside the kept weights on the images with a box of pneumonia, whose patients none has seen. Run it
in the folder of the reproduction, after its stages `images`, `rsna` and `labels`. What a broken run
had finished is kept.

    cd reproductions/chestxray8
    uv run python ../../benchmarks/taught_again.py
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import typer
from cohort_parts import joined
from found_scores import difference_table, score_table
from network_seeds import attention_and_detector

from data_contracts.images import BOXES, IMAGES
from data_contracts.storage import read_table
from data_contracts.tables import LABELS
from model.methods.cross_attention import read_network
from model.methods.method import ReadingInputs
from model.reading.findings import Findings
from model.settings import ModelSettings, resolve_settings
from model.stages.detector import detector
from model.stages.regions import regions
from model.tensors.apart import open_part

RSNA: Final = Path("data/rsna")
CHESTXRAY14: Final = Path("data/chestxray14")
LABELS_FOLDER: Final = Path("data/labels")
#: Labels that affirm an opacity.
OPACITIES: Final = ("finding:pneumonia", "finding:infiltrate", "finding:consolidation")
#: What taught boxes are to the detector.
TARGET: Final = "finding:lung_opacity_any"
#: Of an image at most so many boxes are taught, the likeliest.
MOST_BOXES: Final = 3


def main(
    weights: Annotated[Path, typer.Option(help="The teacher.")] = Path("../../weights"),
    out: Annotated[Path, typer.Option(help="Folder for weights and scores.")] = Path("data/taught"),
    seeds: Annotated[int, typer.Option(min=1, help="Networks on the regions of each.")] = 2,
    shuffled: Annotated[
        bool, typer.Option(help="Choose images by other images' labels: what labels are worth.")
    ] = False,
) -> None:
    """Teach, train and score, and write scores.md."""
    settings = resolve_settings(Path("params.yaml"), [])
    teacher, student = out / "teacher", out / ("student_of_shuffled" if shuffled else "student")
    regions(settings=settings, detector=weights / "detector", out=teacher / "regions")
    taught = _taught(settings, weights, teacher, student / "images", shuffled=shuffled)
    if not (student / "detector").is_dir():
        detector(settings=taught, out=student / "detector")
    regions(settings=taught, detector=student / "detector", out=student / "regions")
    before = attention_and_detector(settings, teacher, LABELS_FOLDER, seeds)
    after = attention_and_detector(taught, student, LABELS_FOLDER, seeds)
    page = [f"{name}\n\n{score_table(own)}" for name, own in (("once", before), ("again", after))]
    pairs = {f"{name}, again less once": (after[name], before[name]) for name in before}
    page.append(difference_table(pairs))
    (student / "scores.md").write_text("\n\n".join(page), encoding="utf-8")
    print("\n\n".join(page))


def _taught(
    settings: ModelSettings, weights: Path, teacher: Path, folder: Path, *, shuffled: bool
) -> ModelSettings:
    """Settings whose detector learns from RSNA's boxes and from those that attention found."""
    inputs = ReadingInputs(settings, teacher, {"training": open_part("training", settings)})
    ((_, _, found),) = read_network("network", weights / "network", inputs)
    read = {one.image_id: one for one in found}
    threshold = json.loads((weights / "evaluation" / "threshold.json").read_text("utf-8"))
    rsna = [read_table(contract, RSNA / f"{contract.name}.parquet") for contract in (IMAGES, BOXES)]
    images = read_table(IMAGES, CHESTXRAY14 / "images.parquet")
    images = images.filter(pc.is_in(images["image_id"], pa.array(sorted(read))))
    images = images.filter(pc.invert(pc.is_in(images["path"], rsna[0]["path"].combine_chunks())))
    labels = {
        row["report_id"]: row
        for row in read_table(LABELS, LABELS_FOLDER / "labels.parquet").to_pylist()
    }
    of_image = {name: name for name in images["report_id"].to_pylist()}
    if shuffled:
        order = np.random.default_rng(0).permutation(len(of_image))
        of_image = dict(zip(of_image, np.array(list(of_image))[order].tolist(), strict=True))
    rows: list[dict[str, Any]] = []
    clear: set[str] = set()
    for image in images.to_pylist():
        affirmed = {
            name for name, value in labels[of_image[image["report_id"]]].items() if value == 1
        }
        if affirmed.intersection(OPACITIES):
            rows += _boxes(read[image["image_id"]], float(threshold["least_score"]))
        elif not affirmed:
            clear.add(image["image_id"])
    boxed = {row["image_id"] for row in rows}
    print(f"{len(boxed)} images taught with {len(rows)} boxes, {len(clear)} without any")
    images = images.filter(pc.is_in(images["image_id"], pa.array(sorted(boxed | clear))))
    tables = [(rsna[0], rsna[1]), (images, pa.Table.from_pylist(rows, schema=BOXES.schema()))]
    cohort = settings.cohorts.detector.model_copy(update={"tables": joined(tables, folder)})
    cohorts = settings.cohorts.model_copy(update={"detector": cohort})
    return settings.model_copy(update={"cohorts": cohorts})


def _boxes(found: Findings, least_score: float) -> Iterator[dict[str, Any]]:
    """Rows of `boxes`: the likeliest that are shown."""
    shown = [box for box in found.boxes if box.score >= least_score]
    for number, box in enumerate(shown[:MOST_BOXES]):
        left, top, right, bottom = box.edges
        yield {
            "box_id": f"{found.image_id}/{number}",
            "image_id": found.image_id,
            "x": left,
            "y": top,
            "width": right - left,
            "height": bottom - top,
            "label": TARGET,
            "annotator": "attention",
        }


if __name__ == "__main__":
    typer.run(main)
