"""What a passage says: which phrase is asserted how, and what belongs to which finding."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

from data_contracts.concepts import Assertion
from pipeline.lexicon.concepts import Concept
from pipeline.lexicon.grammar import Grammar
from pipeline.rules.alternatives import doubt_alternatives
from pipeline.rules.assertion import PLAIN, SentenceCues
from pipeline.rules.inheriting import Place, has_own_side, inherit
from pipeline.rules.interpretation import interpret
from pipeline.rules.overlaps import CountingCues, counting_cues
from pipeline.rules.relations import attach
from pipeline.rules.scene import Scene, make_scene
from pipeline.rules.subjects import is_said_of_subject
from pipeline.rules.values import CuePhrase, Implied, Phrase, Statement, TokenizedPassage, Verdict

# Of what several findings say of a shared place the first of these counts.
_BY_STRENGTH: Final[tuple[Assertion, ...]] = (
    "affirmed",
    "uncertain",
    "historical",
    "hypothetical",
    "negated",
)


class _Decided(NamedTuple):
    """A phrase, what is said of it, and findings, by phrase, that it belongs to or interprets."""

    phrase: Phrase
    implied: Implied | None
    verdict: Verdict
    owners: tuple[int, ...]
    interprets: tuple[int, ...] = ()


def read_passage(passage: TokenizedPassage, grammar: Grammar) -> list[Statement]:
    """What a passage says, in the order of (start, end, concept_id).

    Args:
        passage: its words, phrases and cues.
        grammar: the words that rules know.
    """
    scene = _scene(passage, grammar)
    decided = _decide_phrases(scene, _decide_findings(scene, passage))
    row_of = {item.phrase.ordinal: row for row, item in enumerate(decided) if item.implied is None}
    statements = [_statement(scene, item, row_of) for item in decided]
    return _with_inherited(statements, decided)


def _statement(scene: Scene, item: _Decided, row_of: dict[int, int]) -> Statement:
    cue = item.verdict.cue
    return Statement(
        item.phrase.ordinal,
        item.implied,
        item.verdict.assertion,
        (cue.start, cue.end) if cue is not None else None,
        cue.rule if cue is not None else None,
        tuple([row_of[owner] for owner in item.owners]),
        tuple([row_of[one] for one in item.interprets]),
        sided=item.phrase.category == "zone" and has_own_side(scene, item.phrase),
    )


def _with_inherited(statements: list[Statement], decided: list[_Decided]) -> list[Statement]:
    """The statements, with the places that findings have from those that they interpret."""
    interpreted = {row: one.interprets for row, one in enumerate(statements) if one.interprets}
    if not interpreted:
        return statements
    places = [
        Place(row, item.phrase.category, statements[row].owners)
        for row, item in enumerate(decided)
        if item.owners and item.phrase.category in ("side", "zone")
    ]
    inherited = inherit(interpreted, places)
    return [one._replace(inherits=inherited.get(row, ())) for row, one in enumerate(statements)]


def _sentences(passage: TokenizedPassage) -> list[tuple[int, int]]:
    return list(pairwise([*passage.sentences, len(passage.words)]))


def _scene(passage: TokenizedPassage, grammar: Grammar) -> Scene:
    sentence_of: list[int] = []
    for ordinal, (start, end) in enumerate(_sentences(passage)):
        sentence_of += [ordinal] * (end - start)
    scene = make_scene(passage.words, passage.phrases, sentence_of, grammar)
    if any(finding.weak or finding.subject for finding in scene.findings):
        return replace(scene, findings=_counting_findings(scene))
    return scene


def _decide_findings(scene: Scene, passage: TokenizedPassage) -> list[Verdict]:
    """What is said of each of the scene's findings."""
    if not scene.findings:
        return []
    cues = [cue for cue in passage.cues if not _hides_finding(cue, scene)]
    counting = counting_cues(scene.words, cues, scene.lists)
    verdicts = _decide_by_cues(scene, passage, counting)
    return doubt_alternatives(scene, verdicts, counting.terminations)


def _decide_by_cues(
    scene: Scene, passage: TokenizedPassage, counting: CountingCues
) -> list[Verdict]:
    if not counting.cues:
        return [PLAIN] * len(scene.findings)
    of_sentence = [SentenceCues(scene, sentence, counting) for sentence in _sentences(passage)]
    return [
        of_sentence[scene.sentence_of[finding.start]].decide(finding) for finding in scene.findings
    ]


