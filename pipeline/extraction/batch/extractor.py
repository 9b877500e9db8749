"""The analysis of passages, many at once: tokens, phrases, structures, and what these say."""

import hashlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.extraction.batch.analyses import AnalysisColumns, plain_rows
from pipeline.extraction.batch.cues import CueMatcher, load_cues
from pipeline.extraction.batch.matching import LexiconMatcher
from pipeline.extraction.batch.passage_columns import Said, analysis_columns
from pipeline.extraction.batch.sketch import PassageParts
from pipeline.extraction.batch.structure_store import StructureStore
from pipeline.language.abbreviations import AbbreviationFinder
from pipeline.language.sentences import split_sentences
from pipeline.language.tokens import TokenColumns, Tokenizer, blank_pipeline
from pipeline.lexicon.concepts import Lexicon, load_lexicon
from pipeline.rules.grammar import stand_in
from pipeline.rules.statements import Abbreviations, PassageAnalysis, PassageText

# The packages whose code decides what is extracted.
_PACKAGES: Final = (
    "pipeline.lexicon",
    "pipeline.language",
    "pipeline.rules",
    "pipeline.extraction",
)


class Extractor:
    """Analyses passages. Cheap enough to build once in every worker; never sent between them."""

    def __init__(self, lexicon: Lexicon, cue_folder: Path | None = None) -> None:
        cues = load_cues(cue_folder)
        self.lexicon = lexicon
        nlp = blank_pipeline()
        self._matcher = LexiconMatcher(nlp, lexicon)
        self._cues = CueMatcher(nlp, cues)
        readers = (self._matcher.read, self._cues.read, lambda word, _: stand_in(word))
        self._tokenize = Tokenizer(nlp, readers)
        self._abbreviations = AbbreviationFinder(nlp, self._matcher)
        self._structures = StructureStore(lexicon, self._matcher.entries, self._cues)
        self.fingerprint = _fingerprint(lexicon.fingerprint, cues.fingerprint)

    def find_abbreviations(self, text: str) -> Abbreviations:
        """Abbreviations that a report defines for phrases of the lexicon, as (short, long)."""
        return self._abbreviations(text)

    def analyse(self, passages: Sequence[PassageText]) -> AnalysisColumns:
        """All that passages say; each by itself, whatever stands beside it."""
        texts = [passage.text for passage in passages]
        tokens = self._tokenize(texts)
        lexicon_words, cue_words, stand_ins = tokens.codes
        matches = self._matcher.find(tokens, lexicon_words, texts)
        known = [passage.abbreviations for passage in passages]
        if any(known):
            matches = self._abbreviations.expand(tokens, texts, known, matches)
        parts = PassageParts(
            tokens,
            stand_ins,
            _opens(tokens, passages),
            matches,
            self._cues.find(cue_words, tokens.stops),
        )
        structure, sketch = self._structures.number(parts)
        said = self._structures.columns()
        return analysis_columns(
            passages, Said(tokens, matches, self._matcher.entries, structure, sketch, said)
        )

    def forget(self) -> None:
        """Forget the structures met so far: what is read next is read anew."""
        self._structures.forget()

    def read(self, text: str, section: str, abbreviations: Abbreviations = ()) -> PassageAnalysis:
        """What one passage says, as plain rows, to be looked at.

        Args:
            text: the passage as it stands in the report.
            section: the section's name; outside the asserting sections nothing is affirmed.
            abbreviations: what `find_abbreviations` found in the whole report.
        """
        starts = tuple(start for start, _ in split_sentences(text)[1:])
        (analysis,) = plain_rows(self.analyse([PassageText(text, section, starts, abbreviations)]))
        return analysis


def load_extractor(lexicon: Path | None = None) -> Extractor:
    """Build an extractor from a folder of lexicon files, or from those that are shipped.

    Raises:
        LexiconError: a lexicon file breaks its rules.
    """
    return Extractor(load_lexicon(lexicon), lexicon)


def _fingerprint(*parts: str) -> str:
    """A digest of the lexicon and of the code that reads by it: either changes the rows."""
    digest = hashlib.sha256("".join(parts).encode())
    for package in _PACKAGES:
        root = Path(str(resources.files(package)))
        for module in sorted(root.rglob("*.py")):
            digest.update(module.read_bytes())
    return digest.hexdigest()


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
