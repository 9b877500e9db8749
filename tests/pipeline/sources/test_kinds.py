"""Wherever kinds of source are named, the same are: a new one is missing here until it is told."""

import os
import re
from pathlib import Path
from threading import Thread
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from data_contracts.quarantine import Rejected
from pipeline.cli import app
from pipeline.settings import SOURCE_KINDS, ColumnMapping, SourceSettings
from pipeline.sources.columns import USUAL_NAMES
from pipeline.sources.opening import KINDS, check_path, load_reader, open_source
from pipeline.sources.records import ReceivedReport, SourceError

ROOT = Path(__file__).parents[3]


def kinds_in_table(page: str, heading: str) -> list[str]:
    """The kinds named in the first column of the table that has this heading."""
    table = (ROOT / page).read_text(encoding="utf-8").partition(heading)[2].lstrip("\n")
    rows = table.partition("\n\n")[0].splitlines()[1:]
    return [kind for row in rows for kind in re.findall(r"`(\w+)`", row.split("|")[1])]


def test_settings_name_every_kind() -> None:
    assert list(SOURCE_KINDS) == list(KINDS)


def test_help_names_every_kind() -> None:
    text = " ".join(CliRunner().invoke(app, ["run", "--help"]).output.split())
    assert f"{', '.join(list(KINDS)[:-1])} or {list(KINDS)[-1]}" in text


def test_params_yaml_names_every_kind() -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    assert f"# {', '.join(list(KINDS)[:-1])} or {list(KINDS)[-1]}.\n" in text


def test_the_pages_name_every_kind() -> None:
    of_docs = kinds_in_table("docs/sources.md", "| `source.kind` | `source.path` |")
    assert sorted(of_docs) == sorted(KINDS)
    assert sorted(kinds_in_table("README.md", "| kind | path |")) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_reader(kind: str) -> None:
    assert callable(load_reader(kind).open_reports)


def test_no_two_kinds_share_a_file() -> None:
    assert len({kind.module for kind in KINDS.values()}) == len(KINDS)


def test_the_page_names_every_usual_name_of_a_column() -> None:
    assert list(USUAL_NAMES) == list(ColumnMapping.model_fields)
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    for role, names in USUAL_NAMES.items():
        assert f"| `{role}` | {', '.join(f'`{name}`' for name in names)} |" in text


def test_a_kind_that_does_not_exist_is_told_with_those_that_do(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'cvs' is no kind of source \(did you mean 'csv'\?\)"):
        check_path("cvs", tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_that_is_not_there_is_told_with_what_is_near(tmp_path: Path, kind: str) -> None:
    (tmp_path / "reports.csv").touch()
    with pytest.raises(SourceError, match=r"no file or folder .*report\.csv \(did you mean"):
        check_path(kind, tmp_path / "report.csv")
    with pytest.raises(SourceError, match="nor its folder") as caught:
        check_path(kind, tmp_path / "nowhere" / "report.csv")
    assert KINDS[kind].path in str(caught.value)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "phantom"])
def test_a_pipe_is_told_and_not_waited_for(tmp_path: Path, kind: str) -> None:
    pipe = tmp_path / "reports"
    os.mkfifo(pipe)
    with pytest.raises(SourceError, match="is a device, pipe or socket"):
        check_path(kind, pipe)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("mimic_cxr", "p10/p10000001/s50000002.txt"),
        ("openi_xml", "2.xml"),
        ("parquet", "a.parquet"),
        ("padchest_gr", "grounded_reports_1.json"),
    ],
)
def test_a_pipe_in_a_folder_is_told_and_not_waited_for(
    tmp_path: Path, kind: Literal["mimic_cxr", "openi_xml", "parquet", "padchest_gr"], name: str
) -> None:
    pipe = tmp_path / name
    pipe.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(pipe)
    # Were it opened, it would be found empty.
    Thread(target=lambda: pipe.open("wb").close(), daemon=True).start()
    try:
        records = list(open_source(SourceSettings(kind=kind, path=tmp_path)).records)
    except SourceError as error:
        said = [str(error)]
    else:
        said = [record.detail for record in records if isinstance(record, Rejected)]
    assert len(said) == 1
    assert "plain file" in said[0] or "not readable" in said[0]
    # Whoever waits to write to it is let go.
    os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))


def test_dates_beyond_the_calendar_cost_no_traceback(tmp_path: Path) -> None:
    kinds = [(2**62, pa.timestamp("us")), (2**31 - 1, pa.date32()), (2**62, pa.duration("s"))]
    for number, kind in kinds:
        ids = pa.array([number, 3], kind)
        path = tmp_path / "r.parquet"
        pq.write_table(pa.table({"report_id": ids, "text": ["FINDINGS: x", "FINDINGS: y"]}), path)
        records = list(open_source(SourceSettings(kind="parquet", path=path)).records)
        assert all(isinstance(record, ReceivedReport | Rejected) for record in records)
        assert records
