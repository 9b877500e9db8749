"""A nested column that lost values to a damaged page header is refused."""

from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.contract import Column, Contract
from data_contracts.errors import ContractError
from data_contracts.storage import read_matching, read_part, write_table
from data_contracts.value_counts import read_all_values

READINGS: Final = Contract(
    name="readings",
    version=1,
    row="an image",
    primary_key=("image_id",),
    columns=(
        Column("image_id", pa.string(), "The image."),
        Column("probabilities", pa.map_(pa.string(), pa.float64()), "Concept id to probability."),
    ),
)
NAMES: Final = st.text("abc", max_size=3)
#: Types of nested columns as our contracts have them, and values of each.
COLUMNS: Final = {
    "ids": (pa.list_(pa.string()), st.lists(st.none() | NAMES, max_size=4)),
    "spans": (
        pa.list_(pa.struct([("name", pa.string()), ("start", pa.int32())])),
        st.lists(
            st.none() | st.fixed_dictionaries({"name": NAMES, "start": st.integers(0, 9)}),
            max_size=3,
        ),
    ),
    "evidence": (
        pa.map_(pa.string(), pa.list_(pa.string())),
        st.lists(st.tuples(NAMES, st.none() | st.lists(NAMES, max_size=3)), max_size=3),
    ),
    "place": (
        pa.struct([("zones", pa.list_(pa.int8())), ("side", pa.string())]),
        st.fixed_dictionaries({"zones": st.none() | st.lists(st.just(1), max_size=3)}),
    ),
    "deep": (pa.list_(pa.list_(pa.int8())), st.lists(st.none() | st.lists(st.just(1), max_size=2))),
}


def readings(**probabilities: list[tuple[str, float]]) -> pa.Table:
    """Readings of images, by their names."""
    kind = pa.map_(pa.string(), pa.float64())
    values = pa.array(probabilities.values(), kind)
    return pa.table({"image_id": list(probabilities), "probabilities": values})


@given(data=st.data(), group_rows=st.integers(1, 4))
def test_what_was_written_is_all_there(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, group_rows: int
) -> None:
    """Null and empty lists, nulls in them, lists of lists, several row groups."""
    rows = data.draw(st.integers(0, 7))
    columns: dict[str, Any] = {"image_id": pa.array(map(str, range(rows)), pa.string())}
    for name, (kind, values) in COLUMNS.items():
        drawn = data.draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        columns[name] = pa.array(drawn, kind)
    table = pa.table(columns)
    path = tmp_path_factory.getbasetemp() / "nested.parquet"
    pq.write_table(table, path, row_group_size=group_rows)
    with pq.ParquetFile(path) as file:
        groups = range(file.num_row_groups)
        assert read_all_values(file, groups).equals(table)
        assert read_all_values(file, groups, ["evidence"]).equals(table.select(["evidence"]))
        assert read_all_values(file, groups[1:]).equals(table.slice(group_rows))


def page_headers(path: Path) -> list[int]:
    """Places of the bytes that pages' headers take, and of some behind them."""
    footer = pq.read_metadata(path)
    chunks = [footer.row_group(0).column(leaf) for leaf in range(footer.num_columns)]
    starts = {c.data_page_offset for c in chunks} | {c.dictionary_page_offset for c in chunks}
    return [start + byte for start in starts - {None} for byte in range(40)]


def test_no_bit_of_a_page_header_loses_a_value(tmp_path: Path) -> None:
    """No checksum covers them: the last of an image's many values would be gone unseen."""
    values = [(f"concept {number}", number / 32) for number in range(25)]
    whole = tmp_path / "whole.parquet"
    write_table(READINGS, readings(a=values, b=values, c=values, d=values), whole)
    rows, content = read_part(READINGS, whole), whole.read_bytes()
    damaged = tmp_path / "damaged.parquet"
    lost = []
    for place in page_headers(whole):
        for bit in range(8):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            damaged.write_bytes(changed)
            try:
                same = read_part(READINGS, damaged).equals(rows)
            except ContractError:
                continue
            if not same:
                lost.append((place, bit))
    assert not lost


def test_values_that_the_footer_counts_and_pages_lack_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "readings.parquet"
    write_table(READINGS, readings(a=[("edema", 0.5)]), path)
    monkeypatch.setattr("data_contracts.value_counts._counted", lambda *_: 3)
    with pytest.raises(ContractError, match=r"'probabilities' has 2 values of 3\); make it again"):
        read_part(READINGS, path)
    with pytest.raises(ContractError, match="2 values of 3"):
        read_matching(READINGS, path, "image_id", "a")


def test_rows_of_one_image_are_found_in_whichever_row_group(tmp_path: Path) -> None:
    path = tmp_path / "readings.parquet"
    many = {f"image {number}": [("edema", number / 10)] for number in range(9)}
    write_table(READINGS, readings(**many), path)
    with pq.ParquetFile(path) as file:
        pq.write_table(file.read(), path, row_group_size=2)
    found = read_matching(READINGS, path, "image_id", "image 5")
    assert found.to_pydict() == {"image_id": ["image 5"], "probabilities": [[("edema", 0.5)]]}
    assert not read_matching(READINGS, path, "image_id", "image 9").num_rows
