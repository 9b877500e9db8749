"""A spaCy model reduced to what finds entities."""

from pathlib import Path
from typing import Final

import spacy
from spacy.about import __version__ as spacy_version
from spacy.language import Language

# Components that give vectors to those behind them.
_ENCODERS: Final = frozenset({"tok2vec", "transformer", "curated_transformer"})
# Their patterns may ask for tags and lemmas, so that all other components have to run.
_RULERS: Final = frozenset({"entity_ruler", "span_ruler", "future_entity_ruler"})


class ModelError(ValueError):
    """`nlp.model` cannot be used; the message says why and what to do."""


def load_entity_model(name: str) -> Language:
    """Load a model, its components that entities do not need switched off.

    Args:
        name: an installed package such as `en_core_sci_sm`, or a model's folder.

    Raises:
        ModelError: there is no such model, it cannot be loaded, or it finds no entities.
    """
    try:
        nlp = spacy.load(Path(name) if Path(name).is_dir() else name)
    except (OSError, ValueError, ImportError) as error:
        raise ModelError(_explain(name, error)) from None
    finders = [pipe for pipe in nlp.pipe_names if "doc.ents" in nlp.get_pipe_meta(pipe).assigns]
    factories = {pipe: nlp.get_pipe_meta(pipe).factory for pipe in nlp.pipe_names}
    if not finders:
        raise ModelError(
            f"nlp.model '{name}' has no component that finds entities; its components are "
            f"{', '.join(nlp.pipe_names) or 'none'}; choose one with 'ner', such as en_core_sci_sm"
        )
    if not _RULERS & {factories[pipe] for pipe in finders}:
        encoders = [pipe for pipe in nlp.pipe_names if factories[pipe] in _ENCODERS]
        nlp.select_pipes(enable=[*encoders, *finders])
    return nlp


def _explain(name: str, error: Exception) -> str:
    if "E050" in str(error):
        return (
            f"nlp.model '{name}' is neither an installed package nor a model's folder; install "
            "scispaCy's en_core_sci_sm with pip from the address that "
            "https://allenai.github.io/scispacy/ gives (what PyPI has by such names is not "
            "scispaCy's), or give the folder that holds its config.cfg"
        )
    reason = str(error).strip().splitlines()
    return (
        f"nlp.model '{name}' cannot be loaded by spaCy {spacy_version}: "
        f"{reason[0] if reason else type(error).__name__}; install a release of the model that "
        "was made for this spaCy"
    )
