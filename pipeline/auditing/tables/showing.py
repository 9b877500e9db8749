"""One report as a person reads it in a terminal: phrases coloured, cues underlined."""

import unicodedata
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipeline.auditing.tables.one_report import ReadReport

COLOURS: Final = {"finding": "red", "side": "cyan", "zone": "blue", "descriptor": "green"}
MARKS: Final = {
    "affirmed": "bold",
    "negated": "strike",
    "uncertain": "italic",
    "historical": "dim",
    "hypothetical": "dim italic",
}


def show_report(read: ReadReport) -> RenderableType:
    """The report's text with its mentions marked, the mentions as a table, and their relations."""
    report = read.report
    about = [f"source {report['source']}"]
    about += [
        f"{name} {report[key]}"
        for name, key in (("subject", "subject_id"), ("study", "study_id"), ("split", "split"))
        if report[key] is not None
    ]
    return Group(
        Panel(
            _marked_text(read),
            title=Text(plain(report["report_id"])),
            subtitle=Text(plain(", ".join(about))),
            title_align="left",
            subtitle_align="left",
        ),
        _legend(),
        _mentions(read.mentions),
        _relations(read),
    )


def plain(text: str) -> str:
    """Text that a terminal takes for nothing but text: control characters become dots.

    The length stays, so that offsets hold.
    """
    return "".join(
        "·" if unicodedata.category(one) in ("Cc", "Cf") and one not in "\n\t" else one
        for one in text
    )


def _marked_text(read: ReadReport) -> Text:
    text = Text(plain(read.text), overflow="fold")
    for mention in read.mentions:
        text.stylize(_style(mention), mention["start"], mention["end"])
        if mention["cue_start"] is not None:
            text.stylize("underline", mention["cue_start"], mention["cue_end"])
    return text


def _style(mention: dict[str, Any]) -> str:
    return f"{COLOURS[mention['category']]} {MARKS[mention['assertion']]}"


def _legend() -> Text:
    legend = Text("  ")
    for category, colour in COLOURS.items():
        legend.append(category, style=colour).append("  ")
    legend.append("|  ")
    for assertion, mark in MARKS.items():
        legend.append(assertion, style=mark).append("  ")
    return legend.append("|  ").append("cue", style="underline")


def _mentions(mentions: list[dict[str, Any]]) -> Table:
    table = Table(title="mentions", title_justify="left", title_style="bold")
    for heading in ("id", "section", "phrase", "concept", "assertion", "cue", "cue rule", "rule"):
        table.add_column(heading, overflow="fold")
    for mention in mentions:
        table.add_row(
            "/" + mention["mention_id"].rpartition("/")[2],
            mention["section"],
            Text(_one_line(mention["text"]), style=_style(mention)),
            mention["concept_id"],
            mention["assertion"],
            Text(_one_line(mention["cue"] or "")),
            mention["cue_rule"] or "",
            mention["rule"],
        )
    return table


def _relations(read: ReadReport) -> Table:
    phrases = {m["mention_id"]: _one_line(m["text"]) for m in read.mentions}
    table = Table(title="findings", title_justify="left", title_style="bold")
    headings = ("section", "finding", "phrase", "assertion", "sides", "zones", "descriptors")
    for heading in (*headings, "interprets"):
        table.add_column(heading, overflow="fold")
    for finding in read.findings:
        table.add_row(
            finding["section"],
            finding["finding"].partition(":")[2],
            Text(phrases.get(finding["mention_id"], "")),
            finding["assertion"],
            _concepts(finding, sides="", inherited_sides="inherited", implied_sides="implied"),
            _concepts(finding, zones="", inherited_zones="inherited"),
            _concepts(finding, descriptors=""),
            Text(", ".join(phrases.get(one, "") for one in finding["interprets"])),
        )
    return table


def _concepts(finding: dict[str, Any], **columns: str) -> str:
    """The concepts in some columns of a finding, each with how it is known where not stated."""
    return ", ".join(
        concept.partition(":")[2] + (f" ({how})" if how else "")
        for column, how in columns.items()
        for concept in finding[column]
    )


def _one_line(text: str) -> str:
    return " ".join(plain(text).split())
