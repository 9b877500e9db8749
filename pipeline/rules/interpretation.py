"""What a finding is taken for: "opacity in the left base, consistent with pneumonia".

A diagnosis interprets the finding before it that its lexicon entry says may be taken for it
(`interprets:`), where one of these ties the two:

- a word that leads from what is seen to what it is ("consistent with", "likely", "which is"), in
  one sentence, or in the next where that only speaks of the one before ("This may represent …");
- a list with another diagnosis that is tied so: "suggesting atelectasis versus pneumonia";
- apposition: "opacity in the left base (pneumonia)", "opacity, atelectasis or pneumonia".

What is denied or only asked for neither interprets nor is interpreted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from data_contracts.concepts import Assertion
from pipeline.lexicon.grammar import WordLists
from pipeline.rules.coordination import with_coordinated_before
from pipeline.rules.scene import Scene, is_mask
from pipeline.rules.values import Phrase, Verdict

# Findings, by their place in `Scene.findings`.
_Findings = tuple[int, ...]

_NOT_SHOWN: Final[tuple[Assertion, ...]] = ("negated", "hypothetical")


def interpret(
    scene: Scene, verdicts: Sequence[Verdict], attached: Sequence[_Findings]
) -> list[_Findings]:
    """For each of the scene's findings those that it interprets, in text order.

    Args:
        scene: the passage.
        verdicts: what is said of each finding.
        attached: for each modifier the findings that it belongs to.
    """
    interpreted: list[_Findings] = []
    if not _has_diagnosis(scene.findings):
        return [() for _ in scene.findings]
    passage = _passage(scene, verdicts, attached)
    for index in range(len(scene.findings)):
        interpreted.append(_interpreted(passage, index, interpreted))
    return interpreted


def may_interpret(diagnosis: Phrase, finding: Phrase) -> bool:
    """Whether a finding may be taken for another one."""
    if diagnosis.concept is None or finding.concept is None:
        return False
    return finding.concept.concept_id in diagnosis.concept.interprets


def _has_diagnosis(findings: Sequence[Phrase]) -> bool:
    return any(
        may_interpret(diagnosis, finding)
        for index, diagnosis in enumerate(findings)
        for finding in findings[:index]
    )


@dataclass(frozen=True, slots=True)
class _Passage:
    """What the rules below look at.

    Attributes:
        scene: the passage.
        shown: for each finding whether it is there, as far as the passage says.
        placed: findings that have a side or zone.
        finding_at: the finding that each token of one is of.
        place_tokens: the tokens of sides and zones.
    """

    scene: Scene
    shown: tuple[bool, ...]
    placed: frozenset[int]
    finding_at: dict[int, int]
    place_tokens: frozenset[int]


def _passage(scene: Scene, verdicts: Sequence[Verdict], attached: Sequence[_Findings]) -> _Passage:
    pairs = zip(scene.modifiers, attached, strict=True)
    places = [(one, owners) for one, owners in pairs if one.category in ("side", "zone")]
    return _Passage(
        scene=scene,
        shown=tuple([verdict.assertion not in _NOT_SHOWN for verdict in verdicts]),
        placed=frozenset([owner for _, owners in places for owner in owners]),
        finding_at={t: i for i, one in enumerate(scene.findings) for t in _tokens(one)},
        place_tokens=frozenset([token for one, _ in places for token in _tokens(one)]),
    )


def _tokens(phrase: Phrase) -> range:
    return range(phrase.start, phrase.end)


class _Tie(NamedTuple):
    """A word or mark that may tie a diagnosis to what is before it, and what it ties by."""

    token: int
    by: str


def _interpreted(passage: _Passage, index: int, known: Sequence[_Findings]) -> _Findings:
    """The findings that one interprets, given those that each before it does."""
    if not passage.shown[index]:
        return ()
    for tie in _ties(passage, index):
        if tie.by == "list":
            found = known[passage.finding_at[tie.token]]
        elif tie.by == "mark":
            found = _named_anew(passage, tie.token)
        else:
            found = _spoken_of(passage, index, tie.token)
        if eligible := tuple([one for one in found if _may_be(passage, index, one)]):
            return eligible
    return ()


def _may_be(passage: _Passage, index: int, finding: int) -> bool:
    findings = passage.scene.findings
    return passage.shown[finding] and may_interpret(findings[index], findings[finding])


# What ties a diagnosis to what is before it.


@dataclass(slots=True)
class _Before:
    """What was met on the way back from a diagnosis.

    Attributes:
        modified: whether a modifier stands before it.
        placed: whether a side or zone does.
        listed: whether it goes on a list.
        led: whether a preposition leads to it, as in "evidence of".
    """

    modified: bool = False
    placed: bool = False
    listed: bool = False
    led: bool = False


def _ties(passage: _Passage, index: int) -> Iterator[_Tie]:
    """What may tie a finding to those before it in its sentence, the nearest first."""
    scene, before = passage.scene, _Before()
    for token in _back(scene, scene.findings[index].start):
        if token in passage.finding_at:
            if not before.listed:
                return
            yield _Tie(token, "list")
            before.modified = before.placed = False
            continue
        if token in scene.modifier_tokens:
            before.modified = True
            before.placed = before.placed or token in passage.place_tokens
            continue
        by = _ties_by(passage, index, token, before)
        if by:
            yield _Tie(token, by)
        if by == "word" or _ends_tie(passage, index, token, before):
            return
        _pass(scene, token, before)


def _ties_by(passage: _Passage, index: int, token: int, before: _Before) -> str:
    """How a word or mark ties the finding behind it to what is before; empty where it does not."""
    scene, lists = passage.scene, passage.scene.lists
    word = scene.words[token]
    if word in lists.taken_for:
        return "word"
    # Behind a mask any word may have stood: "opacity, XXXX atelectasis".
    if word in lists.taken_perhaps or is_mask(word):
        return "" if _adds(passage, token, before) else "doubt"
    if word in lists.being:
        return "word" if _is_said_of_subject(passage, token, before) else ""
    if word in lists.apposition_marks:
        return "mark" if _may_be_apposed(passage, index, before) else ""
    return ""


def may_tie(word: str, lists: WordLists) -> bool:
    """Whether a word may tie the finding behind it to one before it."""
    ties = (lists.taken_for, lists.taken_perhaps, lists.being, lists.apposition_marks)
    return is_mask(word) or any(word in words for words in ties)


def _adds(passage: _Passage, token: int, behind: _Before) -> bool:
    """Whether a hedge opens another finding: "and likely", ", possible left effusion"."""
    scene, lists = passage.scene, passage.scene.lists
    if behind.placed and not scene.is_adverb(token):
        return True
    previous = token - 1
    while previous >= 0 and (
        scene.words[previous] in lists.determiners or previous in scene.modifier_tokens
    ):
        previous -= 1
    word = scene.words[previous] if previous >= 0 else ""
    if word in lists.alternatives:
        # "Opacity or possible effusion"; but "representing mucus or possibly pneumonia".
        return previous - 1 in passage.finding_at
    return any(word in words for words in (lists.additive, lists.near_ends, lists.companions))


def _is_said_of_subject(passage: _Passage, token: int, behind: _Before) -> bool:
    """Whether what is said by "is" is said of a finding: "which is", "the opacity is"."""
    scene, before = passage.scene, token - 1
    sentence = scene.sentence_of[token]
    # "This may be", and "may be" where the sentence begins with it.
    while before >= 0 and scene.words[before] in scene.lists.finite_verbs:
        before -= 1
    if behind.listed or behind.led:
        return False
    if before < 0 or scene.sentence_of[before] != sentence:
        return before < token - 1
    known = before in passage.finding_at or before in scene.modifier_tokens
    word = scene.words[before]
    return known or word in scene.lists.pronouns or word in scene.lists.place_nouns


def _may_be_apposed(passage: _Passage, index: int, before: _Before) -> bool:
    """Whether a finding behind a mark names anew what stands before it, or only goes on a list."""
    if before.listed or before.placed:
        return False
    if _goes_on(passage.scene, index, passage.scene.lists.alternatives):
        return True
    return not before.modified and not _goes_on(
        passage.scene, index, passage.scene.lists.list_links
    )


def _goes_on(scene: Scene, index: int, links: frozenset[str]) -> bool:
    """Whether a list goes on behind a finding, at some point by one of these links."""
    for here in range(index, len(scene.findings) - 1):
        between = range(scene.findings[here].end, scene.findings[here + 1].start)
        words = [scene.words[token] for token in between if token not in scene.modifier_tokens]
        if not links.isdisjoint(words):
            return True
        lists = scene.lists
        if not words or any(w not in lists.list_links | lists.determiners for w in words):
            return False
    return False


def _ends_tie(passage: _Passage, index: int, token: int, before: _Before) -> bool:
    """Whether nothing before a word ties the finding behind it."""
    scene, lists = passage.scene, passage.scene.lists
    word = scene.words[token]
    if word == ",":
        listed = before.listed or _goes_on(scene, index, lists.conjunctions | lists.alternatives)
        return before.placed or (before.modified and not listed)
    if word in lists.additive:
        return before.placed
    if word in lists.near_ends:
        return not _leads_on(scene, token)
    ends = (lists.breaks, lists.clause_joints, lists.finite_verbs)
    # A question mark doubts what follows.
    return any(word in words for words in ends) and word not in lists.taken_perhaps


def _leads_on(scene: Scene, token: int) -> bool:
    """Whether a preposition is a tie's own, or between modifiers: "due to", "small to large"."""
    if token == 0:
        return False
    ranges = token - 1 in scene.modifier_tokens and token + 1 in scene.modifier_tokens
    return ranges or scene.words[token - 1] in scene.lists.taken_for


