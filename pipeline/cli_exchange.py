"""The commands of `python -m pipeline export` and `import`: labels and mentions for other tools."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from command_line.commands import Commands, require_tables
from command_line.options import Assignments, Params
from command_line.summary import report
from pipeline.options import Corrections, Tables, corrections_folder, settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.auditing.exchange.annotations import Refused

#: Refused reports that are shown.
_SHOWN = 20

export_app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Write labels and mentions as other tools read them: CheXpert's columns, and the files of "
    "brat, doccano and Label Studio. All but chexpert write the reports' text.",
    epilog="Example: python -m pipeline export chexpert --tables data --out labels.csv",
)
import_app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Read what people changed in brat, doccano or Label Studio as corrections, which the "
    "stage label applies.",
    epilog="Example: python -m pipeline import brat data/exported --reviewer ada --dry-run",
)

Folder = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help="Folder to write, new or empty. It holds the reports' text.",
        show_default=False,
    ),
]
Wanted = Annotated[
    Path | None,
    typer.Option(
        "--reports",
        metavar="FILE",
        help="Only these reports: a sample that `audit sample` drew (.parquet), or a text file of "
        "report ids, one a line. Default: all.",
        show_default=False,
    ),
]
Reviewer = Annotated[
    str, typer.Option(metavar="NAME", help="Who decided; their name stays.", show_default=False)
]
Annotator = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        help="Whose work counts, where the file has several people's: their id or address in Label "
        "Studio.",
        show_default=False,
    ),
]
Done = Annotated[
    bool,
    typer.Option(
        "--done",
        help="Every report of the file was read to its end: what is unchanged is accepted, and "
        "nothing was missed. `audit measure` needs it.",
    ),
]
TakeBack = Annotated[
    bool,
    typer.Option(
        "--take-back",
        help="Withdraw what the reviewer decided of these reports before and the file no longer "
        "shows.",
    ),
]
Metrics = Annotated[
    Path | None,
    typer.Option(
        "--metrics", metavar="FILE", help="JSON file to write the counts to.", show_default=False
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Count what would be decided, and write nothing.")
]


@export_app.command(
    epilog="Example: python -m pipeline export chexpert --tables data --out labels.csv"
)
def chexpert(
    out: Annotated[
        Path,
        typer.Option(metavar="FILE", help="The .csv or .csv.gz to write.", show_default=False),
    ],
    tables: Tables = Path("data"),
    mapping: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Data file that says what each column is in our labels, in place of the shipped "
            "one.",
            show_default=False,
        ),
    ] = None,
    metrics: Metrics = None,
) -> None:
    """Write labels in the columns of CheXpert and MIMIC-CXR-JPG.

    As mimic-cxr-2.0.0-chexpert.csv: subject_id, study_id and 14 observations, each 1.0, 0.0, -1.0
    or blank. No Finding is 1.0 where no finding but a device is affirmed or uncertain. Holds no
    text of reports.
    """
    (labels,) = require_tables("export chexpert", tables, "labels")
    from rich.console import Console
    from rich.text import Text

    from pipeline.stages.export_chexpert import export_chexpert

    done = export_chexpert(labels=labels, mapping=mapping, out=out)
    report(done.summary, metrics)
    console = Console()
    for column, reason in done.told.blank.items():
        console.print(Text(f"left blank: {column} ({reason})", style="yellow"), soft_wrap=True)
    if done.told.missing:
        missing = ", ".join(done.told.missing)
        console.print(Text(f"not in the labels: {missing}", style="yellow"), soft_wrap=True)


@dataclass(frozen=True, slots=True)
class _Tool:
    """What `--help` says of a tool; `pipeline.auditing.exchange.formats` has its format."""

    exporting: str
    importing: str
    metavar: str
    source: str
    example: str


_TOOLS = {
    "brat": _Tool(
        "Write reports and mentions as a brat collection.\n\n"
        "A .txt and an .ann per report, annotation.conf and visual.conf. Types are concepts, the "
        "attribute Assertion is what the report says of them, and Of ties sides, zones and "
        "descriptors to findings. Put the folder below brat's data/, and give it to `import brat` "
        "afterwards.",
        "Take over what was changed in a brat collection.",
        "DIR",
        "The folder that `export brat` wrote and brat has changed.",
        "data/exported",
    ),
    "doccano": _Tool(
        "Write reports and mentions as doccano's JSON lines.\n\n"
        "reports.jsonl, and the label types to import before it. Make a sequence labelling project "
        "that allows overlapping spans and relations, and does not count grapheme clusters as one "
        "character. Give the .jsonl out of doccano's export to `import doccano`.",
        "Take over what was changed in doccano.",
        "FILE",
        "The .jsonl out of doccano's export.",
        "ada.jsonl",
    ),
    "label-studio": _Tool(
        "Write reports and mentions as Label Studio's tasks.\n\n"
        "tasks.json, whose predictions are the mentions, and config.xml, the labelling "
        "configuration. Export as JSON afterwards, and give the file to `import label-studio`.",
        "Take over what was changed in Label Studio; tasks without annotations are passed over.",
        "FILE",
        "Label Studio's export as JSON.",
        "export.json",
    ),
}


def _add_export(name: str, tool: _Tool) -> None:
    @export_app.command(
        name=name,
        help=tool.exporting,
        epilog=f"Example: python -m pipeline export {name} --out data/exported",
    )
    def _export(
        out: Folder,
        tables: Tables = Path("data"),
        wanted: Wanted = None,
        params: Params = None,
        assignments: Assignments = None,
        metrics: Metrics = None,
    ) -> None:
        settings = settings_of(params, assignments)
        reports, mentions = require_tables(f"export {name}", tables, "reports", "mentions")
        from pipeline.stages.export_mentions import export_mentions

        summary = export_mentions(
            tool=name,
            reports=reports,
            mentions=mentions,
            lexicon=settings.nlp.lexicon,
            wanted=wanted,
            out=out,
        )
        report(summary, metrics)


def _add_import(name: str, tool: _Tool) -> None:
    about = (
        f"{tool.importing}\n\nWhat was removed, added, renamed, given another assertion or "
        "another finding becomes a decision. All are appended at once, or none. A report whose "
        "text differs, or whose changes make no sense, is refused with a reason."
    )

    @import_app.command(
        name=name,
        help=about,
        epilog=f"Example: python -m pipeline import {name} {tool.example} --reviewer ada --dry-run",
    )
    def _import(
        source: Annotated[
            Path,
            typer.Argument(metavar=tool.metavar, help=tool.source, show_default=False),
        ],
        reviewer: Reviewer,
        annotator: Annotator = None,
        tables: Tables = Path("data"),
        corrections: Corrections = None,
        done: Done = False,
        take_back: TakeBack = False,
        dry_run: DryRun = False,
        params: Params = None,
        assignments: Assignments = None,
        metrics: Metrics = None,
    ) -> None:
        settings = settings_of(params, assignments)
        reports, mentions = require_tables(f"import {name}", tables, "reports", "mentions")
        from pipeline.stages.import_mentions import import_mentions

        imported = import_mentions(
            tool=name,
            source=source,
            reviewer=reviewer,
            annotator=annotator,
            reports=reports,
            mentions=mentions,
            lexicon=settings.nlp.lexicon,
            corrections=corrections_folder(settings, tables, corrections, params, assignments),
            done=done,
            take_back=take_back,
            dry_run=dry_run,
        )
        report(imported.summary, metrics)
        _tell_refused(imported.refused)
        if dry_run:
            typer.echo("a dry run: nothing was written")


for _name, _tool in _TOOLS.items():
    _add_export(_name, _tool)
    _add_import(_name, _tool)


def _tell_refused(refused: "Sequence[Refused]") -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console()
    for one in refused[:_SHOWN]:
        # Ids are the source's own, and may hold what a terminal would obey.
        name = one.name if one.name.isprintable() else ascii(one.name)
        console.print(Text(f"refused {name}: {one.reason}", style="yellow"), soft_wrap=True)
    if len(refused) > _SHOWN:
        console.print(Text(f"refused {len(refused) - _SHOWN:,} more", style="yellow"))
