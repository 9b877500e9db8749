"""Of overlapping phrases the longest; and which cues count among those found."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar

from pipeline.lexicon.grammar import WordLists
from pipeline.rules.values import Cue, CuePhrase


class _Span(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


_SpanT = TypeVar("_SpanT", bound=_Span)


class CountingCues(NamedTuple):
    """The cues of a passage in text order, and the tokens at which the reach of every cue ends."""

    cues: tuple[Cue, ...]
    terminations: tuple[int, ...]

    def within(self, start: int, end: int) -> "CountingCues":
        """Those that begin at `start` or behind it, and before `end`."""
        return CountingCues(
            tuple([cue for cue in self.cues if start <= cue.start < end]),
            tuple([token for token in self.terminations if start <= token < end]),
        )


def keep_longest(spans: Iterable[_SpanT]) -> list[_SpanT]:
    """The spans that stay when the longest take their tokens first, in the order given.

    Of equally long ones the leftmost is first. Equal spans stay or go together.
    """
    spans = list(spans)
    owner: dict[int, tuple[int, int]] = {}
    kept: set[tuple[int, int]] = set()
    distinct = {(span.start, span.end) for span in spans}
    for start, end in sorted(distinct, key=lambda span: (span[0] - span[1], span[0])):
        if not any(token in owner for token in range(start, end)):
            owner.update(dict.fromkeys(range(start, end), (start, end)))
            kept.add((start, end))
    return [span for span in spans if (span.start, span.end) in kept]


def counting_cues(
    words: Sequence[str], phrases: Sequence[CuePhrase], lists: WordLists
) -> CountingCues:
    """The cues and terminations among the phrases of `cues.txt` that stand in a passage.

    Args:
        words: the passage's words.
        phrases: all phrases found, overlapping or not, in text order.
        lists: the words that rules know.
    """
    cues = list(_cues(words, phrases, lists))
    longest = sorted(keep_longest(cues), key=lambda cue: (cue.start, cue.end))
    within_cues = {token for cue in longest for token in range(cue.start, cue.end)}
    terminations = {phrase.start for phrase in phrases if phrase.entry.kind == "termination"}
    return CountingCues(tuple(longest), tuple(sorted(terminations - within_cues)))


def _cues(words: Sequence[str], phrases: Sequence[CuePhrase], lists: WordLists) -> Iterator[Cue]:
    """The phrases that decide something, where they stand and are no part of a pseudo cue."""
    pseudo = [phrase for phrase in phrases if phrase.entry.kind == "pseudo"]
    for phrase in phrases:
        if _stands_where_it_counts(words, phrase, lists) and not _is_pseudo(phrase, pseudo):
            for reading in phrase.entry.readings:
                yield Cue(phrase.start, phrase.end, *reading)


def _is_pseudo(cue: CuePhrase, pseudo: Sequence[CuePhrase]) -> bool:
    """Whether a cue shares words with a pseudo cue no shorter than itself.

    negspacy itself also drops a cue that stands right behind a pseudo cue, as in "opacity of the
    prior study has resolved", and any cue that begins within one, however much longer it is.
    """
    length = cue.end - cue.start
    return any(
        other.start < cue.end and cue.start < other.end and other.end - other.start >= length
        for other in pseudo
    )


def is_answer(words: Sequence[str], cue: Cue | CuePhrase, lists: WordLists) -> bool:
    """Whether a cue is a label's or a question's mark with the answer behind it."""
    return cue.end > cue.start + 1 and words[cue.start] in lists.answer_marks


def _stands_where_it_counts(words: Sequence[str], cue: CuePhrase, lists: WordLists) -> bool:
    """Whether a cue that begins with a label's mark stands at the end: "Effusion: no."."""
    if not is_answer(words, cue, lists):
        return True
    return cue.end == len(words) or words[cue.end] in lists.statement_ends
