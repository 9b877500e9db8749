"""MIMIC-CXR's size, rehearsed: its report tree in full, with phantoms' words, and its image index.

Makes trees of so many reports in the published layout, one file each below `files/pNN/pNNNNNNNN/`,
with metadata and split tables beside them, and runs each stage by its command in a process of its
own: time, peak memory, and how far both are from growing as the reports do. MIMIC-CXR has 227,835
reports and 377,110 images. The tables list as many images for each report; of their files a sample
is there, each with grain and a mark of its own, and the index sets the others aside as missing:
small files tell what rows cost, files of the real size (`--side 2800`) what a radiograph does.

    uv run python benchmarks/mimic_scale.py --reports 10000 --reports 100000 --reports 227835
    uv run python benchmarks/mimic_scale.py --stage images --reports 10000 --reports 227835
    uv run python benchmarks/mimic_scale.py --stage images --reports 500 --pictures 500 --side 2800
"""

import csv
import gzip
import json
import multiprocessing
import os
import platform
import random
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
import typer
from measuring import Measured, measure
from PIL import Image
from rich.console import Console
from rich.table import Table

RESULTS: Final = Path(__file__).parent / "results" / "mimic_scale.json"
TEXT_STAGES: Final = ("ingest", "extract", "label", "vocabulary", "embed")
STAGES: Final = (*TEXT_STAGES, "images")
# MIMIC-CXR's own: images and reports of a patient, and the share of each split.
IMAGES_A_REPORT: Final = 377_110 / 227_835
REPORTS_A_PATIENT: Final = 227_835 / 65_379
SPLITS: Final = ("train", "validate", "test")
SPLIT_WEIGHTS: Final = (0.978, 0.008, 0.014)
# Side of the squares of a picture's mark, in pixels, how many there are, and how strong its grain.
SQUARE: Final = 16
BITS: Final = 16
GRAIN: Final = 3.0

Row = tuple[str, str, str, str]


def main(
    reports: Annotated[
        list[int] | None, typer.Option(min=100, help="Reports of a tree; may be repeated.")
    ] = None,
    stage: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(STAGES)}; all by default.")
    ] = None,
    pictures: Annotated[int, typer.Option(min=1, help="Image files that are there.")] = 2_000,
    side: Annotated[int, typer.Option(min=256, help="Pixels of their side.")] = 256,
    workers: Annotated[int, typer.Option(min=1, help="Workers of extract and images.")] = 2,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to make the trees, and leave none.")
    ] = None,
) -> None:
    """Measure the stages on trees of growing size."""
    console = Console()
    stages = [one for one in STAGES if one in (stage or STAGES)]
    rows: dict[int, dict[str, Measured]] = {}
    for count in sorted(reports or [10_000]):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            work = Path(place)
            with console.status(f"making a tree of {count:,} reports"):
                metadata = write_tables(work / "mimic", count)
                if "images" in stages:
                    write_pictures(work / "mimic", metadata, pictures, side)
                if stages != ["images"]:
                    write_reports(work / "mimic", metadata, count)
            rows[count] = run_stages(work, stages, count, workers)
        show(console, stages, rows)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(as_dict(rows, workers), indent=2) + "\n", encoding="utf-8")


def write_tables(root: Path, count: int) -> list[Row]:
    """The tables of that many reports; returns the rows of the metadata."""
    root.mkdir(parents=True)
    chance = random.Random(0)  # noqa: S311 - nothing secret hangs on it
    metadata: list[Row] = []
    split: list[Row] = []
    subject, own = 10_000_000, ""
    for study in range(50_000_000, 50_000_000 + count):
        if study == 50_000_000 or chance.random() < 1 / REPORTS_A_PATIENT:
            subject += chance.randint(1, 150)
            (own,) = chance.choices(SPLITS, SPLIT_WEIGHTS)
        images = 1 + (chance.random() < IMAGES_A_REPORT - 1)
        for image in range(images):
            key = (f"{study:08x}-{image}", str(subject), str(study))
            metadata.append((*key, "PA" if image == 0 else "LATERAL"))
            split.append((key[0], key[2], key[1], own))
    write_table(root / "mimic-cxr-2.0.0-metadata.csv.gz",
                ("dicom_id", "subject_id", "study_id", "ViewPosition"), metadata)  # fmt: skip
    write_table(root / "mimic-cxr-2.0.0-split.csv.gz",
                ("dicom_id", "study_id", "subject_id", "split"), split)  # fmt: skip
    return metadata


