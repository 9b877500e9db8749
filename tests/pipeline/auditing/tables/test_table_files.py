"""Tables as DuckDB reads them from the only files that it sees."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.auditing.tables.counting import count_concepts
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.errors import TablesError
from pipeline.auditing.tables.table_files import TableFile


@pytest.mark.parametrize("name", ["a=b", "we[i]rd name's", "x?y", "star*", "ünï", "d..ot"])
def test_a_table_may_be_named_as_a_file_may(name: str, tmp_path: Path) -> None:
    pq.write_table(pa.table({"v": [1]}), tmp_path / f"{name}.parquet")
    pq.write_table(pa.table({"v": [2]}), tmp_path / "other.parquet")
    with Tables(tmp_path) as tables:
        assert tables.ask(f'SELECT * FROM "{name}"').to_pylist() == [{"v": 1}]


def test_values_come_out_as_they_were_written(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 1, 12, 30, 0, 250, UTC)
    rows = pa.table(
        {
            "words": pa.array([["a", "b"], [], None], pa.list_(pa.string())),
            "evidence": pa.array([[("x", ["1", "2"])], [], None],
                                 pa.map_(pa.string(), pa.list_(pa.string()))),
            "half": pa.array([1.5, -0.25, None], pa.float16()),
            "vector": pa.array([[0.5, 1], [2, 3], None], pa.list_(pa.float32(), 2)),
            "utc": pa.array([moment, None, moment], pa.timestamp("us", "UTC")),
            "local": pa.array([moment.replace(tzinfo=None)] * 3, pa.timestamp("us")),
            "day": pa.array([moment.date(), None, moment.date()], pa.date32()),
            "place": pa.array([{"start": 1, "end": 2}] * 3),
            "number": pa.array([1, None, -3], pa.int8()),
        }
    )  # fmt: skip
    pq.write_table(rows.slice(0, 2), tmp_path / "one.parquet")
    pq.write_table(rows, tmp_path / "rows.parquet")
    with Tables(tmp_path) as tables:
        answer = tables.ask("SELECT * FROM rows")
    assert answer.to_pylist() == rows.to_pylist()


def test_a_table_that_is_made_again_is_read_as_it_is_now(folder: Path, tables: Tables) -> None:
    before = tables.ask("SELECT count(*) AS n FROM labels")["n"].to_pylist()
    parts = sorted((folder / "labels.parquet").glob("part-*.parquet"))
    shutil.copy(parts[0], folder / "labels.parquet" / "part-00009.parquet")
    assert tables.ask("SELECT count(*) AS n FROM labels")["n"].to_pylist() > before


def test_a_part_that_is_broken_is_told_and_not_quoted(folder: Path, tables: Tables) -> None:
    (folder / "mentions.parquet" / "part-00001.parquet").write_bytes(b"PAR1 not")
    with pytest.raises(TablesError, match=r"could not answer it") as told:
        tables.ask("SELECT count(DISTINCT text) FROM mentions")
    assert "Traceback" not in str(told.value)
    with pytest.raises(TablesError, match=r"run: has tables that are broken.*make them again"):
        tables.query("SELECT count(DISTINCT text) FROM mentions")


def test_a_table_that_has_gone_is_told(folder: Path, tables: Tables) -> None:
    (folder / "correction_outcomes.parquet").unlink()
    with pytest.raises(TablesError, match=r"No files found.*correction_outcomes"):
        tables.ask("FROM correction_outcomes")


def test_a_table_that_lacks_a_column_is_told_with_it(folder: Path) -> None:
    shutil.rmtree(folder / "mentions.parquet")
    pq.write_table(pa.table({"report_id": ["r1"]}), folder / "mentions.parquet")
    with (
        Tables(folder) as tables,
        pytest.raises(TablesError, match=r'of another release \(Binder Error: .*"concept_id"'),
    ):
        count_concepts(tables)


def test_threads_read_a_file_each_from_its_own_place(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with TableFile(path) as file, ThreadPoolExecutor(1) as other:
        file.seek(2)
        other.submit(file.seek, 7).result()
        assert file.read(3) == b"234"
        assert other.submit(file.read, 2).result() == b"78"
        assert (file.tell(), file.read()) == (5, b"56789")
        assert not file.writable()
