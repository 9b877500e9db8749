"""A small spaCy model on disk, as a user would give it by path."""

from pathlib import Path

import pytest
import spacy
from spacy.training import Example
from thinc.api import fix_random_seed

_TRAINED = [
    ("There is tracheal deviation to the left.", (9, 27)),
    ("Mild tracheal deviation is again seen.", (5, 23)),
    ("No tracheal deviation.", (3, 21)),
    ("The lungs are clear.", None),
    ("Heart size is normal.", None),
]


@pytest.fixture(scope="session")
def trained_model(tmp_path_factory: pytest.TempPathFactory, seed_shift: int) -> Path:
    """A statistical recogniser, with a sentencizer and a tagger that entities do not need."""
    fix_random_seed(seed_shift)
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    nlp.add_pipe("tagger").add_label("NN")  # type: ignore[attr-defined]
    ner = nlp.add_pipe("ner", config={"model": _listening_to_tok2vec()})
    ner.add_label("ENTITY")  # type: ignore[attr-defined]
    examples = [
        Example.from_dict(
            nlp.make_doc(text),
            {"entities": [(*span, "ENTITY")] if span else [],
             "tags": ["NN"] * len(nlp.make_doc(text))},
        )
        for text, span in _TRAINED
    ]  # fmt: skip
    optimizer = nlp.initialize(lambda: examples)
    # By 25 it knows these sentences, by 35 it has nothing left to learn, whatever the seed.
    for _ in range(40):
        nlp.update(examples, sgd=optimizer)
    path = tmp_path_factory.mktemp("models") / "trained"
    nlp.to_disk(path)
    return path


def _listening_to_tok2vec() -> dict[str, object]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 32,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"},
    }
