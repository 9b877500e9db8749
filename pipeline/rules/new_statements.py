"""Where a sentence that denies something goes on to state something else."""

from collections.abc import Sequence
from functools import cached_property

from pipeline.rules.places import NOWHERE, next_place, place_before, places_of
from pipeline.rules.scene import Scene
from pipeline.rules.values import Cue, Phrase


class NewStatements:
    """Where in one sentence something is stated that a negation before it does not deny.

    "No edema, stable small effusion" and "no edema - left base opacity" state; "no edema, new
    consolidation, or effusion" is one list, as its last member tells.

    Args:
        scene: the passage.
        sentence: first token of the sentence, and the one behind its last.
    """

    def __init__(self, scene: Scene, sentence: tuple[int, int]) -> None:
        self._scene = scene
        self._start, self._end = sentence

    def behind(self, negation: Cue) -> int:
        """The comma, "and" or dash behind which something is stated; `NOWHERE` if none is."""
        noun = next_place(self._nouns, negation.end)
        return next_place(self._joints, noun + 1) if noun < NOWHERE else NOWHERE

    def has_own_predicate(self, negation: Cue, finding: Phrase, behind: Sequence[Cue]) -> bool:
        """Whether a finding behind a negation has a clause of its own that says what became of it.

        "No edema, right base opacity is unchanged": what is unchanged is there, and so is what one
        verb tells of alone, as in "no edema and right base opacity is seen". "No edema, effusion is
        seen" only says once more that none is.

        Args:
            negation: a cue that denies.
            finding: a finding behind it.
            behind: cues behind the finding that reach it.
        """
        joint = place_before(self._possible_joints, finding.start)
        if next_place(self._nouns, negation.end) >= joint:
            return False
        if not self._scene.lists.alternatives.isdisjoint(self._scene.words[joint : finding.start]):
            return False
        alone = self._is_told_alone(negation, joint, finding)
        return any(
            _is_predicate(self._scene, cue) or (alone and _is_of_one(self._scene, finding, cue))
            for cue in behind
        )

    def _is_told_alone(self, negation: Cue, joint: int, finding: Phrase) -> bool:
        """Whether a finding with its place first stands behind a joint, a denied one before it."""
        scene, opener = self._scene, joint + 1
        while scene.words[opener] in scene.lists.determiners:
            opener += 1
        denied = next_place(scene.finding_starts, negation.end) < joint
        nearest = scene.behind_modifiers(opener) >= finding.start
        return denied and nearest and _begins_with_place(scene, opener)

    # Where in the sentence the words stand that tell of it.

    @cached_property
    def _nouns(self) -> list[int]:
        """Words that a negation may deny: it has a noun of its own, "no acute process, …"."""
        scene, lists = self._scene, self._scene.lists
        return [
            token
            for token in range(self._start, self._end)
            if token not in scene.modifier_tokens
            and scene.words[token] not in lists.determiners
            and scene.words[token] not in lists.list_links
            and scene.words[token] not in lists.dashes
            and scene.words[token] not in lists.prefixes
        ]

    @cached_property
    def _possible_joints(self) -> list[int]:
        return self._places(self._scene.lists.statement_joints)

    @cached_property
    def _joints(self) -> list[int]:
        """Words behind which something is stated."""
        return [token for token in range(self._start, self._end - 1) if self._states(token)]

    def _states(self, joint: int) -> bool:
        scene = self._scene
        if not _is_joint(scene, joint):
            return False
        opener = joint + 1
        while opener < self._end and scene.words[opener] in scene.lists.determiners:
            opener += 1
        return not self._is_one_list(opener) and _tells_of_presence(scene, joint, opener)

    def _is_one_list(self, opener: int) -> bool:
        """Whether a list of what is absent goes on: "…, new consolidation, or pneumothorax"."""
        return next_place(self._or, opener) < next_place(self._ends_of_list, opener)

    @cached_property
    def _or(self) -> list[int]:
        return self._places(self._scene.lists.alternatives)

    @cached_property
    def _ends_of_list(self) -> list[int]:
        lists = self._scene.lists
        ends = (lists.finite_verbs, lists.absence_words, lists.clause_joints, lists.breaks)
        return sorted({place for words in ends for place in self._places(words)})

    def _places(self, members: frozenset[str]) -> list[int]:
        return places_of(members, self._scene.words, (self._start, self._end))


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
        return joint in scene.finding_ends
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
    return opener in scene.again_starts and opener in scene.modifier_tokens


def _is_named_again(scene: Scene, opener: int) -> bool:
    """Whether a denied finding is told of again: "no effusion on the left, large effusion on"."""
    return scene.behind_modifiers(opener) in scene.again_starts


def _begins_with_place(scene: Scene, opener: int) -> bool:
    """Whether a finding is told with its place first: "no edema, right base opacity"."""
    token = scene.behind_modifiers(opener)
    placed = not scene.place_starts.isdisjoint(range(opener, token))
    return placed and next_place(scene.finding_starts, token) == token


def _is_of_one(scene: Scene, finding: Phrase, cue: Cue) -> bool:
    """Whether a cue says of the one finding before it that it is there."""
    one = scene.words[cue.start] in scene.lists.singular_verbs
    return one and cue.assertion == "affirmed" and cue.start == finding.end


def _is_predicate(scene: Scene, cue: Cue) -> bool:
    if cue.direction != "after" or cue.assertion == "negated":
        return False
    words = scene.words[cue.start : cue.end]
    return cue.assertion != "affirmed" or not scene.lists.standing_words.isdisjoint(words)


# Denied changes.


def denies_change(scene: Scene, token: int) -> bool:
    """Whether a denied word is a change of what follows: "no relevant change in the effusion"."""
    lists = scene.lists
    return scene.words[token] in lists.change_nouns and scene.words[token + 1] in lists.change_links


def is_denied_change(scene: Scene, change: Cue, cues: Sequence[Cue]) -> bool:
    """Whether a cue tells of a change that a negation before it denies: "no clearing of"."""
    if change.direction != "before" or change.assertion != "historical":
        return False
    lists = scene.lists
    if lists.change_nouns.isdisjoint(scene.words[change.start : change.end]):
        return False
    # Where a nearer one does not deny it, no other does.
    ends = [cue.end for cue in cues if cue.assertion == "negated" and cue.end <= change.start]
    return bool(ends) and _is_bare(scene, max(ends), change)


def _is_bare(scene: Scene, begin: int, change: Cue) -> bool:
    """Whether only adjectives stand between a negation's end and the change that it denies."""
    lists, between = scene.lists, scene.words[begin : change.start]
    others = (lists.finite_verbs, lists.statement_joints, lists.prepositions, lists.breaks)
    found = next_place(scene.finding_starts, begin) < change.start
    return not found and all(words.isdisjoint(between) for words in others)
