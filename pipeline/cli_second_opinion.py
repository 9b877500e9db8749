"""The command `python -m pipeline second-opinion`: another reader of the same reports."""

import os
from pathlib import Path
from typing import Annotated

import typer

from command_line.commands import Commands, require_tables
from command_line.options import Assignments, Metrics, Params, metrics_path
from command_line.summary import report
from pipeline.auditing.second_opinion.errors import SecondOpinionError
from pipeline.options import Corrections, Out, Tables, named_columns, settings_of
from pipeline.published_labels.opening import KINDS, check_labels_path

app = typer.Typer(cls=Commands, rich_markup_mode=None)

_EPILOG = (
    "Example: python -m pipeline second-opinion --address http://127.0.0.1:8080/v1 --reports 200; "
    "of a table that others made: --labels-kind maplez --labels annotations.csv --pick all"
)
_KEY = "PNEUMOLOC_READER_KEY"


@app.command(epilog=_EPILOG)
def second_opinion(
    tables: Tables = Path("data"),
    out: Out = None,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Of a language model's server that speaks as OpenAI's does, on this machine: "
            "llama.cpp's http://127.0.0.1:8080/v1, vLLM's :8000/v1, Ollama's :11434/v1.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Model by its server's name for it. Default: the only one that the server has.",
            show_default=False,
        ),
    ] = None,
    labels_kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help=f"Kind of a table that others made, in the place of a model: {', '.join(KINDS)}.",
            show_default=False,
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="File or folder of that table.", show_default=False),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=NAME",
            help="Column of a csv, such as finding:pneumonia=Pneumonia; may be repeated.",
            show_default=False,
        ),
    ] = None,
    pick: Annotated[
        str,
        typer.Option(
            help="Which reports: least-sure (a finding affirmed and doubted, a word beside a "
            "finding that the lexicon lacks, a cue that nobody has reviewed; in turns), random or "
            "all."
        ),
    ] = "least-sure",
    reports: Annotated[int, typer.Option(min=1, help="How many to pick; all heeds it not.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Of random: the same draws the same.")] = 0,
    at_once: Annotated[
        int, typer.Option(min=1, max=64, help="Reports that the server is asked about at a time.")
    ] = 2,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=3600, help="Seconds that an answer may take.")
    ] = 120.0,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Host that reports may be sent to though it is not this machine, by the very "
            "name that --address has; may be repeated.",
            show_default=False,
        ),
    ] = None,
    key_variable: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Environment variable that holds the API key, if one is needed."
        ),
    ] = _KEY,
    prompt: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Prompt of your own, with $concepts where the concepts are to stand.",
            show_default=False,
        ),
    ] = None,
    corrections: Corrections = None,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Ask another reader where ours is least sure, and see where the two differ.

    A language model on this machine, or a table that others made. Reads reports, mentions and
    labels. Writes second_readings (the reports, why each was picked, what came of it) and
    second_opinions (what the reader says, phrase by phrase): proposals, never labels.

    Reports are private: they are sent to this machine alone, unless --allow-host names another,
    whatever proxies or redirects say. Answers that quote what a report does not have, or name a
    concept that the lexicon does not have, are counted and left out. A run that was broken off
    goes on where it stopped.

    Then: `audit serve` shows the differences under "second opinion", the most telling first, and
    what is decided there becomes a correction; `audit compare --reference-kind second_opinion
    --reference DIR` scores the two against each other.
    """
    given = (labels_kind, labels)
    if (address is None) == (None in given) or (address is not None and any((*given, column))):
        raise SecondOpinionError(
            "second-opinion: name one reader, either --address of a language model's server, such "
            "as http://127.0.0.1:8080/v1, or --labels-kind and --labels of a table that others made"
        )
    settings = settings_of(params, assignments)
    require_tables("second-opinion", tables, "reports", "mentions", "labels")
    if labels_kind is not None and labels is not None:
        check_labels_path(labels_kind, labels)
    from pipeline.stages.second_opinion import ModelToAsk, TableToRead
    from pipeline.stages.second_opinion import second_opinion as stage

    reader: ModelToAsk | TableToRead
    if address is not None:
        reader = ModelToAsk(
            address=address,
            name=model,
            allowed_hosts=allow_host or (),
            key=os.environ.get(key_variable),
            prompt=prompt,
            timeout=timeout,
            at_once=at_once,
        )
    else:
        assert labels_kind is not None
        assert labels is not None
        reader = TableToRead(labels_kind, labels, named_columns(column))
    summary = stage(
        reader=reader,
        settings=settings.label,
        lexicon=settings.nlp.lexicon,
        tables=tables,
        pick=pick,
        reports=reports,
        seed=seed,
        corrections=corrections or settings.label.corrections,
        out=out or tables,
    )
    report(summary, metrics_path(metrics, "second_opinion"))
