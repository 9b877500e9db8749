"""The text side of MIMIC-CXR, rehearsed: its report tree in full size, with phantoms' words.

Makes trees of so many reports in the published layout, one file each below `files/pNN/pNNNNNNNN/`,
with metadata and split tables beside them, and runs each stage by its command in a process of its
own: time, peak memory, and how far both are from growing as the reports do. MIMIC-CXR has 227,835
reports and 377,110 images; only the tables know of images here, whose pictures text stages do not
read.

    uv run python benchmarks/mimic_scale.py --reports 10000 --reports 100000 --reports 227835
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

import typer
from measuring import Measured, measure
from rich.console import Console
from rich.table import Table

RESULTS: Final = Path(__file__).parent / "results" / "mimic_scale.json"
STAGES: Final = ("ingest", "extract", "label", "vocabulary", "embed")
# MIMIC-CXR's own: images and reports of a patient, and the share of each split.
IMAGES_A_REPORT: Final = 377_110 / 227_835
REPORTS_A_PATIENT: Final = 227_835 / 65_379
SPLITS: Final = ("train", "validate", "test")
SPLIT_WEIGHTS: Final = (0.978, 0.008, 0.014)


def main(
    reports: Annotated[
        list[int] | None, typer.Option(min=100, help="Reports of a tree; may be repeated.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Workers of the stage extract.")] = 2,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to make the trees, and leave none.")
    ] = None,
) -> None:
    """Measure every text stage on trees of growing size."""
    console = Console()
    rows: dict[int, dict[str, Measured]] = {}
    for count in sorted(reports or [10_000]):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            work = Path(place)
            with console.status(f"making a tree of {count:,} reports"):
                write_tree(work / "mimic", count)
            rows[count] = run_stages(work, count, workers)
        show(console, rows)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(as_dict(rows, workers), indent=2) + "\n", encoding="utf-8")


def write_tree(root: Path, count: int) -> None:
    """A report tree of that many reports with the tables beside it."""
    from pipeline.phantom.cohort import phantom_reports

    chance = random.Random(0)  # noqa: S311 - nothing secret hangs on it
    texts = (
        text for table in phantom_reports(count, 0, 5_000) for text in table["text"].to_pylist()
    )
    metadata: list[tuple[str, str, str, str]] = []
    split: list[tuple[str, str, str, str]] = []
    subject, own = 10_000_000, ""
    for study, text in enumerate(texts, 50_000_000):
        if study == 50_000_000 or chance.random() < 1 / REPORTS_A_PATIENT:
            subject += chance.randint(1, 150)
            (own,) = chance.choices(SPLITS, SPLIT_WEIGHTS)
        patient = root / "files" / f"p{str(subject)[:2]}" / f"p{subject}"
        patient.mkdir(parents=True, exist_ok=True)
        (patient / f"s{study}.txt").write_text(text, encoding="utf-8")
        images = 1 + (chance.random() < IMAGES_A_REPORT - 1)
        for image in range(images):
            key = (f"{study:08x}-{image}", str(subject), str(study))
            metadata.append((*key, "PA" if image == 0 else "LATERAL"))
            split.append((key[0], key[2], key[1], own))
    write_table(root / "mimic-cxr-2.0.0-metadata.csv.gz",
                ("dicom_id", "subject_id", "study_id", "ViewPosition"), metadata)  # fmt: skip
    write_table(root / "mimic-cxr-2.0.0-split.csv.gz",
                ("dicom_id", "study_id", "subject_id", "split"), split)  # fmt: skip


def write_table(path: Path, header: tuple[str, ...], rows: list[tuple[str, str, str, str]]) -> None:
    """A gzipped CSV."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def run_stages(work: Path, count: int, workers: int) -> dict[str, Measured]:
    """Each stage by its command, alone in its process."""
    spawn = multiprocessing.get_context("spawn")
    measured: dict[str, Measured] = {}
    for stage in STAGES:
        with ProcessPoolExecutor(1, mp_context=spawn) as process:
            measured[stage] = process.submit(run_stage, work, stage, workers).result().over(count)
    return measured


def run_stage(work: Path, stage: str, workers: int) -> Measured:
    """One stage, from its imports to its tables."""
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


def show(console: Console, rows: dict[int, dict[str, Measured]]) -> None:
    """Print seconds and memory of every stage, and what growing costs."""
    table = Table(title="Text stages on a tree of MIMIC-CXR's layout", title_justify="left")
    table.add_column("")
    for count in rows:
        table.add_column(f"{count:,} reports", justify="right")
    for stage in STAGES:
        table.add_row(stage, *(told(measured[stage]) for measured in rows.values()))
    whole = [sum((m[stage] for stage in STAGES), Measured()) for m in rows.values()]
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
