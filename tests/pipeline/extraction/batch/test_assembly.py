"""From reports to rows: offsets, numbers and links, whatever the store has seen before."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.checking import check_table
from data_contracts.concepts import ASSERTIONS, CATEGORIES, Category, category_of
from data_contracts.errors import ContractError
from data_contracts.tables import FINDINGS, MENTIONS, REPORTS
from pipeline.extraction.batch.analyses import (
    CONCEPT_LINKS,
    FINDING_FIELDS,
    MENTION_FIELDS,
    MENTION_LINKS,
    PASSAGE_FIELDS,
    AnalysisColumns,
    plain_rows,
)
from pipeline.extraction.batch.assembly import ExtractedPart, extract_reports
from pipeline.extraction.batch.occurrences import ExtractionError
from pipeline.extraction.batch.passage_store import PassageStore
from pipeline.language.sentences import load_splitter
from pipeline.rules.values import (
    Abbreviations,
    PassageAnalysis,
    PassageFinding,
    PassageMention,
    PassageText,
)

CONCEPTS: dict[str, str] = {
    "opacity": "finding:opacity",
    "effusion": "finding:pleural_effusion",
    "left": "side:left",
    "right": "side:right",
    "base": "zone:base",
    "patchy": "descriptor:patchy",
}
SENTENCES = (
    "There is a patchy opacity in the left base.",
    "No effusion.",
    "No right effusion or left opacity.",
    "Heart size is normal.",
    "It may be in the right base.",
    "The OPAC (opacity) is patchy.",
    "Größe unverändert, left opacity.",
)


def as_columns(texts: list[str], analyses: list[PassageAnalysis]) -> AnalysisColumns:
    """Analyses the slow way into columns, row by row."""
    codes: dict[str, int] = {}
    passages: list[tuple[int, ...]] = []
    mentions: list[tuple[int, ...]] = []
    findings: list[tuple[int, ...]] = []
    links: list[int] = []

    def code(string: str | None) -> int:
        return -1 if string is None else codes.setdefault(string, len(codes))

    for text, (said, found) in zip(texts, analyses, strict=True):
        passages.append((len(mentions), len(said), len(findings), len(found)))
        for m in said:
            cue = text[slice(*m.cue)] if m.cue is not None else None
            mentions.append(
                (
                    m.start,
                    m.end,
                    code(text[m.start : m.end]),
                    code(m.concept_id),
                    CATEGORIES.index(m.category),
                    ASSERTIONS.index(m.assertion),
                    *(m.cue if m.cue is not None else (-1, -1)),
                    code(cue),
                    code(m.rule),
                    code(m.cue_rule),
                    len(links),
                    len(m.findings),
                )
            )
            links += m.findings
        for f in found:
            concepts = [getattr(f, name) for name in CONCEPT_LINKS]
            others = [getattr(f, name) for name in MENTION_LINKS]
            findings.append((f.mention, len(links), *map(len, concepts), *map(len, others)))
            links += [code(concept) for group in concepts for concept in group]
            links += [index for group in others for index in group]
    return AnalysisColumns(
        passages=np.array(passages).reshape(-1, len(PASSAGE_FIELDS)),
        mentions=np.array(mentions, dtype=int).reshape(-1, len(MENTION_FIELDS)),
        findings=np.array(findings, dtype=int).reshape(-1, len(FINDING_FIELDS)),
        links=np.array(links, dtype=int),
        strings=list(codes),
    )


@given(st.lists(st.lists(st.sampled_from(SENTENCES), max_size=3).map(" ".join), max_size=5))
def test_columns_read_back_as_rows(texts: list[str]) -> None:
    analyses = [KeywordExtractor().read(text, "findings") for text in texts]
    assert list(plain_rows(as_columns(texts, analyses))) == analyses


class KeywordExtractor:
    """Reads single words; all places and descriptors of a passage go to its first finding."""

    splitter = load_splitter()

    def __init__(self) -> None:
        self.analysed: Counter[tuple[str, str, Abbreviations]] = Counter()

    def find_abbreviations(self, text: str) -> Abbreviations:
        return (("OPAC", "opacity"),) if "OPAC (opacity)" in text else ()

    def analyse(self, passages: Sequence[PassageText]) -> AnalysisColumns:
        texts = [passage.text for passage in passages]
        return as_columns(texts, [self.read(p.text, p.section, p.abbreviations) for p in passages])

    def read(self, text: str, section: str, abbreviations: Abbreviations = ()) -> PassageAnalysis:
        self.analysed[text, section, abbreviations] += 1
        words = {**CONCEPTS, **{short.lower(): CONCEPTS[long] for short, long in abbreviations}}
        hits = [
            (match, words[match.group().lower()])
            for match in re.finditer(r"\w+", text)
            if match.group().lower() in words
        ]
        found = [i for i, (_, concept) in enumerate(hits) if concept.startswith("finding")]
        no = re.search(r"\bNo\b", text)
        mentions = tuple(
            PassageMention(
                start=match.start(),
                end=match.end(),
                concept_id=concept,
                category=_category(concept),
                assertion="negated"
                if no
                else "affirmed"
                if section == "findings"
                else "historical",
                cue=no.span() if no else None,
                cue_rule="no" if no else None,
                findings=() if i in found else tuple(found[:1]),
                rule=f"word:{concept}",
            )
            for i, (match, concept) in enumerate(hits)
        )
        findings = tuple(_finding(i, mentions, found[:1]) for i in found)
        return PassageAnalysis(mentions, findings)


def _category(concept_id: str) -> Category:
    category = category_of(concept_id)
    assert category in ("finding", "side", "zone", "descriptor")
    return category  # type: ignore[return-value]


def _finding(index: int, mentions: tuple[PassageMention, ...], first: list[int]) -> PassageFinding:
    """A finding that interprets the passage's first one, whose places it inherits."""
    seen = tuple(one for one in first if one != index)
    own = [i for i, mention in enumerate(mentions) if index in mention.findings]

    def of(category: str) -> tuple[str, ...]:
        concepts = (mentions[i].concept_id for i in own if mentions[i].category == category)
        return tuple(sorted(set(concepts)))

    return PassageFinding(
        index,
        of("side"),
        of("zone"),
        of("descriptor"),
        (index, *own),
        interprets=seen,
        inherited_sides=("side:left",) if seen else (),
        inherited_zones=("zone:base",) if seen else (),
        implied_sides=("side:right",) if seen else (),
    )


