"""What a word is said of: "enlarged" of the heart in "the cardiac silhouette is not enlarged"."""

from pipeline.lexicon.grammar import SUBJECT_LISTS
from pipeline.rules.modifiers import SUBJECT_REACH
from pipeline.rules.scene import Scene
from pipeline.rules.values import Phrase


def is_said_of_subject(scene: Scene, predicate: Phrase) -> bool:
    """Whether a phrase is said of one of the nouns that it wants; true where it wants none.

    The noun stands before it ("the markings are prominent") or, with nothing but its own modifiers
    between them, behind it ("prominent basilar interstitial markings").

    Args:
        scene: the passage.
        predicate: the phrase; its `subject` names the list of its nouns.
    """
    if predicate.subject is None:
        return True
    nouns = getattr(scene.lists, predicate.subject)
    return _opens_subject(scene, predicate, nouns) or _follows_subject(scene, predicate, nouns)


def _opens_subject(scene: Scene, predicate: Phrase, nouns: frozenset[str]) -> bool:
    """Whether it opens the noun phrase of one: "fullness of the left hilum"."""
    lists = scene.lists
    begin, end = predicate.end, predicate.end + SUBJECT_REACH
    for token, word in enumerate(scene.words[begin:end], begin):
        if word in nouns:
            return word in lists.head_nouns or _is_contour(scene, token + 1)
        known = (lists.attributive_joints, lists.determiners, lists.partitive_links)
        if token in scene.modifier_tokens or any(word in words for words in known):
            continue
        if not scene.is_adverb(token):
            return False
    return False


def _is_contour(scene: Scene, token: int) -> bool:
    """Whether a word names what is seen of an organ: the "contour" of "hilar contour"."""
    return token < len(scene.words) and scene.words[token] in scene.lists.contours


def _is_of_another(scene: Scene, predicate: Phrase) -> bool:
    """Whether it opens the noun phrase of a finding: "markings and prominent left opacities"."""
    token = predicate.end
    while token in scene.modifier_tokens:
        token += 1
    return any(finding.start == token and not finding.subject for finding in scene.findings)


def _follows_subject(scene: Scene, predicate: Phrase, nouns: frozenset[str]) -> bool:
    """Whether it is said of one that stands before it.

    Between the two stands nothing but verbs, adverbs, hedges and nouns that share the predicate:
    "the heart and hila are mildly enlarged". A verb before "and" is one of another clause if what
    stands behind it has its own subject: "the heart is seen and the hila are enlarged".
    """
    if _is_of_another(scene, predicate):
        return False
    passed = joined = False
    for token in range(predicate.start - 1, scene.sentence_start(predicate.start) - 1, -1):
        word = scene.words[token]
        if word in nouns:
            return True
        verb = word in scene.lists.finite_verbs
        if not _may_stand_between(scene, token) or (joined and verb):
            return False
        joined |= passed and word in scene.lists.conjunctions
        passed |= verb or _is_subject(scene, word)
    return False


def _is_subject(scene: Scene, word: str) -> bool:
    return any(word in getattr(scene.lists, name) for name in SUBJECT_LISTS)


def _may_stand_between(scene: Scene, token: int) -> bool:
    lists, word = scene.lists, scene.words[token]
    if token in scene.modifier_tokens or scene.is_adverb(token) or _is_subject(scene, word):
        return True
    known = (
        lists.finite_verbs,
        lists.determiners,
        lists.conjunctions,
        lists.predicate_joints,
        lists.contours,
    )
    return any(word in words for words in known)
