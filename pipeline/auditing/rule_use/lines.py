"""Lines of the lexicon's files, and which of them found a phrase or decided an assertion."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from pipeline.language.spelling import Speller, spellings
from pipeline.language.tokens import blank_pipeline, tokenize
from pipeline.lexicon.concepts import expand_phrase
from pipeline.lexicon.lexicon_files import (
    CONCEPT_FILES,
    CUE_FILE,
    content_lines,
    lexicon_folder,
    read_lexicon_file,
)

#: Stands for a file where no line decided but a rule by itself, such as that of a section.
NO_FILE: Final = "rules"
_NO_PHRASES: Final = ("name", "implies", "lung", "not")
# Of cues those decide nothing themselves.
_NO_CUES: Final = ("stop", "identity", "pseudo")
_LEXICON: Final = "lexicon:"
_CUE: Final = "cue:"


class Line(NamedTuple):
    """A line of the lexicon: its file, the heading that it stands under, and what it says."""

    file: str
    heading: str
    entry: str


class LexiconLines:
    """The lines that name a concept or decide an assertion.

    Args:
        lexicon: folder of lexicon files; None takes the shipped one.

    Attributes:
        lines: all of them, file by file, in the order in which they stand there.

    Raises:
        LexiconError: a file is missing or breaks its rules.
    """

    def __init__(self, lexicon: Path | None = None) -> None:
        self._nlp = blank_pipeline()
        self._phrases: dict[tuple[str, tuple[str, ...]], Line] = {}
        self._cues: dict[tuple[str, tuple[str, ...]], Line] = {}
        words: set[str] = set()
        for line, pattern in _lines_of_concepts(lexicon):
            for phrase in expand_phrase(pattern):
                for spelling in spellings(phrase):
                    tokens = tokenize(self._nlp, spelling)
                    norms = tuple([token.norm for token in tokens])
                    self._phrases.setdefault((line.heading, norms), line)
                    words.update(token.word for token in tokens)
        self._speller = Speller(words)
        for line in _lines_of_cues(lexicon):
            for phrase in expand_phrase(line.entry):
                self._cues.setdefault((line.heading, self._words(phrase)), line)
        self._headings = tuple(dict.fromkeys(heading for heading, _ in self._cues))
        found = [line for line, _ in _lines_of_concepts(lexicon)]
        self.lines = tuple(dict.fromkeys([*found, *_lines_of_cues(lexicon)]))

    def of_phrase(self, concept_id: str, rule: str, text: str) -> Line:
        """The line by which a mention was found.

        Args:
            concept_id: what the mention names.
            rule: the mention's rule.
            text: its words, as they stand in the report.
        """
        norms = tuple([self._speller.correct(t.norm) for t in tokenize(self._nlp, text)])
        known = self._phrases.get((concept_id, norms)) if rule.startswith(_LEXICON) else None
        return known or Line(NO_FILE, rule.partition(":")[0], rule)

    def of_cue(self, cue_rule: str, text: str | None) -> Line:
        """The line by which an assertion was decided.

        Args:
            cue_rule: the mention's cue rule.
            text: the cue's words; None where there are none.
        """
        heading = cue_rule.removeprefix(_CUE)
        words = self._words(text or "")
        # A cue behind its finding may go on to name what it decides, as one near it does.
        headings = (heading, *(name for name in self._headings if _alike(name, heading)))
        found = (self._cues[name, words] for name in headings if (name, words) in self._cues)
        return next(found, Line(NO_FILE, cue_rule.partition(":")[0], cue_rule))

    def _words(self, text: str) -> tuple[str, ...]:
        return tuple([token.word for token in tokenize(self._nlp, text)])


def _alike(heading: str, other: str) -> bool:
    return heading.partition(" ")[0] == other.partition(" ")[0]


def _lines_of_concepts(lexicon: Path | None) -> Iterator[tuple[Line, str]]:
    """Lines of phrases under their concept's id, each with the pattern that it holds."""
    for name in CONCEPT_FILES:
        for heading, text in _under_headings(lexicon, name):
            key, colon, value = text.partition(":")
            if key not in _NO_PHRASES or not colon:
                yield Line(name, heading, text), value.strip() if colon else text


def _lines_of_cues(lexicon: Path | None) -> Iterator[Line]:
    for heading, text in _under_headings(lexicon, CUE_FILE):
        if heading.split()[-1] not in _NO_CUES:
            yield Line(CUE_FILE, heading, text)


def _under_headings(lexicon: Path | None, name: str) -> Iterator[tuple[str, str]]:
    heading = ""
    for text, _ in content_lines(read_lexicon_file(lexicon_folder(lexicon), name), name):
        if text.startswith("["):
            heading = text.strip("[]")
        else:
            yield heading, text
