"""Abbreviations that a report defines itself, found by scispaCy (Schwartz and Hearst 2003)."""

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.typography import readable, spelt_out

# A short form in brackets; all else of a report cannot define one.
_CANDIDATE: Final = re.compile(r"\((?=[A-Za-z0-9/]{0,9}[A-Z])[A-Za-z][A-Za-z0-9/]{1,8}\)")


# Words within brackets: scispaCy looks at no more.
_WITHIN: Final = 8


class AbbreviationFinder:
    """Finds the short forms that a report defines for phrases of the lexicon.

    scispaCy tells which words a short form may stand for. Its own detector holds each bracket
    against each one behind it, and each short form against each word, to find where these stand
    again: that grows with the square of a report's length, and is not needed here.

    Args:
        nlp: the tokenizer.
        name_concepts: of which phrases each names a concept of the lexicon.
    """

    def __init__(
        self, nlp: Language, name_concepts: Callable[[Sequence[str]], Sequence[bool]]
    ) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            from scispacy.abbreviation import filter_matches, find_abbreviation

        self._nlp = nlp
        self._name_concepts = name_concepts
        self._candidates = filter_matches
        self._defined = find_abbreviation

    def find(self, report: str) -> tuple[tuple[str, str], ...]:
        """(short, long) of each abbreviation whose long form names a concept, sorted."""
        if _CANDIDATE.search(report) is None:
            return ()
        plain, _ = spelt_out(readable(report))
        doc = self._nlp.make_doc(" ".join(plain.split()))
        found = [(short, long) for short, long in self._definitions(doc).items()]
        shorts, longs = ([pair[i] for pair in found] for i in (0, 1))
        known = self._name_concepts([*shorts, *longs])
        return tuple(
            sorted(
                (short, long.lower())
                for (short, long), is_named, names in zip(
                    found, known[: len(found)], known[len(found) :], strict=True
                )
                if names and not is_named
            )
        )

    def _definitions(self, doc: Doc) -> dict[str, str]:
        """The long form of each short one; the first counts where either is given again."""
        longs: dict[str, str] = {}
        met: set[str] = set()
        for long_candidate, short_candidate in self._candidates(list(_brackets(doc)), doc):
            short, long = self._defined(long_candidate, short_candidate)
            if long is not None and long.text not in met and short.text not in longs:
                met.add(long.text)
                longs[short.text] = long.text
        return longs


def _brackets(doc: Doc) -> Iterator[tuple[int, int, int]]:
    """(0, first word, behind the last) within each pair of brackets with few words between."""
    opened: list[int] = []
    for token, word in enumerate([token.text for token in doc]):
        if word == "(":
            opened.append(token)
        elif word == ")":
            opened = [start for start in opened if token - start <= _WITHIN + 1]
            # As scispaCy has them: the innermost first.
            yield from ((0, start + 1, token) for start in reversed(opened) if token - start > 1)
