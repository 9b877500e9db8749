"""Sentences of many texts at once are those of each text, whatever has been forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extraction.batch import sentence_columns
from pipeline.extraction.batch.extractor import Extractor
from pipeline.extraction.batch.sentence_columns import TextSplitter

_TEXTS = st.lists(
    st.sampled_from(
        [
            "No effusion. The heart is normal.",
            "Opacity in the left base. It is new.",
            "1. Pneumonia. 2. No edema.",
            "Dr. Smith was told. No effusion.",
            "",
        ]
    ),
    max_size=4,
)


@given(st.lists(_TEXTS, max_size=5), st.integers(1, 6))
def test_what_was_read_before_changes_no_sentence(
    extractor: Extractor, parts: list[list[str]], capacity: int
) -> None:
    splitter = extractor.splitter
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentence_columns, "_CAPACITY", capacity)
        split = TextSplitter(splitter)
        for texts in parts:
            found = split(texts)
            rows = zip(
                *(column.tolist() for column in (found.text, found.start, found.end)), strict=True
            )
            expected = [
                (number, start, end)
                for number, text in enumerate(texts)
                for start, end in splitter.sentences(text)
            ]
            assert list(rows) == expected
