"""Abbreviations that a report defines itself, found by scispaCy (Schwartz and Hearst 2003)."""

import re
import warnings
from collections.abc import Sequence
from typing import Final

import numpy as np
from spacy.language import Language
from spacy.tokens import Span

from pipeline.extraction.batch.matching import Entry, LexiconMatcher, MatchColumns
from pipeline.extraction.batch.runs import spread
from pipeline.language.tokens import TokenColumns, Tokenizer
from pipeline.lexicon.concepts import Concept
from pipeline.rules.statements import Abbreviations

# A short form in brackets; all else of a report cannot define one.
_CANDIDATE: Final = re.compile(r"\((?=[A-Za-z0-9/]{0,9}[A-Z])[A-Za-z][A-Za-z0-9/]{1,8}\)")


class AbbreviationFinder:
    """Finds the short forms of a report and reads them as the phrases they stand for."""

    def __init__(self, nlp: Language, matcher: LexiconMatcher) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            from scispacy.abbreviation import AbbreviationDetector

        self._nlp = nlp
        self._tokenize = Tokenizer(nlp, (matcher.read,))
        self._matcher = matcher
        self._detector = AbbreviationDetector(nlp)

    def __call__(self, text: str) -> Abbreviations:
        """Abbreviations of `text` whose long form names a concept."""
        if _CANDIDATE.search(text) is None:
            return ()
        with warnings.catch_warnings():
            # Most reports define nothing, so the detector's matcher stays empty, which it tells.
            warnings.filterwarnings("ignore", message=r"\[W036\]")
            doc = self._detector(self._nlp.make_doc(" ".join(text.split())))
        found: set[tuple[str, str]] = set()
        for short in doc._.abbreviations:
            long: Span = short._.long_form
            if self._named(long.text) and not self._named(short.text):
                found.add((short.text, long.text.lower()))
        return tuple(sorted(found))

    def expand(
        self,
        tokens: TokenColumns,
        texts: Sequence[str],
        abbreviations: Sequence[Abbreviations],
        matches: MatchColumns,
    ) -> MatchColumns:
        """`matches` and those that the abbreviations' long forms bring.

        Args:
            tokens: the tokens of `texts`.
            texts: what the tokens are of.
            abbreviations: for each text those that hold in it.
            matches: the phrases of the lexicon.
        """
        taken = np.zeros(len(tokens.start), dtype=bool)
        taken[spread(matches.start, matches.end - matches.start)[0]] = True
        found: list[tuple[int, int, Entry]] = []
        for row, known in enumerate(abbreviations):
            if not known:
                continue
            concepts: dict[str, list[Concept]] = {}
            for short, long in known:
                concepts.setdefault(short, []).extend(self._named(long))
            for position in range(int(tokens.first[row]), int(tokens.first[row + 1])):
                word = texts[row][tokens.start[position] : tokens.end[position]]
                if word in concepts and not taken[position]:
                    rule = f"abbreviation:{word}"
                    found += [(position, position + 1, Entry(c, rule)) for c in concepts[word]]
        return self._matcher.with_others(matches, found)

    def _named(self, phrase: str) -> list[Concept]:
        tokens = self._tokenize([phrase])
        found = self._matcher.find(tokens, tokens.codes[0], [phrase]).entry.tolist()
        entries = (self._matcher.entries[number] for number in found)
        return [entry.concept for entry in entries if entry.concept is not None]
