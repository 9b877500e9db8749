"""Cues: which words decide an assertion, read from `cues.txt`, made NegEx patterns by negspacy."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, Literal, NamedTuple, cast

from negspacy.negation import Negex
from spacy.language import Language
from spacy.tokens import Doc

from data_contracts.concepts import ASSERTIONS, Assertion
from pipeline.extraction.batch.phrase_trie import PhraseHits, PhraseTrie
from pipeline.extraction.batch.runs import IntArray
from pipeline.language.tokens import words_of
from pipeline.lexicon.concepts import (
    CUE_FILE,
    LexiconError,
    expand_phrase,
    lexicon_folder,
    read_lexicon_file,
)
from pipeline.rules.grammar import STATEMENT_ENDS

Direction = Literal["before", "near", "after"]
# What a phrase decides: assertion, direction, and whether it only doubts the identity.
_Reading = tuple[Assertion, Direction, bool]
# NegEx's kinds of phrases.
_Kind = Literal["pseudo", "preceding", "following", "termination"]

_KINDS: Final = ("before", "near", "after", "pseudo")
_STOP: Final = "stop"
_IDENTITY: Final = "identity"


@dataclass(frozen=True, slots=True)
class CueLexicon:
    """What `cues.txt` holds.

    Attributes:
        phrases: cue phrases by (assertion, kind).
        stops: phrases that end the reach of every cue.
        identity: cues that doubt what a finding is, not that it is there.
        fingerprint: changes whenever the file does.
    """

    phrases: dict[tuple[Assertion, str], tuple[str, ...]]
    stops: tuple[str, ...]
    identity: frozenset[str]
    fingerprint: str


class Cue(NamedTuple):
    """A cue in a text.

    Attributes:
        start: its first token.
        end: the token behind its last.
        assertion: what it makes of the findings in its reach.
        direction: whether it stands before them, in one noun phrase with them, or after them.
        identity: whether it doubts only what they are, so that their places stay affirmed.
    """

    start: int
    end: int
    assertion: Assertion
    direction: Direction
    identity: bool = False


class CueMatches(NamedTuple):
    """The cues of a text in text order, and the tokens at which every cue's reach ends."""

    cues: tuple[Cue, ...]
    stops: tuple[int, ...]


class CueHit(NamedTuple):
    """A phrase of `cues.txt` before it is weighed: entry, first token, token behind the last."""

    entry: int
    start: int
    end: int


class _Entry(NamedTuple):
    """What a phrase is to NegEx, and what it decides if it is a cue; many phrases are alike."""

    kind: _Kind
    readings: tuple[_Reading, ...]


_NOTHING: Final = CueMatches((), ())


def load_cues(path: Path | None = None) -> CueLexicon:
    """Read `cues.txt` of a lexicon folder.

    Raises:
        LexiconError: the file is missing, or a heading is not one of those it explains.
    """
    lines = read_lexicon_file(lexicon_folder(path), CUE_FILE)
    phrases: dict[tuple[Assertion, str], list[str]] = {}
    others: dict[str, list[str]] = {_STOP: [], _IDENTITY: []}
    current: list[str] | None = None
    for number, raw in enumerate(lines, start=1):
        line = raw.partition("#")[0].strip()
        place = f"{CUE_FILE}, line {number}"
        if not line:
            continue
        if line.startswith("["):
            heading = line.strip("[]")
            if heading in others:
                current = others[heading]
            else:
                current = phrases.setdefault(_heading(heading, place), [])
        elif current is None:
            raise LexiconError(f"{place}: a phrase before the first [heading]")
        else:
            current.extend(expand_phrase(line))
    return CueLexicon(
        phrases={key: tuple(dict.fromkeys(found)) for key, found in phrases.items()},
        stops=tuple(dict.fromkeys(others[_STOP])),
        identity=frozenset(others[_IDENTITY]),
        fingerprint=hashlib.sha256("\n".join(lines).encode()).hexdigest(),
    )


def _heading(heading: str, place: str) -> tuple[Assertion, str]:
    assertion, _, kind = heading.partition(" ")
    if assertion not in ASSERTIONS or kind not in _KINDS:
        raise LexiconError(
            f"{place}: [{heading}] is no heading; expected [stop], [identity], or one of "
            f"{', '.join(ASSERTIONS)} with one of {', '.join(_KINDS)}"
        )
    return assertion, kind


