"""Dates that DuckDB knows and no calendar of Python does."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.auditing.tables.answers import show_answer, write_answer
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.errors import TablesError


@pytest.mark.parametrize(
    "value",
    [
        "DATE '294247-01-01'",
        "DATE '10000-01-01'",
        "DATE '0044-03-15 (BC)'",
        "DATE 'infinity'",
        "DATE '-infinity'",
        "TIMESTAMP '294246-01-01'",
        "TIMESTAMP 'infinity'",
        "TIMESTAMP '-infinity'",
        "TIMESTAMPTZ '294246-01-01'",
        "TIMESTAMPTZ 'infinity'",
        "TIMESTAMP_S '294246-01-01'",
        "TIMESTAMP_MS '294246-01-01'",
        "[DATE '294247-01-01']",
        "[[NULL, DATE '294247-01-01']]",
        "[DATE '294247-01-01', NULL]::DATE[2]",
        "{'a': 1, 'b': TIMESTAMP 'infinity'}",
        "MAP {1: DATE 'infinity'}",
        "MAP {DATE 'infinity': 1}",
        "union_value(a := DATE 'infinity')",
    ],
)
def test_a_date_beyond_the_calendar_is_told_with_its_column(value: str, tables: Tables) -> None:
    with pytest.raises(TablesError, match=r"column 'far' holds dates outside the years 1 to 9999"):
        tables.ask(f"SELECT 1 AS near, {value} AS far FROM range(3)")


@pytest.mark.parametrize(
    "value",
    [
        "DATE '9999-12-31'",
        "DATE '0001-01-01'",
        "TIMESTAMP '9999-12-31 23:59:59.999999'",
        "TIMESTAMP '0001-01-01'",
        "TIMESTAMPTZ '2026-11-01 12:00:00+02'",
        "TIMESTAMP_NS '2026-11-01 12:00:00.000000001'",
        "TIMESTAMP_NS '2262-04-11'",
        "TIME '24:00:00'",
        "NULL::DATE",
        "[]::DATE[]",
        "DATE 'infinity'::VARCHAR",
        "MAP {1: DATE '2026-11-01'}",
    ],
)
def test_a_date_of_the_calendar_is_shown_and_kept(
    value: str, tables: Tables, tmp_path: Path
) -> None:
    answer = tables.ask(f"SELECT {value} AS day")
    Console(file=StringIO()).print(show_answer(answer, 5))
    for ending in (".csv", ".parquet"):
        write_answer(answer, tmp_path / f"out{ending}")