def report(report_id: str, *sections: tuple[str, str]) -> dict[str, Any]:
    """A row of the reports table; each section is (name, body)."""
    text, spans = "CHEST RADIOGRAPH\n", []
    for name, body in sections:
        text += f"{name.upper()}: "
        spans.append({"name": name, "start": len(text), "end": len(text) + len(body)})
        text += body + "\n\n"
    return {"report_id": report_id, "source": "csv", "text": text, "sections": spans}


def reports_table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=REPORTS.schema())


@st.composite
def cohorts(draw: st.DrawFn) -> list[dict[str, Any]]:
    bodies = st.lists(st.sampled_from(SENTENCES), max_size=4).map(" ".join)
    names = st.sampled_from(("indication", "findings", "impression"))
    sections = st.lists(st.tuples(names, bodies), max_size=3)
    drawn = draw(st.lists(sections, max_size=6))
    return [report(f"r{number}", *found) for number, found in enumerate(drawn)]


def expected_mentions(row: dict[str, Any]) -> list[tuple[Any, ...]]:
    """A report's mentions the slow way: passage by passage, row by row."""
    extractor = KeywordExtractor()
    abbreviations = extractor.find_abbreviations(row["text"])
    mentions: list[tuple[Any, ...]] = []
    sentence_count = 0
    for span in sorted(row["sections"], key=lambda s: int(s["start"])):
        body = row["text"][span["start"] : span["end"]]
        role = "findings" if span["name"] in ("findings", "impression") else span["name"]
        for passage in load_splitter().passages(body):
            text = body[passage.start : passage.end]
            known = tuple(pair for pair in abbreviations if pair[0] in text)
            analysis = extractor.read(text, role, known)
            base, first = span["start"] + passage.start, len(mentions)
            for mention in analysis.mentions:
                at = mention.start + passage.start
                inside = next(i for i, (s, e) in enumerate(passage.sentences) if s <= at < e)
                cue = mention.cue and (mention.cue[0] + base, mention.cue[1] + base)
                mentions.append(
                    (
                        f"{row['report_id']}/{len(mentions)}",
                        span["name"],
                        sentence_count + inside,
                        mention.start + base,
                        mention.end + base,
                        mention.concept_id,
                        mention.assertion,
                        cue[0] if cue else None,
                        cue[1] if cue else None,
                        [f"{row['report_id']}/{first + i}" for i in mention.findings],
                    )
                )
            sentence_count += len(passage.sentences)
    return mentions


