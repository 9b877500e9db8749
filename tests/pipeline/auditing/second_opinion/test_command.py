"""The command: what it says, where it ends, and that no report is in what it tells."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app

from .conftest import Said, SmallServer, answering

Run = Callable[..., Result]


@pytest.fixture
def run(folder: Path, lexicon_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str) -> Result:
        given = ["second-opinion", "--tables", str(folder), "--metrics", "counts.json",
                 "--set", f"nlp.lexicon={lexicon_folder}", *arguments]  # fmt: skip
        return CliRunner().invoke(app, given, prog_name="python -m pipeline")

    return call


def test_the_summary_counts_and_quotes_nobody(
    serve: Callable[..., SmallServer], run: Run, tmp_path: Path
) -> None:
    invented = {"findings": [{"quote": "Zebulonia", "concept": "finding:zebulosis",
                              "assertion": "affirmed", "attributes": []}]}  # fmt: skip
    slow = Said(after=6)
    small = serve(answering(Zebulon=invented, effusion=slow, pneumonia="Zebulon is ill."))
    done = run("--address", small.address, "--pick", "all", "--timeout", "3", "--at-once", "4")
    assert done.exit_code == 0, done.output
    counts = json.loads((tmp_path / "counts.json").read_text(encoding="utf-8"))
    assert (counts["asked"], counts["answered"], counts["malformed"], counts["slow"]) == (
        4,
        2,
        1,
        1,
    )
    assert (counts["invented_phrases"], counts["invented_concepts"]) == (1, 1)
    # Of r1 nothing is left of the answer, and ours affirms an opacity, its side and its kind.
    assert (counts["reports_differing"], counts["differences"]) == (1, 3)
    assert all(isinstance(value, int | float) for value in counts.values())
    for told in (done.output, json.dumps(counts)):
        assert "Zebul" not in told
        assert "zebul" not in told


def test_the_least_sure_report_is_asked_about_first(
    serve: Callable[..., SmallServer], run: Run
) -> None:
    small = serve()
    done = run("--address", small.address, "--reports", "1")
    assert done.exit_code == 0, done.output
    (asked,) = small.reports
    # An opacity that is affirmed in its findings and denied in its impression.
    assert asked.startswith("FINDINGS: Zebulon")


def test_reports_go_to_no_other_machine_unless_it_is_named(run: Run) -> None:
    refused = run("--address", "http://192.0.2.1:8080/v1")
    assert refused.exit_code == 2
    assert "--allow-host 192.0.2.1" in refused.output
    assert "Traceback" not in refused.output


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--address", "http://127.0.0.1:1", "--labels-kind", "csv", "--labels", "x.csv"],
        ["--labels", "x.csv"],
        ["--labels-kind", "csv"],
        ["--address", "http://127.0.0.1:1", "--column", "a=b"],
    ],
)
def test_one_reader_is_named(run: Run, arguments: list[str]) -> None:
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert "name one reader" in refused.output


def test_the_key_is_that_of_the_environment(
    serve: Callable[..., SmallServer], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = serve()
    monkeypatch.setenv("PNEUMOLOC_READER_KEY", "sesame-1")
    monkeypatch.setenv("OTHER", "sesame-2")
    first = run("--address", small.address, "--pick", "random", "--reports", "1")
    second = run("--address", small.address, "--key-variable", "OTHER", "--model", "other",
                 "--pick", "random", "--reports", "1")  # fmt: skip
    assert [one["Authorization"] for one in small.headers] == ["Bearer sesame-1", "Bearer sesame-2"]
    assert "sesame" not in first.output + second.output


def test_a_table_of_others_is_read_by_its_kind(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "theirs.csv"
    table.write_text("report_id,Pleural Effusion\nr2,0\n", encoding="utf-8")
    done = run("--labels-kind", "csv", "--labels", str(table), "--pick", "all")
    assert done.exit_code == 0, done.output
    counts = json.loads((tmp_path / "counts.json").read_text(encoding="utf-8"))
    assert (counts["answered"], counts["absent"], counts["differences"]) == (1, 3, 1)
    wrong = run("--labels-kind", "chexprt", "--labels", str(table))
    assert "did you mean 'chexpert'" in wrong.output


def test_help_teaches() -> None:
    told = CliRunner().invoke(app, ["second-opinion", "--help"], prog_name="python -m pipeline")
    for words in ("never labels", "--allow-host", "least-sure", "audit serve", "Ollama"):
        assert words in told.output
