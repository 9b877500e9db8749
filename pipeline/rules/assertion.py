"""Which cue decides a finding: the reach of cues, and their rank where several reach it."""

from typing import Final, NamedTuple

from data_contracts.concepts import Assertion
from pipeline.extraction.batch.cues import Cue, CueMatches
from pipeline.rules.grammar import (
    ALTERNATIVES,
    BREAKS,
    COMPARISONS,
    CONJUNCTIONS,
    COPULAS,
    FINITE_VERBS,
    LOCATIVES,
    NEAR_ENDS,
    PREPOSITIONS,
    SUBJECTS,
    VERSUS,
)
from pipeline.rules.scene import Match, Scene, first_after


class Decision(NamedTuple):
    """What is said of a finding, and the cue that says it; no cue means plainly affirmed."""

    assertion: Assertion
    cue: Cue | None


# Words that no noun phrase has before its noun.
_NO_NOUN_PHRASE: Final = frozenset({","}).union(
    BREAKS, CONJUNCTIONS, FINITE_VERBS, LOCATIVES, NEAR_ENDS, PREPOSITIONS, SUBJECTS
)

#: What is said of a finding that no cue reaches.
PLAIN: Final = Decision("affirmed", None)


class SentenceCues:
    """The cues of one sentence and how far each reaches.

    A preceding cue reaches to the right up to a stop, or up to the comma or "and" that follows a
    verb, where a new clause begins. A following cue reaches to the left over one subject: up to a
    stop, a verb, or a comma that no list explains; unless it goes on to say what its subject is
    ("the opacity is likely atelectasis"), which is then what it decides.
    """

    def __init__(self, scene: Scene, sentence: tuple[int, int], matches: CueMatches) -> None:
        start, end = sentence
        self._words = scene.words
        self._findings = scene.findings
        self._stops = frozenset(stop for stop in matches.stops if start <= stop < end)
        self._cues = [
            cue._replace(direction="near") if self._names(cue) else cue
            for cue in matches.cues
            if start <= cue.start < end
        ]

    def decide(self, finding: Match) -> Decision:
        """The assertion of one of the findings."""
        if not self._cues:
            return PLAIN
        reaching = [cue for cue in self._cues if self._reaches(cue, finding)]
        if not reaching:
            return PLAIN
        cue = self._strongest(reaching, finding)
        return Decision(cue.assertion, cue)

    def _names(self, cue: Cue) -> bool:
        """Whether a following cue goes on with a noun phrase that is a finding."""
        if cue.direction != "after" or self._words[cue.start] not in COPULAS:
            return False
        if self._words[cue.end - 1] in COMPARISONS:
            return False
        index = first_after(self._findings, cue.end)
        if index is None:
            return False
        between = range(cue.end, self._findings[index].start)
        return not any(p in self._stops or self._words[p] in _NO_NOUN_PHRASE for p in between)

    def _reaches(self, cue: Cue, finding: Match) -> bool:
        if cue.direction == "after":
            return cue.start >= finding.end and self._reaches_left(cue, finding)
        if cue.end > finding.start:
            return False
        if cue.direction == "near":
            return self._reaches_near(cue, finding)
        return self._reaches_right(cue, finding)

    def _reaches_right(self, cue: Cue, finding: Match) -> bool:
        verb_passed = False
        for position in range(cue.end, finding.start):
            word = self._words[position]
            if position in self._stops:
                return False
            if word in (",", "and") and (verb_passed or self._words[position + 1] in SUBJECTS):
                return False
            # The verb that a cue such as "may" governs begins no clause.
            verb_passed = verb_passed or (word in FINITE_VERBS and position > cue.end)
        return True

    def _reaches_near(self, cue: Cue, finding: Match) -> bool:
        for position in range(cue.end, finding.start):
            word = self._words[position]
            if position in self._stops or word in FINITE_VERBS or word in NEAR_ENDS:
                return False
            aside = position == cue.end or self._alternatives(position, finding)
            if word in BREAKS or (word == "," and not aside):
                return False
        return True

    def _alternatives(self, comma: int, finding: Match) -> bool:
        """Whether the comma divides alternatives: "possibly scar, atelectasis, or pneumonia"."""
        return any(word in ALTERNATIVES for word in self._words[comma : finding.start])

    def _reaches_left(self, cue: Cue, finding: Match) -> bool:
        listed = False
        if self._words[cue.start] in VERSUS:
            return not any(
                finding.end <= other.start < cue.start for other in self._findings
            ) and not any(self._words[p] in FINITE_VERBS for p in range(finding.end, cue.start))
        for position in range(cue.start - 1, finding.end - 1, -1):
            word = self._words[position]
            if position in self._stops or word in FINITE_VERBS:
                return False
            if word == "," and not listed and position < cue.start - 1:
                return False
            listed = listed or word in CONJUNCTIONS
        return True

    def _strongest(self, cues: list[Cue], finding: Match) -> Cue:
        """Of the cues that reach a finding, the one that decides.

        A negation wins over a hedge ("no opacity to suggest pneumonia") unless the hedge begins an
        item of its own behind it ("no effusion, possible pneumonia").
        """
        for assertion in ("hypothetical", "negated"):
            ranked = [cue for cue in cues if cue.assertion == assertion]
            if not ranked:
                continue
            strongest = min(ranked, key=lambda cue: _distance(cue, finding))
            if assertion == "negated":
                hedge = self._hedge_behind(strongest, cues)
                return hedge if hedge is not None else strongest
            return strongest
        # What is still there is not history, but it may be doubted.
        still = [cue for cue in cues if cue.assertion == "affirmed"]
        doubts = [cue for cue in cues if cue.assertion == "uncertain"]
        return min(doubts or still or cues, key=lambda cue: _distance(cue, finding))

    def _hedge_behind(self, negation: Cue, cues: list[Cue]) -> Cue | None:
        for cue in cues:
            if (
                cue.assertion == "uncertain"
                and cue.direction != "after"
                and cue.start > negation.end
            ):
                between = self._words[negation.end : cue.start]
                if negation.direction != "after" and ("," in between or "with" in between):
                    return cue
        return None


def _distance(cue: Cue, finding: Match) -> int:
    return finding.start - cue.end if cue.end <= finding.start else cue.start - finding.end
