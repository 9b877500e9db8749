"""Which side, zone and descriptor belongs to which finding.

A modifier belongs, in this order, to the finding whose noun phrase it opens ("patchy right base
opacity"), to the finding that it follows ("opacity in the right base", also in the next sentence
of a passage), or to the finding that its clause goes on to name ("the right base shows opacity").
"""

from typing import Final

from pipeline.rules.grammar import (
    BREAKS,
    CLAUSE_JOINTS,
    COMPANIONS,
    COPULAS,
    DETERMINERS,
    DISTRIBUTIONS,
    ELSEWHERE,
    FINITE_VERBS,
    LIST_LINKS,
    LOCATIVES,
    LOOSE_JOINTS,
    NOUN_ADJECTIVES,
    PARTITIVES,
    PLACE_NOUNS,
    PREPOSITIONS,
    SHARING_LINKS,
    is_adverb,
    is_mask,
)
from pipeline.rules.scene import Match, Scene, first_after

#: How many words behind a modifier tell whether it begins a clause. Behind the last phrase no rule
#: looks further; a phrase counts as one word here, and so do unknown words in a row.
SUBJECT_REACH: Final = 5


def attach(scene: Scene) -> list[tuple[int, ...]]:
    """Indices into `scene.findings` for each of `scene.modifiers`; empty where none is clear."""
    if not scene.findings:
        return [() for _ in scene.modifiers]
    modifier_tokens = {t for m in scene.modifiers for t in range(m.start, m.end)}
    attached: list[tuple[int, ...]] = []
    for modifier in scene.modifiers:
        located = _is_located(scene, modifier, modifier_tokens) or _is_apposed(
            scene, modifier, modifier_tokens
        )
        at_once = _stands_before_finding(scene, modifier, modifier_tokens)
        owners = _follows(scene, modifier, modifier_tokens) if located and not at_once else ()
        owners = owners or _opens(scene, modifier, modifier_tokens)
        owners = owners or _follows(scene, modifier, modifier_tokens)
        owners = owners or _precedes(scene, modifier, modifier_tokens)
        owners = owners or _speaks_of(scene, modifier)
        attached.append(owners)
    return _accompany(scene, attached)