def extract(rows: list[dict[str, Any]], store: PassageStore | None = None) -> ExtractedPart:
    if store is None:
        store = PassageStore(KeywordExtractor())
    return extract_reports(reports_table(rows), store)


@given(cohorts())
def test_rows_are_those_of_reading_passage_by_passage(rows: list[dict[str, Any]]) -> None:
    mentions = extract(rows).mentions
    columns = (
        "mention_id section sentence start end concept_id assertion cue_start cue_end finding_ids"
    ).split()
    found = list(zip(*(mentions[name].to_pylist() for name in columns), strict=True))
    assert found == [mention for row in rows for mention in expected_mentions(row)]


@given(cohorts())
def test_offsets_index_the_received_text_exactly(rows: list[dict[str, Any]]) -> None:
    texts = {row["report_id"]: row["text"] for row in rows}
    for mention in extract(rows).mentions.to_pylist():
        text = texts[mention["report_id"]]
        assert text[mention["start"] : mention["end"]] == mention["text"]
        assert mention["sentence_start"] <= mention["start"] < mention["end"]
        assert mention["end"] <= mention["sentence_end"]
        if mention["cue"] is not None:
            assert text[mention["cue_start"] : mention["cue_end"]] == mention["cue"]


@given(cohorts())
def test_findings_tie_the_mentions_of_their_own_report(rows: list[dict[str, Any]]) -> None:
    part = extract(rows)
    mentions = {mention["mention_id"]: mention for mention in part.mentions.to_pylist()}
    findings = part.findings.to_pylist()
    for finding in findings:
        own, *others = (mentions[mention_id] for mention_id in finding["mention_ids"])
        assert own["mention_id"] == finding["mention_id"]
        assert own["concept_id"] == finding["finding"]
        assert own["assertion"] == finding["assertion"]
        assert own["section"] == finding["section"]
        assert all(own["mention_id"] in other["finding_ids"] for other in others)
        for group in ("side", "zone", "descriptor"):
            stated = {o["concept_id"] for o in others if o["category"] == group}
            assert finding[f"{group}s"] == sorted(stated)
        for mention_id in finding["interprets"]:
            # Of the same passage, and before it.
            assert mentions[mention_id]["section"] == finding["section"]
            assert mentions[mention_id]["start"] < own["start"]
        seen = bool(finding["interprets"])
        assert finding["inherited_sides"] == ["side:left"] * seen
        assert finding["inherited_zones"] == ["zone:base"] * seen
        assert finding["implied_sides"] == ["side:right"] * seen
    stated_ids = [m["mention_id"] for m in mentions.values() if m["category"] == "finding"]
    assert [finding["mention_id"] for finding in findings] == stated_ids


@given(cohorts(), st.randoms(use_true_random=False))
def test_reports_in_another_order_give_the_same_rows_in_that_order(
    rows: list[dict[str, Any]], random: Any
) -> None:
    shuffled = random.sample(rows, len(rows))
    for name, table in extract(rows).tables.items():
        by_report: dict[str, list[Any]] = {row["report_id"]: [] for row in rows}
        for line in table.to_pylist():
            by_report[line["report_id"]].append(line)
        expected = [line for row in shuffled for line in by_report[row["report_id"]]]
        assert extract(shuffled).tables[name].to_pylist() == expected


@given(st.lists(cohorts(), min_size=1, max_size=4), cohorts(), st.integers(1, 9))
def test_rows_do_not_depend_on_what_the_store_held_before(
    before: list[list[dict[str, Any]]], rows: list[dict[str, Any]], capacity: int
) -> None:
    store = PassageStore(KeywordExtractor(), capacity)
    for part in before:
        extract(part, store)
    assert extract(rows, store) == extract(rows)


