"""How often rules look at the words of a sentence that does not end."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from pipeline.lexicon.grammar import load_grammar
from pipeline.rules.assertion import SentenceCues
from pipeline.rules.overlaps import CountingCues
from pipeline.rules.scene import make_scene
from pipeline.rules.values import Cue, Phrase, Verdict

GRAMMAR: Final = load_grammar()
FINDINGS: Final = ("opacity", "edema")
CUES: Final = {
    "no": ("negated", "before"),
    "absent": ("negated", "after"),
    "resolved": ("historical", "before"),
    "possible": ("uncertain", "near"),
    "unchanged": ("affirmed", "after"),
    "versus": ("uncertain", "after"),
}


class Watched(list[str]):
    """Words that count how often one of them is looked at."""

    looks = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        self.looks += len(found) if isinstance(key, slice) else 1
        return found

    def __iter__(self) -> Iterator[str]:
        self.looks += len(self)
        return super().__iter__()


def decide(sentence: str) -> tuple[list[Verdict], int]:
    """What is said of each finding of a sentence, and how many looks at words that took."""
    words = Watched(sentence.split())
    places = list(enumerate(sentence.split()))
    phrases = [Phrase(0, token, token + 1, "finding") for token, w in places if w in FINDINGS]
    cues = [Cue(token, token + 1, *CUES[w]) for token, w in places if w in CUES]  # type: ignore[arg-type]
    scene = make_scene(words, phrases, [0] * len(words), GRAMMAR)
    decided = SentenceCues(scene, (0, len(words)), CountingCues(tuple(cues), ()))
    return [decided.decide(finding) for finding in scene.findings], words.looks


@pytest.mark.parametrize(
    "unit",
    [
        "no opacity ",
        "no opacity , ",
        "no edema and resolved opacity ",
        "opacity absent ",
        "opacity , edema , absent and ",
        "possible opacity , ",
        "no , possible opacity ",
        "opacity versus ",
        "no edema , opacity unchanged ",
    ],
)
def test_a_cue_and_a_finding_ask_for_no_word_between_them(unit: str) -> None:
    once, looks = decide(unit * 30)
    twice, more = decide(unit * 60)
    assert len(twice) == 2 * len(once) > 0
    # Four times as many pairs of a cue and a finding; eight times if each walked to the other.
    assert more <= 4.5 * looks
