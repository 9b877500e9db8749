"""Tokens: scispaCy's tokenizer, with the joints that radiologists leave closed opened."""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

import spacy
from spacy.lang.char_classes import ALPHA, ALPHA_LOWER, ALPHA_UPPER
from spacy.lang.tokenizer_exceptions import emoticons
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_suffix_regex

from pipeline.language.typography import readable, spelt_out

_BETWEEN_BLANKS: Final = re.compile(r"\S+")
# Characters of a word; the longest in a dictionary of medicine has half as many.
_LONGEST: Final = 100
_PIECE: Final = re.compile(rf"\S{{{_LONGEST}}}(?=\S)")
# A contracted "not", with either apostrophe.
_CONTRACTED: Final = frozenset({"n't", "n\u2019t"})
# `disease/atelectasis`, `left-sided`, `opacity,left`, `base.No`: one word each for scispaCy.
_JOINTS = (
    rf"(?<=[{ALPHA}0-9])/(?=[{ALPHA}0-9])",
    rf"(?<=[{ALPHA}0-9])[-\u2010-\u2015](?=[{ALPHA}0-9])",
    rf"(?<=[{ALPHA}0-9])[,;:()?=](?=[{ALPHA}])",
    rf"(?<=[{ALPHA_LOWER}])\.+(?=[{ALPHA_UPPER}])",
    r"\.{2,}",
)
# "R. base": one word for scispaCy, unlike "Rt. base".
_LETTER_STOP: Final = rf"(?<![{ALPHA}][{ALPHA_UPPER}])(?<=[{ALPHA_UPPER}])\."


def blank_pipeline() -> Language:
    """A spaCy pipeline that holds nothing but the tokenizer.

    An abbreviation with a full stop that ends a sentence ("Pneumothorax: No.") is split from it,
    as no cue may hide behind a full stop. Radiologists draw no faces: "8)" closes "(image 8)".
    """
    with warnings.catch_warnings():
        # scispaCy's prefixes hold a doubled bracket that Python's `re` may read otherwise one day.
        warnings.simplefilter("ignore", FutureWarning)
        from scispacy.custom_tokenizer import combined_rule_tokenizer

        nlp = spacy.blank("en")
        scispacy_tokenizer = combined_rule_tokenizer(nlp)
        suffixes = [scispacy_tokenizer.suffix_search.__self__.pattern, _LETTER_STOP]
        scispacy_tokenizer.suffix_search = compile_suffix_regex(suffixes).search
    infixes = [scispacy_tokenizer.infix_finditer.__self__.pattern, *_JOINTS]
    scispacy_tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    scispacy_tokenizer.rules = {
        text: rule
        for text, rule in scispacy_tokenizer.rules.items()
        if not text.endswith(".") and text not in emoticons
    }
    nlp.tokenizer = _InPieces(scispacy_tokenizer)
    return nlp


