"""Training may start only from tables that belong together."""

from pathlib import Path

import pyarrow as pa
import pytest

from data_contracts.storage import TableNotFoundError, write_table
from data_contracts.tables import EMBEDDINGS, EVIDENCE, LABELS, VOCABULARY
from model.label_tables import LabelTablesError, read_label_tables

OPACITY, LEFT = "finding:opacity", "side:left"


def labels(**changed: object) -> pa.Table:
    columns = {
        "report_id": ["r1", "r2", "r3"],
        "subject_id": ["p1", "p1", "p2"],
        "study_id": ["s1", "s2", "s3"],
        "split": ["train", "train", "test"],
        "evidence": pa.array(
            [[(OPACITY, ["r1/0"]), (LEFT, ["r1/1"])], [(OPACITY, ["r2/0"])], []], EVIDENCE
        ),
        OPACITY: pa.array([1, 0, None], pa.int8()),
        LEFT: pa.array([1, None, None], pa.int8()),
    }
    return pa.table({**columns, **changed})


def vocabulary(kept: dict[str, bool]) -> pa.Table:
    zeros = [0] * len(kept)
    counts = dict.fromkeys(
        ("affirmed", "negated", "uncertain", "historical", "hypothetical", "reports"), zeros
    )
    return pa.table(
        {
            "concept_id": list(kept),
            "category": [name.partition(":")[0] for name in kept],
            "preferred_name": [name.partition(":")[2] for name in kept],
            **counts,
            "kept": list(kept.values()),
            "reason": ["frequency"] * len(kept),
        }
    )


def embeddings(vectors: dict[str, list[float]]) -> pa.Table:
    return pa.table(
        {
            "kind": ["concept"] * len(vectors),
            "key": list(vectors),
            "count": [1] * len(vectors),
            "vector": list(vectors.values()),
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_table(LABELS, labels(), tmp_path / "labels.parquet")
    kept = {OPACITY: True, LEFT: True, "zone:apex": False}
    write_table(VOCABULARY, vocabulary(kept), tmp_path / "vocabulary.parquet")
    vectors = {LEFT: [0.0, 1.0], OPACITY: [1.0, 0.5]}
    write_table(EMBEDDINGS, embeddings(vectors), tmp_path / "embeddings.parquet")
    return tmp_path


def test_tables_that_agree_come_back_in_the_vocabularys_order(folder: Path) -> None:
    tables = read_label_tables(folder)
    assert tables.concepts == (OPACITY, LEFT)
    assert tables.vectors.tolist() == [[1.0, 0.5], [0.0, 1.0]]
    assert tables.positives == {OPACITY: 1, LEFT: 1}


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "vocabulary.parquet").unlink()
    with pytest.raises(TableNotFoundError, match=r"vocabulary\.parquet"):
        read_label_tables(folder)


def test_a_kept_concept_needs_a_label_column(folder: Path) -> None:
    kept = vocabulary({OPACITY: True, "zone:base": True})
    write_table(VOCABULARY, kept, folder / "vocabulary.parquet")
    with pytest.raises(LabelTablesError, match=r"no column for zone:base"):
        read_label_tables(folder)


def test_a_kept_concept_needs_a_vector(folder: Path) -> None:
    write_table(EMBEDDINGS, embeddings({LEFT: [0.0, 1.0]}), folder / "embeddings.parquet")
    with pytest.raises(LabelTablesError, match=r"no vector for finding:opacity"):
        read_label_tables(folder)


def test_vectors_have_one_length(folder: Path) -> None:
    uneven = embeddings({LEFT: [0.0, 1.0], OPACITY: [1.0]})
    write_table(EMBEDDINGS, uneven, folder / "embeddings.parquet")
    with pytest.raises(LabelTablesError, match=r"1 to 2"):
        read_label_tables(folder)


def test_a_vector_of_nothing_but_nan_is_refused(folder: Path) -> None:
    broken = embeddings({LEFT: [0.0, 1.0], OPACITY: [float("nan"), 1.0]})
    write_table(EMBEDDINGS, broken, folder / "embeddings.parquet")
    with pytest.raises(LabelTablesError, match=r"finding:opacity are not finite"):
        read_label_tables(folder)


def test_a_value_needs_evidence(folder: Path) -> None:
    bare = labels(evidence=pa.array([[(OPACITY, ["r1/0"]), (LEFT, ["r1/1"])], [], []], EVIDENCE))
    write_table(LABELS, bare, folder / "labels.parquet")
    with pytest.raises(LabelTablesError, match=r"'finding:opacity': 1 values .* row 1"):
        read_label_tables(folder)


def test_a_patient_stays_in_one_split(folder: Path) -> None:
    write_table(LABELS, labels(split=["train", "test", "test"]), folder / "labels.parquet")
    with pytest.raises(LabelTablesError, match=r"1 patients are in more than one split"):
        read_label_tables(folder)


def test_reports_of_unknown_patients_and_splits_are_no_leak(folder: Path) -> None:
    unknown = labels(
        subject_id=pa.array([None] * 3, pa.string()), split=pa.array([None] * 3, pa.string())
    )
    write_table(LABELS, unknown, folder / "labels.parquet")
    assert read_label_tables(folder).labels.num_rows == 3


def test_a_vocabulary_that_keeps_nothing_says_what_to_lower(folder: Path) -> None:
    write_table(VOCABULARY, vocabulary({OPACITY: False}), folder / "vocabulary.parquet")
    with pytest.raises(LabelTablesError, match=r"vocabulary\.min_reports"):
        read_label_tables(folder)