class CueMatcher(Negex):
    """NegEx (Chapman et al. 2001) for all assertions at once, that tells which cues it found.

    negspacy only marks entities as negated. Here its patterns, of every assertion, are found in
    columns of words; how far they reach is decided in `assertion.py`. Of overlapping cues the
    longest wins.
    """

    def __init__(self, nlp: Language, lexicon: CueLexicon) -> None:
        def phrases(*kinds: str) -> list[str]:
            found = (lexicon.phrases.get((a, kind), ()) for a in ASSERTIONS for kind in kinds)
            return list(dict.fromkeys(chain.from_iterable(found)))

        termset = {
            "preceding_negations": phrases("before", "near"),
            "following_negations": phrases("after"),
            "pseudo_negations": phrases("pseudo"),
            "termination": list(lexicon.stops),
        }
        super().__init__(nlp, "cues", termset)
        readings = _readings(lexicon)
        self._trie = PhraseTrie()
        patterns: dict[_Kind, Iterable[tuple[str, Doc]]] = {
            "pseudo": zip(self.pseudo_negations, self.pseudo_patterns, strict=True),
            "preceding": zip(self.preceding_negations, self.preceding_patterns, strict=True),
            "following": zip(self.following_negations, self.following_patterns, strict=True),
            "termination": zip(self.termination, self.termination_patterns, strict=True),
        }
        numbers: dict[_Entry, int] = {}
        for kind, pairs in patterns.items():
            for phrase, doc in pairs:
                entry = _Entry(kind, readings.get((kind, phrase), ()))
                number = numbers.setdefault(entry, len(numbers))
                self._trie.add(words_of(doc, "LOWER"), number)
        self._entries = list(numbers)

    def read(self, word: str, norm: str) -> int:
        """The code of a token among which to find cues; see `WordReader`."""
        del norm
        return self._trie.code(word)

    def find(self, words: IntArray, stops: IntArray) -> PhraseHits:
        """All phrases of `cues.txt`, as numbers of what they are; see `PhraseTrie.find`."""
        return self._trie.find(words, stops)

    def weigh(self, words: Sequence[str], hits: Sequence[CueHit]) -> CueMatches:
        """The cues and stops among the phrases found in one text."""
        if not hits:
            return _NOTHING
        found = [(self._entries[hit.entry], hit.start, hit.end) for hit in hits]
        pseudo = [match for match in found if match[0].kind == "pseudo"]
        cues = [
            Cue(start, end, *reading)
            for entry, start, end in found
            if entry.readings
            and _stands_where_it_counts(words, start, end)
            and not (pseudo and _is_pseudo(start, end, pseudo))
            for reading in entry.readings
        ]
        longest = _longest(cues) if len(cues) > 1 else cues
        stops = {start for entry, start, _ in found if entry.kind == "termination"}
        if stops:
            stops.difference_update(*(range(cue.start, cue.end) for cue in longest))
        return CueMatches(tuple(longest), tuple(sorted(stops)))


def _readings(lexicon: CueLexicon) -> dict[tuple[_Kind, str], tuple[_Reading, ...]]:
    """What each phrase decides, by NegEx's name of its kind."""
    readings: dict[tuple[_Kind, str], tuple[_Reading, ...]] = {}
    for (assertion, kind), phrases in lexicon.phrases.items():
        if kind == "pseudo":
            continue
        name: _Kind = "following" if kind == "after" else "preceding"
        for phrase in phrases:
            reading = (assertion, cast("Direction", kind), phrase in lexicon.identity)
            readings[name, phrase] = (*readings.get((name, phrase), ()), reading)
    return readings


def _is_pseudo(start: int, end: int, pseudo: list[tuple[_Entry, int, int]]) -> bool:
    """Whether a cue lies in a pseudo cue no shorter than itself.

    negspacy itself also drops a cue that stands right behind a pseudo cue, as in "opacity of
    the prior study has resolved".
    """
    return any(
        first < end and start < last and last - first >= end - start for _, first, last in pseudo
    )


def _stands_where_it_counts(words: Sequence[str], start: int, end: int) -> bool:
    if words[start] not in (":", "-"):
        return True
    return end == len(words) or words[end] in STATEMENT_ENDS


def _longest(cues: Iterable[Cue]) -> list[Cue]:
    kept: list[Cue] = []
    taken: dict[int, tuple[int, int]] = {}
    for cue in sorted(cues, key=lambda c: (c.start - c.end, c.start)):
        span = (cue.start, cue.end)
        if all(taken.get(token, span) == span for token in range(*span)):
            taken.update(dict.fromkeys(range(*span), span))
            kept.append(cue)
    return sorted(kept, key=lambda c: (c.start, c.end))
