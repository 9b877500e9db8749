"""What dictation, typing and de-identification do to a statement; its marks stay exact."""

import re
from typing import Final

from pipeline.phantom.dice import Dice
from pipeline.phantom.writer import Statement

_WORD: Final = re.compile(r"[A-Za-z]{4,}")

#: Words without which a sentence may say the opposite, or nothing.
_BEARING: Final = frozenset("lung lungs clear normal interval change resolved cleared".split())


def replace_characters(statement: Statement, start: int, end: int, new: str) -> None:
    """Put `new` in place of `start` to `end`; offsets behind it move, spans around it grow.

    Raises:
        ValueError: the replaced characters cross the border of a mark, cue or sentence.
    """
    shift = len(new) - (end - start)

    def moved(span: tuple[int, int]) -> tuple[int, int]:
        if span[1] <= start:
            return span
        if span[0] >= end:
            return span[0] + shift, span[1] + shift
        if span[0] <= start and span[1] >= end:
            return span[0], span[1] + shift
        raise ValueError(f"characters {start} to {end} cross the border of {span}")

    spans = [moved((mark.start, mark.end)) for mark in statement.marks]
    cues = [None if mark.cue is None else moved(mark.cue) for mark in statement.marks]
    statement.sentences = [moved(span) for span in statement.sentences]
    for mark, (mark_start, mark_end), cue in zip(statement.marks, spans, cues, strict=True):
        mark.start, mark.end, mark.cue = mark_start, mark_end, cue
    statement.text = statement.text[:start] + new + statement.text[end:]


def misspell(dice: Dice, statement: Statement) -> None:
    """Mistype one word, whatever it is: letters swapped, doubled or left out."""
    words = [match.span() for match in _WORD.finditer(statement.text)]
    if not words:
        return
    start, end = dice.pick(words)
    word = statement.text[start:end]
    at = dice.whole(1, len(word) - 2)
    mistyped = dice.pick(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1 :],
        )
    )
    replace_characters(statement, start, end, mistyped)


def mask_word(dice: Dice, statement: Statement, mask: str) -> None:
    """Hide one word that means nothing to the truth, as careless de-identification does."""
    spans = [(mark.start, mark.end) for mark in statement.marks]
    spans += [mark.cue for mark in statement.marks if mark.cue]
    words = [
        match.span()
        for match in _WORD.finditer(statement.text)
        if not any(match.start() < end and start < match.end() for start, end in spans)
        and match.group().lower() not in _BEARING
    ]
    if words:
        replace_characters(statement, *dice.pick(words), mask)


def repeat_word(dice: Dice, statement: Statement) -> None:
    """Say a small word twice, as dictation does."""
    small = [m.span() for m in re.finditer(r"\b(?:the|is|in|of|are)\b", statement.text)]
    borders = [mark.cue for mark in statement.marks if mark.cue]
    small = [(s, e) for s, e in small if not any(a < e and s < b for a, b in borders)]
    if small:
        start, end = dice.pick(small)
        word = statement.text[start:end]
        replace_characters(statement, end, end, f" {word}")
