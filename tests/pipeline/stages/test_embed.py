"""The embed stage, from reports to vectors."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import pipeline
from data_contracts.storage import read_table, write_table
from data_contracts.tables import EMBEDDINGS, MENTIONS, VOCABULARY
from pipeline.embeddings.neighbours import neighbours
from pipeline.report_batches import ForeignRowsError
from pipeline.settings import EmbeddingSettings
from pipeline.stages.embed import embed

LOWER_LOBE_OPACITY = {
    "opacity": "finding:opacity",
    "left": "side:left",
    "lower lobe": "zone:lower_lobe",
}
STATEMENTS = [
    statement
    for number in range(12)
    for statement in (
        (
            f"r{number}",
            "findings",
            f"There is a {kind} opacity in the left lower lobe.",
            "affirmed",
            LOWER_LOBE_OPACITY,
        )
        for kind in ("hazy", "vague", "new")
    )
] + [
    ("r12", "impression", "Bland atelectasis.", "affirmed", {"atelectasis": "finding:atelectasis"}),
]

pytestmark = pytest.mark.trains

_SCRIPT = """
import sys
from pathlib import Path
from pipeline.settings import EmbeddingSettings
from pipeline.stages.embed import embed
lexicon, reports, mentions, vocabulary, out = map(Path, sys.argv[1:6])
settings = EmbeddingSettings(dimensions=12, epochs=2, seed=int(sys.argv[6]))
embed(settings=settings, lexicon=lexicon, reports=reports, mentions=mentions,
      vocabulary=vocabulary, out=out)
"""


@pytest.fixture
def settings(seed_shift: int) -> EmbeddingSettings:
    return EmbeddingSettings(dimensions=12, epochs=2, min_count=3, seed=seed_shift)


@pytest.fixture
def paths(tmp_path: Path, write_tables: Callable[..., dict[str, Path]]) -> dict[str, Path]:
    written = write_tables(tmp_path, STATEMENTS, reports_per_part=5)
    rows = [
        {
            "concept_id": concept_id,
            "category": concept_id.partition(":")[0],
            "preferred_name": concept_id,
            **dict.fromkeys(
                ("affirmed", "negated", "uncertain", "historical", "hypothetical", "reports"), 0
            ),
            "kept": kept,
            "reason": "keep_list" if kept else "drop_list",
        }
        for concept_id, kept in (
            ("finding:opacity", True),
            ("finding:atelectasis", True),
            ("finding:pneumonia", True),
            ("side:left", False),
        )
    ]
    path = tmp_path / "vocabulary.parquet"
    write_table(VOCABULARY, pa.Table.from_pylist(rows, schema=VOCABULARY.schema()), path)
    return {"reports": written["reports"], "mentions": written["mentions"], "vocabulary": path}


def test_tokens_and_concepts_get_vectors_and_no_corpus_is_left(
    settings: EmbeddingSettings, paths: dict[str, Path], lexicon_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    summary = embed(settings=settings, lexicon=lexicon_folder, out=out, **paths)

    rows = read_table(EMBEDDINGS, out / "embeddings.parquet").to_pylist()
    counts = {row["key"]: row["count"] for row in rows}
    assert counts["lower_lobe"] == counts["zone:lower_lobe"] == 36
    assert counts["hazy"] == 12
    assert {len(row["vector"]) for row in rows} == {12}
    concepts = [row["key"] for row in rows if row["kind"] == "concept"]
    assert concepts == [
        "finding:lung_opacity_any",
        "finding:opacity",
        "finding:atelectasis",
        "side:left",
        "zone:lower_lobe",
    ]
    assert list(out.iterdir()) == [out / "embeddings.parquet"]
    assert summary.counts == {
        "sentences": 37,
        "words": 36 * 9 + 2,
        "epochs": 2,
        "tokens": 12,
        "concepts": 5,
        "kept_concepts_without_vector": 1,
    }
    near = neighbours(embeddings=out / "embeddings.parquet", query="lower lobe", count=1)
    assert near[0].key == "zone:lower_lobe"
    assert near[0].similarity == pytest.approx(1.0)


def test_a_phrase_of_a_kept_concept_has_a_vector_however_rare(
    settings: EmbeddingSettings, paths: dict[str, Path], lexicon_folder: Path, tmp_path: Path
) -> None:
    embed(settings=settings, lexicon=lexicon_folder, out=tmp_path, **paths)

    keys = read_table(EMBEDDINGS, tmp_path / "embeddings.parquet")["key"].to_pylist()
    assert "atelectasis" in keys
    assert "bland" not in keys


def test_processes_with_other_string_hashes_write_the_same_bytes(
    paths: dict[str, Path], lexicon_folder: Path, tmp_path: Path, seed_shift: int
) -> None:
    tables = [str(paths[name]) for name in ("reports", "mentions", "vocabulary")]
    outs, seed = [tmp_path / "1", tmp_path / "2"], str(seed_shift)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _SCRIPT, str(lexicon_folder), *tables, str(out), seed],
            cwd=Path(pipeline.__path__[0]).parent,
            env={**os.environ, "PYTHONHASHSEED": out.name},
        )
        for out in outs
    ]
    assert [process.wait() for process in running] == [0, 0]

    written = [(out / "embeddings.parquet").read_bytes() for out in outs]
    assert written[0] == written[1]


def test_few_reports_give_an_empty_table(
    settings: EmbeddingSettings, paths: dict[str, Path], lexicon_folder: Path, tmp_path: Path
) -> None:
    write_table(VOCABULARY, VOCABULARY.schema().empty_table(), paths["vocabulary"])
    rare = settings.model_copy(update={"min_count": 1000})

    summary = embed(settings=rare, lexicon=lexicon_folder, out=tmp_path, **paths)

    assert read_table(EMBEDDINGS, tmp_path / "embeddings.parquet").num_rows == 0
    assert summary.counts["tokens"] == summary.counts["concepts"] == 0


def test_a_broken_run_leaves_the_last_vectors_and_removes_the_corpus(
    settings: EmbeddingSettings, paths: dict[str, Path], lexicon_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    embed(settings=settings, lexicon=lexicon_folder, out=out, **paths)
    before = (out / "embeddings.parquet").read_bytes()
    (out / ".embed-corpus.1.partial").write_text("left by a killed run")
    foreign = read_table(MENTIONS, paths["mentions"]).slice(0, 1).to_pylist()
    foreign[0] |= {"report_id": "r99", "mention_id": "r99/0"}
    single = tmp_path / "foreign.parquet"
    write_table(MENTIONS, pa.Table.from_pylist(foreign, schema=MENTIONS.schema()), single)

    with pytest.raises(ForeignRowsError, match="r99"):
        embed(settings=settings, lexicon=lexicon_folder, out=out, **{**paths, "mentions": single})

    assert list(out.iterdir()) == [out / "embeddings.parquet"]
    assert (out / "embeddings.parquet").read_bytes() == before
