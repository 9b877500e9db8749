"""Puts a report's sections on the page: headings, lists, line breaks, and where all of it lies."""

from dataclasses import dataclass
from typing import Final

from pipeline.phantom.dice import Dice, Weighted
from pipeline.phantom.narrative import Section
from pipeline.phantom.writer import Statement

_HEADINGS: Final = {
    "technique": Weighted(
        {"EXAMINATION:": 4.0, "EXAM:": 2.0, "TECHNIQUE:": 3.0, "STUDY:": 1.0, "Technique:": 1.0}
    ),
    "indication": Weighted(
        {
            "INDICATION:": 8.0, "REASON FOR EXAM:": 2.0, "REASON FOR EXAMINATION:": 1.0,
            "CLINICAL INFORMATION:": 1.0, "Indication:": 1.0, "indication:": 0.3,
        }
    ),
    "history": Weighted({"HISTORY:": 4.0, "CLINICAL HISTORY:": 2.0, "History:": 1.0}),
    "comparison": Weighted({"COMPARISON:": 8.0, "COMPARISONS:": 1.0, "Comparison:": 1.0}),
    "findings": Weighted(
        {"FINDINGS:": 12.0, "Findings:": 2.0, "FINDINGS": 0.6, "findings:": 0.5, "FINDINGS :": 0.4}
    ),
    "impression": Weighted(
        {
            "IMPRESSION:": 12.0, "Impression:": 2.0, "CONCLUSION:": 0.8, "IMPRESSION": 0.6,
            "impression:": 0.5, "OPINION:": 0.2,
        }
    ),
    "addendum": Weighted({"ADDENDUM:": 1.0}),
}  # fmt: skip
_PART_HEADINGS: Final = {
    "heart": "HEART AND MEDIASTINUM: ",
    "lungs": "LUNGS: ",
    "pleura": "PLEURA: ",
    "bones": "BONES: ",
    "lines": "LINES AND TUBES: ",
    "other": "",
}
_WET_READ: Final = "WET READ: ___ ___ ___ 9:15 PM"
_RULER: Final = "_" * 34
_WIDTHS: Final = (68, 74, 80)


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement and where it begins in the report's text."""

    section: str
    offset: int
    statement: Statement


@dataclass(frozen=True, slots=True)
class ReportText:
    """A report as it would be received.

    Attributes:
        sections: (name, start, end) of each section's body, without outer blanks.
    """

    text: str
    sections: tuple[tuple[str, int, int], ...]
    placed: tuple[PlacedStatement, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """One department's habits.

    Attributes:
        wrapped: lines are broken inside sentences.
        ordered: conclusions are numbered.
        parted: the findings have a heading for each organ.
        headed: sections have headings at all.
        heading_alone: a heading stands on its own line.
        tight: share of sentences without a blank before them.
    """

    wrapped: bool
    ordered: bool
    parted: bool
    headed: bool
    heading_alone: bool
    tight: float


def draw_style(dice: Dice) -> Style:
    """Draw the habits for one report."""
    return Style(
        wrapped=dice.chance(0.45),
        ordered=dice.chance(0.35),
        parted=dice.chance(0.08),
        headed=dice.chance(0.93),
        heading_alone=dice.chance(0.2),
        tight=0.25 if dice.chance(0.06) else 0.0,
    )


def lay_out(dice: Dice, style: Style, sections: list[Section], *, final_report: bool) -> ReportText:
    """Lay a report out.

    Args:
        dice: the report's.
        style: how.
        sections: in reading order; without headings, those that assert run into one body.
        final_report: put MIMIC's FINAL REPORT above all.
    """
    page = _Page()
    for section in sections:
        early = section.name == "addendum" and section is sections[0]
        if early:
            page.write(f"{_WET_READ}\n")
        elif style.headed:
            if final_report:
                page.write(f"{' ' * 33}FINAL REPORT\n")
                final_report = False
            _write_heading(page, dice, style, section.name)
        _write_body(page, dice, style, section)
        page.write(f"\n{_RULER}\n" if early else "\n\n")
    return page.finish(dice.pick(_WIDTHS) if style.wrapped else None)


def _write_heading(page: "_Page", dice: Dice, style: Style, name: str) -> None:
    heading = dice.weighted(_HEADINGS[name])
    alone = style.heading_alone or not heading.endswith(":")
    page.write(f"{heading}\n" if alone else f"{heading} ")


def _write_body(page: "_Page", dice: Dice, style: Style, section: Section) -> None:
    name = section.name if style.headed or section.name == "addendum" else "body"
    numbered = style.ordered and section.name == "impression" and len(section.statements) > 1
    parted = style.parted and section.name == "findings"
    last_part = ""
    start = page.length
    for index, (statement, part) in enumerate(zip(section.statements, section.parts, strict=True)):
        if index:
            listed = numbered or (parted and part != last_part)
            tight = not listed and dice.chance(style.tight)
            page.write("\n" if listed else "" if tight else " ")
        if numbered:
            page.write(f"{index + 1}. ")
        if parted and part != last_part:
            page.write(_PART_HEADINGS[part])
            last_part = part
        page.place(name, statement)
    page.end_section(name, start)


class _Page:
    def __init__(self) -> None:
        self._parts: list[str] = []
        self._sections: list[tuple[str, int, int]] = []
        self._placed: list[PlacedStatement] = []
        self.length = 0

    def write(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)

    def place(self, section: str, statement: Statement) -> None:
        self._placed.append(PlacedStatement(section, self.length, statement))
        self.write(statement.text)

    def end_section(self, name: str, start: int) -> None:
        self._sections.append((name, start, self.length))

    def finish(self, width: int | None) -> ReportText:
        text = "".join(self._parts).rstrip()
        wrapped = text if width is None else _wrap(text, width)
        return ReportText(wrapped, tuple(self._sections), tuple(self._placed))


def _wrap(text: str, width: int) -> str:
    """Break long lines at blanks; as many characters as before, so that offsets hold."""
    lines: list[str] = []
    for line in text.split("\n"):
        while len(line) > width:
            cut = line.rfind(" ", 1, width + 1)
            if cut < 0 or not line[:cut].strip():
                break
            lines.append(line[:cut])
            line = line[cut + 1 :]
        lines.append(line)
    return "\n".join(lines)
