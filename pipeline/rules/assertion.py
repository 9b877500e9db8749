"""Which cue decides a finding: their rank where several reach it."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from pipeline.rules.new_statements import NewStatements, is_denied_change
from pipeline.rules.overlaps import CountingCues, is_answer
from pipeline.rules.places import next_place, places_of
from pipeline.rules.reach import Reach
from pipeline.rules.scene import Scene, first_after
from pipeline.rules.values import Cue, Phrase, Verdict

#: What is said of a finding that no cue reaches.
PLAIN: Final = Verdict("affirmed", None)


class SentenceCues:
    """The cues of one sentence, and what they decide.

    A following cue decides what stands before it, unless it goes on to say what its subject is
    ("the opacity is likely atelectasis"), which is then what it decides. How far each reaches:
    `rules/reach.py`.

    Args:
        scene: the passage.
        sentence: first token of the sentence, and the one behind its last.
        counting: the cues of the passage.
    """

    def __init__(self, scene: Scene, sentence: tuple[int, int], counting: CountingCues) -> None:
        self._scene = scene
        self._start, self._end = sentence
        self._words, self._lists = scene.words, scene.lists
        self._findings = scene.findings
        own = counting.within(*sentence)
        self._terminations = frozenset(own.terminations)
        cues = [
            cue._replace(direction="near") if self._names_its_subject(cue) else cue
            for cue in own.cues
            if not self._is_open_question(cue) and not is_denied_change(scene, cue, own.cues)
        ]
        self._cues = cues
        self._statements = NewStatements(scene, sentence)
        self._reach = Reach(scene, sentence, own._replace(cues=tuple(cues)), self._statements)

    def decide(self, finding: Phrase) -> Verdict:
        """What is said of one of the findings."""
        reaching = self._reaching(finding)
        if not reaching:
            return PLAIN
        answers = [cue for cue in reaching if is_answer(self._words, cue, self._lists)]
        # The answer to a question or a label wins over all that the question says.
        cue = self._strongest(answers or reaching, finding)
        if self._is_hidden(cue, finding):
            return Verdict("uncertain", cue)
        return Verdict(cue.assertion, cue)

    def _reaching(self, finding: Phrase) -> list[Cue]:
        """The cues that reach a finding, in text order."""
        reaching = [cue for cue in self._cues if self._reach.covers(cue, finding)]
        behind = [cue for cue in reaching if cue.start >= finding.end]
        if not behind:
            return reaching
        return [cue for cue in reaching if not self._is_left_behind(cue, finding, behind)]

    def _is_hidden(self, cue: Cue, finding: Phrase) -> bool:
        """Whether a finding known from elsewhere is only not seen here: "nodule on CT is not"."""
        if cue.assertion != "negated" or cue.direction != "after":
            return False
        known, opener = self._lists.known_words, finding.start - 1
        while opener in self._scene.modifier_tokens:
            opener -= 1
        before = opener >= 0 and self._words[opener] in known
        return before or not known.isdisjoint(self._words[finding.end : cue.start])

    def _is_open_question(self, cue: Cue) -> bool:
        """Whether a mark asks for what stands behind it: "opacity, ? pneumonia"."""
        asks = self._words[cue.start] in self._lists.question_marks
        answered = is_answer(self._words, cue, self._lists)
        return asks and not answered and cue.direction == "after" and cue.end < self._end

    def _is_left_behind(self, cue: Cue, finding: Phrase, behind: Sequence[Cue]) -> bool:
        """Whether a negation is over where the finding's own clause begins."""
        if cue.assertion != "negated" or cue.direction == "after":
            return False
        return self._statements.has_own_predicate(cue, finding, behind)

    def _names_its_subject(self, cue: Cue) -> bool:
        """Whether a following cue goes on with a noun phrase that is a finding."""
        if cue.direction != "after" or self._words[cue.start] not in self._lists.copulas:
            return False
        if self._words[cue.end - 1] in self._lists.comparisons:
            return False
        index = first_after(self._findings, cue.end)
        if index is None:
            return False
        return not any(map(self._ends_noun_phrase, range(cue.end, self._findings[index].start)))

    def _ends_noun_phrase(self, token: int) -> bool:
        """Whether a token is one that no noun phrase has before its noun."""
        lists, word = self._lists, self._words[token]
        parts = (lists.breaks, lists.conjunctions, lists.finite_verbs, lists.locatives)
        others = (lists.near_ends, lists.prepositions, lists.subjects)
        return (
            token in self._terminations
            or word == ","
            or any(word in words for words in (*parts, *others))
        )

    def _strongest(self, cues: list[Cue], finding: Phrase) -> Cue:
        """Of the cues that reach a finding, the one that decides.

        A negation wins over a hedge ("no opacity to suggest pneumonia") unless the hedge begins an
        item of its own behind it ("no effusion, possible pneumonia"). What is still there is not
        history, but it may be doubted.
        """
        by_rank = ("hypothetical", "negated", "uncertain", "affirmed")
        ranked = ([cue for cue in cues if cue.assertion == assertion] for assertion in by_rank)
        first = next((found for found in ranked if found), cues)
        strongest = min(first, key=lambda cue: _distance(cue, finding))
        if strongest.assertion == "negated":
            return self._hedge_behind(strongest, cues) or strongest
        return strongest

    def _hedge_behind(self, negation: Cue, cues: list[Cue]) -> Cue | None:
        if negation.direction == "after":
            return None
        # The opener stands between the two.
        opener = next_place(self._item_openers, negation.end)
        for cue in cues:
            hedge = cue.assertion == "uncertain" and cue.direction != "after"
            if hedge and cue.start > opener:
                return cue
        return None

    @cached_property
    def _item_openers(self) -> list[int]:
        """Where in the sentence the words stand behind which an item of its own may begin."""
        return places_of(self._lists.item_openers, self._words, (self._start, self._end))


def _distance(cue: Cue, finding: Phrase) -> int:
    return finding.start - cue.end if cue.end <= finding.start else cue.start - finding.end
