"""Stage classifier: train the classifiers of whole images whose maps are the baselines."""

from pathlib import Path

from command_line.summary import StageSummary
from data_contracts.locking import one_run
from model.methods.classifier_training import train_on_reports
from model.settings import ModelSettings, Recipe


@one_run
def classifier(
    *,
    settings: ModelSettings,
    tables: Path,
    detector: Path,
    out: Path,
    recipe: Recipe = "plain",
    record: Path | None = None,
) -> StageSummary:
    """Train a classifier on the cohort with reports, on what the network learns from too.

    Args:
        settings: cohorts, attributes, backbone and training.
        tables: folder of labels, vocabulary and embeddings.
        detector: folder of the trained detector, whose body the classifier starts from, so that it
            knows no less than the regions' features; not read where `regions.source` needs none or
            `classifier.start` is `weights`.
        out: folder for the weights and their card.
        recipe: `plain`, or `hide_and_seek`, which hides parts of the pictures.
        record: folder for the record of every epoch.

    Raises:
        TableNotFoundError: a stage before has not been run.
        LabelTablesError: the label tables do not belong together.
        CohortError: no image has a labelled report, or files are missing.
    """
    return train_on_reports(
        settings=settings,
        tables=tables,
        detector=detector,
        out=out,
        recipe=recipe,
        record=record,
    )
