"""A stage that has no room says so, and leaves what was there."""

from pathlib import Path

import pytest
from full_disk import contents, files_of_at_most
from typer.testing import CliRunner, Result

from pipeline.cli import app

STAGES = ("ingest", "extract", "label", "vocabulary", "embed")
ROWS = [
    "r{},Patchy opacity in the left lower lobe. No pleural effusion.,Likely pneumonia.",
    "s{},The lungs are clear. Heart size is normal.,No acute disease.",
]
SETTINGS = ("--set", "nlp.workers=1", "--set", "embed.min_count=1", "--set", "embed.epochs=1",
            "--set", "vocabulary.min_reports=0")  # fmt: skip


def write_reports(path: Path, count: int) -> None:
    rows = [row.format(number) for number in range(count) for row in ROWS]
    path.write_text("\n".join(["report_id,findings,impression", *rows]), encoding="utf-8")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, prog_name="python -m pipeline")


def test_every_stage_names_the_file_and_keeps_the_last_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_reports(tmp_path / "r.csv", 3)
    done = call("run", "csv", "r.csv", "--out", "data", *SETTINGS)
    assert done.exit_code == 0, done.output
    # More reports, so that every stage has something new to write.
    write_reports(tmp_path / "r.csv", 5)
    of_source = ("--set", "source.kind=csv", "--set", "source.path=r.csv")
    for stage in STAGES:
        given = (stage, *(of_source if stage == "ingest" else ()), *SETTINGS)
        before = contents(tmp_path)
        with files_of_at_most(200):
            failed = call(*given)
        assert failed.exit_code == 2, (stage, failed.output, failed.exception)
        place, _, told = failed.stderr.partition(": could not be written, ")
        assert Path(place).is_relative_to("data") or Path(place).is_relative_to(tmp_path / "data")
        assert told.startswith("files may not be that large here (ulimit -f"), stage
        assert "was there before is whole" in told
        assert contents(tmp_path) == before, stage
        again = call(*given)
        assert again.exit_code == 0, (stage, again.output)
        assert contents(tmp_path) != before
