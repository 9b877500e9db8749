"""What a word is said of: "enlarged" of the heart in "the cardiac silhouette is not enlarged"."""

from pipeline.lexicon.grammar import SUBJECT_LISTS
from pipeline.rules.scene import Scene
from pipeline.rules.values import Phrase


def is_said_of_subject(scene: Scene, predicate: Phrase) -> bool:
    """Whether a phrase is said of one of the nouns that it wants; true where it wants none.

    Between the two stands nothing but verbs, adverbs, hedges and nouns that share the predicate:
    "the heart and hila are mildly enlarged". A verb before "and" is one of another clause if what
    stands behind it has its own subject: "the heart is seen and the hila are enlarged".

    Args:
        scene: the passage.
        predicate: the phrase; its `subject` names the list of its nouns.
    """
    if predicate.subject is None:
        return True
    nouns = getattr(scene.lists, predicate.subject)
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
    known = (lists.finite_verbs, lists.determiners, lists.conjunctions, lists.predicate_joints)
    return any(word in words for words in known)
