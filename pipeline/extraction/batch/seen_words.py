"""Which lists rules look words up in, by what a passage has: what no rule asks tells none apart.

"Faint opacity" and "stable opacity" differ only to the rules that ask where a negation ends: where
nothing is denied they are one passage. `lexicon/grammar.py` names these lists, and tests hold them
to the files of `pipeline/rules` that ask for them.
"""

from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.extraction.batch.runs import IntArray
from pipeline.extraction.batch.word_classes import WordClasses
from pipeline.lexicon.grammar import (
    ELISION_LISTS,
    INTERPRETATION_LISTS,
    PREDICATE_LISTS,
    STATEMENT_LISTS,
    SUBJECT_LISTS,
)

# Asked for where a phrase has to be said of a noun, where a statement may end what is denied or
# past, and where a finding may interpret another.
_GROUPS: Final = ((*SUBJECT_LISTS, *PREDICATE_LISTS), STATEMENT_LISTS, INTERPRETATION_LISTS)


class SeenWords:
    """Gives each class of words the one that stands for all that rules cannot tell from it.

    Args:
        classes: of words.
    """

    def __init__(self, classes: WordClasses) -> None:
        # For each choice of groups that are asked for, as a number in base 2.
        choices = product((False, True), repeat=len(_GROUPS))
        self._classes = np.stack([classes.without(*_not_asked_for(asked)) for asked in choices])

    def __call__(
        self,
        words: IntArray,
        passage: IntArray,
        *,
        subjects: npt.NDArray[np.bool_],
        statements: npt.NDArray[np.bool_],
        interpretation: npt.NDArray[np.bool_],
    ) -> IntArray:
        """[W] the classes as rules see them.

        Args:
            words: [W] classes of words.
            passage: [W] the passage that each is of.
            subjects: [passages] whether a phrase counts only if it is said of a noun.
            statements: [passages] whether a cue reaches as far as another statement lets it.
            interpretation: [passages] whether a finding may interpret another.
        """
        asked = 4 * subjects + 2 * statements + interpretation
        seen: IntArray = self._classes[asked[passage], words]
        return seen


def _not_asked_for(asked: tuple[bool, ...]) -> list[str]:
    groups = zip(_GROUPS, asked, strict=True)
    left = [name for group, is_asked in groups if not is_asked for name in group]
    return [*ELISION_LISTS, *left]
