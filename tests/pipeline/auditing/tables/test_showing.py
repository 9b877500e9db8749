"""A report in the terminal."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.errors import TablesError
from pipeline.auditing.tables.one_report import read_report
from pipeline.auditing.tables.showing import plain, show_report


def test_mentions_carry_colour_and_relations_are_listed(tables: Tables) -> None:
    console = Console(file=StringIO(), record=True, width=160, color_system="truecolor",
                      force_terminal=True)  # fmt: skip
    console.print(show_report(read_report(tables, "r1")))
    styled = console.export_text(styles=True, clear=False)
    assert "\x1b[1;31mopacity" in styled  # a finding, affirmed
    assert "\x1b[9;31mpneumonia" in styled  # a finding, negated
    text = console.export_text()
    assert "finding:opacity" in text
    assert any("opacity" in line and "left" in line for line in text.splitlines())


def test_what_a_finding_is_taken_for_is_listed_with_the_places_that_follow(
    tmp_path: Path, read_run: Callable[..., Path]
) -> None:
    folder = read_run(tmp_path / "run", {"r1": "Opacity in the right lingula, likely pneumonia. "
                      "Middle lobe nodule, a granuloma."})  # fmt: skip
    console = Console(file=StringIO(), record=True, width=200)
    with Tables(folder) as tables:
        console.print(show_report(read_report(tables, "r1")))
    shown = console.export_text().splitlines()
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown]
    rows = {cells[1]: cells[4:] for cells in lines if len(cells) == 8}
    assert rows["opacity"] == ["right", "lingula", "", ""]
    assert rows["pneumonia"] == ["right (inherited)", "lingula (inherited)", "", "Opacity"]
    assert rows["nodule"] == ["right (implied)", "middle_lobe", "", ""]
    assert rows["granuloma"] == ["right (implied)", "middle_lobe (inherited)", "", "nodule"]


def test_an_unknown_report_names_near_ones(tables: Tables) -> None:
    with pytest.raises(TablesError, match="no report 'r11'; near it are r1"):
        read_report(tables, "r11")


def test_control_characters_become_dots_of_the_same_length() -> None:
    hostile = "a\x1b]0;title\x07b\u202ec\td\n"
    shown = plain(hostile)
    assert len(shown) == len(hostile)
    assert shown == "a·]0;title·b·c\td\n"
