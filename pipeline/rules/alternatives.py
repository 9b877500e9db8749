"""Findings of which only one may hold: "atelectasis or pneumonia in the right base"."""

from collections.abc import Sequence
from typing import Final

from pipeline.rules.scene import Scene
from pipeline.rules.values import Cue, Verdict

_ALTERED: Final = ("affirmed", "uncertain")


def doubt_alternatives(
    scene: Scene, verdicts: list[Verdict], terminations: Sequence[int]
) -> list[Verdict]:
    """Doubt each of two findings that are stated as alternatives, if nothing else doubts it.

    What is denied, asked or past stays so. In "scar, atelectasis, or nodule" the comma before the
    last one tells that the list begins before it; "opacity, atelectasis or pneumonia" has two.

    Args:
        scene: the passage.
        verdicts: what cues say of each of its findings.
        terminations: the tokens at which the reach of every cue ends.
    """
    doubted = list(verdicts)
    for second in range(1, len(scene.findings)):
        link = _alternative_link(scene, second)
        if link is None or _is_under_negation(scene, second - 1, terminations):
            continue
        members = range(_first_of_list(scene, second, link), second + 1)
        if all(verdicts[index].assertion in _ALTERED for index in members):
            for index in members:
                if doubted[index].assertion == "affirmed":
                    cue = Cue(link, link + 1, "uncertain", "near", identity=True, alternative=True)
                    doubted[index] = Verdict("uncertain", cue)
    return doubted


def _alternative_link(scene: Scene, second: int) -> int | None:
    """The word that makes alternatives of a finding and the one before it; None if none does."""
    before, here = scene.findings[second - 1], scene.findings[second]
    if here.again or scene.sentence_of[before.start] != scene.sentence_of[here.start]:
        # "COPD/emphysema": one finding, which is there either way.
        return None
    between = range(before.end, here.start)
    link = next((t for t in reversed(between) if scene.words[t] in scene.lists.list_links), None)
    if link is None or not _is_doubtful(scene, link):
        return None
    return link if all(_may_divide(scene, token) for token in between if token != link) else None


def _is_doubtful(scene: Scene, link: int) -> bool:
    """Whether a link divides alternatives; the slash of "w/ effusion" does not."""
    words, lists = scene.words, scene.lists
    return words[link] in lists.doubtful_links and words[link - 1] not in lists.slashed_letters


def _may_divide(scene: Scene, token: int) -> bool:
    """Whether a word between two findings leaves them the alternatives that the link makes them."""
    word, lists = scene.words[token], scene.lists
    if token in scene.modifier_tokens or word in lists.partitive_links:
        return True
    others = (lists.finite_verbs, lists.breaks, lists.clause_joints, lists.prepositions)
    return not any(word in words for words in (*others, lists.absence_words))


def _first_of_list(scene: Scene, second: int, link: int) -> int:
    """The first of the findings that a list of alternatives has."""
    first = second - 1
    if scene.words[link - 1] != ",":
        return first
    while first > 0 and _is_listed(scene, first):
        first -= 1
    return first


def _is_listed(scene: Scene, index: int) -> bool:
    """Whether nothing but a comma and modifiers divides a finding from the one before it."""
    tokens = range(scene.findings[index - 1].end, scene.findings[index].start)
    listed = [token for token in tokens if token not in scene.modifier_tokens]
    return [scene.words[token] for token in listed] == [","]


def _is_under_negation(scene: Scene, index: int, terminations: Sequence[int]) -> bool:
    """Whether something is denied before a finding: "no change in the effusion or opacity"."""
    sentence = scene.sentence_of[scene.findings[index].start]
    for token in range(scene.findings[index].start - 1, -1, -1):
        if scene.sentence_of[token] != sentence or token in terminations:
            return False
        if scene.words[token] in scene.lists.absence_words:
            return True
    return False
