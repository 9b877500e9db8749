"""When and from which commit a page was made."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pipeline.auditing.overview import stamp
from pipeline.auditing.overview.stamp import Made, made_now, name_stamp, write_stamp

MADE = Made(datetime(2026, 11, 3, 9, 5, tzinfo=UTC), "commit <b>0123456789</b>")


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package, under no version control yet."""
    package = tmp_path / "project" / "pipeline"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(stamp, "_CODE", package)
    return package


def commit(code: Path) -> str:
    git(code.parent, "init", "--quiet")
    git(code.parent, "add", "pipeline")
    git(code.parent, "commit", "--quiet", "--message", "start")
    return git(code.parent, "rev-parse", "HEAD")


@pytest.mark.skipif(shutil.which("git") is None, reason="no git on this machine")
def test_the_commit_of_the_code_is_told_and_whether_it_was_changed(code: Path) -> None:
    assert "not under version control" in made_now().code
    head = commit(code)
    assert made_now().code == f"commit {head[:10]}"
    # What a run itself writes is no change of the code.
    (code.parent / "dvc.lock").write_text("", encoding="utf-8")
    git(code.parent, "add", "dvc.lock")
    assert made_now().code == f"commit {head[:10]}"
    (code / "__init__.py").write_text("changed = 1", encoding="utf-8")
    assert made_now().code == f"commit {head[:10]}, with changes not committed"


@pytest.mark.skipif(shutil.which("git") is None, reason="no git on this machine")
def test_the_commit_of_a_project_that_only_holds_the_environment_is_not_told(code: Path) -> None:
    (code.parent / ".gitignore").write_text("pipeline", encoding="utf-8")
    git(code.parent, "init", "--quiet")
    git(code.parent, "add", ".gitignore")
    git(code.parent, "commit", "--quiet", "--message", "start")
    assert "not under version control" in made_now().code


def test_without_git_the_release_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert made_now().code.startswith("release ")


def test_a_stamp_is_a_picture_of_words_and_takes_the_former_one_away(tmp_path: Path) -> None:
    page = tmp_path / "overview.html"
    other = tmp_path / "overview.notes.svg"
    other.write_text("", encoding="utf-8")
    for contents in ("one page", "another"):
        write_stamp(MADE, tmp_path / name_stamp(contents, page), page)
    left = sorted(file.name for file in tmp_path.iterdir())
    assert left == sorted([name_stamp("another", page), other.name])
    picture = ET.parse(tmp_path / name_stamp("another", page)).getroot()
    words = "3 November 2026, 09:05 UTC · commit <b>0123456789</b>"
    assert [one.text for one in picture] == [words, words]
