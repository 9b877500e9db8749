"""The concepts that the phantom reporter's words name, from `words.txt`."""

from functools import cache
from importlib import resources

from data_contracts.concepts import is_concept_id


@cache
def _concepts_of_words() -> dict[str, tuple[str, ...]]:
    text = resources.files("pipeline.phantom").joinpath("words.txt").read_text(encoding="utf-8")
    words: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        phrase, _, named = line.partition("=")
        concepts = tuple(sorted(named.split()))
        if not concepts or not all(is_concept_id(concept) for concept in concepts):
            raise ValueError(f"words.txt, line {number}: expected `phrase = concept …`")
        words[phrase.strip().lower()] = concepts
    return words


def concepts_of(phrase: str) -> tuple[str, ...]:
    """Sorted concept ids of a phrase, in any case.

    Raises:
        KeyError: `words.txt` does not have the phrase.
    """
    try:
        return _concepts_of_words()[phrase.lower()]
    except KeyError:
        raise KeyError(f"'{phrase}' is not in pipeline/phantom/words.txt; add it there") from None
