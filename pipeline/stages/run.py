"""Stage `run`: from a source to all text tables in one call."""

from collections.abc import Iterator
from pathlib import Path

from command_line.summary import StageSummary, write_metrics
from data_contracts.locking import one_run_in
from pipeline.settings import Settings
from pipeline.stages.embed import embed
from pipeline.stages.extract import extract
from pipeline.stages.ingest import ingest
from pipeline.stages.label import label
from pipeline.stages.phantom import phantom
from pipeline.stages.vocabulary import vocabulary


def run(
    *,
    settings: Settings,
    source: Path | None,
    out: Path,
    corrections: Path | None = None,
    scheduler: str | None = None,
) -> Iterator[StageSummary]:
    """Run all stages from the source to the embeddings, yielding each one's summary when it ends.

    Args:
        settings: all settings; `settings.source.kind` says how `source` is read.
        source: the source's file or folder; None writes a phantom cohort to `out/phantom` and
            reads that.
        out: folder for the tables, and for the metrics in `out/metrics/<stage>.json`.
        corrections: folder of the corrections; None takes `out/corrections`.
        scheduler: address of a running Dask scheduler; None starts workers on this machine.

    Raises:
        SourceError: the source is not there or not of its kind.
        ContractError: a table breaks its contract.
    """
    of_label = settings.label.model_copy(update={"corrections": corrections or out / "corrections"})
    settings = settings.model_copy(update={"label": of_label})
    with one_run_in(out):
        for summary in _stages(settings, source, out, scheduler):
            write_metrics(summary, out / "metrics" / f"{summary.stage}.json")
            yield summary


def _stages(
    settings: Settings, source: Path | None, out: Path, scheduler: str | None
) -> Iterator[StageSummary]:
    lexicon = settings.nlp.lexicon
    reports, mentions = out / "reports.parquet", out / "mentions.parquet"
    findings, labels = out / "findings.parquet", out / "labels.parquet"
    if source is None:
        source = out / "phantom"
        yield phantom(settings=settings.phantom, out=source)
    where = settings.source.model_copy(update={"path": source})
    yield ingest(settings=where, out=out)
    yield extract(settings=settings.nlp, reports=reports, out=out, scheduler=scheduler)
    yield label(
        settings=settings.label,
        lexicon=lexicon,
        reports=reports,
        mentions=mentions,
        findings=findings,
        out=out,
    )
    yield vocabulary(
        settings=settings.vocabulary, lexicon=lexicon, mentions=mentions, labels=labels, out=out
    )
    yield embed(
        settings=settings.embed,
        lexicon=lexicon,
        reports=reports,
        mentions=mentions,
        vocabulary=out / "vocabulary.parquet",
        out=out,
    )
