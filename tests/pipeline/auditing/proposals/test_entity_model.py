"""Models by name or path, reduced to what finds entities."""

from pathlib import Path

import pytest
import spacy

from pipeline.auditing.proposals.entity_model import ModelError, load_entity_model


def test_only_the_recogniser_and_what_it_listens_to_run(trained_model: Path) -> None:
    nlp = load_entity_model(str(trained_model))
    assert nlp.pipe_names == ["tok2vec", "ner"]
    doc = nlp("There is tracheal deviation to the left.")
    assert [(entity.text, entity.label_) for entity in doc.ents] == [
        ("tracheal deviation", "ENTITY")
    ]


def test_a_ruler_keeps_what_its_patterns_may_ask_for(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("entity_ruler")
    nlp.to_disk(tmp_path / "model")
    assert load_entity_model(str(tmp_path / "model")).pipe_names == ["sentencizer", "entity_ruler"]


def test_a_model_that_is_not_there_says_how_to_get_one() -> None:
    with pytest.raises(ModelError, match=r"neither an installed package.*en_core_sci_sm"):
        load_entity_model("en_core_sci_enormous")


def test_a_folder_that_is_no_model_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded by spaCy"):
        load_entity_model(str(tmp_path))


def test_a_model_without_entities_lists_what_it_has(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "model")
    with pytest.raises(ModelError, match="its components are sentencizer"):
        load_entity_model(str(tmp_path / "model"))
