"""Sentences survive what reports do to them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language.sentences import load_splitter


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in load_splitter().sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No effusion.Heart is normal.", ["No effusion.", "Heart is normal."]),
        ("Clear lungs..No edema.", ["Clear lungs..", "No edema."]),
        ("A 2.5 cm nodule is seen.", ["A 2.5 cm nodule is seen."]),
        ("1. Left base opacity. 2. No effusion.", ["Left base opacity.", "No effusion."]),
        ("Discussed with Dr. ___ at 10 a.m. today.", ["Discussed with Dr. ___ at 10 a.m. today."]),
        ("Compared to ___. Lungs are clear.", ["Compared to ___.", "Lungs are clear."]),
        ("Seen on XXXX. No effusion.", ["Seen on XXXX.", "No effusion."]),
        ("Right\nlower lobe opacity\nis stable.", ["Right\nlower lobe opacity\nis stable."]),
        ("Lungs: Clear\nPleura: No effusion", ["Lungs: Clear", "Pleura: No effusion"]),
        ("- Clear lungs\n- No effusion", ["Clear lungs", "No effusion"]),
        ("Clear.\n\nNo effusion", ["Clear.", "No effusion"]),
        (
            "Clear lungs.\n2. No edema.\n- No effusion.",
            ["Clear lungs.", "No edema.", "No effusion."],
        ),
        ("No change vs. CT. Seen by Mrs. Doe.", ["No change vs. CT.", "Seen by Mrs. Doe."]),
        ("Compared to CT\n___. ___. Clear.", ["Compared to CT\n___.", "Clear."]),
        ("Clear lungs.\r\nNo edema.", ["Clear lungs.", "No edema."]),
        ("Clear lungs \n", ["Clear lungs"]),
        ("Cough, ? pneumonia. No edema", ["Cough, ? pneumonia.", "No edema"]),
        ("Is it new? No edema", ["Is it new?", "No edema"]),
        ("", []),
        (" . ", []),
        ("__ ", []),
    ],
)
def test_sentence_boundaries(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_sentence_that_only_speaks_of_the_one_before_joins_its_passage() -> None:
    text = "There is an opacity. This may represent pneumonia. Heart is normal."
    passages = load_splitter().passages(text)
    assert [text[p.start : p.end] for p in passages] == [
        "There is an opacity. This may represent pneumonia.",
        "Heart is normal.",
    ]
    assert len(passages[0].sentences) == 2


def test_list_item_stands_for_itself() -> None:
    text = "1. Right base opacity. 2. Possibly a small effusion."
    assert len(load_splitter().passages(text)) == 2


def test_sentence_opens_its_passage_behind_one_that_says_nothing() -> None:
    text = "There is an opacity. ___. This may represent pneumonia."
    assert len(load_splitter().passages(text)) == 2


def test_wrapped_lines_change_no_passage() -> None:
    text = "There is an opacity. This may represent pneumonia in the lung. Heart is normal."
    for place in [index for index, letter in enumerate(text) if letter == " "]:
        wrapped = f"{text[:place]}\n{text[place + 1 :]}"
        assert load_splitter().passages(wrapped) == load_splitter().passages(text)


def test_what_was_met_before_is_split_the_same_elsewhere() -> None:
    assert len(load_splitter().passages("This may be new. No edema")) == 2
    assert len(load_splitter().passages("No edema. This may be new.")) == 1
    assert sentences("Lungs: No edema. No edema") == ["Lungs: No edema.", "No edema"]
    assert sentences("No edema.") == ["No edema."]


FRAGMENTS = st.sampled_from(
    ["opacity", "No", ".", "..", " ", "\n", "\n\n", "1.", "2)", "___", "XXXX", "This", "Left", ":"]
)


@given(st.lists(FRAGMENTS, max_size=40).map("".join) | st.text(max_size=200))
def test_passages_are_ordered_disjoint_and_lose_no_word(text: str) -> None:
    end = 0
    covered = []
    for passage in load_splitter().passages(text):
        assert passage.start == passage.sentences[0][0]
        assert passage.end == passage.sentences[-1][1]
        for start, stop in passage.sentences:
            assert end <= start < stop <= len(text)
            end = stop
            covered.append(text[start:stop])
    letters = [c for c in text if c.isalpha()]
    assert [c for c in "".join(covered) if c.isalpha()] == letters


PIECES = st.sampled_from(
    (
        *"opacity Opacity effusion. No Lungs: Mrs vs approx e.g a.m Dr. CT ___ XXXX (left)".split(),
        *"It This may findings 1. 2) 10. ) . .. ! ; ? 2.5 größe \x00 - *".split(),
        "in the left lower lobe and the lingula, which is new since",
    )
)
GAPS = st.sampled_from(
    ("", " ", " ", " ", "  ", "\n", "\n\n", " \n", "\t", ". ", ".", ".\n", ".\n- ")
)


@given(st.lists(st.tuples(PIECES, GAPS), max_size=14).map(lambda p: "".join(a + b for a, b in p)))
@settings(max_examples=400)
def test_what_is_split_piece_by_piece_is_what_all_rules_split(text: str) -> None:
    splitter = load_splitter()
    assert splitter.split(text) == splitter._by_all_rules(text)


@given(st.text(alphabet=" \n\t.,?!)(1aBsg_-\u2022\u2013", max_size=40))
@settings(max_examples=400)
def test_hostile_text_is_split_piece_by_piece_as_by_all_rules(text: str) -> None:
    splitter = load_splitter()
    assert splitter.split(text) == splitter._by_all_rules(text)


def test_what_is_too_long_for_a_sentence_is_cut_at_a_blank() -> None:
    text = "Opacity " + "and more " * 400 + "is seen."
    found = sentences(text)
    assert len(found) > 3
    assert all(500 <= len(sentence) <= 1000 for sentence in found[:-1])
    assert " ".join(found) == text
    unbroken = sentences("x" * 3500)
    assert [len(sentence) for sentence in unbroken] == [1000, 1000, 1000, 500]


def test_sentences_that_refer_back_do_not_make_a_passage_without_end() -> None:
    text = "An opacity is seen. " + "It is stable. " * 300
    passages = load_splitter().passages(text)
    assert len(passages) > 3
    assert all(passage.end - passage.start <= 1000 for passage in passages)


def test_a_row_of_stops_that_ends_nothing_is_looked_through_once() -> None:
    text = "." * 30_000 + "a"
    started = time.process_time()
    assert sentences(f"Opacity {text}. Clear.")[-1] == "Clear."
    # From each stop to the last it took ten seconds, and takes a hundredth of one.
    assert time.process_time() - started < 2