def _hides_finding(cue: CuePhrase, scene: Scene) -> bool:
    """Whether a pseudo cue has words of a finding: "heart size is not increased" denies it."""
    if cue.entry.kind != "pseudo":
        return False
    said = (finding for finding in scene.findings if finding.subject)
    return any(finding.start < cue.end and cue.start < finding.end for finding in said)


def _decide_phrases(scene: Scene, verdicts: list[Verdict]) -> list[_Decided]:
    """All phrases that count, in text order, with the concepts that they imply."""
    attached = attach(scene)
    decided = [
        _Decided(finding, None, verdict, (), tuple([scene.findings[i].ordinal for i in seen]))
        for finding, verdict, seen in zip(
            scene.findings, verdicts, interpret(scene, verdicts, attached), strict=True
        )
    ]
    for modifier, owners in _counting_modifiers(scene, attached):
        of_owners = [_of_place(verdicts[index]) for index in owners]
        verdict = min(of_owners, key=_rank, default=PLAIN)
        own = tuple([scene.findings[index].ordinal for index in owners])
        decided.append(_Decided(modifier, None, verdict, own))
    decided.sort(key=lambda item: item.phrase.ordinal)
    for implied in list(_implied(decided)):
        decided.insert(_place_of(implied, decided), implied)
    return decided


def _place_of(item: _Decided, decided: list[_Decided]) -> int:
    """Where among phrases in text order an implied one belongs: on its words by its concept."""
    places = [i for i, other in enumerate(decided) if _is_on_same_words(item, other)]
    before = [i for i in places if _named(decided[i]) <= _named(item)]
    return before[-1] + 1 if before else places[0]


def _is_on_same_words(item: _Decided, other: _Decided) -> bool:
    return (item.phrase.start, item.phrase.end) == (other.phrase.start, other.phrase.end)


def _named(item: _Decided) -> str:
    return item.implied.concept_id if item.implied else _concept(item.phrase).concept_id


def _rank(verdict: Verdict) -> int:
    return _BY_STRENGTH.index(verdict.assertion)


def _of_place(verdict: Verdict) -> Verdict:
    """What is said of a finding's place: "left base atelectasis versus scar" is left for sure."""
    if verdict.cue is not None and verdict.cue.identity:
        return PLAIN
    return verdict


def _counting_findings(scene: Scene) -> tuple[Phrase, ...]:
    """The findings, less the weak ones whose sentence does not speak of the lung.

    And less those that are not said of their subject: of "enlarged" in "the aorta is enlarged".
    """
    tokens = [token for token, word in enumerate(scene.words) if word in scene.lists.lung_words]
    tokens += [modifier.start for modifier in scene.modifiers if modifier.category == "zone"]
    of_lung = {scene.sentence_of[token] for token in tokens}
    return tuple(
        [
            finding
            for finding in scene.findings
            if (not finding.weak or scene.sentence_of[finding.start] in of_lung)
            and is_said_of_subject(scene, finding)
        ]
    )


def _counting_modifiers(
    scene: Scene, attached: list[tuple[int, ...]]
) -> Iterator[tuple[Phrase, tuple[int, ...]]]:
    """Modifiers with their findings; weak ones only where nothing else of their kind is."""
    pairs = list(zip(scene.modifiers, attached, strict=True))
    strong = {
        (modifier.category, index)
        for modifier, owners in pairs
        if not modifier.weak
        for index in owners
    }
    for modifier, owners in pairs:
        if not modifier.weak:
            yield modifier, owners
        elif left := tuple([i for i in owners if (modifier.category, i) not in strong]):
            yield modifier, left


def _implied(decided: list[_Decided]) -> Iterator[_Decided]:
    """Concepts that hold only next to another: the right "mid lung" is the middle lobe's."""
    for item in decided:
        concept = item.phrase.concept
        for concept_id, only_with in concept.implied_with if concept is not None else ():
            if only_with is not None and _nearest_side(item, decided) == only_with:
                by = _concept(item.phrase).concept_id
                yield item._replace(implied=Implied(concept_id, by, only_with))


def _nearest_side(item: _Decided, decided: list[_Decided]) -> str | None:
    """The side nearest to a zone among those of the same findings."""
    sides = [
        other.phrase
        for other in decided
        if other.phrase.category == "side" and not set(other.owners).isdisjoint(item.owners)
    ]
    nearest = min(sides, key=lambda side: abs(side.start - item.phrase.start), default=None)
    return _concept(nearest).concept_id if nearest is not None else None


def _concept(phrase: Phrase) -> Concept:
    # Where one phrase's concept matters, those of all are given.
    assert phrase.concept is not None
    return phrase.concept
