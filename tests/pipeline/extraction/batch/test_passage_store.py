"""What the store may take for one passage, held against the real extractor."""

import pytest

from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.extraction.batch.extractor import Extractor
from pipeline.extraction.batch.passage_store import PassageStore

PASSAGES = (
    "Patchy opacity in the left lower lobe, which may represent pneumonia.",
    "No pleural effusion or pneumothorax.",
    "Interval clearing of the right base opacity.",
)


@pytest.mark.parametrize("text", PASSAGES)
def test_a_passage_says_the_same_in_every_section_that_asserts(
    extractor: Extractor, text: str
) -> None:
    analyses = {extractor.read(text, section) for section in ASSERTING_SECTIONS}
    assert len(analyses) == 1


def test_abbreviations_that_a_passage_does_not_use_do_not_matter(extractor: Extractor) -> None:
    unused = (("LLL", "left lower lobe"),)
    for text in PASSAGES:
        assert extractor.read(text, "findings", unused) == extractor.read(text, "findings")


def test_equal_passages_have_one_number(extractor: Extractor) -> None:
    store = PassageStore(extractor)
    first = store.numbers("findings")[PASSAGES[0]]
    assert store.numbers("impression")[PASSAGES[0]] == first
    assert store.numbers("indication")[PASSAGES[0]] != first
    assert store.numbers("findings")[PASSAGES[1]] != first
    assert len(store) == 3
    store.columns()
    assert store.numbers("findings")[PASSAGES[0]] == first
    assert len(store) == 3


def test_equal_texts_of_other_sentences_are_other_passages(extractor: Extractor) -> None:
    store = PassageStore(extractor)
    text = "Opacity in the left base. This may be pneumonia."
    one = store.numbers("findings")[text]
    assert store.numbers("findings")[text, (26,)] != one
    assert store.numbers("findings")[text] == one


def test_a_full_store_keeps_what_it_met_first(extractor: Extractor) -> None:
    store = PassageStore(extractor, capacity=3)
    first = store.numbers("findings")[PASSAGES[0]]
    store.columns()
    for text in PASSAGES[1:]:
        store.numbers("findings")[text]
    before = store.columns()
    store.make_room()
    assert len(store) == 1
    assert store.numbers("findings")[PASSAGES[0]] == first
    for text in PASSAGES[1:]:
        store.numbers("findings")[text]
    again = store.columns()
    assert list(again.strings) == list(before.strings)
    for name in ("passages", "mentions", "findings", "links"):
        assert (getattr(again, name) == getattr(before, name)).all()


def test_a_full_store_whose_first_half_came_at_once_forgets_and_goes_on(
    extractor: Extractor,
) -> None:
    store = PassageStore(extractor, capacity=2)
    store.numbers("findings")[PASSAGES[0]]
    store.make_room()
    assert len(store) == 1
    store.numbers("findings")[PASSAGES[1]]
    before = store.columns()
    store.make_room()
    assert len(store) == 0
    for text in PASSAGES[:2]:
        store.numbers("findings")[text]
    again = store.columns()
    assert again.strings == before.strings
    assert (again.mentions == before.mentions).all()
