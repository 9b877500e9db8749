"""Stage results: one page of what methods are worth on real images."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc

from command_line.summary import StageSummary
from data_contracts.images import IMAGES
from data_contracts.predictions import SCORES
from data_contracts.storage import read_table
from data_contracts.whole_files import whole_file
from model.reporting.findings import write_findings
from model.reporting.machine import core_count, processor_name
from model.reporting.page import Results, write_results
from model.reporting.published import read_published
from model.scoring.score_files import read_score_tables
from model.settings import ModelSettings
from model.training.hardware import precision_of

_PART: Final = "localization"
_PHANTOM: Final = "phantom"


class ResultsError(ValueError):
    """Scores cannot be put on a page of results; the message says why and what to do."""


def results(
    *,
    settings: ModelSettings,
    evaluations: Sequence[Path],
    published: Path | None,
    title: str,
    command: str,
    out: Path,
    findings: Path | None = None,
) -> StageSummary:
    """Write a page of the scores of one or several evaluations, a seed each.

    Args:
        settings: those that the evaluations were run with; `cohorts.localization` tells what was
            scored.
        evaluations: folders of `scores.parquet` and `differences.parquet`, as evaluate, compare
            and crossvalidate write them.
        published: YAML file of published scores; None shows none.
        title: of the page.
        command: that made the scores, to be shown.
        out: the page, a Markdown file.
        findings: folder of the scores of the stage by_finding, to stand behind; None has none.

    Raises:
        TableNotFoundError: a folder has no scores, or the cohort no table of images.
        PublishedError: the file of published scores cannot be used.
        ResultsError: the images are phantoms, nothing was localized, two evaluations are of one
            seed, or methods were scored on different images.
    """
    started = time.perf_counter()
    names = _real_cohorts(settings)
    rows, differences = read_score_tables(evaluations)
    located = [row for row in rows if row["cohort"] == _PART]
    _check(located, evaluations)
    page = write_results(
        Results(
            title,
            command,
            f"{', '.join(names)}, boxes of {', '.join(settings.targets) or 'every label'}",
            f"{processor_name()}, {core_count()} cores, "
            f"precision {precision_of(settings.hardware)}",
            rows,
            differences,
            read_published(published) if published else (),
        )
    )
    if findings is not None:
        parts = write_findings(*read_score_tables([findings]))
        page = "\n\n".join([page.rstrip(), *parts]) + "\n"
    with whole_file(out) as partial:
        partial.write_text(page, encoding="utf-8")
    return StageSummary(
        stage="results",
        counts={
            "methods": len({row["method"] for row in located}),
            "seeds": len({row["seed"] for row in located}),
            "images": located[0]["images"],
            "patients": located[0]["patients"],
        },
        seconds=time.perf_counter() - started,
        outputs=(out,),
    )


def _real_cohorts(settings: ModelSettings) -> list[str]:
    """Names of the scored images' cohorts."""
    own = settings.cohorts.localization
    path = own.tables / f"{IMAGES.name}.parquet"
    names = pc.unique(read_table(IMAGES, path)["cohort"]).to_pylist()
    chosen = sorted(name for name in names if own.name in (None, name))
    if not chosen or any(name.startswith(_PHANTOM) for name in chosen):
        raise ResultsError(
            f"{path}: the cohort '{own.name}' holds {', '.join(chosen) or 'no images'}; pages of "
            "results are for real radiographs alone. Set model.cohorts.localization to those that "
            "were scored"
        )
    return chosen


def _check(located: Sequence[dict[str, Any]], evaluations: Sequence[Path]) -> None:
    folders = ", ".join(map(str, evaluations))
    if not located:
        raise ResultsError(f"{folders}: no scores of the cohort '{_PART}'; run evaluate first")
    keys = [tuple(row[name] for name in SCORES.primary_key) for row in located]
    if len(set(keys)) < len(keys):
        raise ResultsError(f"{folders}: hold scores of the same seed; give one folder for each")
    counts = {
        (row["images"], row["patients"]): row["method"]
        for row in located
        if row["score"] == "accuracy"
    }
    if len(counts) != 1:
        told = ", ".join(f"{name} on {images}" for (images, _), name in counts.items())
        raise ResultsError(
            f"{folders}: methods were scored on different images ({told}); a table would not be "
            "fair. Run evaluate anew"
        )
