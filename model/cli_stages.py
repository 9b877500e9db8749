"""The commands that train, find and score; each imports its stage when it runs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from command_line.commands import Commands, require, require_tables
from command_line.options import Assignments, Metrics, Params, metrics_path
from command_line.summary import report
from model.options import LABEL_TABLES, Models, Record, Tables, record_path

DATA = Path("data")
_IMAGES = "model radiographs, or: python -m model images KIND PATH --out DIR"

app = typer.Typer(cls=Commands, rich_markup_mode=None)


@app.command(epilog="Example: python -m model detector --set model.detector.epochs=12")
def detector(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the weights.")] = DATA
    / "detector",
    params: Params = None,
    assignments: Assignments = None,
    record: Record = None,
    metrics: Metrics = None,
) -> None:
    """Train the detector on the cohort with boxes.

    A run that was killed goes on at its last whole epoch.
    """
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    require("detector", settings.cohorts.detector.tables / "images.parquet", _IMAGES)
    from model.stages.detector import detector as stage

    summary = stage(settings=settings, out=out, record=record_path(record, "detector"))
    report(summary, metrics_path(metrics, "detector"))


@app.command(epilog="Example: python -m model regions --set model.regions.source=grid")
def regions(
    detector: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the trained detector.")
    ] = DATA / "detector",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the regions.")] = DATA
    / "regions",
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Find each image's candidate regions, and read their features.

    With model.regions.source=grid no detector, and so no box, is needed. A run that was killed
    goes on where it stopped.
    """
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    if settings.regions.need_detector:
        require("regions", detector / "card.json", f"model detector --out {detector}")
    from model.stages.regions import regions as stage

    summary = stage(settings=settings, detector=detector, out=out)
    report(summary, metrics_path(metrics, "regions"))


@app.command(epilog="Example: python -m model network --set model.network.uncertain=ignore")
def network(
    tables: Tables = DATA,
    regions: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the regions.")] = DATA
    / "regions",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the weights.")] = DATA
    / "network",
    params: Params = None,
    assignments: Assignments = None,
    record: Record = None,
    metrics: Metrics = None,
) -> None:
    """Train the cross-attention network on regions and reports.

    To see what a part of the method is worth, switch it off and write to
    data/ablations/NAME; predictions and evaluate take it in.
    """
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    require_tables("network", tables, *LABEL_TABLES)
    require("network", regions / "training.parquet", f"model regions --out {regions}")
    from model.stages.network import network as stage

    summary = stage(
        settings=settings,
        tables=tables,
        regions=regions,
        out=out,
        record=record_path(record, "network"),
    )
    report(summary, metrics_path(metrics, "network"))


@app.command(epilog="Example: python -m model classifier --recipe hide_and_seek")
def classifier(
    tables: Tables = DATA,
    recipe: Annotated[
        Literal["plain", "hide_and_seek"],
        typer.Option(help="Whether parts of the pictures are hidden in training."),
    ] = "plain",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the weights. Default: data/classifier or data/hide_and_seek.",
            show_default=False,
        ),
    ] = None,
    detector: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the trained detector, to start from.")
    ] = DATA / "detector",
    params: Params = None,
    assignments: Assignments = None,
    record: Record = None,
    metrics: Metrics = None,
) -> None:
    """Train a classifier of whole images on reports, whose maps CAM and the like read."""
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    require_tables("classifier", tables, *LABEL_TABLES)
    if settings.classifiers_need_detector:
        require("classifier", detector / "card.json", f"model detector --out {detector}")
    name = "classifier" if recipe == "plain" else recipe
    from model.stages.classifier import classifier as stage

    summary = stage(
        settings=settings,
        tables=tables,
        detector=detector,
        out=out or DATA / name,
        recipe=recipe,
        record=record_path(record, name),
    )
    report(summary, metrics_path(metrics, name))


