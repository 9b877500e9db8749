"""The cohort: the same for a seed in any partition, and true to itself."""

from collections import Counter
from functools import cache
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.checking import check_table
from data_contracts.phantom import LESIONS, STUDIES
from data_contracts.tables import ASSERTING_SECTIONS, FINDINGS, MENTIONS, REPORTS
from pipeline.language.sentences import load_splitter
from pipeline.phantom.cohort import Partition, make_partition, phantom_partitions, phantom_reports
from pipeline.sources.sections import split_sections

Row = dict[str, Any]


@cache
def cohort() -> Partition:
    return make_partition(seed=11, first=0, last=400)


@cache
def texts() -> dict[str, str]:
    return {row["report_id"]: row["text"] for row in cohort().reports.to_pylist()}


def rows(table: pa.Table) -> list[Row]:
    listed: list[Row] = table.to_pylist()
    return listed


@pytest.mark.parametrize(
    ("contract", "name"),
    [
        (STUDIES, "studies"),
        (LESIONS, "lesions"),
        (REPORTS, "reports"),
        (MENTIONS, "truth_mentions"),
        (FINDINGS, "truth_findings"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_table_keeps_its_contract(contract: Any, name: str) -> None:
    assert check_table(contract, getattr(cohort(), name), name).num_rows > 0


def test_every_mention_cue_and_sentence_lies_where_it_says() -> None:
    for mention in rows(cohort().truth_mentions):
        text = texts()[mention["report_id"]]
        assert text[mention["start"] : mention["end"]] == mention["text"] != ""
        assert mention["sentence_start"] <= mention["start"]
        assert mention["end"] <= mention["sentence_end"] <= len(text)
        if mention["cue"] is not None:
            assert text[mention["cue_start"] : mention["cue_end"]] == mention["cue"]


def test_mentions_are_counted_in_text_order() -> None:
    last: dict[str, tuple[int, int, str]] = {}
    count: Counter[str] = Counter()
    for mention in rows(cohort().truth_mentions):
        report, place = mention["report_id"], (mention["start"], mention["end"])
        assert mention["mention_id"] == f"{report}/{count[report]}"
        assert last.get(report, (-1, -1, "")) < (*place, mention["concept_id"])
        last[report] = (*place, mention["concept_id"])
        count[report] += 1


def test_sections_are_those_that_a_reader_finds() -> None:
    for report in rows(cohort().reports):
        spans = [(s["name"], s["start"], s["end"]) for s in report["sections"]]
        assert spans == [(s.name, s.start, s.end) for s in split_sections(report["text"])]
        for name in ("indication", "findings", "impression"):
            bodies = [report["text"][start:end] for n, start, end in spans if n == name]
            assert report[name] == (bodies[0] if bodies else None)


def test_mentions_lie_in_the_section_they_name() -> None:
    sections = {row["report_id"]: row["sections"] for row in rows(cohort().reports)}
    for mention in rows(cohort().truth_mentions):
        assert any(
            s["name"] == mention["section"]
            and s["start"] <= mention["start"]
            and mention["end"] <= s["end"]
            for s in sections[mention["report_id"]]
        )


def test_nothing_is_affirmed_outside_the_sections_that_assert() -> None:
    outside = [m for m in rows(cohort().truth_mentions) if m["section"] not in ASSERTING_SECTIONS]
    assert outside
    assert {m["assertion"] for m in outside} <= {"hypothetical", "historical", "negated"}


def test_statements_gather_the_mentions_that_belong_to_them() -> None:
    mentions = {row["mention_id"]: row for row in rows(cohort().truth_mentions)}
    for finding in rows(cohort().truth_findings):
        own, *others = finding["mention_ids"]
        assert own == finding["mention_id"]
        assert mentions[own]["concept_id"] == finding["finding"]
        assert mentions[own]["assertion"] == finding["assertion"]
        assert all(own in mentions[other]["finding_ids"] for other in others)
        for category in ("side", "zone", "descriptor"):
            named = {
                mentions[m]["concept_id"] for m in others if mentions[m]["category"] == category
            }
            assert finding[f"{category}s"] == sorted(named)


def test_what_is_said_of_a_lesion_is_true_of_it() -> None:
    findings = {row["mention_id"]: row for row in rows(cohort().truth_findings)}
    groups: dict[tuple[str, int], list[Row]] = {}
    for lesion in rows(cohort().lesions):
        groups.setdefault((lesion["study_id"], lesion["lesion_group"]), []).append(lesion)
    spoken = 0
    for lesions in groups.values():
        sides = {lesion["side"] for lesion in lesions}
        zones = {zone for lesion in lesions for zone in lesion["zones"]}
        descriptors = {word for lesion in lesions for word in lesion["descriptors"]}
        for mention_id in lesions[0]["mention_ids"]:
            said = findings[mention_id]
            spoken += 1
            bilateral = {"side:bilateral"} if len(sides) == 2 else set()
            assert set(said["sides"]) <= sides | bilateral
            assert set(said["zones"]) <= zones
            assert set(said["descriptors"]) <= descriptors
            gone = lesions[0]["age"] == "resolved"
            assert gone == (said["assertion"] in ("historical", "negated"))
    assert spoken > 300


def test_what_is_there_is_never_denied_in_general() -> None:
    """A report may say that no effusion is there only where none is."""
    studies = {row["report_id"]: row["study_id"] for row in rows(cohort().studies)}
    wet = {
        row["study_id"]
        for row in rows(cohort().lesions)
        if row["finding"] == "finding:pleural_effusion" and row["age"] != "resolved"
    }
    linked = {m for row in rows(cohort().lesions) for m in row["mention_ids"]}
    for finding in rows(cohort().truth_findings):
        denied = finding["finding"] == "finding:pleural_effusion"
        if denied and finding["assertion"] == "negated" and finding["mention_id"] not in linked:
            large_only = "descriptor:large" in finding["descriptors"]
            assert large_only or studies[finding["report_id"]] not in wet


def test_affirmed_findings_of_the_lung_have_a_lesion() -> None:
    """Also a meaning, such as pneumonia, is affirmed only where an opacity can mean it."""
    has_lesion = {row["study_id"] for row in rows(cohort().lesions) if row["age"] != "resolved"}
    studies = {row["report_id"]: row["study_id"] for row in rows(cohort().studies)}
    of_lung = {"opacity", "consolidation", "infiltrate", "pneumonia", "atelectasis",
               "airspace_disease", "pleural_effusion", "pulmonary_edema", "nodule"}  # fmt: skip
    for finding in rows(cohort().truth_findings):
        name = finding["finding"].removeprefix("finding:")
        if finding["assertion"] == "affirmed" and name in of_lung:
            assert studies[finding["report_id"]] in has_lesion


@settings(max_examples=8)
@given(first=st.integers(0, 90), length=st.integers(1, 30), seed=st.integers(0, 3))
def test_any_slice_of_the_cohort_is_the_same_rows(first: int, length: int, seed: int) -> None:
    whole = make_partition(seed, 0, 120)
    part = make_partition(seed, first, first + length)
    assert part.reports.equals(whole.reports.slice(first, length))
    wanted = set(part.reports["report_id"].to_pylist())
    mentions = [m for m in rows(whole.truth_mentions) if m["report_id"] in wanted]
    assert rows(part.truth_mentions) == mentions


def test_partitions_join_into_the_whole() -> None:
    parts = list(phantom_partitions(70, seed=2, partition_rows=30))
    whole = make_partition(2, 0, 70)
    for name in ("studies", "lesions", "truth_findings"):
        joined = rows(pa.concat_tables([getattr(part, name) for part in parts]))
        key = "study_id" if name != "truth_findings" else "mention_id"
        assert sorted(joined, key=lambda r: r[key]) == sorted(
            rows(getattr(whole, name)), key=lambda r: r[key]
        )
    reports = pa.concat_tables(list(phantom_reports(70, seed=2, partition_rows=11)))
    assert rows(reports) == rows(whole.reports)


def test_another_seed_gives_other_reports() -> None:
    one, other = make_partition(0, 0, 50), make_partition(1, 0, 50)
    same = sum(a == b for a, b in zip(one.reports["text"], other.reports["text"], strict=True))
    assert same < 3


def test_reports_repeat_the_normal_and_vary_the_rest() -> None:
    mentions = rows(cohort().truth_mentions)
    spans = {(m["report_id"], m["sentence_start"], m["sentence_end"]) for m in mentions}
    sentences = Counter(" ".join(texts()[r][start:end].split()) for r, start, end in spans)
    assert len(sentences) > 0.35 * sentences.total()
    assert sentences["No pneumothorax."] > 20


def test_every_way_of_saying_is_there() -> None:
    assertions = Counter(m["assertion"] for m in rows(cohort().truth_mentions))
    assert min(assertions.values()) > 80
    everything = "\n".join(texts().values())
    for habit in ("___", "XXXX", "WET READ", "LUNGS: ", "1. ", "FINAL REPORT", "ADDENDUM"):
        assert habit in everything


def test_readers_repeat_themselves_as_real_ones_do() -> None:
    # Of the passages of as many real reports, Open-i's, 42.5% are distinct.
    passages = [
        body[passage.start : passage.end]
        for table in phantom_reports(1_884, seed=9)
        for text, sections in zip(
            table["text"].to_pylist(), table["sections"].to_pylist(), strict=True
        )
        for section in sections
        if section["name"] in ("findings", "impression")
        for body in [text[section["start"] : section["end"]]]
        for passage in load_splitter().passages(body)
    ]
    assert 0.39 < len(set(passages)) / len(passages) < 0.46
