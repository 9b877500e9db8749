"""Abbreviations that a report defines itself, found by scispaCy (Schwartz and Hearst 2003)."""

import re
import warnings
from collections.abc import Sequence
from typing import Final

from spacy.language import Language
from spacy.tokens import Span

from pipeline.extraction.matching import LexiconMatcher, Match
from pipeline.extraction.tokens import PlainTokenizer, Tokens

# A short form in brackets; all else of a report cannot define one.
_CANDIDATE: Final = re.compile(r"\((?=[A-Za-z0-9/]{0,9}[A-Z])[A-Za-z][A-Za-z0-9/]{1,8}\)")


class AbbreviationFinder:
    """Finds the short forms of a report and reads them as the phrases they stand for."""

    def __init__(self, nlp: Language, matcher: LexiconMatcher) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            from scispacy.abbreviation import AbbreviationDetector

        self._nlp = nlp
        self._tokenize = PlainTokenizer(nlp)
        self._matcher = matcher
        self._detector = AbbreviationDetector(nlp)

    def __call__(self, text: str) -> tuple[tuple[str, str], ...]:
        """Abbreviations of `text` whose long form names a concept, sorted, as (short, long)."""
        if _CANDIDATE.search(text) is None:
            return ()
        with warnings.catch_warnings():
            # Most reports define nothing, so the detector's matcher stays empty, which it tells.
            warnings.filterwarnings("ignore", message=r"\[W036\]")
            doc = self._detector(self._nlp.make_doc(" ".join(text.split())))
        found: set[tuple[str, str]] = set()
        for short in doc._.abbreviations:
            long: Span = short._.long_form
            if self._names(long.text) and not self._names(short.text):
                found.add((short.text, long.text.lower()))
        return tuple(sorted(found))

    def expand(
        self, tokens: Tokens, matches: list[Match], abbreviations: Sequence[tuple[str, str]]
    ) -> list[Match]:
        """`matches` and those that the abbreviations' long forms bring, in order."""
        taken = {token for match in matches for token in range(match.start, match.end)}
        expanded = list(matches)
        for short, long in abbreviations:
            rule = f"abbreviation:{short}"
            concepts = [match.concept for match in self._names(long)]
            for position in range(len(tokens.words)):
                if tokens.phrase(position, position + 1) == short and position not in taken:
                    expanded += [Match(position, position + 1, c, rule) for c in concepts]
        return sorted(expanded, key=lambda m: (m.start, m.end, m.concept.concept_id))

    def _names(self, phrase: str) -> list[Match]:
        return self._matcher(self._tokenize(phrase))