def _accompany(scene: Scene, attached: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Give "with adjacent atelectasis" the places of the finding that it accompanies."""
    places = [m.category in ("side", "zone") for m in scene.modifiers]
    for index in range(1, len(scene.findings)):
        before, here = scene.findings[index - 1], scene.findings[index]
        own = any(index in owners for owners, place in zip(attached, places, strict=True) if place)
        companion = any(word in COMPANIONS for word in scene.words[before.end : here.start])
        if own or not companion:
            continue
        attached = [
            (*owners, index) if place and index - 1 in owners else owners
            for owners, place in zip(attached, places, strict=True)
        ]
    return attached


def _opens(scene: Scene, modifier: Match, modifier_tokens: set[int]) -> tuple[int, ...]:
    """Findings whose noun phrase the modifier opens, with those that share it by coordination."""
    index = first_after(scene.findings, modifier.end)
    if index is None or not _same_sentence(scene, modifier, scene.findings[index]):
        return ()
    strange = False
    for position in range(modifier.end, scene.findings[index].start):
        word = scene.words[position]
        if position in modifier_tokens or _is_partitive(scene, position):
            continue
        if word == "to" and _is_range(scene, position, modifier_tokens):
            continue
        if word == "-":
            continue
        if word in LIST_LINKS:
            goes_on = word != "," or _list_goes_on(scene, modifier, position, modifier_tokens)
            if strange or not goes_on:
                return ()
            continue
        if word in BREAKS or word in FINITE_VERBS or word in LOCATIVES or word in DETERMINERS:
            return ()
        if word in CLAUSE_JOINTS or word in PREPOSITIONS:
            return ()
        strange = strange or word not in PLACE_NOUNS
    return _sharing(scene, index, modifier_tokens)


def _is_range(scene: Scene, to: int, modifier_tokens: set[int]) -> bool:
    """Whether "to" stands between modifiers: "mild to moderate", "moderate-to-large"."""
    before, behind = to - 1, to + 1
    while scene.words[before] == "-":
        before -= 1
    while scene.words[behind] == "-":
        behind += 1
    return before in modifier_tokens and behind in modifier_tokens


def _is_partitive(scene: Scene, position: int) -> bool:
    words = scene.words
    if words[position] == "of":
        return words[position - 1] in PARTITIVES or is_mask(words[position - 1])
    return words[position] in PARTITIVES and words[position + 1] == "of"


def _list_goes_on(scene: Scene, modifier: Match, comma: int, modifier_tokens: set[int]) -> bool:
    """Whether a comma only divides adjectives: "irregular, pleural-based opacity"."""
    if modifier.category == "descriptor":
        return True
    following = comma + 1
    modified = any(other.start == following for other in scene.modifiers)
    if modified or scene.words[following] in ("and", "or"):
        return True
    # Or it closes an aside: "bilateral, left greater than right, opacities".
    begin = comma
    while begin - 1 in modifier_tokens:
        begin -= 1
    return 1 < begin < comma and scene.words[begin - 1] == "," and begin - 2 in modifier_tokens


def _sharing(scene: Scene, index: int, modifier_tokens: set[int]) -> tuple[int, ...]:
    """`index` and the findings coordinated right behind it that have no modifiers of their own."""
    shared = [index]
    while shared[-1] + 1 < len(scene.findings):
        here, following = scene.findings[shared[-1]], scene.findings[shared[-1] + 1]
        between = scene.words[here.end : following.start]
        own = any(t in modifier_tokens for t in range(here.end, following.start))
        if own or not between or not all(word in SHARING_LINKS for word in between):
            break
        shared.append(shared[-1] + 1)
    return tuple(shared)


def _follows(scene: Scene, modifier: Match, modifier_tokens: set[int]) -> tuple[int, ...]:
    """Findings that the modifier follows within its clause."""
    index = _last_before(scene, modifier.start)
    if index is None or not _same_sentence(scene, modifier, scene.findings[index]):
        return ()
    if _is_subject(scene, modifier, modifier_tokens) or _is_elsewhere(scene, modifier):
        return ()
    finding = scene.findings[index]
    # "Effusions are seen bilaterally", "opacities are noted throughout": adverbs need no locative.
    located = adverbial = is_adverb(scene.words[modifier.start])
    for position in range(modifier.start - 1, finding.end - 1, -1):
        word = scene.words[position]
        if word in CLAUSE_JOINTS:
            return ()
        located = located or word in LOCATIVES
    located = located or _is_distribution(scene, modifier, modifier_tokens)
    adjacent = all(
        t in modifier_tokens
        or scene.words[t] in LIST_LINKS
        or scene.words[t] in DETERMINERS
        or scene.words[t] in LOOSE_JOINTS
        for t in range(finding.end, modifier.start)
    )
    predicative = modifier.category == "descriptor" and any(
        scene.words[t] in COPULAS for t in range(finding.end, modifier.start)
    )
    if modifier.category == "descriptor" and not (adjacent or predicative or adverbial):
        return ()
    if not (located or adjacent or predicative):
        return ()
    return _coordinated_before(scene, index, modifier_tokens)


def _coordinated_before(scene: Scene, index: int, modifier_tokens: set[int]) -> tuple[int, ...]:
    """`index` and the findings coordinated right before it: "atelectasis and opacity in …"."""
    owners = [index]
    places = {t for m in scene.modifiers if m.category == "side" for t in range(m.start, m.end)}
    shared_tokens = modifier_tokens - places
    while owners[0] > 0:
        here, before = scene.findings[owners[0]], scene.findings[owners[0] - 1]
        between = scene.words[before.end : here.start]
        links = [word for word in between if word in SHARING_LINKS]
        bare = all(
            word in SHARING_LINKS
            or word in DETERMINERS
            or is_mask(word)
            or before.end + offset in shared_tokens
            for offset, word in enumerate(between)
        )
        if not links or not bare:
            break
        owners.insert(0, owners[0] - 1)
    return tuple(owners)


def _precedes(scene: Scene, modifier: Match, modifier_tokens: set[int]) -> tuple[int, ...]:
    """The finding that the modifier's clause goes on to name: "the left base shows opacity"."""
    index = first_after(scene.findings, modifier.end)
    if index is None or modifier.category == "descriptor" or modifier.weak:
        return ()
    finding = scene.findings[index]
    if not _same_sentence(scene, modifier, finding) or _is_elsewhere(scene, modifier):
        return ()
    between = scene.words[modifier.end : finding.start]
    if any(word in CLAUSE_JOINTS or word in ("clear", "and") for word in between):
        return ()
    # "At the right base, opacity is seen": the comma only ends the place that opens the sentence.
    if "," in between and not (_is_located(scene, modifier, modifier_tokens) and index == 0):
        return ()
    return (index,)


def _speaks_of(scene: Scene, modifier: Match) -> tuple[int, ...]:
    """The finding of the sentence before, where this one has none and only speaks of it."""
    sentence = scene.sentence_of[modifier.start]
    if sentence == 0 or _is_elsewhere(scene, modifier):
        return ()
    if any(scene.sentence_of[f.start] == sentence for f in scene.findings):
        return ()
    if modifier.category == "descriptor":
        return ()
    before = [i for i, f in enumerate(scene.findings) if scene.sentence_of[f.start] == sentence - 1]
    return (before[-1],) if len(before) == 1 else ()


def _is_located(scene: Scene, modifier: Match, modifier_tokens: set[int]) -> bool:
    """Whether it is a place where something is: "in the left base", "a basilar predominance"."""
    if modifier.category == "descriptor":
        return False
    if _is_distribution(scene, modifier, modifier_tokens):
        return True
    for position in range(modifier.start - 1, -1, -1):
        word = scene.words[position]
        if word in LOCATIVES:
            return True
        coordinated = position in modifier_tokens or word in PLACE_NOUNS or word in DETERMINERS
        if not coordinated and word not in LIST_LINKS and word not in NOUN_ADJECTIVES:
            return False
    return False


def _is_distribution(scene: Scene, modifier: Match, modifier_tokens: set[int]) -> bool:
    """Whether the modifier tells how something is distributed: "a basilar predominance"."""
    following = _behind_modifiers(modifier, modifier_tokens)
    return following < len(scene.words) and scene.words[following] in DISTRIBUTIONS


def _behind_modifiers(modifier: Match, modifier_tokens: set[int]) -> int:
    """The token behind a modifier and those right behind it."""
    following = modifier.end
    while following in modifier_tokens:
        following += 1
    return following


def _stands_before_finding(scene: Scene, modifier: Match, modifier_tokens: set[int]) -> bool:
    """Whether nothing but modifiers divides the modifier from the finding behind it."""
    following = _behind_modifiers(modifier, modifier_tokens)
    return any(finding.start == following for finding in scene.findings)


def _is_apposed(scene: Scene, modifier: Match, modifier_tokens: set[int]) -> bool:
    """Whether the modifier stands right behind a finding: "opacity left upper lobe"."""
    if modifier.category == "descriptor":
        return False
    position = modifier.start
    while position > 0 and (
        position - 1 in modifier_tokens or scene.words[position - 1] in NOUN_ADJECTIVES
    ):
        position -= 1
    return any(finding.end == position for finding in scene.findings)


def _is_subject(scene: Scene, modifier: Match, modifier_tokens: set[int]) -> bool:
    """Whether the modifier begins a clause of its own: "…, left lung is clear"."""
    if _is_located(scene, modifier, modifier_tokens):
        return False
    if _is_apposed(scene, modifier, modifier_tokens):
        return False
    for word in scene.words[modifier.end : modifier.end + SUBJECT_REACH]:
        if word in FINITE_VERBS or word == "clear":
            return True
        if word in BREAKS or word in LIST_LINKS or word in LOCATIVES:
            return False
    return False


def _is_elsewhere(scene: Scene, modifier: Match) -> bool:
    """Whether the side belongs to anatomy outside the lung: "the left rib"."""
    if modifier.category != "side":
        return False
    return any(word in ELSEWHERE for word in scene.words[modifier.end : modifier.end + 3])


def _same_sentence(scene: Scene, modifier: Match, finding: Match) -> bool:
    return scene.sentence_of[modifier.start] == scene.sentence_of[finding.start]


def _last_before(scene: Scene, token: int) -> int | None:
    return next(
        (i for i in range(len(scene.findings) - 1, -1, -1) if scene.findings[i].end <= token), None
    )
