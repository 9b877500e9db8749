"""Which side, zone and descriptor belongs to which finding.

A modifier belongs, in this order, to the finding whose noun phrase it opens ("patchy right base
opacity"), to the finding that it follows ("opacity in the right base", also in the next sentence
of a passage), or to the finding that its clause goes on to name ("the right base shows opacity").
"""

from pipeline.rules.coordination import with_coordinated_before, with_coordinated_behind
from pipeline.rules.modifiers import (
    begins_clause,
    is_apposed,
    is_distribution,
    is_elsewhere,
    is_located,
    is_of_normal,
    is_place,
    stands_before_finding,
)
from pipeline.rules.scene import Scene, first_after, is_mask, last_before
from pipeline.rules.values import Phrase

# Findings, by their place in `Scene.findings`.
_Owners = tuple[int, ...]


def attach(scene: Scene) -> list[_Owners]:
    """Indices into `scene.findings` for each of `scene.modifiers`; empty where none is clear."""
    if not scene.findings:
        return [() for _ in scene.modifiers]
    return _accompany(scene, [_owners(scene, modifier) for modifier in scene.modifiers])


def _owners(scene: Scene, modifier: Phrase) -> _Owners:
    ways = [_opens, _follows, _precedes, _refers_back]
    if _is_comparison_aside(scene, modifier):
        return _follows(scene, modifier)
    if is_of_normal(scene, modifier):
        return ()
    located = is_located(scene, modifier) or is_apposed(scene, modifier)
    if located and not stands_before_finding(scene, modifier):
        # "Effusion and opacity in the left base, atelectasis": the place is of what it follows.
        ways.insert(0, _follows)
    return next((owners for way in ways if (owners := way(scene, modifier))), ())


def _is_comparison_aside(scene: Scene, modifier: Phrase) -> bool:
    """Whether a side only adds to the finding before it: "effusions, right more than left, and"."""
    comma, behind = modifier.start - 1, modifier.end
    if modifier.category != "side" or comma < 1 or scene.words[comma] != ",":
        return False
    while behind < len(scene.words) and scene.words[behind] in scene.lists.list_links:
        behind += 1
    added = behind > modifier.end and any(finding.end == comma for finding in scene.findings)
    return added and _is_sided(scene, behind)


def _is_sided(scene: Scene, opener: int) -> bool:
    """Whether a side is among the modifiers that begin at a token: "small left effusion"."""
    behind = opener
    while behind in scene.modifier_tokens:
        behind += 1
    return any(opener <= m.start < behind for m in scene.modifiers if m.category == "side")


def _accompany(scene: Scene, attached: list[_Owners]) -> list[_Owners]:
    """Give "with adjacent atelectasis" the places of the finding that it accompanies."""
    for index in range(1, len(scene.findings)):
        if _is_companion(scene, index) and not _has_place(scene, attached, index):
            attached = [
                (*owners, index) if is_place(modifier) and index - 1 in owners else owners
                for owners, modifier in zip(attached, scene.modifiers, strict=True)
            ]
    return attached


def _is_companion(scene: Scene, index: int) -> bool:
    before, here = scene.findings[index - 1], scene.findings[index]
    return any(word in scene.lists.companions for word in scene.words[before.end : here.start])


def _has_place(scene: Scene, attached: list[_Owners], index: int) -> bool:
    pairs = zip(attached, scene.modifiers, strict=True)
    return any(index in owners for owners, modifier in pairs if is_place(modifier))


# The noun phrase of a finding.


def _opens(scene: Scene, modifier: Phrase) -> _Owners:
    """Findings whose noun phrase the modifier opens, with those that share it by coordination."""
    index = first_after(scene.findings, modifier.end)
    if index is None or not _same_sentence(scene, modifier, scene.findings[index]):
        return ()
    noun_passed = False
    for token in range(modifier.end, scene.findings[index].start):
        if _belongs_to_modifiers(scene, token):
            continue
        word = scene.words[token]
        if word in scene.lists.list_links:
            if noun_passed or not _list_goes_on(scene, modifier, token):
                return ()
        elif _closes_noun_phrase(scene, word):
            return ()
        else:
            noun_passed = noun_passed or word not in scene.lists.place_nouns
    return with_coordinated_behind(scene, index)


def _belongs_to_modifiers(scene: Scene, token: int) -> bool:
    """Whether a word is part of the modifiers before a noun: "mild-to-moderate", "areas of"."""
    if token in scene.modifier_tokens or scene.words[token] == "-":
        return True
    return any(rule(scene, token) for rule in (_is_partitive, _is_range, _closes_brackets))


def _closes_brackets(scene: Scene, token: int) -> bool:
    """Whether brackets hold a modifier that opens a noun phrase: "(left) pleural effusion"."""
    if scene.words[token] not in scene.lists.closing_brackets:
        return False
    begin = token
    while begin - 1 in scene.modifier_tokens:
        begin -= 1
    if begin in (0, token) or scene.words[begin - 1] not in scene.lists.opening_brackets:
        return False
    return all(finding.end != begin - 1 for finding in scene.findings)


