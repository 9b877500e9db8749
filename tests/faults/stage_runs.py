"""The stages as the commands that run them in a folder of one's own, and what each writes there."""

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

#: What two runs may differ in, and a kill must not mix: who reads sees all of one or of the other.
PARTS: Final = ("detector", "training", "localization", "severity")


@dataclass(frozen=True, slots=True)
class Stage:
    """A command, and what it writes.

    Attributes:
        command: `pipeline` or `model`, and what follows.
        together: what it writes that must be of one run, by group; paths in the folder of a run.
    """

    command: tuple[str, ...]
    together: tuple[tuple[str, ...], ...]


def _tables(*names: str) -> tuple[str, ...]:
    return tuple(f"data/{name}.parquet" for name in names)


#: In the order in which they are run.
TEXT_STAGES: Final = {
    "phantom": Stage(("pipeline", "phantom"), (("data/phantom",),)),
    "ingest": Stage(("pipeline", "ingest"), (_tables("reports", "quarantine"),)),
    "extract": Stage(("pipeline", "extract"), (_tables("mentions", "findings"),)),
    "label": Stage(("pipeline", "label"), (_tables("labels", "correction_outcomes"),)),
    "vocabulary": Stage(("pipeline", "vocabulary"), (_tables("vocabulary"),)),
    "embed": Stage(("pipeline", "embed"), (_tables("embeddings"),)),
    "labels": Stage(
        ("pipeline", "labels", "csv", "published.csv", "--column", "finding:pneumonia=Pneumonia",
         "--out", "published"),
        (tuple(f"published/{name}.parquet"
               for name in ("labels", "vocabulary", "embeddings", "quarantine")),),
    ),
    "audit sample": Stage(
        ("pipeline", "audit", "sample", "--reports", "8", "--out", "sample.parquet"),
        (("sample.parquet",),),
    ),
}  # fmt: skip
IMAGE_STAGES: Final = {
    "radiographs": Stage(("model", "radiographs"), (("data/radiographs",),)),
    "images": Stage(
        ("model", "images", "folder", "data/radiographs/pictures", "--out", "listed"),
        (tuple(f"listed/{name}.parquet" for name in ("images", "boxes", "severity",
                                                     "zone_scores", "image_notes", "quarantine")),),
    ),
    "detector": Stage(("model", "detector"), (("data/detector",), ("dvclive/detector",))),
    "regions": Stage(("model", "regions"), (("data/regions",),)),
    "network": Stage(("model", "network"), (("data/network",), ("dvclive/network",))),
    "classifier": Stage(("model", "classifier"), (("data/classifier",), ("dvclive/classifier",))),
    "predictions": Stage(("model", "predictions"), (("data/predictions",),)),
    "evaluate": Stage(("model", "evaluate"), (("data/evaluation",),)),
    "predict": Stage(
        ("model", "predict", "data/radiographs/pictures/severity", "--weights", "data",
         "--out", "found"),
        (("found",),),
    ),
}  # fmt: skip
STAGES: Final = {
    **TEXT_STAGES,
    **IMAGE_STAGES,
    "overview": Stage(("pipeline", "overview", "--out", "overview.html"), (("overview.html",),)),
}
#: What tells when a run was: the picture beside a page that has its date, and a moment.
_DATES: Final = (
    re.compile(rb"overview\.[0-9a-f]+\.svg"),
    re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"),
)
#: Runs that start processes of their own, and so are killed as a user's are, from the shell.
WITH_WORKERS: Final = {
    "extract by two workers": Stage(
        ("pipeline", "extract", "--set", "nlp.workers=2"), STAGES["extract"].together
    ),
    "radiographs by two workers": Stage(
        ("model", "radiographs", "--set", "model.radiographs.workers=2"),
        STAGES["radiographs"].together,
    ),
    "detector with a reader": Stage(
        ("model", "detector", "--set", "model.hardware.workers=1"), STAGES["detector"].together
    ),
}


def prepare(folder: Path, seed: int, studies: int) -> None:
    """Put settings, and a table of published labels, into the folder of a run.

    Args:
        folder: is made.
        seed: of all that is made up or trained.
        studies: how many the cohort has.
    """
    folder.mkdir(parents=True)
    cohorts = {part: {"tables": "data/radiographs", "name": f"phantom_{part}"} for part in PARTS}
    settings: dict[str, Any] = {
        "phantom": {"studies": studies, "seed": seed},
        "source": {"partition_rows": 16},
        "nlp": {"workers": 1},
        "vocabulary": {"min_reports": 2},
        "embed": {"dimensions": 8, "epochs": 2, "min_count": 1, "seed": seed},
        "model": {
            "attributes": {"min_reports": 2},
            "cohorts": cohorts,
            "hardware": {"accelerator": "cpu", "workers": 0, "precision": "32-true"},
            "picture": {"size": 64},
            "radiographs": {"size": 64, "workers": 1},
            "backbone": {"channels": 16},
            "detector": {"epochs": 2, "batch_size": 8, "seed": seed},
            "regions": {"per_image": 6},
            "network": {"epochs": 3, "batch_size": 16, "size": 16, "seed": seed},
            "classifier": {"epochs": 2, "batch_size": 16, "seed": seed},
            "evaluation": {"draws": 10, "seed": seed},
        },
    }
    (folder / "params.yaml").write_text(json.dumps(settings), encoding="utf-8")
    rows = [f"p{number},{(number + seed) % 2}" for number in range(40)]
    (folder / "published.csv").write_text("\n".join(["report_id,Pneumonia", *rows]), "utf-8")


def copy_run(run: Path, out: Path) -> None:
    """A second folder with a run's files, which no stage changes in their place."""
    shutil.copytree(run, out, copy_function=os.link)


def put_back(stage: Stage, before: Path, folder: Path) -> None:
    """Give a folder what an older run of a stage wrote, in place of what is there."""
    for path in (path for group in stage.together for path in group):
        there, older = folder / path, before / path
        if there.is_dir():
            shutil.rmtree(there)
        else:
            there.unlink(missing_ok=True)
        if older.is_dir():
            shutil.copytree(older, there, copy_function=os.link)
        elif older.exists():
            os.link(older, there)


def contents(folder: Path, paths: tuple[str, ...]) -> dict[str, bytes]:
    """The files at or below some paths that anybody looks at."""
    found = {}
    for path in paths:
        place = folder / path
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            below = file.relative_to(folder)
            if file.is_file() and not any(part.startswith(".") for part in below.parts):
                found[str(below)] = _undated(file)
    return found


def _undated(file: Path) -> bytes:
    """A file's bytes, or the rows of a table whose file says when it was made."""
    if file.suffix == ".parquet" and file.parent.name == "found":
        table = pq.read_table(file).replace_schema_metadata(None)
        return repr(table.to_pylist()).encode()
    content = file.read_bytes()
    for date in _DATES:
        content = date.sub(b"", content)
    return content


def hidden(folder: Path) -> set[str]:
    """What is there beside that, and is to be gone in the end."""
    return {str(path.relative_to(folder)) for path in folder.rglob(".*")}
