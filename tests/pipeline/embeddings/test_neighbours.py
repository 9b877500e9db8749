"""Asking for the nearest words and concepts."""

from pathlib import Path

import pyarrow as pa
import pytest

from data_contracts.storage import TableNotFoundError, write_table
from data_contracts.tables import EMBEDDINGS
from pipeline.embeddings.neighbours import UnknownWordError, neighbours

ROWS = [
    ("token", "consolidation", 50, [1.0, 0.0]),
    ("token", "lower_lobe", 40, [0.0, 2.0]),
    ("token", "infiltrate", 20, [3.0, 1.0]),
    ("token", "pneumothorax", 9, [-5.0, 0.0]),
    ("token", "<number>", 7, [0.1, -1.0]),
    ("concept", "finding:consolidation", 60, [2.0, 0.0]),
    ("concept", "zone:lower_lobe", 44, [0.1, 1.0]),
]


@pytest.fixture
def embeddings(tmp_path: Path) -> Path:
    rows = [dict(zip(("kind", "key", "count", "vector"), row, strict=True)) for row in ROWS]
    path = tmp_path / "embeddings.parquet"
    write_table(EMBEDDINGS, pa.Table.from_pylist(rows, schema=EMBEDDINGS.schema()), path)
    return path


def test_the_nearest_come_first_and_the_word_itself_is_left_out(embeddings: Path) -> None:
    found = neighbours(embeddings=embeddings, query="Consolidation", count=3)

    assert [(n.kind, n.key, n.count) for n in found] == [
        ("concept", "finding:consolidation", 60),
        ("token", "infiltrate", 20),
        ("concept", "zone:lower_lobe", 44),
    ]
    assert found[0].similarity == pytest.approx(1.0)
    assert found[1].similarity == pytest.approx(3 / 10**0.5)


@pytest.mark.parametrize("query", ["lower lobe", "Lower-Lobe", "lower_lobe", " lower lobe "])
def test_a_phrase_may_be_written_as_in_a_report(embeddings: Path, query: str) -> None:
    assert neighbours(embeddings=embeddings, query=query)[0].key == "zone:lower_lobe"


def test_a_concept_id_asks_for_the_concept_and_a_mark_for_itself(embeddings: Path) -> None:
    found = neighbours(embeddings=embeddings, query="zone:lower_lobe")
    assert (found[0].kind, found[0].key) == ("token", "lower_lobe")

    assert len(neighbours(embeddings=embeddings, query="<number>")) == len(ROWS) - 1


@pytest.mark.parametrize(
    ("query", "spelling"),
    [("consolidaton", "consolidation"), ("finding:consolidated", "finding:consolidation")],
)
def test_an_unknown_word_is_an_error_that_lists_close_spellings(
    embeddings: Path, query: str, spelling: str
) -> None:
    with pytest.raises(UnknownWordError, match=rf"'{query}'; spelt like it are {spelling}"):
        neighbours(embeddings=embeddings, query=query)


def test_an_empty_table_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "embeddings.parquet"
    write_table(EMBEDDINGS, EMBEDDINGS.schema().empty_table(), path)

    with pytest.raises(UnknownWordError, match=r"embed\.min_count"):
        neighbours(embeddings=path, query="opacity")


def test_fewer_than_one_neighbour_cannot_be_asked_for(embeddings: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        neighbours(embeddings=embeddings, query="opacity", count=0)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableNotFoundError, match="none"):
        neighbours(embeddings=tmp_path / "none", query="opacity")
