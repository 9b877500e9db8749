"""Cues: which words decide an assertion, read from `cues.txt`, matched by negspacy's NegEx."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from negspacy.negation import Negex
from spacy.language import Language
from spacy.tokens import Doc

from data_contracts.concepts import ASSERTIONS, Assertion
from pipeline.extraction.lexicon import (
    CUE_FILE,
    LexiconError,
    expand_phrase,
    lexicon_folder,
    read_lexicon_file,
)
from pipeline.extraction.tokens import Tokens

_Span = tuple[int, int, int]  # key, first token, token behind the last

Direction = Literal["before", "near", "after"]

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


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue in a Doc.

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


@dataclass(frozen=True, slots=True)
class CueMatches:
    """The cues of a Doc in text order, and the tokens at which every cue's reach ends."""

    cues: tuple[Cue, ...]
    stops: tuple[int, ...]


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


class AssertionNegex(Negex):
    """NegEx (Chapman et al. 2001) for one assertion, that tells which cue it found.

    negspacy only marks entities as negated; here its matcher serves every assertion, and the reach
    of a cue is decided by `assertion.py`.
    """

    def __init__(self, nlp: Language, assertion: Assertion, lexicon: CueLexicon) -> None:
        self.assertion: Assertion = assertion
        termset = {
            "preceding_negations": [
                *lexicon.phrases.get((assertion, "before"), ()),
                *lexicon.phrases.get((assertion, "near"), ()),
            ],
            "following_negations": list(lexicon.phrases.get((assertion, "after"), ())),
            "pseudo_negations": list(lexicon.phrases.get((assertion, "pseudo"), ())),
            "termination": list(lexicon.stops),
        }
        self._identity = lexicon.identity
        self._near = frozenset(lexicon.phrases.get((assertion, "near"), ()))
        super().__init__(nlp, f"negex_{assertion}", termset, extension_name=f"negex_{assertion}")
        # Most sentences hold no cue; their words tell so faster than the matcher does.
        patterns = (
            self.pseudo_patterns,
            self.preceding_patterns,
            self.following_patterns,
            self.termination_patterns,
        )
        self._first_words = frozenset(doc[0].lower_ for group in patterns for doc in group)

    def cues(self, tokens: Tokens) -> tuple[list[Cue], list[int]]:
        """This assertion's cues, and the tokens at which a stop begins."""
        if self._first_words.isdisjoint(tokens.words):
            return [], []
        preceding, following, terminating = self.process_negations(tokens.doc)
        found = [self._cue(tokens, start, end, "before") for _, start, end in preceding]
        found += [self._cue(tokens, start, end, "after") for _, start, end in following]
        return found, [start for _, start, _ in terminating]

    def _cue(self, tokens: Tokens, start: int, end: int, direction: Direction) -> Cue:
        text = tokens.phrase(start, end).lower()
        if direction == "before" and text in self._near:
            direction = "near"
        return Cue(start, end, self.assertion, direction, text in self._identity)

    def process_negations(self, doc: Doc) -> tuple[list[_Span], list[_Span], list[_Span]]:
        """Preceding, following and terminating matches, less the cues within a pseudo cue.

        negspacy itself also drops a cue that stands right behind a pseudo cue, as in "opacity of
        the prior study has resolved".
        """
        kinds: dict[str, list[_Span]] = {}
        for match in self.matcher(doc):
            kinds.setdefault(self.nlp.vocab.strings[match[0]], []).append(match)
        pseudo = kinds.get("pseudo", [])
        preceding, following = (
            [match for match in kinds.get(kind, ()) if not _is_pseudo(match, pseudo)]
            for kind in ("Preceding", "Following")
        )
        return preceding, following, kinds.get("Termination", [])


class CueMatcher:
    """All assertions' cues at once; of overlapping cues the longest wins."""

    def __init__(self, nlp: Language, lexicon: CueLexicon) -> None:
        self._negexes = [AssertionNegex(nlp, assertion, lexicon) for assertion in ASSERTIONS]

    def __call__(self, tokens: Tokens) -> CueMatches:
        """Find the cues and stops among `tokens`."""
        cues: list[Cue] = []
        stops: set[int] = set()
        for negex in self._negexes:
            found, terminating = negex.cues(tokens)
            cues.extend(cue for cue in found if _stands_where_it_counts(tokens.words, cue))
            stops.update(terminating)
        longest = _longest(cues) if len(cues) > 1 else cues
        covered = {token for cue in longest for token in range(cue.start, cue.end)}
        return CueMatches(tuple(longest), tuple(sorted(stops - covered)))


def _is_pseudo(match: _Span, pseudo: list[_Span]) -> bool:
    _, start, end = match
    return any(
        first < end and start < last and last - first >= end - start for _, first, last in pseudo
    )


def _stands_where_it_counts(words: list[str], cue: Cue) -> bool:
    if words[cue.start] not in (":", "-"):
        return True
    return cue.end == len(words) or words[cue.end] in (".", ";", ",")


def _longest(cues: Iterable[Cue]) -> list[Cue]:
    kept: list[Cue] = []
    taken: dict[int, tuple[int, int]] = {}
    for cue in sorted(cues, key=lambda c: (c.start - c.end, c.start)):
        span = (cue.start, cue.end)
        if all(taken.get(token, span) == span for token in range(*span)):
            taken.update(dict.fromkeys(range(*span), span))
            kept.append(cue)
    return sorted(kept, key=lambda c: (c.start, c.end))
