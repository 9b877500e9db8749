"""Batches of reports with their mentions and findings, however the tables are cut."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data_contracts.storage import TableNotFoundError, read_table, write_table
from data_contracts.tables import FINDINGS, MENTIONS, REPORTS
from pipeline.report_batches import ForeignRowsError, WantedTable, read_batches

STATEMENTS = [
    ("r1", "findings", "Left opacity.", "affirmed", {"opacity": "finding:opacity"}),
    ("r2", "findings", "The lungs are clear.", "affirmed", {}),
    ("r3", "impression", "No pneumonia.", "negated", {"pneumonia": "finding:pneumonia"}),
]


@pytest.fixture
def paths(tmp_path: Path, write_tables: Callable[..., dict[str, Path]]) -> dict[str, Path]:
    return write_tables(tmp_path, STATEMENTS)


def _ids(paths: dict[str, Path]) -> list[list[list[Any]]]:
    wanted = (
        WantedTable(contract, paths[contract.name], ("report_id",))
        for contract in (REPORTS, MENTIONS, FINDINGS)
    )
    return [[table["report_id"].to_pylist() for table in batch] for batch in read_batches(*wanted)]


def test_parts_that_correspond_are_read_one_after_the_other(paths: dict[str, Path]) -> None:
    assert _ids(paths) == [
        [["r1"], ["r1"], ["r1"]],
        [["r2"], [], []],
        [["r3"], ["r3"], ["r3"]],
    ]


def test_mentions_in_one_file_still_find_their_reports(
    paths: dict[str, Path], tmp_path: Path
) -> None:
    single = tmp_path / "single.parquet"
    write_table(MENTIONS, read_table(MENTIONS, paths["mentions"]), single)

    assert _ids({**paths, "mentions": single}) == [[["r1", "r2", "r3"], ["r1", "r3"], ["r1", "r3"]]]


def test_parts_in_another_order_still_find_their_reports(paths: dict[str, Path]) -> None:
    first, last = (paths["mentions"] / f"part-0000{i}.parquet" for i in (0, 2))
    rows = first.read_bytes(), last.read_bytes()
    first.write_bytes(rows[1])
    last.write_bytes(rows[0])

    assert _ids(paths) == [[["r1", "r2", "r3"], ["r3", "r1"], ["r1", "r3"]]]


def test_mentions_of_reports_that_are_not_there_are_an_error(
    paths: dict[str, Path], tmp_path: Path, write_tables: Callable[..., dict[str, Path]]
) -> None:
    fewer = write_tables(tmp_path / "fewer", STATEMENTS[:2])

    with pytest.raises(ForeignRowsError, match=r"mentions\.parquet: 1 rows.*'r3'.*run extract"):
        _ids({**paths, "reports": fewer["reports"]})


def test_a_missing_table_is_an_error_before_any_work(paths: dict[str, Path]) -> None:
    with pytest.raises(TableNotFoundError, match="findings"):
        _ids({**paths, "findings": paths["findings"].with_name("none")})
