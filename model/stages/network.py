"""Stage network: learn from regions and reports which attributes images have, and where."""

from pathlib import Path

from command_line.summary import StageSummary
from data_contracts.locking import one_run
from model.methods.network_training import train_on_reports
from model.settings import ModelSettings


@one_run
def network(
    *,
    settings: ModelSettings,
    tables: Path,
    regions: Path,
    out: Path,
    record: Path | None = None,
) -> StageSummary:
    """Train the cross-attention network on the cohort with reports.

    Args:
        settings: cohorts, attributes and training.
        tables: folder of labels, vocabulary and embeddings.
        regions: folder of the stage regions.
        out: folder for the weights and their card.
        record: folder for the record of every epoch.

    Raises:
        TableNotFoundError: a stage before has not been run.
        LabelTablesError: the label tables do not belong together.
        CohortError: no image has a labelled report, or regions are of other images.
    """
    return train_on_reports(
        settings=settings, tables=tables, regions=regions, out=out, record=record
    )
