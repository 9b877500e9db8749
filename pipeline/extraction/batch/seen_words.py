"""Which lists rules look words up in, by what a passage has: what no rule asks tells none apart.

"Faint opacity" and "stable opacity" differ only to the rules that ask where a negation ends: where
nothing is denied they are one passage. Tests hold the lists here to the files of `pipeline/rules`
that ask for them.
"""

from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.extraction.batch.runs import IntArray
from pipeline.extraction.batch.word_classes import WordClasses
from pipeline.lexicon.grammar import SUBJECT_LISTS

#: Lists that decide which phrases there are, and which no rule of a passage asks for again.
BEFORE_RULES: Final = ("elided_openers", "elided_locatives")
#: Those that rules ask for only where a phrase has to be said of a noun: `rules/subjects.py`.
OF_SUBJECTS: Final = (
    *SUBJECT_LISTS,
    "predicate_joints",
    "contours",
    "head_nouns",
    "attributive_joints",
)
#: Those that rules ask for only where something is denied: `rules/new_statements.py`.
OF_STATEMENTS: Final = (
    "singular_verbs",
    "statement_joints",
    "dashes",
    "prefixes",
    "standing_words",
    "presence_openers",
    "change_nouns",
    "change_links",
)
#: Those that rules ask for only where a finding may interpret another: `rules/interpretation.py`.
OF_INTERPRETATION: Final = (
    "taken_for",
    "taken_perhaps",
    "being",
    "pronouns",
    "apposition_marks",
)


class SeenWords:
    """Gives each class of words the one that stands for all that rules cannot tell from it.

    Args:
        classes: of words.
    """

    def __init__(self, classes: WordClasses) -> None:
        groups = (OF_SUBJECTS, OF_STATEMENTS, OF_INTERPRETATION)
        self._classes = np.stack(
            [
                classes.without(
                    *BEFORE_RULES,
                    *(
                        name
                        for group, asked in zip(groups, asks, strict=True)
                        for name in group
                        if not asked
                    ),
                )
                for asks in product((False, True), repeat=len(groups))
            ]
        )

    def __call__(
        self,
        words: IntArray,
        passage: IntArray,
        *,
        subjects: npt.NDArray[np.bool_],
        denials: npt.NDArray[np.bool_],
        interpretation: npt.NDArray[np.bool_],
    ) -> IntArray:
        """[W] the classes as rules see them.

        Args:
            words: [W] classes of words.
            passage: [W] the passage that each is of.
            subjects: [passages] whether a phrase counts only if it is said of a noun.
            denials: [passages] whether a cue denies.
            interpretation: [passages] whether a finding may interpret another.
        """
        asked = 4 * subjects + 2 * denials + interpretation
        seen: IntArray = self._classes[asked[passage], words]
        return seen
