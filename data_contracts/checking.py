"""Holding a table against its contract."""

from functools import lru_cache

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from data_contracts.contract import Contract
from data_contracts.errors import ContractError


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
    # Types, order and nulls are right by now; what is left is which values may occur.
    _check_values(contract, cast, where)
    _check_family(contract, cast, family, where)
    _check_key(contract, cast, where)
    return cast


def _check_values(contract: Contract, table: pa.Table, where: str) -> None:
    schema = _schema(contract)
    frame = table.select(list(schema.columns)).to_pandas(types_mapper=pd.ArrowDtype)
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        first = error.failure_cases.iloc[0]
        raise _refused(contract, error, first["column"], first["index"], where) from None


def _check_family(contract: Contract, table: pa.Table, family: tuple[str, ...], where: str) -> None:
    schema = _family_schema(contract)
    if schema is None or not family:
        return
    # One column below the other: to check a hundred in turn takes longer than to write them.
    chunks = [chunk for name in family for chunk in table.column(name).chunks]
    values = pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks, table.column(family[0]).type))
    try:
        schema.validate(pd.Series(values), lazy=True)
    except pandera.errors.SchemaErrors as error:
        number, row = divmod(error.failure_cases.iloc[0]["index"], table.num_rows)
        raise _refused(contract, error, family[number], row, where) from None


def _refused(
    contract: Contract, error: pandera.errors.SchemaErrors, column: str, row: int, where: str
) -> ContractError:
    """What is against a column, by the first of its values that fail."""
    failures = error.failure_cases
    first = failures.iloc[0]
    private = any(c.private for c in contract.columns if c.name == column)
    return ContractError(
        f"{where}: table '{contract.name}', column '{column}', row {row}: "
        f"{'a value' if private else repr(first['failure_case'])} fails {first['check']} "
        f"({len(failures)} values in all)"
    )


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
def _schema(contract: Contract) -> pandera.DataFrameSchema:
    """The columns whose values are bounded."""
    columns: dict[str, pandera.Column] = {}
    for column in contract.columns:
        checks = []
        if column.allowed is not None:
            checks.append(pandera.Check.isin(list(column.allowed)))
        if column.minimum is not None:
            checks.append(pandera.Check.ge(column.minimum))
        if checks:
            columns[column.name] = pandera.Column(checks=checks, nullable=True)
    return pandera.DataFrameSchema(columns, name=contract.name)


@lru_cache
def _family_schema(contract: Contract) -> pandera.SeriesSchema | None:
    """A column of the family; None where any value may occur."""
    if contract.family is None or contract.family.allowed is None:
        return None
    check = pandera.Check.isin(list(contract.family.allowed))
    return pandera.SeriesSchema(checks=[check], nullable=True)
