"""Which cue decides a finding: the reach of cues, and their rank where several reach it."""

from collections.abc import Sequence
from typing import Final

from data_contracts.concepts import Assertion
from pipeline.lexicon.grammar import WordLists
from pipeline.rules.new_statements import (
    begins_statement,
    denies_change,
    has_own_predicate,
    is_denied_change,
)
from pipeline.rules.overlaps import CountingCues, is_answer
from pipeline.rules.scene import Scene, first_after
from pipeline.rules.values import Cue, Phrase, Verdict

#: What is said of a finding that no cue reaches.
PLAIN: Final = Verdict("affirmed", None)
#: What cues say no further than up to where something else is stated.
ENDED: Final[tuple[Assertion, ...]] = ("negated", "historical")


class SentenceCues:
    """The cues of one sentence and how far each reaches.

    A preceding cue reaches to the right up to a termination, or up to the comma or "and" that
    follows a verb, where a new clause begins; a negation also up to where something is stated.
    A following cue reaches to the left over one subject: up to a termination, a verb, or a comma
    that no list explains; unless it goes on to say what its subject is ("the opacity is likely
    atelectasis"), which is then what it decides.

    Args:
        scene: the passage.
        sentence: first token of the sentence, and the one behind its last.
        counting: the cues of the passage.
    """

    def __init__(self, scene: Scene, sentence: tuple[int, int], counting: CountingCues) -> None:
        start, end = sentence
        self._scene, self._end = scene, end
        self._words = scene.words
        self._lists = scene.lists
        self._findings = scene.findings
        self._terminations = frozenset(t for t in counting.terminations if start <= t < end)
        own = [cue for cue in counting.cues if start <= cue.start < end]
        self._cues = [
            cue._replace(direction="near") if self._names_its_subject(cue) else cue
            for cue in own
            if not self._is_open_question(cue) and not is_denied_change(scene, cue, own)
        ]
        self._pasts = _pasts(self._cues, scene.findings)

    def decide(self, finding: Phrase) -> Verdict:
        """What is said of one of the findings."""
        reaching = [cue for cue in self._cues if self._reaches(cue, finding)]
        reaching = [cue for cue in reaching if not self._is_left_behind(cue, finding, reaching)]
        if not reaching:
            return PLAIN
        answers = [cue for cue in reaching if is_answer(self._words, cue, self._lists)]
        # The answer to a question or a label wins over all that the question says.
        cue = self._strongest(answers or reaching, finding)
        if self._is_hidden(cue, finding):
            return Verdict("uncertain", cue)
        return Verdict(cue.assertion, cue)

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

    def _is_left_behind(self, cue: Cue, finding: Phrase, reaching: list[Cue]) -> bool:
        """Whether a negation is over where the finding's own clause begins."""
        if cue.assertion != "negated" or cue.direction == "after":
            return False
        return has_own_predicate(self._scene, cue, finding, reaching)

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

    def _reaches(self, cue: Cue, finding: Phrase) -> bool:
        if cue.direction == "after":
            return cue.start >= finding.end and self._reaches_left(cue, finding)
        if cue.end > finding.start:
            return False
        if cue.direction == "near":
            return self._reaches_near(cue, finding)
        return self._reaches_right(cue, finding)

    def _reaches_right(self, cue: Cue, finding: Phrase) -> bool:
        verb_passed = False
        for token in range(cue.end, finding.start):
            word = self._words[token]
            if token in self._terminations:
                return False
            if self._opens_clause(token) and (
                verb_passed or self._words[token + 1] in self._lists.subjects
            ):
                return False
            if self._is_over(cue, token):
                return False
            # The verb that a cue such as "may" governs begins no clause.
            verb_passed = verb_passed or (word in self._lists.finite_verbs and token > cue.end)
        return True

    def _is_over(self, cue: Cue, token: int) -> bool:
        """Whether what a cue says of the past, or denies, ends at a token behind it."""
        if cue.assertion == "historical":
            return self._joins_standing(token)
        return cue.assertion == "negated" and self._ends_negation(cue, token)

    def _ends_negation(self, cue: Cue, token: int) -> bool:
        """Whether a negation does not deny what stands behind a token."""
        return (
            token in self._pasts
            or denies_change(self._scene, token)
            or begins_statement(self._scene, cue, token, self._end)
        )

    def _opens_clause(self, token: int) -> bool:
        return self._words[token] == "," or self._words[token] in self._lists.additive

    def _reaches_near(self, cue: Cue, finding: Phrase) -> bool:
        for token in range(cue.end, finding.start):
            word = self._words[token]
            if token in self._terminations or word in self._lists.finite_verbs:
                return False
            if word in self._lists.near_ends or word in self._lists.breaks:
                return False
            if self._ends_near(cue, token, finding):
                return False
        return True

    def _ends_near(self, cue: Cue, token: int, finding: Phrase) -> bool:
        if cue.assertion == "historical" and self._joins_standing(token):
            return True
        comma = self._words[token] == "," and token > cue.end
        return comma and not self._lists_alternatives(token, finding)

    def _joins_standing(self, joint: int) -> bool:
        """Whether something that is there is added: "status post biopsy and stable effusion"."""
        lists = self._lists
        opener = self._words[joint + 1]
        return self._words[joint] in lists.statement_joints and (
            opener in lists.standing_words or opener in lists.presence_openers
        )

    def _lists_alternatives(self, comma: int, finding: Phrase) -> bool:
        """Whether the comma divides alternatives: "possibly scar, atelectasis, or pneumonia"."""
        return not self._lists.alternatives.isdisjoint(self._words[comma : finding.start])

    def _reaches_left(self, cue: Cue, finding: Phrase) -> bool:
        if self._words[cue.start] in self._lists.versus:
            return self._is_compared(cue, finding)
        if cue.end == cue.start + 1 and is_bare(self._words[cue.start], self._lists):
            return cue.start == finding.end
        return self._reaches_subject(cue, finding)

    def _reaches_subject(self, cue: Cue, finding: Phrase) -> bool:
        """Whether a finding is the subject of what is said behind it, or listed with it."""
        listed = False
        for token in range(cue.start - 1, finding.end - 1, -1):
            word = self._words[token]
            if token in self._terminations or word in self._lists.finite_verbs:
                return False
            if word == "," and not listed and token < cue.start - 1:
                return False
            listed = listed or word in self._lists.conjunctions
        return True

    def _is_compared(self, versus: Cue, finding: Phrase) -> bool:
        """Whether "versus" stands behind this finding: "atelectasis versus pneumonia"."""
        nearer = any(finding.end <= other.start < versus.start for other in self._findings)
        between = self._words[finding.end : versus.start]
        return not nearer and self._lists.finite_verbs.isdisjoint(between)

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
        for cue in cues:
            hedge = cue.assertion == "uncertain" and cue.direction != "after"
            if hedge and cue.start > negation.end:
                between = self._words[negation.end : cue.start]
                if not self._lists.item_openers.isdisjoint(between):
                    return cue
        return None


def is_bare(word: str, lists: WordLists) -> bool:
    """Whether one word tells without a verb that something is there: "effusion unchanged"."""
    return word in lists.standing_words and word not in lists.finite_verbs


def _pasts(cues: list[Cue], findings: Sequence[Phrase]) -> frozenset[int]:
    """Where the past begins right behind a finding: "no effusion status post tube placement"."""
    starts = [c.start for c in cues if c.assertion == "historical" and c.direction != "after"]
    return frozenset(starts) & {finding.end for finding in findings} if starts else frozenset()


def _distance(cue: Cue, finding: Phrase) -> int:
    return finding.start - cue.end if cue.end <= finding.start else cue.start - finding.end