@given(cohorts())
def test_tables_keep_their_contracts(rows: list[dict[str, Any]]) -> None:
    part = extract(rows)
    check_table(MENTIONS, part.mentions, "mentions")
    check_table(FINDINGS, part.findings, "findings")


def test_each_distinct_passage_is_analysed_once() -> None:
    extractor = KeywordExtractor()
    store = PassageStore(extractor)
    rows = [
        report(f"r{number}", ("findings", "No effusion."), ("impression", "No effusion."))
        for number in range(50)
    ]
    extract(rows, store)
    mentions = extract(rows, store).mentions
    assert extractor.analysed == {("No effusion.", "findings", ()): 1}
    assert mentions.num_rows == 100


def test_abbreviations_hold_in_the_report_that_defines_them() -> None:
    part = extract(
        [
            report("defines", ("findings", "The OPAC (opacity) is patchy. OPAC is in the base.")),
            report("does_not", ("findings", "OPAC is in the base.")),
        ]
    )
    found = [m["report_id"] for m in part.mentions.to_pylist() if m["text"] == "OPAC"]
    assert found == ["defines", "defines"]


def test_mentions_are_numbered_in_text_order_whatever_the_order_of_the_sections() -> None:
    row = report("r", ("impression", "Left opacity."), ("findings", "No effusion."))
    row["sections"].reverse()
    mentions = extract([row]).mentions
    assert mentions["text"].to_pylist() == ["Left", "opacity", "effusion"]
    assert mentions["mention_id"].to_pylist() == ["r/0", "r/1", "r/2"]
    assert mentions["sentence"].to_pylist() == [0, 0, 1]


def test_reports_that_say_nothing_give_no_rows() -> None:
    part = extract(
        [report("empty"), report("blank", ("findings", " ")), report("r", ("body", "."))]
    )
    assert part.mentions.num_rows == part.findings.num_rows == 0
    assert part.mentions.schema.equals(MENTIONS.schema())


@pytest.mark.parametrize(
    ("spans", "problem"),
    [
        ([("findings", 0, 9_999)], "at characters 0 to 9999 leaves the text"),
        ([("findings", 5, 2)], "at characters 5 to 2 leaves the text"),
        ([("findings", 0, 20), ("impression", 10, 30)], "overlaps the section before it"),
    ],
)
def test_wrong_spans_are_told_without_the_text(
    spans: list[tuple[str, int, int]], problem: str
) -> None:
    row = report("r7", ("findings", "Left opacity seen in Mrs Example."))
    row["sections"] = [{"name": n, "start": s, "end": e} for n, s, e in spans]
    with pytest.raises(ContractError, match=problem) as error:
        extract([row])
    assert "r7" in str(error.value)
    assert "Example" not in str(error.value)


def test_unknown_sections_are_told() -> None:
    row = report("r7", ("findings", "Left opacity."))
    row["sections"][0]["name"] = "nonsense"
    with pytest.raises(ContractError, match="'r7' has a section that is not one of"):
        extract([row])


class FailingExtractor(KeywordExtractor):
    """Fails on one passage, quoting it, as errors of libraries do."""

    def read(self, text: str, section: str, abbreviations: Abbreviations = ()) -> PassageAnalysis:
        if "Mrs Example" in text:
            raise RuntimeError(f"cannot parse {text!r}")
        return super().read(text, section, abbreviations)


def test_a_passage_that_cannot_be_analysed_is_named_by_offsets_alone() -> None:
    row = report("r7", ("findings", "No effusion. Left opacity seen in Mrs Example."))
    with pytest.raises(ExtractionError) as raised:
        extract([report("r1"), row], PassageStore(FailingExtractor()))
    start = row["text"].index("Left")
    message = str(raised.value)
    assert "report 'r7'" in message
    assert f"'findings' at character {start}" in message
    assert "RuntimeError" in message
    error: BaseException | None = raised.value
    while error is not None:
        assert "Example" not in repr(error)
        error = error.__cause__ or error.__context__
