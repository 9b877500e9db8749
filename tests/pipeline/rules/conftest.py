"""Every sentence of this folder is read by the reference and by the batch, which have to agree."""

from collections.abc import Callable
from typing import TypeAlias

import pytest

from pipeline.extraction.batch.extractor import Extractor
from pipeline.extraction.reference import Reader
from pipeline.rules.values import Abbreviations, PassageAnalysis, PassageText


class BothWays:
    """Reads a passage by the reference, and makes sure that the batch says the same."""

    def __init__(self, reader: Reader, batch: Extractor) -> None:
        self._reader = reader
        self._batch = batch

    def read(self, text: str, section: str, abbreviations: Abbreviations = ()) -> PassageAnalysis:
        later = tuple(start for start, _ in self._reader.splitter.sentences(text)[1:])
        analysis = self._reader.read(PassageText(text, section, later, abbreviations))
        assert self._batch.read(text, section, abbreviations) == analysis, (
            "the batch does not see what a rule looks at: a word that no list of grammar.txt has, "
            "or one beyond the reach that memo_keys.py keeps"
        )
        return analysis


#: What a sentence says of each of its findings.
Said: TypeAlias = Callable[[str], dict[str, str]]


@pytest.fixture(scope="session")
def said(extractor: BothWays) -> Said:
    def read(sentence: str) -> dict[str, str]:
        return {
            mention.concept_id.removeprefix("finding:"): mention.assertion
            for mention in extractor.read(sentence, "findings").mentions
            if mention.category == "finding"
        }

    return read


@pytest.fixture(scope="session")
def extractor(extractor: Extractor, reader: Reader) -> BothWays:
    return BothWays(reader, extractor)
