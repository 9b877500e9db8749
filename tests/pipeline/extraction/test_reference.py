"""What is read of millions of passages at once is what the reference reads of each."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.storage import read_parts
from data_contracts.tables import REPORTS, SECTIONS
from pipeline.extraction.batch.analyses import plain_rows
from pipeline.extraction.batch.extractor import Extractor
from pipeline.extraction.reference import Reader
from pipeline.lexicon.concepts import load_lexicon
from pipeline.lexicon.cues import load_cues
from pipeline.lexicon.grammar import WordLists, load_grammar
from pipeline.rules.values import PassageText
from pipeline.settings import PhantomSettings, SourceSettings
from pipeline.stages.ingest import ingest
from pipeline.stages.phantom import phantom

OPENI = Path(__file__).parents[4] / "shared" / "openi" / "indiana_reports.csv"

LISTS = load_grammar().words
GRAMMAR_WORDS = sorted(
    frozenset().union(*(getattr(LISTS, name) for name in WordLists.__dataclass_fields__))
)
PHRASES = sorted(
    {p for c in load_lexicon().concepts for p in c.all_phrases}
    | set(load_lexicon().excluded_phrases)
)
CUES = sorted({phrase for _, phrase in load_cues().entries})
ODD = (
    "___ XXXX [**Name**]ly [**x**] consoldation opacitites (GGO) évident 2.5 base.No n't ..,: <b>"
).split()
PIECES = st.one_of(
    st.sampled_from(PHRASES),
    st.sampled_from(CUES),
    st.sampled_from(GRAMMAR_WORDS),
    st.sampled_from(ODD),
)
BLANKS = st.sampled_from([" "] * 6 + ["  ", "\n", "\t", "", ". ", ", ", "-", "\u00a0", ".\n"])
TEXTS = st.lists(st.tuples(PIECES, BLANKS), max_size=16).map(
    lambda pieces: "".join(word + blank for word, blank in pieces)
)
# What finds its way into "opacity in the left base, consistent with pneumonia", and beside it.
SEEN = ["opacity", "consolidation", "nodules", "cardiomegaly", "blunting", "density"]
MEANT = ["pneumonia", "atelectasis", "edema", "effusion", "granuloma", "heart failure", "mass"]
TIES = sorted(LISTS.taken_for | LISTS.taken_perhaps | LISTS.being | LISTS.pronouns)
PLACES = ["in the left base", "lingular", "right", "small"]
BETWEEN = [*", ( or and versus with no to a but may of early XXXX .".split(), ". This", *PLACES]
INTERPRETATIONS = st.lists(
    st.sampled_from(SEEN) | st.sampled_from(TIES) | st.sampled_from(BETWEEN)
    | st.sampled_from(MEANT),
    min_size=3,
    max_size=12,
).map(" ".join)  # fmt: skip


def check(extractor: Extractor, reader: Reader, passages: Sequence[PassageText]) -> None:
    together = plain_rows(extractor.analyse(passages))
    for passage, analysis in zip(passages, together, strict=True):
        assert analysis == reader.read(passage)


def passages_of(reader: Reader, text: str, section: str) -> Iterator[PassageText]:
    known = reader.find_abbreviations(text)
    for start, end, sentences in reader.splitter.passages(text):
        own = text[start:end]
        later = tuple(begin - start for begin, _ in sentences[1:])
        yield PassageText(own, section, later, tuple(pair for pair in known if pair[0] in own))


@given(st.lists(TEXTS, max_size=4), st.sampled_from(SECTIONS))
@settings(max_examples=300)
def test_sentences_of_the_words_that_rules_know_are_read_alike(
    extractor: Extractor, reader: Reader, texts: list[str], section: str
) -> None:
    check(extractor, reader, [PassageText(text, section) for text in texts])


@given(TEXTS, st.sampled_from(SECTIONS))
@settings(max_examples=150)
def test_passages_of_several_sentences_are_read_alike(
    extractor: Extractor, reader: Reader, text: str, section: str
) -> None:
    check(extractor, reader, list(passages_of(reader, text, section)))


@given(INTERPRETATIONS, INTERPRETATIONS, st.sampled_from(SECTIONS))
@settings(max_examples=300)
def test_what_findings_are_taken_for_is_read_alike(
    extractor: Extractor, reader: Reader, one: str, other: str, section: str
) -> None:
    for text in (one, other):
        check(extractor, reader, list(passages_of(reader, text, section)))


@given(st.text(max_size=80), st.text(max_size=80))
def test_hostile_text_is_read_alike(
    extractor: Extractor, reader: Reader, one: str, other: str
) -> None:
    check(extractor, reader, [PassageText(one, "findings"), PassageText(other, "indication")])


def test_abbreviations_of_a_report_are_read_alike(extractor: Extractor, reader: Reader) -> None:
    report = "There is an airspace disease (ASD) in the left base. No ASD. ASD has increased."
    assert reader.find_abbreviations(report) == (("ASD", "airspace disease"),)
    check(extractor, reader, list(passages_of(reader, report, "findings")))


def check_reports(extractor: Extractor, reader: Reader, reports: pa.Table) -> None:
    distinct: dict[PassageText, None] = {}
    for text, sections in zip(*(reports[n].to_pylist() for n in ("text", "sections")), strict=True):
        for section in sections:
            body = text[section["start"] : section["end"]]
            distinct.update(dict.fromkeys(passages_of(reader, body, section["name"])))
    assert len(distinct) > 500
    check(extractor, reader, list(distinct))


def test_phantom_reports_are_read_alike(
    extractor: Extractor, reader: Reader, tmp_path: Path
) -> None:
    phantom(settings=PhantomSettings(studies=200, seed=7), out=tmp_path)
    for part in read_parts(REPORTS, tmp_path / "reports.parquet", ("text", "sections")):
        check_reports(extractor, reader, part)


@pytest.mark.skipif(not OPENI.is_file(), reason="needs ../shared/openi")
def test_openi_reports_are_read_alike(extractor: Extractor, reader: Reader, tmp_path: Path) -> None:
    # Every fourth report; all 6,575 passages have been compared once.
    with OPENI.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    sampled = tmp_path / "reports.csv"
    with sampled.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows[::4]])
    ingest(settings=SourceSettings(kind="openi_csv", path=sampled), out=tmp_path)
    for part in read_parts(REPORTS, tmp_path / "reports.parquet", ("text", "sections")):
        check_reports(extractor, reader, part)
