"""Holding a table against its contract."""

from functools import lru_cache

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from data_contracts.contract import Contract


class ContractError(ValueError):
    """A table does not keep its contract; the message names table, column, row and remedy."""


def check_table(contract: Contract, table: pa.Table, where: str) -> pa.Table:
    """Return `table` cast to the contract's schema, once every row has been checked.

    Args:
        contract: what the table promises.
        table: rows in any column order; a column too many is an error.
        where: the file or stage to name in an error.

    Raises:
        ContractError: a column is missing, unknown or of another type, or a value is not allowed.
            Values of columns that hold patients' text are never repeated.
    """
    family = contract.family_names(table.column_names)
    _check_columns(contract, table, family, where)
    cast = _cast(contract, table, contract.schema(family), where)
    frame = cast.to_pandas(types_mapper=pd.ArrowDtype)
    try:
        _pandera_schema(contract, family).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        raise ContractError(_describe(contract, error.failure_cases, where)) from None
    _check_key(contract, cast, where)
    return cast


def _check_key(contract: Contract, table: pa.Table, where: str) -> None:
    # Counting by Arrow; pandera's own check of unique rows takes as long as writing them.
    key = list(contract.primary_key)
    distinct = table.select(key).group_by(key).aggregate([]).num_rows
    if distinct == table.num_rows:
        return
    repeated = table.select(key).to_pandas().duplicated(keep=False)
    raise ContractError(
        f"{where}: table '{contract.name}' repeats its key ({', '.join(key)}): "
        f"{repeated.sum()} rows, the first is row {repeated.idxmax()}"
    )


def _check_columns(
    contract: Contract, table: pa.Table, family: tuple[str, ...], where: str
) -> None:
    expected = {*contract.column_names, *family}
    missing = [name for name in contract.column_names if name not in table.column_names]
    unknown = [name for name in table.column_names if name not in expected]
    if missing or unknown:
        parts = [f"misses {', '.join(missing)}"] if missing else []
        parts += [f"has the unknown {', '.join(unknown)}"] if unknown else []
        raise ContractError(
            f"{where}: table '{contract.name}' {' and '.join(parts)}; "
            f"its columns are {', '.join(contract.column_names)}"
        )


def _cast(contract: Contract, table: pa.Table, schema: pa.Schema, where: str) -> pa.Table:
    columns = []
    for field in schema:
        values = table.column(field.name)
        of_column = f"{where}: table '{contract.name}', column '{field.name}'"
        if not field.nullable and values.null_count:
            row = values.is_null().to_pylist().index(True)
            raise ContractError(
                f"{of_column}: {values.null_count} rows have no value, the first is row {row}"
            )
        try:
            columns.append(values.cast(field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError):
            # Arrow's own message repeats the value, which may be a patient's text.
            raise ContractError(
                f"{of_column}: has values of type {values.type} that are not {field.type}"
            ) from None
    return pa.Table.from_arrays(columns, schema=schema)


@lru_cache
def _pandera_schema(contract: Contract, family: tuple[str, ...]) -> pandera.DataFrameSchema:
    columns: dict[str, pandera.Column] = {}
    for column in contract.columns:
        checks = []
        if column.allowed is not None:
            checks.append(pandera.Check.isin(list(column.allowed)))
        if column.minimum is not None:
            checks.append(pandera.Check.ge(column.minimum))
        columns[column.name] = pandera.Column(
            pd.ArrowDtype(column.type),
            checks=checks,
            nullable=column.nullable,
            description=column.description,
        )
    for name in family:
        assert contract.family is not None
        allowed = contract.family.allowed
        columns[name] = pandera.Column(
            pd.ArrowDtype(contract.family.type),
            checks=[pandera.Check.isin(list(allowed))] if allowed is not None else [],
            nullable=True,
        )
    return pandera.DataFrameSchema(columns, strict=True, ordered=True, name=contract.name)


def _describe(contract: Contract, failures: pd.DataFrame, where: str) -> str:
    first = failures.iloc[0]
    column = next((c for c in contract.columns if c.name == first["column"]), None)
    value = "a value" if column and column.private else repr(first["failure_case"])
    return (
        f"{where}: table '{contract.name}', column '{first['column']}', row {first['index']}: "
        f"{value} fails {first['check']} ({len(failures)} values in all)"
    )
