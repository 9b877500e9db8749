"""A path of a table leads below its root, or nowhere, whatever lies on its way."""

from pathlib import Path

import pytest

from data_contracts.pictures.paths import lies_inside


@pytest.fixture(params=["plain", "a link"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A root, or a link to one, with files and links in it."""
    real = tmp_path / "real"
    (real / "a" / "b").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    for file in (real / "a" / "b" / "1.png", real / "2.png", tmp_path / "secret" / "3.png"):
        file.touch()
    (real / "near.png").symlink_to(real / "a" / "b" / "1.png")
    (real / "near").symlink_to("a")
    (real / "far.png").symlink_to(tmp_path / "secret" / "3.png")
    (real / "a" / "far").symlink_to(tmp_path / "secret")
    (real / "back").symlink_to("..")
    (real / "ring").symlink_to("ring")
    if request.param == "plain":
        return real
    (tmp_path / "link").symlink_to(real)
    return tmp_path / "link"


@pytest.mark.parametrize(
    "path", ["2.png", "a/b/1.png", "a//b/./1.png", "near.png", "near/b/1.png", "a/none/4.png"]
)
def test_a_file_below_its_root_lies_inside(root: Path, path: str) -> None:
    assert lies_inside(root, path)


@pytest.mark.parametrize(
    "path",
    ["far.png", "a/far/3.png", "a/far/none.png", "near/far/3.png", "back/secret/3.png", "ring",
     "ring/1.png", "../secret/3.png", "a/../2.png", "/etc/passwd", "a\\b", "a\x00b", ""],
)  # fmt: skip
def test_a_file_elsewhere_does_not(root: Path, path: str) -> None:
    assert not lies_inside(root, path)