def _pass(scene: Scene, token: int, before: _Before) -> None:
    """Keep what a word tells of those before it."""
    word = scene.words[token]
    before.listed = before.listed or word in scene.lists.list_links
    before.led = before.led or word in scene.lists.prepositions


def _back(scene: Scene, token: int) -> Iterator[int]:
    """The tokens before one, as far as its sentence goes."""
    sentence = scene.sentence_of[token]
    while token > 0 and scene.sentence_of[token - 1] == sentence:
        token -= 1
        yield token


# What is taken for it.


def _spoken_of(passage: _Passage, index: int, token: int) -> _Findings:
    """The nearest finding that a diagnosis may interpret, before the word that ties it."""
    sentence = passage.scene.sentence_of[token]
    for before in _back(passage.scene, token):
        one = passage.finding_at.get(before)
        if one is None and _opens_clause(passage.scene, before):
            return ()
        if one is not None and _may_be(passage, index, one):
            named = with_coordinated_before(passage.scene, one)
            if _only_refers_back(passage, one):
                return (*_in_sentences_before(passage, index, sentence), *named)
            return named
    return _in_sentences_before(passage, index, sentence)


def _in_sentences_before(passage: _Passage, index: int, sentence: int) -> _Findings:
    """The last finding that may be meant by a sentence that speaks of the one before it."""
    scene = passage.scene
    for one in range(index - 1, -1, -1):
        before = scene.sentence_of[scene.findings[one].start] < sentence
        if before and _may_be(passage, index, one):
            return with_coordinated_before(scene, one)
    return ()