@app.command(epilog="Example: python -m model predictions --models data")
def predictions(
    models: Models = DATA,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")] = DATA
    / "predictions",
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Write what every method that has been trained finds on the images that are to be scored."""
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    require(
        "predictions", models / "network" / "card.json", f"model network --out {models}/network"
    )
    from model.stages.predictions import predictions as stage

    summary = stage(settings=settings, models=models, out=out)
    report(summary, metrics_path(metrics, "predictions"))


@app.command(epilog="Example: python -m model evaluate --set model.evaluation.draws=5000")
def evaluate(
    tables: Tables = DATA,
    predictions: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of what the methods found.")
    ] = DATA / "predictions",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for scores and figures.")] = DATA
    / "evaluation",
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Score every method, with intervals over patients, and draw it.

    Writes scores.parquet, scores.md, figures, and the threshold that prediction uses.
    """
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    require("evaluate", predictions, f"model predictions --out {predictions}")
    from model.stages.evaluate import evaluate as stage

    summary = stage(settings=settings, tables=tables, predictions=predictions, out=out)
    report(summary, metrics_path(metrics, "evaluate"))


@app.command(epilog="Example: python -m model compare --seeds 3 --set model.classifier.epochs=3")
def compare(
    tables: Tables = DATA,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")] = Path(
        "comparison"
    ),
    seeds: Annotated[int, typer.Option(min=1, help="How many times to train everything.")] = 3,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Train the method, its ablations and all baselines with several seeds; one table of scores.

    Takes about an hour on two cores. A run that was stopped goes on where it stopped.
    """
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    require_tables("compare", tables, *LABEL_TABLES)
    require("compare", settings.cohorts.training.tables / "images.parquet", _IMAGES)
    from model.stages.compare import compare as stage

    summary = stage(settings=settings, tables=tables, out=out, seeds=seeds)
    report(summary, metrics_path(metrics, "compare"))


@app.command(
    epilog="Example: python -m model crossvalidate covid/images covid/notes --out covid/cv"
)
def crossvalidate(
    images: Annotated[
        Path, typer.Argument(metavar="IMAGES", help="Folder of images, boxes and severity.")
    ],
    tables: Annotated[
        Path, typer.Argument(metavar="TABLES", help="Folder of the label tables of their reports.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")],
    root: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder that image paths start in. Default: IMAGES.",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LABEL",
            help="Label of the boxes to find; may be repeated. Default: finding:opacity.",
            show_default=False,
        ),
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Parts that patients are dealt into.")] = 5,
    models: Models = DATA,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Score trained weights, and none, on other images, patients kept apart in folds.

    Writes scores.parquet, scores.md and severity.png. What learns from these images, also each
    method's threshold, learns from other patients than it is scored on.
    """
    from model.settings import CohortSettings, resolve_settings

    settings = resolve_settings(params, assignments)
    require("crossvalidate", images / "images.parquet", f"model images KIND PATH --out {images}")
    require_tables("crossvalidate", tables, *LABEL_TABLES)
    require(
        "crossvalidate", models / "network" / "card.json", f"model network --out {models}/network"
    )
    from model.stages.crossvalidate import crossvalidate as stage

    summary = stage(
        settings=settings,
        images=CohortSettings(tables=images, root=root),
        targets=target or ["finding:opacity"],
        tables=tables,
        models=models,
        out=out,
        folds=folds,
    )
    report(summary, metrics_path(metrics, "crossvalidate"))


@app.command(epilog="Example: python -m model by-finding --models data --out data/by_finding")
def by_finding(
    tables: Tables = DATA,
    models: Models = DATA,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the scores.")] = DATA
    / "by_finding",
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Score every method on each finding that has both an attribute and boxes.

    Methods are asked for one finding at a time, on the images that have a box of it.
    """
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    require_tables("by-finding", tables, *LABEL_TABLES)
    from model.stages.by_finding import by_finding as stage

    summary = stage(settings=settings, tables=tables, models=models, out=out)
    report(summary, metrics_path(metrics, "by_finding"))


@app.command(epilog="Example: python -m model results evaluation --title 'ChestX-ray8' --out a.md")
def results(
    evaluations: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...", help="Folders of scores; several are seeds of one experiment."
        ),
    ],
    title: Annotated[str, typer.Option(metavar="TEXT", help="Title of the page.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Markdown file to write.")],
    made_by: Annotated[
        str, typer.Option(metavar="TEXT", help="Command that made the scores, to be shown.")
    ] = "uv run python -m model evaluate",
    published: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="YAML file of published scores to show too.", show_default=False
        ),
    ] = None,
    findings: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of scores by-finding, to show too.", show_default=False
        ),
    ] = None,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Write one page of scores on real images, beside those that others published.

    The settings are those of the evaluation; model.cohorts.localization tells what was scored.
    """
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    for folder in evaluations:
        require("results", folder / "scores.parquet", f"model evaluate --out {folder}")
    from model.stages.results import results as stage

    summary = stage(
        settings=settings,
        evaluations=evaluations,
        published=published,
        title=title,
        command=made_by,
        out=out,
        findings=findings,
    )
    report(summary, metrics_path(metrics, "results"))
