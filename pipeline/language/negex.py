"""The phrases of `cues.txt` in a passage, found by negspacy's NegEx (Chapman et al. 2001)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from negspacy.negation import Negex
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.tokens import PhraseWords, Token
from pipeline.lexicon.cues import CueEntry, CueLexicon, NegexKind

# negspacy's names of the kinds of phrases that it matches.
_NAMES: Final[dict[str, NegexKind]] = {
    "pseudo": "pseudo",
    "Preceding": "preceding",
    "Following": "following",
    "Termination": "termination",
}


class NegexCues:
    """negspacy's component with our terms, asked which phrases it sees and of which kind.

    What negspacy makes of them, a mark on entities that are negated, is not asked for: it knows one
    assertion, and reaches from a cue to the end of the sentence. The reach is decided in
    `rules/assertion.py`.
    """

    def __init__(self, nlp: Language, cues: CueLexicon) -> None:
        self._nlp = nlp
        self._read = PhraseWords(nlp)
        terms = {
            "pseudo_negations": cues.phrases("pseudo"),
            "preceding_negations": cues.phrases("preceding"),
            "following_negations": cues.phrases("following"),
            "termination": cues.phrases("termination"),
        }
        # Written as our words are: contractions written out.
        plain = {name: list(map(self._plain, phrases)) for name, phrases in terms.items()}
        self._negex = Negex(nlp, "negex", plain)
        # Phrases that differ only in how they are written may be the same words.
        self._entries: defaultdict[tuple[NegexKind, tuple[str, ...]], dict[CueEntry, None]]
        self._entries = defaultdict(dict)
        for (kind, phrase), entry in cues.entries.items():
            self._entries[kind, self._words(phrase)][entry] = None

    def find(self, tokens: Sequence[Token]) -> list[tuple[CueEntry, int, int]]:
        """Phrases in text order, overlapping or not: what each is, its first token, and its end."""
        doc = Doc(self._nlp.vocab, words=[token.word for token in tokens])
        kinds = list(_NAMES.values())
        found = []
        for name, start, end in self._negex.matcher(doc):
            kind = _NAMES[self._nlp.vocab.strings[name]]
            words = tuple(token.word for token in tokens[start:end])
            found += [(entry, start, end) for entry in self._entries[kind, words]]
        return sorted(found, key=lambda hit: (hit[1], hit[2], kinds.index(hit[0].kind)))

    def _plain(self, phrase: str) -> str:
        return " ".join(self._words(phrase))

    def _words(self, phrase: str) -> tuple[str, ...]:
        return tuple(self._read.words(phrase))
