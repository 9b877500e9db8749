"""A folder's files are those of one run, whenever the run that writes them is killed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from data_contracts.placing import keep_too, placed_folder, take_place, unfinished_folder
from data_contracts.whole_files import whole_file

KilledAt = Callable[[int, Callable[[], None]], bool]
NAMES = ("table.parquet", "page.md", "deep/figure.png")


def is_own(entry: Path) -> bool:
    return entry.name in ("table.parquet", "page.md", "deep", "gone.txt")


def write(out: Path, run: str) -> None:
    with placed_folder(out, is_own) as new:
        for name in NAMES:
            with whole_file(new / name) as unfinished:
                unfinished.write_text(run, encoding="utf-8")


def runs_in(out: Path) -> set[str]:
    return {(out / name).read_text(encoding="utf-8") for name in NAMES}


@pytest.mark.parametrize("exchanging", [True, False])
def test_a_kill_at_any_moment_leaves_the_files_of_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_at: KilledAt, exchanging: bool
) -> None:
    if not exchanging:
        monkeypatch.setattr("data_contracts.placing._exchange", lambda *_: False)
    seen: list[set[str]] = []
    for number in range(200):
        out = tmp_path / str(number) / "out"
        write(out, "old")
        (out / "gone.txt").write_text("old", encoding="utf-8")
        (out / "mine").mkdir()
        (out / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
        killed = killed_at(number, partial(write, out, "new"))
        if exchanging or out.exists():
            seen.append(runs_in(out))
            assert len(seen[-1]) == 1
        write(out, "newer")
        assert runs_in(out) == {"newer"}
        assert sorted(path.name for path in out.iterdir()) == [
            "deep", "mine", "page.md", "table.parquet",
        ]  # fmt: skip
        assert (out / "mine" / "notes.txt").read_text(encoding="utf-8") == "mine"
        assert [path.name for path in out.parent.iterdir()] == ["out"]
        if not killed:
            break
    assert number > 15
    assert {"old"} in seen
    assert {"new"} in seen


def write_within(out: Path, run: str) -> None:
    with placed_folder(out, is_own) as new:
        write(new, run)


def test_a_kill_in_a_folder_within_a_folder_leaves_nothing_either(
    tmp_path: Path, killed_at: KilledAt
) -> None:
    for number in range(0, 200, 3):
        out = tmp_path / str(number) / "out"
        write_within(out, "old")
        killed = killed_at(number, partial(write_within, out, "new"))
        write_within(out, "newer")
        assert runs_in(out) == {"newer"}
        assert [path.name for path in out.parent.iterdir()] == ["out"]
        if not killed:
            break
    assert number > 15


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    with pytest.raises(IsADirectoryError), placed_folder(tmp_path / "out", is_own) as new:
        new.write_text("new", encoding="utf-8")
    assert runs_in(tmp_path / "out") == {"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_working_directory_gets_its_files_and_stays_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    for run in ("old", "new"):
        write(Path(), run)
        assert runs_in(Path()) == {run}
    assert sorted(path.name for path in Path().iterdir()) == [
        "deep",
        "mine.txt",
        "page.md",
        "table.parquet",
    ]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk" / "out").mkdir(parents=True)
    (tmp_path / "out").symlink_to(tmp_path / "disk" / "out")
    write(tmp_path / "out", "new")
    assert (tmp_path / "out").is_symlink()
    assert runs_in(tmp_path / "disk" / "out") == {"new"}


def test_what_is_unfinished_is_gone_on_with_and_what_is_current_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "old")
    (unfinished_folder(out) / "page.md").write_text("new", encoding="utf-8")
    new = unfinished_folder(out)
    assert (new / "page.md").read_text(encoding="utf-8") == "new"
    for name in ("table.parquet", "deep"):
        keep_too(out / name, new / name)
    take_place(new, out, is_own)
    assert (out / "page.md").read_text(encoding="utf-8") == "new"
    assert (out / "deep" / "figure.png").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
