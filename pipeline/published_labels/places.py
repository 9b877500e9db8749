"""Places in the words of a data set, read by our lexicon and rules."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from data_contracts.concepts import AFFIRMED, NEGATED
from pipeline.extraction.reference import Reader, load_reader
from pipeline.lexicon.concepts import Lexicon
from pipeline.rules.values import PassageText

_PLACES = ("side", "zone")


class _Place(NamedTuple):
    concept_id: str
    weak: bool


class PlaceReader:
    """Sides and zones that expressions such as "right lower lobe" or "basal bilateral" name.

    Each expression is read as of a lung finding, by the rules that read reports, and once.
    """

    def __init__(self, lexicon: Lexicon, folder: Path | None) -> None:
        self._lung = lexicon.lung_findings
        self._with = {c.concept_id: c.implied_with for c in lexicon.concepts if c.implied_with}
        self._finding = next(c.phrases[0] for c in lexicon.concepts if c.lung and c.phrases)
        self._folder = folder
        self._known: dict[str, tuple[_Place, ...]] = {}

    @cached_property
    def _reader(self) -> Reader:
        return load_reader(self._folder)

    def read(self, expressions: Iterable[str]) -> frozenset[str]:
        """The sides and zones that expressions about one finding name together.

        A side that the lexicon calls weak ("in the bases") counts only where none is named, and a
        place that is implied next to another one ("mid lung", "right") wherever both are.
        """
        places = {place for expression in expressions for place in self._places(expression)}
        sided = any(p.concept_id.startswith("side:") and not p.weak for p in places)
        named = {place.concept_id for place in places if not (place.weak and sided)}
        implied = {
            implication.concept_id
            for concept_id in named
            for implication in self._with.get(concept_id, ())
            if implication.only_with in named
        }
        return frozenset(named | implied)

    def values(self, finding: str, value: int, expressions: Iterable[str]) -> dict[str, int]:
        """What the places of a finding are worth as labels, as the stage label has it.

        Of a finding of the lung itself places are 1, whether it is affirmed or hedged, and 0 where
        it is negated; those of other findings are no labels.

        Args:
            finding: its concept id.
            value: what is said of it: 1, 0 or -1.
            expressions: where it is.
        """
        if finding not in self._lung:
            return {}
        return dict.fromkeys(
            sorted(self.read(expressions)), NEGATED if value == NEGATED else AFFIRMED
        )

    def is_lung(self, finding: str) -> bool:
        """Whether a finding is one of the lung itself, whose places and descriptors are labels."""
        return finding in self._lung

    def _places(self, expression: str) -> tuple[_Place, ...]:
        if expression not in self._known:
            passage = PassageText(f"{self._finding} {expression}.", "findings")
            self._known[expression] = tuple(
                _Place(mention.concept_id, mention.rule.startswith("lexicon:weak"))
                for mention in self._reader.read(passage).mentions
                if mention.category in _PLACES and 0 in mention.findings
            )
        return self._known[expression]
