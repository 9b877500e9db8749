"""Folders appear whole or not at all."""

from pathlib import Path

import pytest

from pipeline.auditing.exchange.errors import ExchangeError
from pipeline.auditing.exchange.new_files import new_folder


def test_a_folder_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), new_folder(tmp_path / "a" / "b") as folder:
        folder.write_text("half")
    assert list((tmp_path / "a").iterdir()) == []


def test_an_empty_folder_is_filled_even_where_one_stands_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with new_folder(Path()) as folder:
        (folder / "whole").touch()
    assert [path.name for path in (tmp_path / "empty").iterdir()] == ["whole"]


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "work").touch()
    for name in ("file", "link", "full"):
        with pytest.raises(ExchangeError, match="is there already"), new_folder(tmp_path / name):
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full", "link"]