class _InPieces:
    """A tokenizer to which no word is too long.

    spaCy looks at all that is left of a word for each sign that it takes off its ends: a line of a
    thousand commas takes seconds. So a word longer than any is tokenized piece by piece.

    Attributes:
        rules: the words that spaCy's tokenizer cuts each by a rule of its own.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.rules: Mapping[str, object] = tokenizer.rules

    def __call__(self, text: str) -> Doc:
        if len(text) <= _LONGEST or _PIECE.search(text) is None:
            whole: Doc = self._tokenizer(text)
            return whole
        doc = self._tokenizer(_PIECE.sub(lambda piece: f"{piece[0]} ", text))
        # Where in the text, without the blanks that were put in, each of these stands.
        joints = {piece.end() for piece in _PIECE.finditer(text)}
        spaces, offset = [], 0
        for token in doc:
            offset += len(token)
            spaces.append(bool(token.whitespace_) and offset not in joints)
            offset += spaces[-1]
        pieces = Doc(doc.vocab, words=[token.text for token in doc], spaces=spaces)
        for piece, token in zip(pieces, doc, strict=True):
            piece.norm_ = token.norm_
        return pieces

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        """The tokens of each text, as negspacy asks for them."""
        del batch_size
        return map(self, texts)


def words_of(doc: Doc, attribute: Literal["LOWER", "NORM"]) -> list[str]:
    """The tokens' words, or spaCy's norms of these, in a third of the time of asking each.

    A word is in lower case, and a contracted one written out: "isn't" is two words, as "is not".
    """
    strings = doc.vocab.strings
    words = [strings[code] for code in doc.to_array(attribute).tolist()]
    if _CONTRACTED.isdisjoint(words):
        return words
    return [doc[i].norm_ if word in _CONTRACTED else word for i, word in enumerate(words)]


class PhraseWords:
    """The words of tens of thousands of phrases, and spaCy's norms of these.

    What stands between two blanks is tokenized once, as `tokenize` takes each by itself.

    Args:
        nlp: the pipeline whose tokenizer is meant.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        tokenizer: Any = nlp.tokenizer
        # What it cuts by a rule of its own.
        self._exceptions = frozenset(tokenizer.rules)
        self._pieces: dict[str, tuple[list[str], list[str]]] = {}

    def words(self, phrase: str) -> list[str]:
        """The words of a phrase, in lower case and with contractions written out."""
        return [word for piece in phrase.split() for word in self._read(piece)[0]]

    def norms(self, phrase: str) -> list[str]:
        """The norms that spaCy has of its words."""
        return [norm for piece in phrase.split() for norm in self._read(piece)[1]]

    def met(self) -> set[str]:
        """The words of all phrases met so far."""
        return {word for words, _ in self._pieces.values() for word in words}

    def _read(self, piece: str) -> tuple[list[str], list[str]]:
        read = self._pieces.get(piece)
        if read is None:
            read = self._pieces[piece] = self._joined(piece) or self._tokenized(piece)
        return read

    def _tokenized(self, piece: str) -> tuple[list[str], list[str]]:
        doc = self._nlp.make_doc(piece)
        return words_of(doc, "LOWER"), words_of(doc, "NORM")

    def _joined(self, piece: str) -> tuple[list[str], list[str]] | None:
        """The words of letters with hyphens between them: always cut there, as a joint is opened.

        Most pieces are such, and looking each word up takes a tenth of the tokenizer's time.
        """
        parts = piece.split("-")
        if len(parts) == 1 or piece in self._exceptions or not all(map(_is_plain, parts)):
            return None
        lexemes = [self._nlp.vocab[part] for part in parts]
        hyphens = ["-"] * (len(parts) - 1)
        words, norms = [one.lower_ for one in lexemes], [one.norm_ for one in lexemes]
        return _in_turn(words, hyphens), _in_turn(norms, hyphens)


def _is_plain(part: str) -> bool:
    return part.isascii() and part.isalpha()


def _in_turn(words: list[str], hyphens: list[str]) -> list[str]:
    joined = [""] * (len(words) + len(hyphens))
    joined[::2], joined[1::2] = words, hyphens
    return joined


class Token(NamedTuple):
    """A word of a text.

    Attributes:
        start: offset of its first character.
        end: offset behind its last.
        word: in lower case; a contraction written out.
        norm: spaCy's norm of it ("n't" is "not").
    """

    start: int
    end: int
    word: str
    norm: str


def tokenize(nlp: Language, text: str) -> list[Token]:
    """The words of a text, without blanks; offsets count the text as it is given.

    What stands between two blanks is tokenized by itself: spaCy looks for words with a rule of
    their own across blanks, too, and such a "word" would keep the true one beside it from being
    found.
    """
    return [
        token
        for piece in _BETWEEN_BLANKS.finditer(readable(text))
        for token in _tokens_of(nlp, piece[0], piece.start())
    ]


def _tokens_of(nlp: Language, piece: str, begin: int) -> Iterator[Token]:
    plain, origins = spelt_out(piece)
    doc = nlp.make_doc(plain)
    for token, word in zip(doc, words_of(doc, "LOWER"), strict=True):
        start, end = token.idx, token.idx + len(token)
        if origins is not None:
            start, end = origins[start], origins[end - 1] + 1
        yield Token(begin + start, begin + end, word, token.norm_)
