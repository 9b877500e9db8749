"""Tables by their names, to be read and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.auditing.tables.answers import write_answer
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.errors import TablesError

#: Every way that we know of to write, to read another file or to change the database. ~ is the
#: folder of the tables.
ATTACKS = [
    # A statement that is no SELECT, by itself and in what it can be wrapped in.
    "COPY (SELECT 1) TO '~/labels.parquet/part-00000.parquet'",
    "COPY (SELECT 1) TO 'new.csv'",
    "COPY (SELECT 1) TO '.tmp/new.csv'",
    "COPY (SELECT 1) TO '/dev/stdout'",
    "COPY (SELECT 1 AS a, 2 AS b) TO '~/labels.parquet' (PARTITION_BY a, OVERWRITE true)",
    "COPY (SELECT 1) TO 'tables://labels/part-00000.parquet'",
    "COPY (SELECT 1) TO 'tables://labels/part-00000.parquet' (USE_TMP_FILE false)",
    "COPY (SELECT 1 AS a, 2 AS b) TO 'tables://labels' (PARTITION_BY a, OVERWRITE true)",
    "COPY labels FROM '~/corrections.parquet'",
    "COPY FROM DATABASE memory TO other",
    "EXPLAIN COPY (SELECT 1) TO 'new.csv'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '~/labels.parquet/part-00000.parquet'",
    "EXPLAIN (ANALYZE) COPY (SELECT 1) TO '~/corrections.parquet'",
    "EXPLAIN (ANALYZE, FORMAT json) COPY (SELECT 1) TO 'new.csv'",
    "explain\nanalyze/**/copy (SELECT 1) TO '~/corrections.parquet'",
    "/* EXPLAIN SELECT 1 */ EXPLAIN ANALYZE COPY (SELECT 1) TO '~/corrections.parquet'",
    "EXPLAIN ANALYZE WITH x AS (COPY labels TO 'new.csv') SELECT 1",
    "EXPLAIN ANALYZE SELECT 1",
    "EXPLAIN ANALYZE CREATE TABLE mine AS SELECT 1",
    "EXPLAIN CREATE TABLE mine AS SELECT 1",
    "WITH x AS (COPY (SELECT 1) TO '~/labels.parquet/part-00000.parquet') SELECT 1",
    "WITH x AS (COPY labels TO 'new.csv' (RETURN_FILES)) SELECT * FROM x",
    "WITH x AS (COPY labels TO 'tables://labels/part-00000.parquet') SELECT 1",
    "WITH x AS (SELECT 1), y AS (COPY labels TO 'new.csv') SELECT * FROM x",
    "WITH x AS (WITH y AS (COPY labels TO 'new.csv') SELECT 1) SELECT * FROM x",
    "SELECT (WITH x AS (COPY labels TO 'new.csv') SELECT 1)",
    "DESCRIBE WITH x AS (COPY labels TO 'new.csv') SELECT 1",
    "WITH x AS (DELETE FROM held RETURNING *) SELECT * FROM x",
    "WITH x AS (UPDATE held SET one = 2 RETURNING *) SELECT * FROM x",
    "WITH x AS (INSERT INTO held VALUES (2) RETURNING *) SELECT * FROM x",
    "SELECT * FROM query('COPY labels TO ''new.csv''')",
    "SELECT * FROM query('WITH x AS (COPY labels TO ''new.csv'') SELECT 1')",
    "PREPARE harm AS COPY labels TO 'new.csv'",
    "EXECUTE harm",
    "CREATE MACRO harm() AS TABLE (COPY labels TO 'new.csv')",
    "CREATE MACRO harm() AS TABLE SELECT * FROM read_text('secret.txt')",
    "CREATE VIEW harm AS SELECT 1",
    "CREATE OR REPLACE VIEW labels AS SELECT 1",
    "CREATE TABLE mine AS SELECT 1",
    "CREATE PERSISTENT SECRET (TYPE http)",
    "DROP VIEW labels",
    "ALTER VIEW labels RENAME TO other",
    "DELETE FROM held",
    "INSERT INTO held VALUES (2)",
    "MERGE INTO held USING held h ON true WHEN MATCHED THEN DELETE",
    "EXPORT DATABASE '~/exported'",
    "EXPORT DATABASE 'tables://exported'",
    "IMPORT DATABASE '~/exported'",
    "ATTACH '~/new.db'",
    "ATTACH ':memory:' AS other",
    "ATTACH 'tables://new.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '~/labels.parquet/part-00000.parquet'",
    "PRAGMA enable_profiling",
    "PRAGMA table_info('labels')",
    "CALL enable_logging(storage := 'file', storage_path := '~/logs')",
    "CALL range(3)",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET lock_configuration = false",
    "SET disabled_filesystems = ''",
    "SET temp_directory = '~'",
    "SET python_enable_replacements = true",
    "SET VARIABLE x = 1",
    "RESET enable_external_access",
    "USE memory",
    "BEGIN",
    "CHECKPOINT",
    "VACUUM",
    # Functions that read files, write them, or let a query in by another door.
    "SELECT * FROM read_text('secret.txt')",
    "SELECT * FROM read_text('~/labels.parquet/_fingerprint')",
    "SELECT * FROM read_text('~/../secret.txt')",
    "SELECT * FROM READ_BLOB('~/labels.parquet/part-00000.parquet')",
    "SELECT * FROM system.main.read_blob('~/labels.parquet/part-00000.parquet')",
    "SELECT * FROM read_csv('secret.csv')",
    "SELECT * FROM read_csv('http://127.0.0.1/secret.csv')",
    "SELECT * FROM read_parquet('~/labels.parquet/part-00000.parquet')",
    "SELECT * FROM parquet_metadata('~/labels.parquet/part-00000.parquet')",
    "SELECT * FROM sniff_csv('secret.csv')",
    "SELECT * FROM glob('~/*')",
    "SELECT (SELECT count(*) FROM glob('/*'))",
    "SELECT 1 WHERE EXISTS (FROM glob('tables://labels/*'))",
    "SELECT * FROM labels, LATERAL (SELECT * FROM read_text(report_id))",
    "SELECT * FROM 'secret.txt'",
    "SELECT * FROM 'secret.csv'",
    "SELECT * FROM '~/labels.parquet/part-00000.parquet'",
    "SELECT * FROM 'tables://../secret.parquet'",
    "DESCRIBE 'secret.csv'",
    "SELECT * FROM enable_logging(storage := 'file', storage_path := '~/logs')",
    "SELECT * FROM enable_logging(storage := 'stdout')",
    "SELECT * FROM enable_profiling(save_location := '~/p.json', format := 'json')",
    "SELECT * FROM checkpoint()",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT * FROM query_table('labels')",
    # Variables of this program.
    "SELECT * FROM patients",
    "SELECT * FROM PATIENTS",
    # Several statements, none, and what hides them.
    "SELECT 1; COPY labels TO 'new.csv'",
    "SELECT 1; SELECT 2",
    "SELECT 1 -- one\n; COPY labels TO 'new.csv'",
    "/* SELECT */ COPY labels TO 'new.csv'",
    "SELECT 1 /* ; */ ; /* */ DROP VIEW labels",
    "SELECT 1\x00; COPY labels TO 'new.csv'",
    "\u00a0COPY\u2003labels\u3000TO 'new.csv'",
    "\ufeffEXPLAIN\u2003ANALYZE\u00a0COPY labels TO '~/corrections.parquet'",
    "\u200bCOPY labels TO 'new.csv'",
    "SELECT '\ud800'",
    "SELECT ?",
    "SELECT $name",
    "SELECT " + "+".join(["1"] * 900),
    "SELECT " + "+".join(["1"] * 3000),
    "PIVOT labels ON report_id",
    "-- nothing",
    ";",
    "",
    # A second round.
    "SELECT * FROM duckdb_logs()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_functions()",
    "SELECT * FROM which_secret('a','b')",
    "SELECT * FROM pragma_table_info('labels')",
    "SELECT * FROM pragma_database_size()",
    "SELECT * FROM duckdb_extensions()",
    "SELECT * FROM test_all_types()",
    "SELECT * FROM summary('labels')",
    "SELECT * FROM read_ndjson('secret.txt')",
    "SELECT * FROM read_json_auto('secret.txt')",
    "SELECT * FROM parquet_scan('~/labels.parquet/part-00000.parquet')",
    "SELECT * FROM parquet_file_metadata('tables://labels/part-00000.parquet')",
    "SELECT * FROM arrow_scan(1,2,3)",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM python_map_function(1)",
    "SELECT * FROM seq_scan('labels')",
    "SELECT * FROM repeat_row(1, num_rows=3)",
    "SELECT * FROM unnest((SELECT list(content) FROM read_text('secret.txt')))",
    "SELECT COLUMNS(*) FROM read_text('secret.txt')",
    "FROM 'secret.csv' SELECT *",
    'FROM "secret.csv"',
    'FROM "~/labels.parquet/part-00000.parquet"',
    'FROM "../elsewhere/secret.csv"',
    "FROM 'file:///etc/passwd'",
    "FROM '/etc/passwd'",
    "FROM 's3://x/y.parquet'",
    "FROM 'tables://labels/../../secret.csv'",
    "FROM 'tables://labels/_fingerprint'",
    "FROM 'tables://labels/part-/../_fingerprint'",
    "FROM 'tables://corrections/secret.csv'",
    "PREPARE a AS SELECT 1; EXECUTE a",
    "PREPARE a AS SELECT 1",
    "EXECUTE a(1)",
    "DEALLOCATE a",
    "/**/PREPARE/**/a/**/AS/**/SELECT/**/1",
    "WITH RECURSIVE x AS (COPY labels TO 'new.csv') SELECT 1",
    "WITH x AS MATERIALIZED (COPY labels TO 'new.csv') SELECT 1",
    "CREATE TEMP VIEW held AS SELECT 2",
    "CREATE TEMP MACRO report_id() AS 1",
    "CREATE OR REPLACE TEMP MACRO count(x) AS 1",
    "CREATE FUNCTION lower(x) AS 'unmentionable'",
    "CREATE SCHEMA s",
    "CREATE TYPE t AS INT",
    "CREATE SEQUENCE s",
    "CREATE INDEX i ON held(one)",
    "COMMENT ON VIEW labels IS 'x'",
    "TRUNCATE held",
    "ANALYZE",
    "LOAD 'json'",
    "UPDATE EXTENSIONS",
    "SHOW TABLES; DROP VIEW labels",
    "SELECT 1\u037e COPY labels TO 'new.csv'",
    "SELECT 1\uff1b COPY labels TO 'new.csv'",
    "SELECT 1;\u2028DROP VIEW labels",
    "SELECT 1;\u00a0\u2003\u3000\u200bDROP VIEW labels",
    "\u180eDROP VIEW labels",
    "\u2060SELECT 1; SELECT 2",
    "SELECT 1;;SELECT 2",
    "SELECT $$a$$; DROP VIEW labels",
    "SELECT $a$;$a$; DROP VIEW labels",
    "SELECT 'a''; --'; DROP VIEW labels",
    'SELECT "a""; --"; DROP VIEW labels',
    "SELECT 1 /* /* */ */ ; DROP VIEW labels",
    "SELECT 1 -- \r; DROP VIEW labels",
    "SELECT 1 #; DROP VIEW labels",
    "EXPLAIN EXPLAIN SELECT 1",
    "EXPLAIN PREPARE a AS SELECT 1",
    "EXPLAIN EXECUTE a",
    "EXPLAIN (FORMAT JSON) SELECT 1",
    "EXPLAIN SELECT 1; DROP VIEW labels",
    "EXPLAIN ANALYSE COPY labels TO 'new.csv'",
    "EXPLAIN\u00a0ANALYZE SELECT 1",
    "DESCRIBE SELECT * FROM read_text('secret.txt')",
    "SUMMARIZE 'secret.csv'",
    "SUMMARIZE SELECT * FROM read_csv('secret.csv')",
    "PIVOT 'secret.csv' ON a",
    "UNPIVOT read_csv('secret.csv') ON COLUMNS(*) INTO NAME n VALUE v",
    "PIVOT (SELECT * FROM read_text('secret.txt')) ON filename IN ('a') USING count(*)",
    "SELECT * FROM labels AT (VERSION => 1)",
    "SELECT * FROM labels TABLESAMPLE 10 ROWS, read_text('secret.txt')",
    "SELECT * FROM labels ORDER BY (SELECT content FROM read_text('secret.txt'))",
    "SELECT 1 LIMIT (SELECT size FROM read_text('secret.txt'))",
    "SELECT list_transform([1], lambda x: (SELECT content FROM read_text('secret.txt')))",
    "SELECT count(*) FILTER (WHERE EXISTS (FROM read_text('secret.txt'))) FROM labels",
    "VALUES ((SELECT content FROM read_text('secret.txt')))",
    "SELECT * FROM (SHOW 'secret.csv')",
    "SELECT getenv('HOME')",
    "SELECT * FROM sql_auto_complete('SELECT')",
    "SELECT * FROM icu_calendar_names()",
    "SELECT * FROM duckdb_memory()",
    "SELECT * FROM force_checkpoint('memory')",
    "SELECT * FROM pragma_user_agent()",
    "SELECT * FROM load_aws_credentials()",
    "FROM query_table(['labels'])",
    "FROM query('SELECT 1')",
    "SELECT query('SELECT 1')",
    "SELECT set_config('a','b')",
    "CALL write_log('x')",
    "SELECT error(content) FROM read_text('secret.txt')",
    "SELECT json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "PRAGMA json_execute_serialized_sql('x')",
    "ATTACH '' AS x",
    "DETACH memory",
    "KILL 1",
    ".read secret.txt",
    "\\copy labels to new.csv",
    "SELECT * FROM memory.main.held; INSERT INTO held VALUES (2)",
    "INSERT INTO memory.main.held BY NAME SELECT 2",
    "(DELETE FROM held RETURNING *)",
    "SELECT * FROM (DELETE FROM held RETURNING *)",
    "SELECT * FROM (INSERT INTO held VALUES(2) RETURNING one)",
    "WITH d AS (DELETE FROM held RETURNING *) FROM d",
    "VALUES (1); DELETE FROM held",
    "TABLE held; DELETE FROM held",
    "SELECT * INTO other FROM held",
    "ROLLBACK",
    "COMMIT",
    "START TRANSACTION",
    "EXPORT DATABASE ''",
    "SELECT 1 --\u2028\n; DROP VIEW labels",
    "SELECT 1 -- \r\n; DROP VIEW labels",
]
#: Rows that a query must not find, nor those of this name in a test.
PATIENTS = pa.table({"unmentionable": [1]})


def test_tables_have_the_names_of_their_files_those_of_subfolders_with_the_folder(
    folder: Path,
) -> None:
    (folder / "audit").mkdir()
    with Tables(folder) as tables:
        write_answer(tables.ask("SELECT 1 AS one"), folder / "audit" / "my-scores.parquet")

    with Tables(folder) as tables:
        assert {"reports", "mentions", "findings", "labels"} <= tables.paths.keys()
        assert tables.ask("SELECT one FROM audit_my_scores").to_pylist() == [{"one": 1}]


def test_a_question_joins_tables_and_label_columns(tables: Tables) -> None:
    answer = tables.ask(
        'SELECT report_id, text FROM labels JOIN mentions USING (report_id) '
        'WHERE "finding:opacity" = 1 ORDER BY "start"'
    )  # fmt: skip
    assert answer["text"].to_pylist() == ["opacity", "left", "pneumonia"]


def test_a_mistyped_question_is_explained_with_the_tables_there_are(tables: Tables) -> None:
    with pytest.raises(TablesError, match=r"(?s)mentionz.*Tables: .*mentions"):
        tables.ask("SELECT * FROM mentionz")


def test_a_folder_without_tables_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(TablesError, match=r"holds no table.*dvc repro"):
        Tables(tmp_path)


def test_a_file_that_is_no_parquet_is_named(folder: Path) -> None:
    (folder / "broken.parquet").write_bytes(b"PAR1 not")
    with pytest.raises(TablesError, match=r"broken\.parquet: cannot be read"):
        Tables(folder)


def test_what_is_closed_answers_no_more(folder: Path) -> None:
    with Tables(folder) as tables:
        assert tables.columns("labels")
    with pytest.raises(TablesError, match="its tables are closed"):
        tables.ask("SELECT 1")


def write_run(home: Path) -> Path:
    """A small run, beside files that are nobody's business."""
    folder = home / "run"
    (folder / "labels.parquet").mkdir(parents=True)
    for part, report_id in enumerate(("r1", "r2")):
        rows = pa.table({"report_id": [report_id], "text": ["No pneumonia."]})
        pq.write_table(rows, folder / "labels.parquet" / f"part-{part:05d}.parquet")
    (folder / "labels.parquet" / "_fingerprint").write_text("made up", encoding="utf-8")
    pq.write_table(pa.table({"reviewer": ["ada"]}), folder / "corrections.parquet")
    for place in ("secret.txt", "elsewhere/secret.txt", "elsewhere/secret.csv"):
        (home / place).parent.mkdir(exist_ok=True)
        (home / place).write_text("unmentionable\n1\n", encoding="utf-8")
    return folder


