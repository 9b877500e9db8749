"""What a passage of a certain build says: decisions and relations, whatever its phrases name.

"Patchy opacity in the left base" and "dense consolidation at the right apex" are built alike:
their phrases are of the same categories, and to every rule the words between them are the same
(`grammar.stand_in`). A passage says by its build which phrase is asserted how and what belongs to
which finding; by its phrases, what these are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

from data_contracts.concepts import Assertion
from pipeline.extraction.batch.cues import CueHit, CueMatcher
from pipeline.lexicon.concepts import Concept
from pipeline.rules.assertion import PLAIN, Decision, SentenceCues
from pipeline.rules.grammar import LUNG_WORDS
from pipeline.rules.relations import attach
from pipeline.rules.scene import Match, Scene, make_scene

_STRENGTH: Final = ("affirmed", "uncertain", "historical", "hypothetical", "negated")


class Structure(NamedTuple):
    """The build of a passage, all that rules may look at.

    Attributes:
        words: what stands in for each token; none where no phrase is a finding.
        sentences: first token of each sentence.
        matches: its phrases in text order.
        cues: phrases of `cues.txt` in it.
    """

    words: Sequence[str]
    sentences: Sequence[int]
    matches: tuple[Match, ...]
    cues: tuple[CueHit, ...]


class Implied(NamedTuple):
    """A concept that holds by one concept beside another."""

    concept_id: str
    by: str
    beside: str


class Statement(NamedTuple):
    """What is said by one phrase.

    Attributes:
        match: the phrase, by its place among the passage's.
        implied: the concept that it has only beside another one.
        assertion: what is said of it.
        cue: (first token, token behind the last) of the cue that decided, if one did.
        cue_rule: what the cue is.
        owners: statements, by their place, of the findings that it belongs to.
    """

    match: int
    implied: Implied | None
    assertion: Assertion
    cue: tuple[int, int] | None
    cue_rule: str | None
    owners: tuple[int, ...]


class _Placed(NamedTuple):
    """A phrase with what is said of it and the findings, by match, that it belongs to."""

    match: Match
    implied: Implied | None
    decision: Decision
    owners: tuple[int, ...]


def read_structure(structure: Structure, cues: CueMatcher) -> list[Statement]:
    """What every passage of this build says, in the order of (start, end, concept_id)."""
    sentence_of = [0] * len(structure.words)
    sentences = list(pairwise([*structure.sentences, len(structure.words)]))
    for ordinal, (start, end) in enumerate(sentences[1:], start=1):
        sentence_of[start:end] = [ordinal] * (end - start)
    scene = make_scene(structure.words, structure.matches, sentence_of)
    if any(finding.weak for finding in scene.findings):
        scene = replace(scene, findings=_without_strangers(scene))
    placed = _place(scene, _decide(scene, structure, sentences, cues))
    row_of = {item.match.place: row for row, item in enumerate(placed) if item.implied is None}
    return [
        Statement(
            item.match.place,
            item.implied,
            item.decision.assertion,
            (cue.start, cue.end) if (cue := item.decision.cue) is not None else None,
            f"cue:{cue.assertion} {cue.direction}" if cue is not None else None,
            tuple([row_of[owner] for owner in item.owners]),
        )
        for item in placed
    ]


def _decide(
    scene: Scene, structure: Structure, sentences: list[tuple[int, int]], matcher: CueMatcher
) -> list[Decision]:
    """What is said of each of the scene's findings."""
    cues = matcher.weigh(scene.words, structure.cues) if scene.findings else None
    if cues is None or not cues.cues:
        return [PLAIN] * len(scene.findings)
    of_sentence = [SentenceCues(scene, sentence, cues) for sentence in sentences]
    return [
        of_sentence[scene.sentence_of[finding.start]].decide(finding) for finding in scene.findings
    ]


def _place(scene: Scene, decisions: list[Decision]) -> list[_Placed]:
    findings = scene.findings
    placed = [
        _Placed(finding, None, decision, ())
        for finding, decision in zip(findings, decisions, strict=True)
    ]
    for modifier, owners in _without_weak(scene, attach(scene)):
        said = [_of_place(decisions[index]) for index in owners]
        decision = min(said, key=_strength, default=PLAIN)
        own = tuple([findings[index].place for index in owners])
        placed.append(_Placed(modifier, None, decision, own))
    implied = list(_implied(placed))
    if implied:
        return sorted([*placed, *implied], key=_in_text_order)
    return sorted(placed, key=lambda item: item.match.place)


def _in_text_order(item: _Placed) -> tuple[int, int, str]:
    concept_id = item.implied.concept_id if item.implied else _concept(item.match).concept_id
    return item.match.start, item.match.end, concept_id


def _strength(decision: Decision) -> int:
    return _STRENGTH.index(decision.assertion)


def _of_place(decision: Decision) -> Decision:
    """What is said of a finding's place: "left base atelectasis versus scar" is left for sure."""
    if decision.cue is not None and decision.cue.identity:
        return PLAIN
    return decision


def _without_strangers(scene: Scene) -> tuple[Match, ...]:
    """The findings, less the weak ones whose sentence does not speak of the lung."""
    lung_sentences = {
        sentence
        for word, sentence in zip(scene.words, scene.sentence_of, strict=True)
        if word in LUNG_WORDS
    }
    lung_sentences.update(
        scene.sentence_of[m.start] for m in scene.modifiers if m.category == "zone"
    )
    return tuple(
        finding
        for finding in scene.findings
        if not finding.weak or scene.sentence_of[finding.start] in lung_sentences
    )


def _without_weak(
    scene: Scene, attached: list[tuple[int, ...]]
) -> list[tuple[Match, tuple[int, ...]]]:
    """Modifiers with their findings; weak ones only where nothing else of their kind is."""
    pairs = list(zip(scene.modifiers, attached, strict=True))
    if not any(modifier.weak for modifier in scene.modifiers):
        return pairs
    taken = {
        (modifier.category, index)
        for modifier, owners in pairs
        if not modifier.weak
        for index in owners
    }
    kept: list[tuple[Match, tuple[int, ...]]] = []
    for modifier, owners in pairs:
        if modifier.weak:
            owners = tuple(i for i in owners if (modifier.category, i) not in taken)
        if owners or not modifier.weak:
            kept.append((modifier, owners))
    return kept


def _implied(placed: list[_Placed]) -> Iterator[_Placed]:
    """Concepts that hold only beside another: the right "mid lung" is the middle lobe's."""
    for item in placed:
        concept = item.match.concept
        for concept_id, beside in concept.beside if concept is not None else ():
            if beside is not None and _nearest_beside(item, placed) == beside:
                yield item._replace(
                    implied=Implied(concept_id, _concept(item.match).concept_id, beside)
                )


def _nearest_beside(item: _Placed, placed: list[_Placed]) -> str | None:
    """The side nearest to a zone among those of the same findings."""
    sides = [
        other.match
        for other in placed
        if other.match.category == "side" and not set(other.owners).isdisjoint(item.owners)
    ]
    nearest = min(sides, key=lambda side: abs(side.start - item.match.start), default=None)
    return _concept(nearest).concept_id if nearest is not None else None


def _concept(match: Match) -> Concept:
    # Where one phrase's concept matters, those of all are given.
    assert match.concept is not None
    return match.concept
