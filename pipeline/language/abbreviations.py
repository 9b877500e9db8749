"""Abbreviations that a report defines itself, found by scispaCy (Schwartz and Hearst 2003)."""

import re
import warnings
from collections.abc import Callable
from typing import Final

from spacy.language import Language
from spacy.tokens import Span

from pipeline.language.typography import readable, spelt_out

# A short form in brackets; all else of a report cannot define one.
_CANDIDATE: Final = re.compile(r"\((?=[A-Za-z0-9/]{0,9}[A-Z])[A-Za-z][A-Za-z0-9/]{1,8}\)")


class AbbreviationFinder:
    """Finds the short forms that a report defines for phrases of the lexicon.

    Args:
        nlp: the tokenizer.
        names_concept: whether a phrase names a concept of the lexicon.
    """

    def __init__(self, nlp: Language, names_concept: Callable[[str], bool]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            from scispacy.abbreviation import AbbreviationDetector

        self._nlp = nlp
        self._names_concept = names_concept
        self._detector = AbbreviationDetector(nlp)

    def find(self, report: str) -> tuple[tuple[str, str], ...]:
        """(short, long) of each abbreviation whose long form names a concept, sorted."""
        if _CANDIDATE.search(report) is None:
            return ()
        plain, _ = spelt_out(readable(report))
        with warnings.catch_warnings():
            # Most reports define nothing, so the detector's matcher stays empty, which it tells.
            warnings.filterwarnings("ignore", message=r"\[W036\]")
            doc = self._detector(self._nlp.make_doc(" ".join(plain.split())))
        found: set[tuple[str, str]] = set()
        for short in doc._.abbreviations:
            long: Span = short._.long_form
            if self._names_concept(long.text) and not self._names_concept(short.text):
                found.add((short.text, long.text.lower()))
        return tuple(sorted(found))
