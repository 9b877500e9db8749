"""What a side, zone or descriptor is to the words around it: a place, a subject, of another part.

`relations.py` asks this before it gives a modifier to a finding.
"""

from typing import Final

from pipeline.rules.scene import Scene
from pipeline.rules.values import Phrase

#: How many words behind a modifier tell whether it begins a clause. Behind the last phrase no rule
#: looks further; a phrase counts as one word here, and so do unknown words in a row.
SUBJECT_REACH: Final = 5
# How many words behind a side tell that it is one of another part of the body.
_ELSEWHERE_REACH: Final = 3


def is_place(modifier: Phrase) -> bool:
    """Whether it tells where something is, and not how."""
    return modifier.category in ("side", "zone")


def is_located(scene: Scene, modifier: Phrase) -> bool:
    """Whether it is a place where something is: "in the left base", "a basilar predominance"."""
    if modifier.category == "descriptor":
        return False
    if is_distribution(scene, modifier):
        return True
    for token in range(modifier.start - 1, -1, -1):
        if scene.words[token] in scene.lists.locatives:
            return True
        if not _may_follow_locative(scene, token):
            return False
    return False


def _may_follow_locative(scene: Scene, token: int) -> bool:
    word, lists = scene.words[token], scene.lists
    known = (lists.place_nouns, lists.determiners, lists.list_links, lists.noun_adjectives)
    return token in scene.modifier_tokens or any(word in words for words in known)


def is_distribution(scene: Scene, modifier: Phrase) -> bool:
    """Whether the modifier tells how something is distributed: "a basilar predominance"."""
    following = _behind_modifiers(scene, modifier)
    return following < len(scene.words) and scene.words[following] in scene.lists.distributions


def _behind_modifiers(scene: Scene, modifier: Phrase) -> int:
    """The token behind a modifier and those right behind it."""
    following = modifier.end
    while following in scene.modifier_tokens:
        following += 1
    return following


def stands_before_finding(scene: Scene, modifier: Phrase) -> bool:
    """Whether nothing but modifiers divides the modifier from the finding behind it."""
    following = _behind_modifiers(scene, modifier)
    return any(finding.start == following for finding in scene.findings)


def is_apposed(scene: Scene, modifier: Phrase) -> bool:
    """Whether the modifier stands right behind a finding: "opacity left upper lobe"."""
    if modifier.category == "descriptor":
        return False
    start = modifier.start
    while start > 0 and (
        start - 1 in scene.modifier_tokens or scene.words[start - 1] in scene.lists.noun_adjectives
    ):
        start -= 1
    return any(finding.end == start for finding in scene.findings)


def begins_clause(scene: Scene, modifier: Phrase) -> bool:
    """Whether the modifier begins a clause of its own: "…, left lung is clear"."""
    if _begins_normal_clause(scene, modifier):
        return True
    if is_located(scene, modifier) or is_apposed(scene, modifier):
        return False
    lists = scene.lists
    for word in scene.words[modifier.end : modifier.end + SUBJECT_REACH]:
        if word in lists.finite_verbs or word in lists.normal_words:
            return True
        if word in lists.breaks or word in lists.list_links or word in lists.locatives:
            return False
    return False


def _begins_normal_clause(scene: Scene, modifier: Phrase) -> bool:
    """Whether behind a comma or "and" it is said to be normal: "…, right side is clear"."""
    words, lists = scene.words, scene.lists
    before = modifier.start - 1
    while before > 0 and words[before] in lists.determiners:
        before -= 1
    if before < 0 or words[before] not in lists.list_links:
        return False
    ends = lists.list_links | lists.locatives | lists.breaks
    behind = words[modifier.end : modifier.end + SUBJECT_REACH]
    telling = next((word for word in behind if word in ends or word in lists.normal_words), None)
    return telling in lists.normal_words


def is_elsewhere(scene: Scene, modifier: Phrase) -> bool:
    """Whether the side belongs to anatomy outside the lung: "the left rib"."""
    behind = scene.words[modifier.end : modifier.end + _ELSEWHERE_REACH]
    if modifier.category != "side" or scene.lists.elsewhere.isdisjoint(behind):
        return False
    return not _is_projected(scene, modifier)


def _is_projected(scene: Scene, modifier: Phrase) -> bool:
    """Whether the side is that of a landmark which a finding covers: "over the left fifth rib"."""
    behind = scene.words[modifier.end : modifier.end + _ELSEWHERE_REACH]
    anatomy = next(word for word in behind if word in scene.lists.elsewhere)
    before = modifier.start - 1
    while before >= 0 and _may_follow_locative(scene, before):
        before -= 1
    covered = before >= 0 and scene.words[before] in scene.lists.projections
    return covered and anatomy in scene.lists.landmarks


def is_of_normal(scene: Scene, modifier: Phrase) -> bool:
    """Whether a place is called normal before it: "a clear right lung", "clear on the left"."""
    lists, token = scene.lists, modifier.start - 1
    while token > 0 and (
        scene.words[token] in lists.determiners or scene.words[token] in lists.locatives
    ):
        token -= 1
    if token < 0 or not is_place(modifier) or scene.words[token] not in lists.normal_words:
        return False
    return not _is_behind_locative(scene, token)


def _is_behind_locative(scene: Scene, adjective: int) -> bool:
    """Whether something is where all else is normal: "in the otherwise clear left lung"."""
    token = adjective - 1
    while token >= 0 and (scene.words[token] in scene.lists.determiners or scene.is_adverb(token)):
        token -= 1
    return token >= 0 and scene.words[token] in scene.lists.locatives
