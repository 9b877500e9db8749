"""The stage: others' labels become tables that training accepts as they are."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from data_contracts.storage import part_paths, read_table, write_table
from data_contracts.tables import EMBEDDINGS, LABELS, QUARANTINE, VOCABULARY
from model.label_tables import read_label_tables
from pipeline.cli import app
from pipeline.published_labels.embeddings import ConceptVectorsError
from pipeline.settings import VocabularySettings
from pipeline.stages.published_labels import published_labels

SETTINGS = VocabularySettings(min_reports=2)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(
        "report_id,subject_id,Pneumonia,Edema,Enlarged Cardiomediastinum\n"
        "a,1,1,-1,1\nb,2,1,0,\nc,3,0,1,\nd,4,maybe,1,\n"
    )
    return path


def write_corpus(folder: Path, concepts: list[str]) -> Path:
    rows = {
        "kind": ["token", *["concept"] * len(concepts)],
        "key": ["pneumonia", *concepts],
        "count": [7] * (1 + len(concepts)),
        "vector": [[float(number), 1.0] for number in range(1 + len(concepts))],
    }
    write_table(EMBEDDINGS, pa.table(rows, EMBEDDINGS.schema()), folder / "embeddings.parquet")
    return folder


def run(table: Path, out: Path, **options: str) -> dict[str, int | float]:
    summary = published_labels(
        settings=SETTINGS,
        lexicon=None,
        kind="csv",
        path=table,
        columns={},
        partition_rows=2,
        out=out,
        **options,
    )
    return summary.counts


def test_training_reads_the_tables_as_it_reads_those_of_reports(
    table: Path, tmp_path: Path
) -> None:
    counts = run(table, tmp_path / "out")
    tables = read_label_tables(tmp_path / "out")
    assert tables.concepts == ("finding:lung_opacity_any", "finding:pneumonia")
    assert tables.positives == {"finding:lung_opacity_any": 2, "finding:pneumonia": 2}
    assert np.array_equal(tables.vectors, np.eye(2))
    assert tables.labels["finding:pulmonary_edema"].to_pylist() == [-1, 0, 1]
    assert len(part_paths(LABELS, tmp_path / "out/labels.parquet")) == 2
    assert (counts["reports"], counts["quarantined_wrong_value"], counts["kept"]) == (3, 1, 2)
    assert counts["columns_without_concept"] == 1
    assert counts["without_concept_Enlarged_Cardiomediastinum"] == 1
    (rejected,) = read_table(QUARANTINE, tmp_path / "out/quarantine.parquet").to_pylist()
    assert (rejected["file"], rejected["row"], rejected["record_id"]) == ("labels.csv", 5, "d")
    assert "maybe" not in rejected["detail"]


def test_the_vocabulary_counts_reports(table: Path, tmp_path: Path) -> None:
    run(table, tmp_path / "out")
    rows = read_table(VOCABULARY, tmp_path / "out/vocabulary.parquet").to_pylist()
    told = {row["concept_id"]: row for row in rows}
    edema, pneumonia = told["finding:pulmonary_edema"], told["finding:pneumonia"]
    assert [edema[name] for name in ("affirmed", "negated", "uncertain", "reports")] == [1, 1, 1, 1]
    assert (pneumonia["reason"], edema["reason"]) == ("frequency", "too_rare")
    assert told["finding:hernia"]["reason"] == "unmentioned"


def test_equal_files_give_equal_tables(table: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(table, tmp_path / name)
    one, two = (
        {file.relative_to(tmp_path / name): file.read_bytes()
         for file in sorted((tmp_path / name).rglob("*.parquet")) if file.is_file()}
        for name in ("one", "two")
    )  # fmt: skip
    assert one == two
    assert len(one) == 5


def test_vectors_are_taken_from_a_corpus(table: Path, tmp_path: Path) -> None:
    concepts = ["finding:hernia", "finding:pneumonia", "finding:lung_opacity_any"]
    corpus = write_corpus(tmp_path / "corpus", concepts)
    run(table, tmp_path / "out", embeddings=str(corpus))
    assert read_label_tables(tmp_path / "out").vectors.tolist() == [[3, 1], [2, 1]]
    kept = read_table(EMBEDDINGS, tmp_path / "out/embeddings.parquet")["key"].to_pylist()
    assert kept == ["finding:pneumonia", "finding:lung_opacity_any"]


def test_a_concept_that_the_corpus_lacks_is_told_and_the_last_tables_stay(
    table: Path, tmp_path: Path
) -> None:
    run(table, tmp_path / "out")
    corpus = write_corpus(tmp_path / "corpus", ["finding:pneumonia"])
    table.write_text("report_id,Pneumonia\na,1\nb,1\n")
    drop = r"--set 'vocabulary.drop=\[finding:lung_opacity_any\]'"
    with pytest.raises(ConceptVectorsError, match=drop):
        run(table, tmp_path / "out", embeddings=str(corpus))
    assert len(read_label_tables(tmp_path / "out").labels) == 3


def test_the_command_maps_columns_and_drops_what_is_to_be_dropped(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    corpus = write_corpus(tmp_path / "corpus", ["finding:pneumonia"])
    command = ["labels", "csv", str(table), "--out", "out", "--embeddings", str(corpus)]
    command += ["--column", "finding:cardiomegaly=Enlarged Cardiomediastinum"]
    command += ["--set", "vocabulary.min_reports=2"]
    command += ["--set", "vocabulary.drop=[finding:lung_opacity_any]"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert read_label_tables(tmp_path / "out").concepts == ("finding:pneumonia",)
    assert (tmp_path / "out/metrics/labels.json").is_file()


def test_columns_are_mapped_for_csv_alone(tmp_path: Path) -> None:
    command = ["labels", "chexpert", str(tmp_path), "--out", str(tmp_path), "--column", "a=b"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code != 0
    assert "--column is for csv" in result.output + result.stderr
