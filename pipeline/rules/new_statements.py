"""Where a sentence that denies something goes on to state something else."""

from pipeline.rules.scene import Scene
from pipeline.rules.values import Cue, Phrase


def begins_statement(scene: Scene, cue: Cue, joint: int, end: int) -> bool:
    """Whether behind a comma, "and" or dash something is stated that a negation does not deny.

    "No edema, stable small effusion" and "no edema - left base opacity" state; "no edema, new
    consolidation, or effusion" is one list, as its last member tells.

    Args:
        scene: the passage.
        cue: the negation.
        joint: a token behind it.
        end: the token behind the sentence's last.
    """
    lists = scene.lists
    if not _is_joint(scene, joint) or not _denied_by(scene, cue, joint):
        return False
    opener = joint + 1
    while opener < end and scene.words[opener] in lists.determiners:
        opener += 1
    return not _is_one_list(scene, opener, end) and _tells_of_presence(scene, joint, opener)


def _is_joint(scene: Scene, token: int) -> bool:
    """Whether something else may be stated behind a word: "no effusion on the left or small on"."""
    word, lists = scene.words[token], scene.lists
    return word in lists.statement_joints or (
        word in lists.alternatives and _is_elided(scene, token + 1)
    )


def _tells_of_presence(scene: Scene, joint: int, opener: int) -> bool:
    """Whether a word behind a joint begins to tell of something that is there."""
    lists = scene.lists
    if scene.words[joint] in lists.dashes and opener in scene.modifier_tokens:
        return any(finding.end == joint for finding in scene.findings)
    if _is_elided(scene, opener):
        return True
    if scene.words[joint] not in lists.conjunctions and (
        _begins_with_place(scene, opener) or _is_named_again(scene, opener)
    ):
        return True
    if opener >= len(scene.words):
        return False
    return any(
        scene.words[opener] in words for words in (lists.standing_words, lists.presence_openers)
    )


def _is_elided(scene: Scene, opener: int) -> bool:
    """Whether a modifier stands for a finding: "no effusion on the left, moderate on the right"."""
    again = any(finding.start == opener and finding.again for finding in scene.findings)
    return again and opener in scene.modifier_tokens


def _is_named_again(scene: Scene, opener: int) -> bool:
    """Whether a denied finding is told of again: "no effusion on the left, large effusion on"."""
    token = opener
    while token in scene.modifier_tokens:
        token += 1
    return any(finding.start == token and finding.again for finding in scene.findings)


def _begins_with_place(scene: Scene, opener: int) -> bool:
    """Whether a finding is told with its place first: "no edema, right base opacity"."""
    token = opener
    places = {m.start for m in scene.modifiers if m.category in ("side", "zone")}
    while token in scene.modifier_tokens:
        token += 1
    placed = not places.isdisjoint(range(opener, token))
    return placed and any(finding.start == token for finding in scene.findings)


def has_own_predicate(scene: Scene, negation: Cue, finding: Phrase, cues: list[Cue]) -> bool:
    """Whether a finding behind a negation has a clause of its own that says what became of it.

    "No edema, right base opacity is unchanged": what is unchanged is there, and so is what one verb
    tells of alone, as in "no edema and right base opacity is seen". "No edema, effusion is seen"
    only says once more that none is.
    """
    joints = [
        token
        for token in range(negation.end, finding.start)
        if scene.words[token] in scene.lists.statement_joints and _denied_by(scene, negation, token)
    ]
    if not joints or not scene.lists.alternatives.isdisjoint(
        scene.words[joints[-1] : finding.start]
    ):
        return False
    alone = _is_told_alone(scene, negation, joints[-1], finding)
    return any(
        _is_predicate(scene, cue) or (alone and _is_of_one(scene, finding, cue))
        for cue in cues
        if cue.start >= finding.end
    )


def _is_told_alone(scene: Scene, negation: Cue, joint: int, finding: Phrase) -> bool:
    """Whether a finding with its place first stands behind a joint, a denied one before it."""
    opener = joint + 1
    while scene.words[opener] in scene.lists.determiners:
        opener += 1
    denied = any(negation.end <= one.start < joint for one in scene.findings)
    nearest = all(token in scene.modifier_tokens for token in range(opener, finding.start))
    return denied and nearest and _begins_with_place(scene, opener)


def _is_of_one(scene: Scene, finding: Phrase, cue: Cue) -> bool:
    """Whether a cue says of the one finding before it that it is there."""
    one = scene.words[cue.start] in scene.lists.singular_verbs
    return one and cue.assertion == "affirmed" and cue.start == finding.end


def denies_change(scene: Scene, token: int) -> bool:
    """Whether a denied word is a change of what follows: "no relevant change in the effusion"."""
    lists = scene.lists
    return scene.words[token] in lists.change_nouns and scene.words[token + 1] in lists.change_links


def is_denied_change(scene: Scene, change: Cue, cues: list[Cue]) -> bool:
    """Whether a cue tells of a change that a negation before it denies: "no clearing of"."""
    if change.direction != "before" or change.assertion != "historical":
        return False
    lists = scene.lists
    if lists.change_nouns.isdisjoint(scene.words[change.start : change.end]):
        return False
    return any(
        cue.assertion == "negated" and cue.end <= change.start and _is_bare(scene, cue, change)
        for cue in cues
    )


def _is_bare(scene: Scene, negation: Cue, change: Cue) -> bool:
    """Whether only adjectives stand between a negation and the change that it denies."""
    lists, between = scene.lists, scene.words[negation.end : change.start]
    others = lists.finite_verbs | lists.statement_joints | lists.prepositions | lists.breaks
    found = any(negation.end <= finding.start < change.start for finding in scene.findings)
    return not found and others.isdisjoint(between)


def _denied_by(scene: Scene, cue: Cue, joint: int) -> bool:
    """Whether a negation has a noun of its own before the joint: "no acute process, …"."""
    lists = scene.lists
    return any(
        token not in scene.modifier_tokens
        and scene.words[token] not in lists.determiners
        and scene.words[token] not in lists.list_links
        and scene.words[token] not in lists.dashes
        and scene.words[token] not in lists.prefixes
        for token in range(cue.end, joint)
    )


def _is_one_list(scene: Scene, opener: int, end: int) -> bool:
    """Whether a list of what is absent goes on: "…, new consolidation, or pneumothorax"."""
    lists = scene.lists
    ends = lists.finite_verbs | lists.absence_words | lists.clause_joints | lists.breaks
    for word in scene.words[opener:end]:
        if word in ends:
            return False
        if word in lists.alternatives:
            return True
    return False


def _is_predicate(scene: Scene, cue: Cue) -> bool:
    if cue.direction != "after" or cue.assertion == "negated":
        return False
    words = scene.words[cue.start : cue.end]
    return cue.assertion != "affirmed" or not scene.lists.standing_words.isdisjoint(words)
