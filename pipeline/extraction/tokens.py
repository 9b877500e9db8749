"""Tokens: scispaCy's tokenizer, with the joints that radiologists leave closed opened."""

import warnings
from itertools import accumulate
from typing import Final, NamedTuple

import spacy
from spacy.lang.char_classes import ALPHA, ALPHA_LOWER, ALPHA_UPPER
from spacy.language import Language
from spacy.util import compile_infix_regex

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


# Words of a language are few, but numbers, dates and names have no end.
_CAPACITY: Final = 200_000


class _Chunk(NamedTuple):
    """The tokens of a text between two blanks; offsets count from its start."""

    words: tuple[str, ...]
    norms: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class Tokens(NamedTuple):
    """A text's tokens as plain lists, which cost far less to walk than spaCy's objects.

    Attributes:
        text: the text.
        words: (tokens,) each token in lower case.
        norms: (tokens,) each token as spaCy normalises it ("n't" is "not").
        starts: (tokens,) offset of each token's first character.
        ends: (tokens,) offset behind its last.
    """

    text: str
    words: list[str]
    norms: list[str]
    starts: list[int]
    ends: list[int]

    def phrase(self, start: int, end: int) -> str:
        """The tokens `start` to `end` as they stand in the text."""
        return self.text[self.starts[start] : self.ends[end - 1]]


class PlainTokenizer:
    """Tokenizes texts into `Tokens`, what stands between two blanks once and then from memory.

    spaCy's tokenizers, too, cut at blanks first and then each chunk by itself, so that the tokens
    are those that the whole text would have.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._chunks: dict[str, _Chunk] = {}

    def __call__(self, text: str) -> Tokens:
        """The tokens of `text`, whose words single blanks divide."""
        texts = text.split(" ")
        try:
            chunks = [self._chunks[chunk] for chunk in texts]
        except KeyError:
            chunks = [self._chunks.get(chunk) or self._learn(chunk) for chunk in texts]
        begins = list(accumulate([len(chunk) + 1 for chunk in texts], initial=0))
        return Tokens(
            text,
            words=[word for chunk in chunks for word in chunk.words],
            norms=[norm for chunk in chunks for norm in chunk.norms],
            starts=[
                begin + start
                for begin, chunk in zip(begins, chunks, strict=False)
                for start in chunk.starts
            ],
            ends=[
                begin + end
                for begin, chunk in zip(begins, chunks, strict=False)
                for end in chunk.ends
            ],
        )

    def _learn(self, text: str) -> _Chunk:
        if len(self._chunks) >= _CAPACITY:
            self._chunks.clear()
        tokens = list(self._nlp.make_doc(text))
        chunk = self._chunks[text] = _Chunk(
            words=tuple(token.lower_ for token in tokens),
            norms=tuple(token.norm_ for token in tokens),
            starts=tuple(token.idx for token in tokens),
            ends=tuple(token.idx + len(token) for token in tokens),
        )
        return chunk
