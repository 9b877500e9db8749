"""Tokens: scispaCy's tokenizer, with the joints that radiologists leave closed opened."""

import warnings
from dataclasses import dataclass

import spacy
from spacy.lang.char_classes import ALPHA, ALPHA_LOWER, ALPHA_UPPER
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import compile_infix_regex
from spacy.vocab import Vocab

# `disease/atelectasis`, `left-sided`, `opacity,left`, `base.No`: one word each for scispaCy.
_JOINTS = (
    rf"(?<=[{ALPHA}0-9])/(?=[{ALPHA}0-9])",
    rf"(?<=[{ALPHA}0-9])[-\u2010-\u2015](?=[{ALPHA}0-9])",
    rf"(?<=[{ALPHA}0-9])[,;:()](?=[{ALPHA}])",
    rf"(?<=[{ALPHA_LOWER}])\.+(?=[{ALPHA_UPPER}])",
    r"\.{2,}",
)


def blank_pipeline() -> Language:
    """A spaCy pipeline that holds nothing but the tokenizer.

    An abbreviation with a full stop that ends a sentence ("Pneumothorax: No.") is split from it,
    as no cue may hide behind a full stop.
    """
    with warnings.catch_warnings():
        # scispaCy's prefixes hold a doubled bracket that Python's `re` may read otherwise one day.
        warnings.simplefilter("ignore", FutureWarning)
        from scispacy.custom_tokenizer import combined_rule_tokenizer

        nlp = spacy.blank("en")
        scispacy_tokenizer = combined_rule_tokenizer(nlp)
    infixes = [scispacy_tokenizer.infix_finditer.__self__.pattern, *_JOINTS]
    scispacy_tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    scispacy_tokenizer.rules = {
        text: rule for text, rule in scispacy_tokenizer.rules.items() if not text.endswith(".")
    }
    nlp.tokenizer = scispacy_tokenizer
    return nlp


_COLUMNS: list[int | str] = ["ORTH", "IDX", "LENGTH"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's tokens as plain lists, which cost far less to walk than spaCy's objects.

    Attributes:
        doc: the text as spaCy holds it.
        orths: (tokens,) key of each token's text in the vocabulary.
        words: (tokens,) each token in lower case.
        starts: (tokens,) offset of each token's first character.
        ends: (tokens,) offset behind its last.
    """

    doc: Doc
    orths: list[int]
    words: list[str]
    starts: list[int]
    ends: list[int]

    def phrase(self, start: int, end: int) -> str:
        """The tokens `start` to `end` as they stand in the text."""
        return str(self.doc.text[self.starts[start] : self.ends[end - 1]])


class PlainTokenizer:
    """Tokenizes texts into `Tokens`."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._vocab: Vocab = nlp.vocab
        self._lower: dict[int, str] = {}

    def __call__(self, text: str) -> Tokens:
        """The tokens of `text`."""
        doc = self._nlp.make_doc(text)
        orths, starts, lengths = doc.to_array(_COLUMNS).T.tolist()
        ends = [start + length for start, length in zip(starts, lengths, strict=True)]
        return Tokens(doc, orths, self._words(orths), starts, ends)

    def _words(self, orths: list[int]) -> list[str]:
        lower = self._lower
        for orth in orths:
            if orth not in lower:
                lower[orth] = self._vocab[orth].lower_
        return [lower[orth] for orth in orths]
