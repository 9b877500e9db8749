"""Typing errors and masks leave the truth exact."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.phantom.dice import Dice
from pipeline.phantom.noise import mask_word, misspell, repeat_word, replace_characters
from pipeline.phantom.phrasebook import load_phrasebook
from pipeline.phantom.writer import Statement


def denial(number: int) -> Statement:
    return load_phrasebook().state("lungs_and_pleura_normal", Dice(7, 0, number))


def words(statement: Statement) -> list[tuple[str, str]]:
    return [(statement.text[m.start : m.end], m.concept_id) for m in statement.marks]


def test_offsets_move_with_the_text() -> None:
    statement = denial(0)
    before = words(statement)
    replace_characters(statement, 0, 0, "HEART: ")
    assert statement.text.startswith("HEART: ")
    assert words(statement) == before


@given(st.integers(0, 10_000))
def test_a_mask_never_hides_what_the_truth_speaks_of(number: int) -> None:
    statement = denial(number)
    before = words(statement)
    cues = [statement.text[slice(*m.cue)] for m in statement.marks if m.cue]
    mask_word(Dice(1, 1, number), statement, "XXXX")
    assert words(statement) == before
    assert [statement.text[slice(*m.cue)] for m in statement.marks if m.cue] == cues


@given(st.integers(0, 10_000))
def test_misspelt_and_repeated_words_keep_their_places(number: int) -> None:
    statement = denial(number)
    intact = words(statement)
    dice = Dice(2, 1, number)
    misspell(dice, statement)
    repeat_word(dice, statement)
    changed = [(a, b) for (a, _), (b, _) in zip(intact, words(statement), strict=True) if a != b]
    assert len(changed) <= 1
    # One slip of the finger: a letter more, a letter less, or two that changed places.
    assert all(abs(len(a) - len(b)) <= 1 and a[0] == b[0] for a, b in changed)
    assert statement.sentences[-1][1] == len(statement.text)
