"""How a word may be spelt: phrases with hyphens for blanks, and words one slip from another."""

import re
from collections.abc import Iterable
from itertools import product
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

# Shorter words have neighbours that are words themselves.
_MISSPELT_LENGTH: Final = 8
# Misspellings have no end.
_CAPACITY: Final = 200_000
# Hyphens are tried at so many joints of a phrase.
_JOINTS: Final = 3


def spellings(phrase: str) -> list[str]:
    """A phrase with its blanks as blanks or hyphens, as radiologists write both."""
    words = re.split(r"[ -]", phrase)
    varied = min(len(words) - 1, _JOINTS)
    plain = [" "] * (len(words) - 1 - varied)
    return [
        words[0] + "".join(map("".join, zip([*joints, *plain], words[1:], strict=True)))
        for joints in product(" -", repeat=varied)
    ]


class Speller:
    """Corrects words that are one slip away from a word it knows.

    Args:
        words: the words, in lower case.
    """

    def __init__(self, words: Iterable[str]) -> None:
        known = set(words)
        self._long = sorted(word for word in known if len(word) >= _MISSPELT_LENGTH)
        self._known = {word: word for word in known}
        self._met = dict(self._known)

    def correct(self, word: str) -> str:
        """The known word that a misspelt one is one slip away from, or the word itself.

        A slip is a letter too many, too few, wrong or swapped, never the first one.
        """
        met = self._met.get(word)
        if met is not None:
            return met
        if len(self._met) >= _CAPACITY:
            self._met = dict(self._known)
        found = None
        if len(word) >= _MISSPELT_LENGTH and word.isalpha():
            found = extractOne(word, self._long, scorer=OSA.distance, score_cutoff=1)
        corrected = found[0] if found is not None and found[0][0] == word[0] else word
        self._met[word] = corrected
        return corrected
