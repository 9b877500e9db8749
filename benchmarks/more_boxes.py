"""Whether Wang et al.'s boxes of other findings make the detector of opacities better.

Two detectors learn: from RSNA's boxes, and from these and the boxes of infiltrates and atelectases
on images that RSNA's radiologists have not read. On the regions of each a network learns, and both
are scored on the images with a box of pneumonia, whose patients neither has seen. Run it in the
folder of the reproduction, after its stages `images`, `rsna` and `labels`. What a broken run had
finished is kept.

    cd reproductions/chestxray8
    uv run python ../../benchmarks/more_boxes.py
"""

from pathlib import Path
from typing import Annotated, Final

import pyarrow as pa
import pyarrow.compute as pc
import typer
from cohort_parts import joined
from found_scores import difference_table, score_table
from network_seeds import attention_and_detector

from data_contracts.images import BOXES, IMAGES
from data_contracts.storage import read_table
from model.scoring.scorecard import Score
from model.settings import ModelSettings, resolve_settings
from model.stages.detector import detector
from model.stages.regions import regions

RSNA: Final = Path("data/rsna")
WANG: Final = Path("data/chestxray14")
LABELS: Final = Path("data/labels")
#: Findings of Wang et al. that RSNA's radiologists would box as opacities.
OPACITIES: Final = ("finding:infiltrate", "finding:atelectasis")
#: What they are to the detector.
TARGET: Final = "finding:lung_opacity_any"
#: What stays ImageNet's, so that a detector takes minutes.
FROZEN: Final = 16


def main(
    out: Annotated[Path, typer.Option(help="Folder for weights and scores.")] = Path("data/more"),
    seeds: Annotated[int, typer.Option(min=1, help="Networks on the regions of each.")] = 2,
) -> None:
    """Train and score, and write scores.md."""
    settings = resolve_settings(Path("params.yaml"), [])
    body = settings.backbone.model_copy(update={"frozen": FROZEN})
    settings = settings.model_copy(update={"backbone": body})
    found: dict[str, dict[str, list[Score]]] = {}
    for name, findings in (("rsna", ()), ("rsna_and_wang", OPACITIES)):
        folder = out / name
        own = _learning_from(settings, findings, folder / "images")
        if not (folder / "detector").is_dir():
            detector(settings=own, out=folder / "detector")
        regions(settings=own, detector=folder / "detector", out=folder / "regions")
        found[name] = attention_and_detector(own, folder, LABELS, seeds)
    fewer, more = found.values()
    page = [f"{name}\n\n{score_table(scores)}" for name, scores in found.items()]
    page.append(
        difference_table({f"{one}, more less fewer": (more[one], fewer[one]) for one in more})
    )
    (out / "scores.md").write_text("\n\n".join(page), encoding="utf-8")


def _learning_from(
    settings: ModelSettings, findings: tuple[str, ...], folder: Path
) -> ModelSettings:
    """Settings whose detector learns from RSNA's boxes and Wang et al.'s of some findings."""
    (images, boxes), (other_images, other_boxes) = (
        [read_table(contract, tables / f"{contract.name}.parquet") for contract in (IMAGES, BOXES)]
        for tables in (RSNA, WANG)
    )
    wanted = pc.is_in(other_boxes["label"], pa.array(findings, pa.string()))
    other_boxes = other_boxes.filter(wanted)
    unread = pc.invert(pc.is_in(other_images["path"], images["path"].combine_chunks()))
    boxed = pc.is_in(other_images["image_id"], other_boxes["image_id"].combine_chunks())
    other_images = other_images.filter(pc.and_(unread, boxed))
    other_boxes = other_boxes.filter(
        pc.is_in(other_boxes["image_id"], other_images["image_id"].combine_chunks())
    )
    place = other_boxes.schema.get_field_index("label")
    other_boxes = other_boxes.set_column(
        place, BOXES.schema().field("label"), pa.array([TARGET] * len(other_boxes), pa.string())
    )
    tables = joined([(images, boxes), (other_images, other_boxes)], folder)
    cohort = settings.cohorts.detector.model_copy(update={"tables": tables})
    cohorts = settings.cohorts.model_copy(update={"detector": cohort})
    return settings.model_copy(update={"cohorts": cohorts})


if __name__ == "__main__":
    typer.run(main)
