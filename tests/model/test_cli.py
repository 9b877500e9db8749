"""The model's side works from the tables alone, without the text libraries."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa

from data_contracts.storage import write_table
from data_contracts.tables import EMBEDDINGS, EVIDENCE, LABELS, VOCABULARY

# As if they were not installed: importing any of them raises ImportError.
WITHOUT_TEXT_LIBRARIES = """
import sys
for name in ("spacy", "scispacy", "negspacy", "gensim", "dask", "distributed", "defusedxml"):
    sys.modules[name] = None
from model.cli import app
app()
"""


def model(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_TEXT_LIBRARIES, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def write_tables(folder: Path) -> None:
    labels = {
        "report_id": ["r1", "r2"],
        "subject_id": ["p1", "p2"],
        "study_id": ["s1", "s2"],
        "split": ["train", "test"],
        "evidence": pa.array([[("finding:opacity", ["r1/0"])], []], EVIDENCE),
        "finding:opacity": pa.array([1, None], pa.int8()),
    }
    write_table(LABELS, pa.table(labels), folder / "labels.parquet")
    counts = ("affirmed", "negated", "uncertain", "historical", "hypothetical", "reports")
    vocabulary = {
        "concept_id": ["finding:opacity"],
        "category": ["finding"],
        "preferred_name": ["opacity"],
        **{name: [1] for name in counts},
        "kept": [True],
        "reason": ["frequency"],
    }
    write_table(VOCABULARY, pa.table(vocabulary), folder / "vocabulary.parquet")
    embeddings = {
        "kind": ["concept"],
        "key": ["finding:opacity"],
        "count": [1],
        "vector": [[0.5, 0.5]],
    }
    write_table(EMBEDDINGS, pa.table(embeddings), folder / "embeddings.parquet")


def test_check_shows_what_there_is_to_train_on(tmp_path: Path) -> None:
    write_tables(tmp_path)
    done = model("check", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "2 reports, 1 concepts, vectors of 2" in done.stdout
    assert "50.0%" in done.stdout


def test_check_says_which_table_is_not_there(tmp_path: Path) -> None:
    done = model("check", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "labels.parquet" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_command_lists_those_there_are() -> None:
    done = model("netwrk")
    assert done.returncode == 2
    assert "no command 'netwrk'; there are check, radiographs" in done.stderr


def test_help_loads_nothing_heavy() -> None:
    heavy = (
        "numpy",
        "pandas",
        "pyarrow",
        "pandera",
        "torch",
        "lightning",
        "matplotlib",
    )
    program = f"""
import sys
from typer.testing import CliRunner
from model.cli import app
for arguments in (["--help"], ["network", "--help"], ["predict", "--help"]):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
loaded = sorted(set({heavy!r}) & set(sys.modules))
assert not loaded, loaded
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
