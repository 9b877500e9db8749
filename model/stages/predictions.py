"""Stage predictions: what every method finds on the images that are to be scored."""

import time
from pathlib import Path

from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.locking import one_run
from data_contracts.placing import placed_folder
from data_contracts.predictions import PREDICTIONS
from model.methods.method import ReadingInputs
from model.methods.registry import limits, reads
from model.reading.attention_table import write_attention
from model.reading.tables import write_findings
from model.settings import ModelSettings
from model.tensors.scored import scored_cohorts


@one_run
def predictions(*, settings: ModelSettings, models: Path, out: Path) -> StageSummary:
    """Write what each method finds to `out/METHOD/PART/`, all of it at once.

    Args:
        settings: cohorts, and what is asked for.
        models: folder of the regions and of the trained networks; those that are there are used.
        out: folder to write to.

    Raises:
        WeightsError: there is no trained network, or one is of another release.
        CohortError: a cohort is empty, or regions are of other images.
    """
    started = time.perf_counter()
    cohorts = scored_cohorts(settings)
    inputs = ReadingInputs(settings, models, cohorts)
    methods: set[str] = set()
    with placed_folder(out, _is_of_method) as new, progress_bar("methods") as progress:
        bar = progress.add_task("predictions", total=None)
        for read in reads():
            for method, part, findings in read(inputs):
                write_findings(method, findings, new / method / part)
                write_attention(method, findings, new / method / part)
                methods.add(method)
                progress.advance(bar)
    counts: dict[str, int | float] = {
        f"images_{part}": len(cohort.images) for part, cohort in cohorts.items()
    }
    counts["methods"] = len(methods)
    for tell in limits():
        counts.update(tell(inputs))
    return StageSummary("predictions", counts, time.perf_counter() - started, (out,))


def _is_of_method(entry: Path) -> bool:
    return any(entry.glob(f"*/{PREDICTIONS.name}.parquet"))
