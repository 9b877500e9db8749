"""What rules count as a word: a phrase is one word to them, and so are unknown words in a row."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from pipeline.lexicon.grammar import Grammar, WordLists
from pipeline.rules.scene import is_adverb, is_mask
from pipeline.rules.values import TokenizedPassage

_LUNG_WORDS: Final = "lung_words"
# Rules ask for these by themselves.
_MARKS: Final = (",", "-", ":")


class Condensed(NamedTuple):
    """A passage as rules count its words.

    Attributes:
        passage: the passage; its tokens count what is left.
        tokens: which token of the whole passage each of them is.
    """

    passage: TokenizedPassage
    tokens: list[int]


def condense(passage: TokenizedPassage, grammar: Grammar) -> Condensed:
    """Leave of each phrase the first word, and one of words in a row that no rule knows.

    The words of a cue, and the one behind it, count one by one. Where a finding is weak all words
    count, as each of them may tell that the sentence speaks of the lung.
    """
    if any(phrase.weak and phrase.category == "finding" for phrase in passage.phrases):
        return Condensed(passage, list(range(len(passage.words))))
    tokens = _tokens_left(passage, grammar)
    before = [0]
    for token in range(len(passage.words)):
        before.append(before[-1] + (token in tokens))
    condensed = TokenizedPassage(
        words=[passage.words[token] for token in sorted(tokens)],
        sentences=[before[first] for first in passage.sentences],
        phrases=tuple(
            [p._replace(start=before[p.start], end=before[p.end]) for p in passage.phrases]
        ),
        cues=tuple([c._replace(start=before[c.start], end=before[c.end]) for c in passage.cues]),
    )
    return Condensed(condensed, sorted(tokens))


def _tokens_left(passage: TokenizedPassage, grammar: Grammar) -> set[int]:
    every = range(len(passage.words))
    of_phrases = _tokens((phrase.start, phrase.end) for phrase in passage.phrases)
    inner = _tokens((phrase.start + 1, phrase.end) for phrase in passage.phrases)
    # A cue's words, the one behind it, and the first of a sentence.
    kept = _tokens((cue.start, cue.end + 1) for cue in passage.cues)
    kept = kept.union(passage.sentences[1:]).intersection(every)
    loose = {
        token
        for token in set(every) - of_phrases - kept
        if not is_known(passage.words[token], grammar)
    }
    again = {token for token in loose if token - 1 in loose}
    return set(every) - again - inner | kept


def _tokens(spans: Iterable[tuple[int, int]]) -> set[int]:
    return {token for start, end in spans for token in range(start, end)}


def is_known(word: str, grammar: Grammar) -> bool:
    """Whether a rule knows a word, but for those that tell that a sentence speaks of the lung."""
    if is_adverb(word, grammar) or is_mask(word):
        return True
    lists = [name for name in WordLists.__dataclass_fields__ if name != _LUNG_WORDS]
    return word in _MARKS or any(word in getattr(grammar.words, name) for name in lists)