def write_reports(root: Path, metadata: list[Row], count: int) -> None:
    """A file of a phantom report for each study."""
    from pipeline.phantom.cohort import phantom_reports

    texts = (
        text for table in phantom_reports(count, 0, 5_000) for text in table["text"].to_pylist()
    )
    studies = [(subject, study) for _, subject, study, view in metadata if view == "PA"]
    for (subject, study), text in zip(studies, texts, strict=True):
        patient = patient_folder(root, subject)
        patient.mkdir(parents=True, exist_ok=True)
        (patient / f"s{study}.txt").write_text(text, encoding="utf-8")


def patient_folder(root: Path, subject: str) -> Path:
    """Where a patient's reports and images lie."""
    return root / "files" / f"p{subject[:2]}" / f"p{subject}"


def write_pictures(root: Path, metadata: list[Row], pictures: int, side: int) -> None:
    """Files of that many frontal images, or of all, evenly spread over the rows of the metadata."""
    frontal = [row for row in metadata if row[3] == "PA"]
    number = min(pictures, len(frontal))
    plain = grey_ramp(side)
    for index in range(number):
        name, subject, study, _ = frontal[index * len(frontal) // number]
        study_folder = patient_folder(root, subject) / f"s{study}"
        study_folder.mkdir(parents=True)
        marked_picture(plain, index).save(study_folder / f"{name}.jpg", quality=90)


def grey_ramp(side: int) -> npt.NDArray[np.uint8]:
    """[side, side] a ramp with grain, so that a file is about as large as a radiograph's."""
    grain = np.random.default_rng(0).normal(0, GRAIN, (side, side))
    return (np.linspace(40, 200, side) + grain).round().astype(np.uint8)


def marked_picture(plain: npt.NDArray[np.uint8], index: int) -> Image.Image:
    """The picture with the number's bits as squares, so that no two files are the same."""
    pixels = plain.copy()
    for bit in range(BITS):
        if index >> bit & 1:
            pixels[:SQUARE, bit * SQUARE : (bit + 1) * SQUARE] = 255
    return Image.fromarray(pixels)


def write_table(path: Path, header: tuple[str, ...], rows: list[Row]) -> None:
    """A gzipped CSV."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def run_stages(work: Path, stages: list[str], count: int, workers: int) -> dict[str, Measured]:
    """Each stage by its command, alone in its process."""
    spawn = multiprocessing.get_context("spawn")
    measured: dict[str, Measured] = {}
    for stage in stages:
        with ProcessPoolExecutor(1, mp_context=spawn) as process:
            run = run_images if stage == "images" else run_text_stage
            measured[stage] = process.submit(run, work, stage, workers).result().over(count)
    return measured


def run_text_stage(work: Path, stage: str, workers: int) -> Measured:
    """One text stage, from its imports to its tables."""
    with measure() as measured:
        from pipeline.cli import app

        data = work / "data"
        given: list[str | Path] = [stage, "--out", data, "--metrics", work / f"{stage}.json"]
        if stage == "ingest":
            given += ["--set", "source.kind=mimic_cxr", "--set", f"source.path={work / 'mimic'}"]
        else:
            given += ["--tables", data]
        if stage == "extract":
            given += ["--set", f"nlp.workers={workers}"]
        app([str(word) for word in given], standalone_mode=False)
    return measured


def run_images(work: Path, stage: str, workers: int) -> Measured:
    """The index of the images, from its imports to its tables."""
    with measure() as measured:
        from model.cli import app

        given = [stage, "mimic_cxr_jpg", work / "mimic", "--out", work / "images",
                 "--workers", workers, "--metrics", work / "images.json"]  # fmt: skip
        app([str(word) for word in given], standalone_mode=False)
    return measured


def show(console: Console, stages: list[str], rows: dict[int, dict[str, Measured]]) -> None:
    """Print seconds and memory of every stage, and what growing costs."""
    table = Table(title="Stages on a tree of MIMIC-CXR's layout", title_justify="left")
    table.add_column("")
    for count in rows:
        table.add_column(f"{count:,} reports", justify="right")
    for stage in stages:
        table.add_row(stage, *(told(measured[stage]) for measured in rows.values()))
    whole = [sum((m[stage] for stage in stages), Measured()) for m in rows.values()]
    table.add_row("all", *map(told, whole))
    console.print(table)
    for before, after in pairwise(zip(rows, whole, strict=True)):
        more, longer = after[0] / before[0], after[1].seconds / before[1].seconds
        console.print(f"{more:.1f} times the reports took {longer:.1f} times as long")


def told(measured: Measured) -> str:
    """Seconds and peak memory."""
    return f"{measured.seconds:,.1f} s, {measured.peak_bytes / 1e6:,.0f} MB"


def as_dict(rows: dict[int, dict[str, Measured]], workers: int) -> dict[str, object]:
    """All figures, to be written."""
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "workers": workers,
        "reports": {
            count: {stage: one.as_dict() for stage, one in measured.items()}
            for count, measured in rows.items()
        },
    }


if __name__ == "__main__":
    typer.run(main)