def _only_refers_back(passage: _Passage, one: int) -> bool:
    """Whether a finding stands for one before it: "This opacity may represent pneumonia."."""
    scene, start = passage.scene, passage.scene.findings[one].start
    if one in passage.placed or scene.sentence_of[start] == 0:
        return False
    return all(scene.words[token] in scene.lists.determiners for token in _back(scene, start))


def _opens_clause(scene: Scene, token: int) -> bool:
    """Whether a word opens a clause with a subject of its own: "…, and the heart"."""
    word, lists = scene.words[token], scene.lists
    behind = scene.words[token + 1]
    if word in lists.clause_joints:
        # "… are nonspecific, but may represent …" goes on with its subject.
        goes_on = (lists.finite_verbs, lists.taken_for, lists.taken_perhaps)
        return not any(behind in words for words in goes_on)
    opens = word == "," or word in lists.additive
    return opens and behind in lists.subjects and behind not in lists.pronouns


def _named_anew(passage: _Passage, mark: int) -> _Findings:
    """The finding before a mark, where nothing but its place is between."""
    for token in _back(passage.scene, mark):
        if token in passage.finding_at:
            one = passage.finding_at[token]
            return () if _is_listed(passage.scene, one) else (one,)
        if not _is_of_place(passage.scene, token):
            return ()
    return ()


def _is_listed(scene: Scene, one: int) -> bool:
    """Whether a comma divides a finding from one before it: "effusion, opacity, edema"."""
    if one == 0:
        return False
    between = range(scene.findings[one - 1].end, scene.findings[one].start)
    words = [scene.words[token] for token in between if token not in scene.modifier_tokens]
    return bool(words) and words[0] == "," and set(words) <= scene.lists.list_links


def _is_of_place(scene: Scene, token: int) -> bool:
    word, lists = scene.words[token], scene.lists
    known = (lists.locatives, lists.determiners, lists.place_nouns, lists.noun_adjectives)
    return (
        token in scene.modifier_tokens
        or is_mask(word)
        or word in lists.additive
        or any(word in words for words in known)
    )
