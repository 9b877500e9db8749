"""The command that shows studies; it imports its stage when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from command_line.commands import Commands, require_tables
from command_line.options import Images, ImagesRoot, Metrics, Predictions, metrics_path

app = typer.Typer(cls=Commands, rich_markup_mode=None)


@app.command(epilog="Example: python -m model gallery --studies 12 --out data/gallery.html")
def gallery(
    tables: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the tables reports and mentions.")
    ] = Path("data"),
    images: Images = None,
    images_root: ImagesRoot = None,
    predictions: Predictions = None,
    report: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="A report to show; may be repeated. Default: some are drawn.",
            show_default=False,
        ),
    ] = None,
    studies: Annotated[int, typer.Option(min=1, help="How many to draw.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same studies.")] = 0,
    title: Annotated[str, typer.Option(help="Title of the page.")] = "pneumoloc gallery",
    out: Annotated[Path, typer.Option(metavar="FILE", help="HTML file to write.")] = Path(
        "data/gallery.html"
    ),
    metrics: Metrics = None,
) -> None:
    """Write studies as one page that can be sent: reports beside X-rays, with boxes.

    Point at a phrase for the regions that its attribute attends to, at a box for its
    characteristics and the phrases that agree. The file needs no network and no server. It holds
    patients' text and images.
    """
    from rich.console import Console

    from command_line.study_view.opening import open_studies
    from command_line.summary import report as tell

    require_tables("gallery", tables, "reports", "mentions")
    opened = open_studies(tables, images=images, root=images_root, predictions=predictions)
    from model.reporting.gallery_page import WARNING
    from model.stages.gallery import gallery as stage

    summary = stage(
        tables=tables,
        studies=opened,
        reports=report or (),
        most=studies,
        seed=seed,
        title=title,
        out=out,
    )
    tell(summary, metrics_path(metrics, "gallery"))
    Console(stderr=True).print(WARNING, style="yellow", soft_wrap=True)
