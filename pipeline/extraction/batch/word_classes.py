"""Words that are in the same lists are one word to every rule: each class of them has a number."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.extraction.batch.runs import IntArray
from pipeline.lexicon.grammar import Grammar, WordLists
from pipeline.rules.scene import is_adverb, is_mask

# Words that no list has, an adverb and a mask among them, stand for all others like them.
_UNLISTED: Final = ("*", "___")
# Marks that rules ask for by themselves are classes of their own.
_MARKS: Final = (",", "-", ":")


class WordClasses:
    """Gives each word the number of its class.

    What rules decide of a text with other words of the same classes they decide of this one.

    Attributes:
        words: for each class the word that stands for it.
        unknown: the class of words that no rule knows.
    """

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        names = WordLists.__dataclass_fields__
        self._lists = {name: getattr(grammar.words, name) for name in names}
        self._lists |= {mark: frozenset({mark}) for mark in _MARKS}
        # A mark of de-identification may end as an adverb does.
        adverbs = [f"{begin}{end}" for begin in ("*", "[**") for end in grammar.adverb_endings]
        known = [*_UNLISTED, *adverbs, *sorted(frozenset().union(*self._lists.values()))]
        by_kind = {self._kind(word): word for word in reversed(known)}
        self.words = tuple(dict.fromkeys(by_kind.values()))
        self._codes = {kind: self.words.index(word) for kind, word in by_kind.items()}
        self.unknown = self.code("*")

    def code(self, word: str) -> int:
        """The number of a word's class."""
        return self._codes[self._kind(word)]

    def which(self, holds: Callable[[str, WordLists], bool]) -> npt.NDArray[np.bool_]:
        """[classes] of which classes something holds that depends on a word's lists alone."""
        return np.array([holds(word, self._grammar.words) for word in self.words], dtype=bool)

    def without(self, *lists: str) -> IntArray:
        """[classes] for each class one that is like it but for some lists, itself at best."""
        ignored = [self._lists[name] for name in lists]
        first: dict[tuple[bool, ...], int] = {}
        for code, word in enumerate(self.words):
            # Of those that are alike the one that is in none of these lists, if there is one.
            if not any(word in words for words in ignored):
                first.setdefault(self._kind(word), code)
        for code, word in enumerate(self.words):
            first.setdefault(self._kind(word, lists), code)
        return np.array([first[self._kind(word, lists)] for word in self.words])

    def _kind(self, word: str, ignored: Sequence[str] = ()) -> tuple[bool, ...]:
        members = (word in words and name not in ignored for name, words in self._lists.items())
        return (is_mask(word), is_adverb(word, self._grammar), *members)
