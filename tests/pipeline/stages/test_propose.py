"""The stage: a model's phrases that the lexicon lacks."""

from collections.abc import Callable
from pathlib import Path

import pytest
import spacy

from data_contracts.audit_tables import PROPOSALS
from data_contracts.storage import read_table
from pipeline.auditing.proposals.entity_model import ModelError
from pipeline.settings import NlpSettings
from pipeline.stages.propose import propose

WriteTables = Callable[..., dict[str, Path]]

_OPACITY = {"opacity": "finding:opacity"}
_STATED = [
    ("a", "findings", "Tracheal deviation with opacity.", "affirmed", _OPACITY),
    ("a", "impression", "Tracheal deviation.", "affirmed", {}),
    ("b", "findings", "Tracheal deviation.", "affirmed", {}),
    ("b", "indication", "Rib crowding.", "hypothetical", {}),
    ("c", "findings", "Clear lungs.", "affirmed", {}),
]  # fmt: skip


@pytest.fixture
def model(tmp_path: Path) -> Path:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(  # type: ignore[attr-defined]
        [
            {"label": "ENTITY", "pattern": [{"LOWER": "tracheal"}, {"LOWER": "deviation"}]},
            {"label": "ENTITY", "pattern": [{"LOWER": "rib"}, {"LOWER": "crowding"}]},
            {"label": "ENTITY", "pattern": [{"LOWER": "opacity"}]},
        ]
    )
    path = tmp_path / "model"
    nlp.to_disk(path)
    return path


def test_phrases_beyond_the_lexicon_are_ranked_with_examples(
    tmp_path: Path, model: Path, lexicon_folder: Path, write_tables: WriteTables
) -> None:
    paths = write_tables(tmp_path, _STATED)
    done = propose(
        settings=NlpSettings(model=str(model), lexicon=lexicon_folder),
        reports=paths["reports"],
        mentions=paths["mentions"],
        out=tmp_path,
    )
    assert done.counts == {
        "reports": 3,
        "distinct_sentences": 3,
        "entities": 3,
        "entities_uncovered": 2,
        "proposals": 1,
    }
    (row,) = read_table(PROPOSALS, done.outputs[0]).to_pylist()
    assert (row["phrase"], row["count"], row["reports"]) == ("tracheal deviation", 3, 2)
    assert row["labels"] == [("ENTITY", 3)]
    assert row["examples"] == ["Tracheal deviation.", "Tracheal deviation with opacity."]


def test_equal_input_gives_equal_files(
    tmp_path: Path, model: Path, lexicon_folder: Path, write_tables: WriteTables
) -> None:
    paths = write_tables(tmp_path, _STATED)
    written = []
    for name in ("one", "two"):
        done = propose(
            settings=NlpSettings(model=str(model), lexicon=lexicon_folder),
            reports=paths["reports"],
            mentions=paths["mentions"],
            out=tmp_path / name,
        )
        written.append(done.outputs[0].read_bytes())
    assert written[0] == written[1]


def test_without_a_model_the_table_is_empty_and_the_user_is_told(
    tmp_path: Path, write_tables: WriteTables, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = write_tables(tmp_path, _STATED)
    done = propose(
        settings=NlpSettings(), reports=paths["reports"], mentions=paths["mentions"], out=tmp_path
    )
    assert done.counts["proposals"] == 0
    assert read_table(PROPOSALS, done.outputs[0]).num_rows == 0
    assert "nlp.model is not set" in capsys.readouterr().err


def test_no_report_is_quoted_on_the_way(
    tmp_path: Path, model: Path, write_tables: WriteTables, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = write_tables(tmp_path, _STATED)
    propose(
        settings=NlpSettings(model=str(model)),
        reports=paths["reports"],
        mentions=paths["mentions"],
        out=tmp_path,
    )
    printed = capsys.readouterr()
    assert "deviation" not in (printed.out + printed.err).lower()


def test_a_missing_model_leaves_the_last_proposals(
    tmp_path: Path, model: Path, write_tables: WriteTables
) -> None:
    paths = write_tables(tmp_path, _STATED)
    arguments = {"reports": paths["reports"], "mentions": paths["mentions"], "out": tmp_path}
    done = propose(settings=NlpSettings(model=str(model)), **arguments)
    before = done.outputs[0].read_bytes()
    with pytest.raises(ModelError):
        propose(settings=NlpSettings(model="en_core_sci_enormous"), **arguments)
    assert done.outputs[0].read_bytes() == before
