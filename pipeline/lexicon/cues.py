"""Cues: which words decide an assertion, read from `cues.txt`."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple, cast

from data_contracts.concepts import ASSERTIONS, Assertion
from pipeline.lexicon.concepts import expand_phrase
from pipeline.lexicon.lexicon_files import (
    CUE_FILE,
    LexiconError,
    content_lines,
    lexicon_folder,
    read_lexicon_file,
)

Direction = Literal["before", "near", "after"]
#: What a phrase is to NegEx (Chapman et al. 2001).
NegexKind = Literal["pseudo", "preceding", "following", "termination"]

_NEGEX_KINDS: Final[dict[str, NegexKind]] = {
    "before": "preceding",
    "near": "preceding",
    "after": "following",
    "pseudo": "pseudo",
}
_STOP: Final = "stop"
_IDENTITY: Final = "identity"


class CueReading(NamedTuple):
    """What a cue makes of the findings in its reach.

    Attributes:
        assertion: what it says of them.
        direction: whether it stands before them, in one noun phrase with them, or after them.
        identity: whether it doubts only what they are, so that their places stay affirmed.
    """

    assertion: Assertion
    direction: Direction
    identity: bool


class CueEntry(NamedTuple):
    """What a phrase of `cues.txt` is to NegEx, and what it decides; many phrases are alike."""

    kind: NegexKind
    readings: tuple[CueReading, ...] = ()


@dataclass(frozen=True, slots=True)
class CueLexicon:
    """What `cues.txt` holds.

    Attributes:
        entries: what each phrase is, by NegEx's kind and the phrase.
        fingerprint: changes whenever the file does.
    """

    entries: dict[tuple[NegexKind, str], CueEntry]
    fingerprint: str

    def phrases(self, kind: NegexKind) -> list[str]:
        """The phrases of one kind, in the order of the file."""
        return [phrase for own, phrase in self.entries if own == kind]


def load_cues(path: Path | None = None) -> CueLexicon:
    """Read `cues.txt` of a lexicon folder.

    Raises:
        LexiconError: the file is missing, or a heading is not one of those it explains.
    """
    lines = read_lexicon_file(lexicon_folder(path), CUE_FILE)
    phrases: dict[str, dict[str, None]] = {_STOP: {}, _IDENTITY: {}}
    current: dict[str, None] | None = None
    for line, place in content_lines(lines, CUE_FILE):
        if line.startswith("["):
            current = phrases.setdefault(_heading(line.strip("[]"), place), {})
        elif current is None:
            raise LexiconError(f"{place}: a phrase before the first [heading]")
        else:
            current.update(dict.fromkeys(expand_phrase(line)))
    return CueLexicon(
        entries=_entries(phrases), fingerprint=hashlib.sha256("\n".join(lines).encode()).hexdigest()
    )


def _heading(heading: str, place: str) -> str:
    assertion, _, kind = heading.partition(" ")
    cue = assertion in ASSERTIONS and kind in _NEGEX_KINDS
    if heading not in (_STOP, _IDENTITY) and not cue:
        raise LexiconError(
            f"{place}: [{heading}] is no heading; expected [stop], [identity], or one of "
            f"{', '.join(ASSERTIONS)} with one of {', '.join(_NEGEX_KINDS)}"
        )
    return heading


def _entries(
    phrases: dict[str, dict[str, None]],
) -> dict[tuple[NegexKind, str], CueEntry]:
    identity = phrases[_IDENTITY]
    entries: dict[tuple[NegexKind, str], CueEntry] = {
        ("termination", phrase): CueEntry("termination") for phrase in phrases[_STOP]
    }
    for heading in _cue_headings(phrases):
        assertion, _, place = heading.partition(" ")
        kind = _NEGEX_KINDS[place]
        for phrase in phrases[heading]:
            entry = entries.setdefault((kind, phrase), CueEntry(kind))
            if kind == "pseudo":
                continue
            reading = CueReading(
                cast("Assertion", assertion), cast("Direction", place), phrase in identity
            )
            entries[kind, phrase] = entry._replace(readings=(*entry.readings, reading))
    return entries


def _cue_headings(headings: Iterable[str]) -> list[str]:
    """Headings of cues as the file has them: of one phrase's readings the first comes first."""
    return [heading for heading in headings if heading not in (_STOP, _IDENTITY)]
