"""What a user may ask: one SELECT, told by DuckDB's own reading of it and not by its words."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import duckdb
from duckdb.sqltypes import DuckDBPyType

from pipeline.auditing.tables.errors import TablesError

#: Statements within a SELECT; any other could change something. `WITH x AS (COPY ... TO ...)
#: SELECT ...` is a SELECT to DuckDB, whose COPY_QUERY_NODE tells it apart.
_READING_NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"})
#: Functions in place of a table. The others read files, run text as a query or tell of settings.
_ROW_FUNCTIONS: Final = ("unnest", "range", "generate_series")
#: Types that are made of others.
_NESTED: Final = ("array", "list", "map", "struct", "union")
_EXPLAIN: Final = re.compile(r"\AEXPLAIN\b", re.IGNORECASE)
_ONE_SELECT: Final = (
    "expected one SELECT; the tables are there to be read, not to be changed "
    "(corrections are made with `audit serve`)"
)


def one_select(database: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """The statement that a user's query is, once it is sure to be a SELECT, or the EXPLAIN of one.

    Args:
        database: whose reading of SQL counts.
        sql: what the user typed.

    Raises:
        TablesError: it is something else, or several statements.
        duckdb.Error: it is no SQL.
    """
    statement = _only_statement(database, sql)
    if _kind_of(statement) == duckdb.StatementType.EXPLAIN:
        # DuckDB types an EXPLAIN alike whatever it explains, and ANALYZE runs it.
        _check_explained(database, _EXPLAIN.sub("", statement.query, count=1))
    else:
        _check_select(database, statement)
    return statement


def check_unions(asked: duckdb.DuckDBPyRelation) -> None:
    """Make sure that no struct of an answer holds a union, over which Arrow ends the program.

    Raises:
        TablesError: one does; the message names its column.
    """
    for name, kind in zip(asked.columns, asked.types, strict=True):
        if any(
            one.id == "struct" and any(part.id == "union" for part in _parts(one))
            for one in _kinds(kind)
        ):
            raise TablesError(
                f"column '{name}' has a union within a struct; cast the union to VARCHAR"
            )


def _kinds(kind: DuckDBPyType) -> Iterator[DuckDBPyType]:
    """A type and all that it is made of."""
    yield kind
    for part in _parts(kind):
        yield from _kinds(part)


def _parts(kind: DuckDBPyType) -> list[DuckDBPyType]:
    """What a type is made of; an array has its length among them."""
    children = kind.children if kind.id in _NESTED else []
    return [part for _, part in children if isinstance(part, DuckDBPyType)]


def _check_explained(database: duckdb.DuckDBPyConnection, explained: str) -> None:
    try:
        _check_select(database, _only_statement(database, explained))
    except (TablesError, duckdb.Error):
        raise TablesError(
            "expected EXPLAIN and one SELECT, without ANALYZE and without options"
        ) from None


def _only_statement(database: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    try:
        sql.encode()
    except UnicodeEncodeError:
        raise TablesError("the query holds characters that are no text in UTF-8") from None
    statements = database.extract_statements(sql)
    if len(statements) != 1:
        raise TablesError(_ONE_SELECT)
    return statements[0]


def _kind_of(statement: duckdb.Statement) -> duckdb.StatementType:
    try:
        return statement.type
    except ValueError:  # a kind that DuckDB knows and its Python side has no name for
        raise TablesError(_ONE_SELECT) from None


def _check_select(database: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> None:
    if _kind_of(statement) != duckdb.StatementType.SELECT:
        raise TablesError(_ONE_SELECT)
    if statement.named_parameters:
        raise TablesError("expected a query with its values in it, without ? or $name")
    for node in _nodes(_parse(database, statement.query)):
        kind = node.get("type")
        if not isinstance(kind, str):
            continue
        if kind.endswith("_NODE") and kind not in _READING_NODES:
            raise TablesError(_ONE_SELECT)
        if kind == "TABLE_FUNCTION":
            _check_row_function(node["function"]["function_name"])


def _check_row_function(name: str) -> None:
    if name.lower() not in _ROW_FUNCTIONS:
        raise TablesError(
            f"{name}() cannot stand for a table; name one, or use {', '.join(_ROW_FUNCTIONS)}"
        )


def _parse(database: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """The syntax tree of a SELECT."""
    ((written,),) = database.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()
    try:
        parsed = json.loads(written)
    except RecursionError:
        raise TablesError("the query is nested too deeply to be checked") from None
    if parsed["error"] or len(parsed["statements"]) != 1:
        raise TablesError(_ONE_SELECT)
    return parsed


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Everything in a syntax tree that could have a type."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
