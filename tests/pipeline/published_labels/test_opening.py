"""Wherever kinds of labels are named, the same are."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.published_labels.opening import KINDS, check_labels_path, load_reader
from pipeline.sources.records import SourceError

ROOT = Path(__file__).parents[3]


def test_help_and_page_name_every_kind() -> None:
    text = " ".join(CliRunner().invoke(app, ["labels", "--help"]).output.split())
    assert f"{', '.join(list(KINDS)[:-1])} or {list(KINDS)[-1]}" in text
    page = (ROOT / "docs" / "published_labels.md").read_text(encoding="utf-8")
    rows = page.partition("| kind | path |")[2].partition("\n\n")[0].splitlines()[2:]
    assert [re.findall(r"`(\w+)`", row)[0] for row in rows] == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_reader_of_its_own(kind: str) -> None:
    assert callable(load_reader(kind).open_labels)
    assert [known.module for known in KINDS.values()].count(KINDS[kind].module) == 1


def test_a_wrong_kind_or_path_is_told_with_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no kind of labels \(did you mean 'chexpert'\?\)"):
        check_labels_path("chexprt", tmp_path)
    with pytest.raises(SourceError, match=r"there is no file or folder .*; padchest expects P"):
        check_labels_path("padchest", tmp_path / "nowhere")
    with pytest.raises(SourceError, match="is a folder; csv expects a CSV file"):
        check_labels_path("csv", tmp_path)