@contextmanager
def at_home(home: Path) -> Iterator[None]:
    """Work in a folder beside the run, with `home` as the user's own."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(home / "elsewhere")
        monkeypatch.setenv("HOME", str(home))
        yield


@contextmanager
def open_tables(run: Path) -> Iterator[Tables]:
    with Tables(run) as tables:
        tables.keep("held", "SELECT 1 AS one")
        yield tables


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Path]:
    folder = write_run(tmp_path)
    with at_home(tmp_path):
        yield folder


@pytest.fixture
def opened(run: Path) -> Iterator[Tables]:
    with open_tables(run) as tables:
        yield tables


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """Tables that are attacked again and again: what one attack changed the next ones would see."""
    home = tmp_path_factory.mktemp("besieged")
    with open_tables(write_run(home)) as tables:
        yield tables


def every_file(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_question_changes_anything_or_reads_other_files(attack: str, besieged: Tables) -> None:
    (run,) = besieged.folders
    before = every_file(run.parent)
    patients = pa.table({"unmentionable": [1]})
    with at_home(run.parent), pytest.raises(TablesError) as told:
        besieged.ask(attack.replace("~", str(run)))
    assert "No pneumonia" not in str(told.value)
    assert "unmentionable" not in str(told.value)
    # What is asked next may be what an attack was waiting for.
    assert besieged.ask("SELECT * FROM held").to_pylist() == [{"one": 1}]
    assert sorted(besieged.ask("FROM labels")["report_id"].to_pylist()) == ["r1", "r2"]
    assert every_file(run.parent) == before
    assert patients.equals(PATIENTS)


@pytest.mark.parametrize("attack", [one for one in ATTACKS if "\ud800" not in one])
def test_the_database_could_not_write_if_it_were_asked_to(
    attack: str, run: Path, opened: Tables, capfd: pytest.CaptureFixture[str]
) -> None:
    before = every_file(run.parent)
    with suppress(duckdb.Error):
        opened._database.execute(attack.replace("~", str(run)))
        assert "unmentionable" not in str(opened._database.fetchall())
    opened.close()
    assert every_file(run.parent) == before
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("WITH x AS (SELECT 1 AS one) SELECT one FROM x UNION ALL SELECT 2", 2),
        ("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) FROM n", 3),
        ("FROM labels", 2),
        ("TABLE labels;", 2),
        ("VALUES (1), (2)", 2),
        ("DESCRIBE labels", 2),
        ("SUMMARIZE labels", 2),
        ("SELECT * FROM (SHOW TABLES) WHERE name = 'labels'", 1),
        ("SELECT * FROM labels, unnest([1, 2]), range(2), generate_series(1, 2)", 16),
        ("PIVOT labels ON report_id IN ('r1', 'r2') USING count(*) GROUP BY text", 1),
        ("SELECT {'type': 'COPY_QUERY_NODE'} AS struct, 'x' AS type, 'y' AS \"function\"", 1),
        ("EXPLAIN SELECT * FROM labels", 1),
        ("/* why */ explain -- so\n(SELECT 1)", 1),
        ("\u2003SELECT\u00a01 -- a comment; COPY labels TO 'x'", 1),
        ("SELECT 1 " + "UNION ALL SELECT 1 " * 200, 201),
    ],
)
def test_whatever_only_reads_is_answered(question: str, rows: int, opened: Tables) -> None:
    assert opened.ask(question).num_rows == rows


@pytest.mark.parametrize(
    "question",
    [
        "SELECT text::INTEGER FROM labels",
        "SELECT error(text) FROM labels",
        "SELECT strptime(text, '%Y') FROM labels",
        "SELECT regexp_matches('x', text || '(') FROM labels",
        "SELECT json_extract(text, '$.a') FROM labels",
    ],
)
def test_text_of_reports_is_in_no_message(question: str, opened: Tables) -> None:
    with pytest.raises(TablesError, match=r"(Conversion|Invalid Input) Error") as told:
        opened.ask(question)
    assert "pneumonia" not in str(told.value)


def test_the_connection_that_all_modules_share_is_left_alone(opened: Tables) -> None:
    shared = duckdb.default_connection()
    closed = duckdb.connect()
    closed.close()
    duckdb.set_default_connection(closed)
    try:
        assert opened.ask("EXPLAIN FROM labels").num_rows == 1
    finally:
        duckdb.set_default_connection(shared)


@pytest.mark.parametrize(
    "value",
    [
        "{'k': union_value(a := 1)}",
        "[{'k': union_value(a := 1)}]",
        "[{'k': union_value(a := 1)}, NULL]::STRUCT(k UNION(a INTEGER))[2]",
        "MAP {1: {'k': {'l': union_value(a := 1)}}}",
        "union_value(b := {'k': union_value(a := 1)})",
    ],
)
def test_a_union_within_a_struct_does_not_end_the_program(value: str, opened: Tables) -> None:
    with pytest.raises(TablesError, match="column 'x' has a union within a struct"):
        opened.ask(f"SELECT {value} AS x")


def test_other_nested_values_are_answered(opened: Tables) -> None:
    query = "SELECT {'k': [union_value(a := 1)]} AS x, [[1], [2]]::INTEGER[1][2] AS y"
    assert opened.ask(query).num_rows == 1