def _closes_noun_phrase(scene: Scene, word: str) -> bool:
    lists = scene.lists
    closing = (lists.breaks, lists.finite_verbs, lists.locatives, lists.determiners)
    return any(word in words for words in (*closing, lists.clause_joints, lists.prepositions))


def _is_range(scene: Scene, token: int) -> bool:
    """Whether "to" stands between modifiers: "mild to moderate", "moderate-to-large"."""
    if scene.words[token] not in scene.lists.range_links:
        return False
    before, behind = token - 1, token + 1
    while scene.words[before] == "-":
        before -= 1
    while scene.words[behind] == "-":
        behind += 1
    return before in scene.modifier_tokens and behind in scene.modifier_tokens


def _is_partitive(scene: Scene, token: int) -> bool:
    """Whether a word only says how much: "areas of", "areas" before "of"."""
    words, lists = scene.words, scene.lists
    if words[token] in lists.partitive_links:
        return words[token - 1] in lists.partitives or is_mask(words[token - 1])
    return words[token] in lists.partitives and words[token + 1] in lists.partitive_links


def _list_goes_on(scene: Scene, modifier: Phrase, link: int) -> bool:
    """Whether a link only divides adjectives: "irregular, pleural-based opacity"."""
    if scene.words[link] != "," or modifier.category == "descriptor":
        return True
    modified = any(other.start == link + 1 for other in scene.modifiers)
    if modified or scene.words[link + 1] in scene.lists.continuing_links:
        return True
    return _closes_aside(scene, link)


def _closes_aside(scene: Scene, comma: int) -> bool:
    """Whether a comma closes an aside: "bilateral, left greater than right, opacities"."""
    begin = comma
    while begin - 1 in scene.modifier_tokens:
        begin -= 1
    if not 1 < begin < comma:
        return False
    return scene.words[begin - 1] == "," and begin - 2 in scene.modifier_tokens


# Behind a finding.


def _follows(scene: Scene, modifier: Phrase) -> _Owners:
    """Findings that the modifier follows within its clause."""
    index = last_before(scene.findings, modifier.start)
    if index is None or not _same_sentence(scene, modifier, scene.findings[index]):
        return ()
    if begins_clause(scene, modifier) or is_elsewhere(scene, modifier):
        return ()
    between = range(scene.findings[index].end, modifier.start)
    if any(scene.words[token] in scene.lists.clause_joints for token in between):
        return ()
    if _is_of_absence(scene, between):
        return ()
    return with_coordinated_before(scene, index) if _is_tied(scene, modifier, between) else ()


def _is_of_absence(scene: Scene, between: range) -> bool:
    """Whether a modifier tells where nothing is: "effusion on the right, none on the left"."""
    words, lists = scene.words, scene.lists
    return any(
        words[token] in lists.absence_words and words[token - 1] in lists.list_links
        for token in between
    )


def _is_tied(scene: Scene, modifier: Phrase, between: range) -> bool:
    """Whether the words between a finding and a modifier behind it tie the two.

    "Effusions are seen bilaterally", "opacities are noted throughout": adverbs need no locative.
    """
    words, lists = scene.words, scene.lists
    adverbial = scene.is_adverb(modifier.start)
    if adverbial or all(_is_joint(scene, token) for token in between):
        return True
    if modifier.category == "descriptor":
        return any(words[token] in lists.copulas for token in between)
    locative = any(words[token] in lists.locatives for token in between)
    return locative or is_distribution(scene, modifier)


def _is_joint(scene: Scene, token: int) -> bool:
    """Whether a word may stand between a finding and the modifier right behind it."""
    word, lists = scene.words[token], scene.lists
    joints = (lists.list_links, lists.determiners, lists.loose_joints)
    return token in scene.modifier_tokens or any(word in words for words in joints)


# Before a finding, and in the sentence behind it.


def _precedes(scene: Scene, modifier: Phrase) -> _Owners:
    """The finding that the modifier's clause goes on to name: "the left base shows opacity"."""
    index = first_after(scene.findings, modifier.end)
    if index is None or modifier.category == "descriptor" or modifier.weak:
        return ()
    finding = scene.findings[index]
    if not _same_sentence(scene, modifier, finding) or is_elsewhere(scene, modifier):
        return ()
    lists, between = scene.lists, scene.words[modifier.end : finding.start]
    ends = lists.clause_joints | lists.normal_words | lists.additive
    if not ends.isdisjoint(between):
        return ()
    # "At the right base, opacity is seen": the comma only ends the place that opens the sentence.
    if "," in between and not (index == 0 and is_located(scene, modifier)):
        return ()
    return (index,)


def _refers_back(scene: Scene, modifier: Phrase) -> _Owners:
    """The finding of the sentence before, where this one has none and only speaks of it."""
    sentence = scene.sentence_of[modifier.start]
    if modifier.category == "descriptor" or is_elsewhere(scene, modifier):
        return ()
    sentences = [scene.sentence_of[finding.start] for finding in scene.findings]
    if sentence in sentences or sentences.count(sentence - 1) != 1:
        return ()
    return (sentences.index(sentence - 1),)


def _same_sentence(scene: Scene, modifier: Phrase, finding: Phrase) -> bool:
    return scene.sentence_of[modifier.start] == scene.sentence_of[finding.start]
