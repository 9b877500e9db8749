"""Phrases without what does not tell them apart, and the lexicon's concept nearest to one."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from pipeline.lexicon.concepts import Lexicon

_WORD: Final = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*", re.IGNORECASE)
_SILENT_WORDS: Final = frozenset(
    "a an the this that these those any some each either both no of in at on and or with".split()
)
# De-identification marks (`___`, `XXXX`), numbers and their units.
_MARK: Final = re.compile(r"x{2,}|\d+(?:st|nd|rd|th|cm|mm)?|cm|mm", re.IGNORECASE)
_LEAST_LETTERS: Final = 3
_LEAST_OVERLAP: Final = 0.5


def plain_phrase(text: str) -> str:
    """A phrase in lower case, without articles and marks around it; empty where nothing is left.

    Numbers and de-identification marks go wherever they stand, words of no meaning at the ends.
    """
    words = [w.lower() for w in _WORD.findall(text) if not _MARK.fullmatch(w)]
    while words and words[0] in _SILENT_WORDS:
        words.pop(0)
    while words and words[-1] in _SILENT_WORDS:
        words.pop()
    if sum(map(len, words)) < _LEAST_LETTERS:
        return ""
    return " ".join(words)


def fold_phrase(phrase: str) -> str:
    """A plain phrase with every word in the singular: what phrases are grouped by."""
    return " ".join(_fold_word(word) for word in phrase.split())


def _fold_word(word: str) -> str:
    if len(word) <= _LEAST_LETTERS or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith(("tases", "noses")):  # metastases, stenoses, but not bases
        return f"{word[:-2]}is"
    return word.removesuffix("s")


class LexiconPhrases:
    """The lexicon's phrases by their words, to hold others against."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._known = {fold_phrase(plain_phrase(phrase)) for phrase in lexicon.excluded_phrases}
        self._phrases: list[tuple[frozenset[str], str, str]] = []
        self._with_word: defaultdict[str, set[int]] = defaultdict(set)
        for concept in lexicon.concepts:
            folded = dict.fromkeys(fold_phrase(plain_phrase(p)) for p in concept.all_phrases)
            for phrase in filter(None, folded):
                self._add(phrase, concept.concept_id)

    def __contains__(self, folded: str) -> bool:
        return folded in self._known

    def nearest(self, folded: str) -> str | None:
        """Concept with the phrase that shares most with `folded`; None where too little is shared.

        A phrase that ends in the same word goes before all others, as that word names the thing.
        Among equals the lexicon's first wins.
        """
        words = folded.split()
        if not words:
            return None
        candidates = sorted(_union(self._with_word.get(word, set()) for word in words))
        scored = [(self._likeness(words, number), -number) for number in candidates]
        (same_head, overlap), number = max(scored, default=((False, 0.0), 0))
        if not (same_head or overlap >= _LEAST_OVERLAP):
            return None
        return self._phrases[-number][2]

    def _add(self, phrase: str, concept_id: str) -> None:
        words = phrase.split()
        number = len(self._phrases)
        self._known.add(phrase)
        self._phrases.append((frozenset(words), words[-1], concept_id))
        for word in words:
            self._with_word[word].add(number)

    def _likeness(self, words: list[str], number: int) -> tuple[bool, float]:
        others, head, _ = self._phrases[number]
        shared = len(others & set(words))
        return head == words[-1], shared / len(others | set(words))


def _union(sets: Iterable[set[int]]) -> set[int]:
    return set().union(*sets)
