"""How far cues reach: up to which word, and over which findings."""

from functools import cached_property
from typing import Final

from data_contracts.concepts import Assertion
from pipeline.lexicon.grammar import WordLists
from pipeline.rules.new_statements import NewStatements, denies_change
from pipeline.rules.overlaps import CountingCues
from pipeline.rules.places import next_place, place_before, places_of
from pipeline.rules.scene import Scene
from pipeline.rules.values import Cue, Phrase

#: What cues say no further than up to where something else is stated.
ENDED: Final[tuple[Assertion, ...]] = ("negated", "historical")
_COMMA: Final = frozenset({","})


class Reach:
    """How far the cues of one sentence reach.

    A preceding cue reaches to the right up to a termination, or up to the comma or "and" that
    follows a verb, where a new clause begins; a negation also up to where something is stated.
    A following cue reaches to the left over one subject: up to a termination, a verb, or a comma
    that no list explains.

    Each word at which a cue may end is looked for once in the sentence; a cue then ends at the
    nearest of those that end it.

    Args:
        scene: the passage.
        sentence: first token of the sentence, and the one behind its last.
        own: the cues of the sentence, and where the reach of every cue ends.
        statements: where in the sentence something else is stated.
    """

    def __init__(
        self,
        scene: Scene,
        sentence: tuple[int, int],
        own: CountingCues,
        statements: NewStatements,
    ) -> None:
        self._scene = scene
        self._words, self._lists = scene.words, scene.lists
        self._sentence = sentence
        self._end = sentence[1]
        self._cues, self._terminations = own
        self._statements = statements
        # Up to where each cue reaches, by the cue: the same for every finding.
        self._ends: dict[Cue, int] = {}

    def covers(self, cue: Cue, finding: Phrase) -> bool:
        """Whether a cue reaches a finding."""
        if cue.direction == "after":
            return cue.start >= finding.end and self._covers_left(cue, finding)
        if cue.end > finding.start:
            return False
        end = self._ends.get(cue)
        if end is None:
            far = self._end_near if cue.direction == "near" else self._end_right
            end = self._ends[cue] = far(cue)
        if end < finding.start:
            return False
        return cue.direction != "near" or not self._is_divided(cue, finding)

    # To the right.

    def _end_right(self, cue: Cue) -> int:
        """The first word that a preceding cue does not reach over."""
        # The verb that a cue such as "may" governs begins no clause.
        verb = next_place(self._verbs, cue.end + 1)
        ends = [
            next_place(self._terminations, cue.end),
            next_place(self._subjects, cue.end),
            next_place(self._clauses, verb + 1),
        ]
        if cue.assertion == "historical":
            ends.append(next_place(self._standing, cue.end))
        if cue.assertion == "negated":
            ends.append(next_place(self._changes, cue.end))
            ends.append(self._statements.behind(cue))
        return min(ends)

    def _end_near(self, cue: Cue) -> int:
        """The first word that ends the noun phrase of a cue."""
        end = min(next_place(self._terminations, cue.end), next_place(self._near_ends, cue.end))
        if cue.assertion == "historical":
            return min(end, next_place(self._standing, cue.end))
        return end

    def _is_divided(self, cue: Cue, finding: Phrase) -> bool:
        """Whether a comma keeps a finding from the noun phrase of a cue before it.

        Not where it divides alternatives: "possibly scar, atelectasis, or pneumonia".
        """
        comma = place_before(self._commas, finding.start)
        return comma > cue.end and place_before(self._alternatives, finding.start) < comma

    # To the left.

    def _covers_left(self, cue: Cue, finding: Phrase) -> bool:
        if self._words[cue.start] in self._lists.versus:
            return self._is_compared(cue, finding)
        if cue.end == cue.start + 1 and is_bare(self._words[cue.start], self._lists):
            return cue.start == finding.end
        end = self._ends.get(cue)
        if end is None:
            end = self._ends[cue] = self._end_left(cue)
        return end < finding.end

    def _end_left(self, cue: Cue) -> int:
        """The nearest word before a following cue that is not of its subject; -1 if all are."""
        end = max(place_before(self._terminations, cue.start), place_before(self._verbs, cue.start))
        # What a conjunction ends is a list: "edema, effusion and atelectasis are not seen".
        comma = place_before(self._commas, cue.start - 1)
        listed = place_before(self._conjunctions, cue.start) > comma
        return end if listed else max(end, comma)

    def _is_compared(self, versus: Cue, finding: Phrase) -> bool:
        """Whether "versus" stands behind this finding: "atelectasis versus pneumonia"."""
        nearer = next_place(self._scene.finding_starts, finding.end) < versus.start
        return not nearer and next_place(self._verbs, finding.end) >= versus.start

    # Where in the sentence the words stand that end a reach.

    def _places(self, members: frozenset[str]) -> list[int]:
        return places_of(members, self._words, self._sentence)

    @cached_property
    def _verbs(self) -> list[int]:
        return self._places(self._lists.finite_verbs)

    @cached_property
    def _commas(self) -> list[int]:
        return self._places(_COMMA)

    @cached_property
    def _alternatives(self) -> list[int]:
        return self._places(self._lists.alternatives)

    @cached_property
    def _conjunctions(self) -> list[int]:
        return self._places(self._lists.conjunctions)

    @cached_property
    def _near_ends(self) -> list[int]:
        ends, breaks = self._places(self._lists.near_ends), self._places(self._lists.breaks)
        return sorted({*self._verbs, *ends, *breaks})

    @cached_property
    def _clauses(self) -> list[int]:
        """Words behind which a clause may begin."""
        return sorted({*self._commas, *self._places(self._lists.additive)})

    @cached_property
    def _subjects(self) -> list[int]:
        """Those of them behind which one begins with its subject."""
        return [
            token
            for token in self._clauses
            if token + 1 < self._end and self._words[token + 1] in self._lists.subjects
        ]

    @cached_property
    def _standing(self) -> list[int]:
        """Where something that is there is added: "status post biopsy and stable effusion"."""
        lists = self._lists
        openers = (lists.standing_words, lists.presence_openers)
        return [
            token
            for token in self._places(lists.statement_joints)
            if token + 1 < self._end and any(self._words[token + 1] in words for words in openers)
        ]

    @cached_property
    def _changes(self) -> list[int]:
        """Where a negation speaks of a change, or the past begins right behind a finding.

        "No relevant change in the effusion", "no effusion status post tube placement".
        """
        pasts = {
            cue.start
            for cue in self._cues
            if cue.assertion == "historical" and cue.direction != "after"
        }
        changed = {
            token
            for token in self._places(self._lists.change_nouns)
            if token + 1 < self._end and denies_change(self._scene, token)
        }
        return sorted((pasts & self._scene.finding_ends) | changed)


def is_bare(word: str, lists: WordLists) -> bool:
    """Whether one word tells without a verb that something is there: "effusion unchanged"."""
    return word in lists.standing_words and word not in lists.finite_verbs
