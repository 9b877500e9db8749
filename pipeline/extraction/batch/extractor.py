"""The analysis of passages, many at once: tokens, phrases, memo keys, and what these say."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.extraction.batch.analyses import AnalysisColumns, plain_rows
from pipeline.extraction.batch.code_digest import code_digest
from pipeline.extraction.batch.cue_matching import CueMatcher
from pipeline.extraction.batch.matching import LexiconMatcher
from pipeline.extraction.batch.memo_keys import PassageParts
from pipeline.extraction.batch.passage_columns import ReadPassages, analysis_columns
from pipeline.extraction.batch.pattern_store import PatternStore
from pipeline.extraction.batch.token_columns import TokenColumns, Tokenizer
from pipeline.language.abbreviations import AbbreviationFinder
from pipeline.language.sentences import SentenceSplitter
from pipeline.language.tokens import blank_pipeline
from pipeline.lexicon.concepts import Concept, Lexicon, load_lexicon
from pipeline.lexicon.cues import CueLexicon, load_cues
from pipeline.lexicon.grammar import Grammar, load_grammar
from pipeline.rules.values import Abbreviations, PassageAnalysis, PassageText


class Extractor:
    """Analyses passages. Cheap enough to build once in every worker; never sent between them.

    Attributes:
        lexicon: the concepts.
        splitter: splits texts into passages.
        fingerprint: of the rules and the code; either changes the rows.
    """

    def __init__(self, lexicon: Lexicon, cues: CueLexicon, grammar: Grammar) -> None:
        self.lexicon = lexicon
        self.splitter = SentenceSplitter(grammar.sentences)
        nlp = blank_pipeline()
        self._matcher = LexiconMatcher(nlp, lexicon, grammar)
        self._cues = CueMatcher(nlp, cues)
        self._patterns = PatternStore(lexicon, grammar, self._matcher.entries, self._cues)
        classes = self._patterns.classes
        readers = (self._matcher.read, self._cues.read, lambda word, _: classes.code(word))
        self._tokenize = Tokenizer(nlp, readers)
        self._tokenize_phrase = Tokenizer(nlp, (self._matcher.read,))
        self._abbreviations = AbbreviationFinder(
            nlp, lambda phrases: [bool(concepts) for concepts in self._named(phrases)]
        )
        self.fingerprint = _fingerprint(lexicon.fingerprint, cues.fingerprint, grammar.fingerprint)

    def find_abbreviations(self, text: str) -> Abbreviations:
        """Abbreviations that a report defines for phrases of the lexicon, as (short, long)."""
        return self._abbreviations.find(text)

    def analyse(self, passages: Sequence[PassageText]) -> AnalysisColumns:
        """All that passages say; each by itself, whatever stands beside it."""
        texts = [passage.text for passage in passages]
        tokens = self._tokenize(texts)
        lexicon_words, cue_words, classes = tokens.codes
        matches = self._matcher.find(tokens, lexicon_words, texts)
        if any(passage.abbreviations for passage in passages):
            known = self._known([passage.abbreviations for passage in passages])
            matches = self._matcher.expand_abbreviations(tokens, texts, known, matches)
        cues = self._cues.find(cue_words, tokens.text_ends)
        parts = PassageParts(tokens, classes, _opens(tokens, passages), matches, cues)
        pattern, keys = self._patterns.number(parts)
        patterns = self._patterns.columns()
        return analysis_columns(
            passages,
            ReadPassages(tokens, matches, self._matcher.entries, pattern, keys, patterns),
        )

    def clear(self) -> None:
        """Drop the patterns met so far: what is read next is read anew."""
        self._patterns.clear()

    def read(self, text: str, section: str, abbreviations: Abbreviations = ()) -> PassageAnalysis:
        """What one passage says, as plain rows, to be looked at.

        Args:
            text: the passage as it stands in the report.
            section: the section's name; outside the asserting sections nothing is affirmed.
            abbreviations: what `find_abbreviations` found in the whole report.
        """
        starts = tuple(start for start, _ in self.splitter.sentences(text)[1:])
        (analysis,) = plain_rows(self.analyse([PassageText(text, section, starts, abbreviations)]))
        return analysis

    def _known(self, of_passages: Sequence[Abbreviations]) -> list[Mapping[str, Sequence[Concept]]]:
        """For each passage's abbreviations the concepts that each short form stands for."""
        longs = list(dict.fromkeys(long for own in set(of_passages) for _, long in own))
        named = dict(zip(longs, self._named(longs), strict=True))
        known: dict[Abbreviations, dict[str, list[Concept]]] = {}
        for own in set(of_passages):
            concepts = known.setdefault(own, {})
            for short, long in own:
                concepts.setdefault(short, []).extend(named[long])
        return [known[own] for own in of_passages]

    def _named(self, phrases: Sequence[str]) -> list[list[Concept]]:
        """The concepts that each phrase names."""
        tokens = self._tokenize_phrase(phrases)
        matches = self._matcher.find(tokens, tokens.codes[0], phrases)
        named: list[list[Concept]] = [[] for _ in phrases]
        of_phrase = tokens.text[matches.start].tolist()
        for number, entry in zip(of_phrase, matches.entry.tolist(), strict=True):
            concept = self._matcher.entries[entry].concept
            if concept is not None:
                named[number].append(concept)
        return named


def load_extractor(lexicon: Path | None = None) -> Extractor:
    """Build an extractor from a folder of lexicon files, or from those that are shipped.

    Raises:
        LexiconError: a lexicon file breaks its rules.
    """
    return Extractor(load_lexicon(lexicon), load_cues(lexicon), load_grammar(lexicon))


def _fingerprint(*parts: str) -> str:
    """A digest of the lexicon and of the code that reads by it: either changes the rows."""
    return hashlib.sha256("".join((*parts, code_digest())).encode()).hexdigest()


def _opens(tokens: TokenColumns, passages: Sequence[PassageText]) -> npt.NDArray[np.bool_]:
    """[T] whether a token is the first of a sentence that is not its passage's first."""
    opens = np.zeros(len(tokens.start), dtype=bool)
    for row, passage in enumerate(passages):
        if passage.later_sentences:
            first, last = tokens.first[row : row + 2].tolist()
            starts = tokens.start[first:last]
            opened = first + np.searchsorted(starts, passage.later_sentences)
            opens[opened[(opened > first) & (opened < last)]] = True
    return opens
