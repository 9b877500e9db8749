"""Sections that are cut together fall into what each by itself falls into."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extraction.batch.analyses import AnalysisColumns
from pipeline.extraction.batch.passage_store import PassageStore
from pipeline.extraction.batch.section_passages import DistinctSections, PassageRows
from pipeline.language.sentences import LONGEST_PASSAGE, load_splitter
from pipeline.rules.values import Abbreviations, PassageText

WORDS = (
    "Opacity",
    "opacity in the base",
    "No edema",
    "This may be new",
    "It",
    "is",
    "Likely scar",
    "2.5 cm",
    "9 mm nodule",
    "Mrs",
    "vs",
    "approx",
    "e.g",
    "a",
    "a.m",
    "CT",
    "___",
    "XXXX",
    "Lungs:",
    "(left)",
    "?",
    "größe",
)
JOINTS = (
    ". ",
    ".",
    "..",
    " ",
    "\n",
    ".\n",
    ". \n",
    "\n\n",
    " 1. ",
    ". 2) ",
    "\n- ",
    "! ",
    ".\t",
    "\x00",
)
TEXTS = st.lists(st.sampled_from((*WORDS, *JOINTS)), max_size=14).map("".join)


class NothingToRead:
    """An extractor that nobody asks for analyses."""

    splitter = load_splitter()

    def find_abbreviations(self, text: str) -> Abbreviations:
        raise AssertionError(text)

    def analyse(self, passages: Sequence[PassageText]) -> AnalysisColumns:
        raise AssertionError(passages)


def spans(placed: PassageRows) -> list[list[tuple[int, int]]]:
    """(start, end) of what each text has."""
    rows = iter(zip(placed.start.tolist(), placed.end.tolist(), strict=True))
    return [[next(rows) for _ in range(count)] for count in placed.counts.tolist()]


def cut(texts: list[str]) -> tuple[list[list[tuple[int, int]]], list[list[tuple[int, int]]]]:
    """Passages and sentences of texts that are cut together."""
    sections = DistinctSections(PassageStore(NothingToRead()))
    numbers = sections.number(texts, "findings").tolist()
    passages, sentences = spans(sections.passages()), spans(sections.sentences())
    return [passages[number] for number in numbers], [sentences[number] for number in numbers]


@given(st.lists(TEXTS | st.text(max_size=80), max_size=6))
def test_texts_cut_together_are_cut_as_each_by_itself(texts: list[str]) -> None:
    passages, sentences = cut(texts)
    assert passages == [
        [(p.start, p.end) for p in load_splitter().passages(text)] for text in texts
    ]
    assert sentences == [load_splitter().sentences(text) for text in texts]


@given(st.lists(TEXTS, max_size=6))
def test_equal_passages_have_one_number_however_they_were_cut(texts: list[str]) -> None:
    store = PassageStore(NothingToRead())
    sections = DistinctSections(store)
    sections.number(texts, "findings")
    apart = DistinctSections(store)
    for text in dict.fromkeys(texts):
        # Abbreviations that nothing uses have each text split by all the rules.
        apart.number([text], "findings", (("UNUSED", "not in any text"),))
    assert sections.passages().number.tolist() == apart.passages().number.tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There is an opacity. This may be new. No edema.", [2, 1]),
        ("Likely scar. No edema.", [1, 1]),
        ("Opacity. It is new. It is dense. No edema.", [3, 1]),
        ("1. Opacity. 2. Likely scar.", [1, 1]),
        ("Opacity.This may be new.", [1, 1]),
        ("No edema", [1]),
        ("Opacity of 2.5 cm. 9 mm nodule. Seen by Mrs. Doe.", [1, 1, 1]),
        (" . ", []),
    ],
)
def test_sentences_that_only_follow_join_the_passage_before(text: str, expected: list[int]) -> None:
    (passages,), (sentences,) = cut([text])
    inside = [sum(start <= s < end for s, _ in sentences) for start, end in passages]
    assert inside == expected


def test_sections_of_other_kinds_keep_their_own_numbers() -> None:
    store = PassageStore(NothingToRead())
    sections = DistinctSections(store)
    findings = sections.number(["No edema.", "No edema.", "Opacity."], "findings")
    history = sections.number(["No edema."], "history")
    assert findings.tolist() == [0, 0, 1]
    assert history.tolist() == [2]
    first, _, other = sections.passages().number.tolist()
    assert first != other


def test_a_passage_that_has_grown_too_long_ends_before_the_next_sentence() -> None:
    text = "Opacity. " + "It is new and as dense as it was before. " * 60
    passages, sentences = cut([text])
    assert passages == [[(p.start, p.end) for p in load_splitter().passages(text)]]
    assert 1 < len(passages[0]) < len(sentences[0])
    assert max(end - start for start, end in passages[0]) <= LONGEST_PASSAGE
