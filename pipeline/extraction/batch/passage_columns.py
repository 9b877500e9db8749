"""From patterns back to passages: the words, concepts and offsets of each, column by column."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from data_contracts.concepts import ASSERTIONS, CATEGORIES
from pipeline.extraction.batch.analyses import (
    CONCEPT_LINKS,
    MENTION_FIELDS,
    AnalysisColumns,
)
from pipeline.extraction.batch.matching import Entries, MatchColumns
from pipeline.extraction.batch.memo_keys import MemoKeys
from pipeline.extraction.batch.pattern_store import (
    FINDING_FIELDS,
    STATEMENT_FIELDS,
    PatternColumns,
)
from pipeline.extraction.batch.runs import IntArray, expand_runs, rows_before
from pipeline.extraction.batch.token_columns import TokenColumns
from pipeline.rules.sections import SECTION_ASSERTION, STATED
from pipeline.rules.values import PassageText


def _groups(**names: str) -> IntArray:
    """[categories] the place in `CONCEPT_LINKS` of each category's links, -1 where it has none."""
    return np.array(
        [CONCEPT_LINKS.index(names[name]) if name in names else -1 for name in CATEGORIES]
    )


_ASSERTION_CODES: Final = {name: code for code, name in enumerate(ASSERTIONS)}
_OWN_ASSERTION: Final = {
    section: _ASSERTION_CODES[assertion] for section, assertion in SECTION_ASSERTION.items()
}
_STATED: Final = [_ASSERTION_CODES[assertion] for assertion in STATED]
# By category, which of `CONCEPT_LINKS` a concept is stated in, or inherited.
_OWN_GROUP: Final = _groups(side="sides", zone="zones", descriptor="descriptors")
_INHERITED_GROUP: Final = _groups(side="inherited_sides", zone="inherited_zones")


class ReadPassages(NamedTuple):
    """Passages taken apart.

    Attributes:
        tokens: their tokens.
        matches: their phrases.
        entries: what the phrases stand for.
        pattern: [passages] the pattern of each, or -1 where it says nothing.
        keys: whose tokens the pattern counts.
        patterns: what the patterns say.
    """

    tokens: TokenColumns
    matches: MatchColumns
    entries: Entries
    pattern: IntArray
    keys: MemoKeys
    patterns: PatternColumns


class _Strings:
    """Strings by their number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def code(self, strings: Iterable[str]) -> IntArray:
        """The number of each string."""
        numbers = self.numbers
        return np.array(
            [numbers.setdefault(string, len(numbers)) for string in strings], dtype=np.int64
        )

    def code_by(self, names: Sequence[str], places: IntArray) -> IntArray:
        """The number of the name at each of `places`, -1 where that is below 0."""
        used, inverse = np.unique(places, return_inverse=True)
        codes = self.code([names[place] for place in used[used >= 0].tolist()])
        of_used: IntArray = np.concatenate([np.full(len(used) - len(codes), -1), codes])
        return of_used[inverse]


class _Statements(NamedTuple):
    """The statements of all passages, one passage behind the other.

    Attributes:
        passage: [S] the passage of each.
        fields: of its pattern's row, by `STATEMENT_FIELDS`.
        match: [S] its phrase.
        entry: [S] what that stands for here.
        first: [passages] the first of each passage.
    """

    passage: IntArray
    fields: dict[str, IntArray]
    match: IntArray
    entry: IntArray
    first: IntArray


def analysis_columns(passages: Sequence[PassageText], read: ReadPassages) -> AnalysisColumns:
    """All that passages say."""
    speaks = read.pattern >= 0
    table = np.zeros((len(passages), 4), dtype=np.int64)
    table[speaks] = read.patterns.patterns[read.pattern[speaks]]
    first_statement, statements, first_finding, findings = table.T
    rows, passage = expand_runs(first_statement, statements)
    spoken = _statements(read, rows, passage, rows_before(statements))
    strings = _Strings()
    links, _ = expand_runs(spoken.fields["first_owner"], spoken.fields["owners"])
    mentions = _mentions(passages, read, spoken, strings)
    found, owner = expand_runs(first_finding, findings)
    finding_rows, finding_links = _findings(read, found, owner, spoken, strings)
    finding_rows[:, 1] += len(links)
    return AnalysisColumns(
        passages=np.column_stack([spoken.first, statements, rows_before(findings), findings]),
        mentions=mentions,
        findings=finding_rows,
        links=np.concatenate([read.patterns.links[links], finding_links]),
        strings=list(strings.numbers),
    )


def _statements(
    read: ReadPassages, rows: IntArray, passage: IntArray, first: IntArray
) -> _Statements:
    fields = dict(zip(STATEMENT_FIELDS, read.patterns.statements[rows].T, strict=True))
    of_match = read.tokens.text[read.matches.start]
    match = np.searchsorted(of_match, passage) + fields["phrase"]
    entry = np.where(fields["entry"] >= 0, fields["entry"], read.matches.entry[match])
    return _Statements(passage, fields, match, entry, first)


def _mentions(
    passages: Sequence[PassageText], read: ReadPassages, spoken: _Statements, strings: _Strings
) -> IntArray:
    tokens, entries, fields = read.tokens, read.entries, spoken.fields
    start = tokens.start[read.matches.start[spoken.match]]
    end = tokens.end[read.matches.end[spoken.match] - 1]
    has_cue = fields["cue_start"] >= 0
    cue_start, cue_end = np.full(len(start), -1), np.full(len(start), -1)
    base = read.keys.first[spoken.passage]
    counted = read.keys.counted
    cue_start[has_cue] = tokens.start[counted[(base + fields["cue_start"])[has_cue]]]
    cue_end[has_cue] = tokens.end[counted[(base + fields["cue_end"])[has_cue] - 1]]
    texts = [passage.text for passage in passages]
    assertion, cue_rule = _by_section(passages, read, spoken, strings)
    cue = np.full(len(start), -1)
    cue[has_cue] = strings.code(
        _slices(texts, spoken.passage[has_cue], cue_start[has_cue], cue_end[has_cue])
    )
    columns = {
        "start": start,
        "end": end,
        "text": strings.code(_slices(texts, spoken.passage, start, end)),
        "concept_id": strings.code_by(entries.concept_ids(), spoken.entry),
        "category": entries.columns().category[spoken.entry],
        "assertion": assertion,
        "cue_start": cue_start,
        "cue_end": cue_end,
        "cue": cue,
        "rule": strings.code_by(entries.rules(), spoken.entry),
        "cue_rule": cue_rule,
        "first_link": rows_before(fields["owners"]),
        "links": fields["owners"],
    }
    return np.column_stack([columns[name] for name in MENTION_FIELDS])


def _slices(texts: Sequence[str], text: IntArray, start: IntArray, end: IntArray) -> Iterable[str]:
    rows = zip(text.tolist(), start.tolist(), end.tolist(), strict=True)
    return [texts[row][begin:stop] for row, begin, stop in rows]


def _by_section(
    passages: Sequence[PassageText], read: ReadPassages, spoken: _Statements, strings: _Strings
) -> tuple[IntArray, IntArray]:
    """Assertion and cue rule of each statement; sections that assert nothing have their own."""
    sections = [passage.section for passage in passages]
    own = np.array([_OWN_ASSERTION.get(section, -1) for section in sections], dtype=np.int64)
    assertion = spoken.fields["assertion"]
    cue_rule = strings.code_by(read.patterns.cue_rules, spoken.fields["cue_rule"])
    changed = (own[spoken.passage] >= 0) & np.isin(assertion, _STATED)
    of_section = strings.code(f"section:{section}" for section in sections)
    return (
        np.where(changed, own[spoken.passage], assertion),
        np.where(changed, of_section[spoken.passage], cue_rule),
    )


class _Linked(NamedTuple):
    """Statements that findings link to.

    Attributes:
        finding: [L] the finding.
        statement: [L] the statement, by its place in its passage.
        entry: [L] what that stands for.
        sided: [L] whether a side stands right before it.
    """

    finding: IntArray
    statement: IntArray
    entry: IntArray
    sided: IntArray


def _findings(
    read: ReadPassages, found: IntArray, owner: IntArray, spoken: _Statements, strings: _Strings
) -> tuple[IntArray, IntArray]:
    """Rows of `AnalysisColumns.findings`, and what they link to, counted from its own first."""
    fields = dict(zip(FINDING_FIELDS, read.patterns.findings[found].T, strict=True))
    linked: dict[str, _Linked] = {}
    first = fields["first_own"]
    for name in ("own", "interprets", "inherits"):
        rows, finding = expand_runs(first, fields[name])
        statement = read.patterns.links[rows]
        place = spoken.first[owner[finding]] + statement
        sided = spoken.fields["sided"][place]
        linked[name] = _Linked(finding, statement, spoken.entry[place], sided)
        first = first + fields[name]
    of_concept, group, rank = _concepts(read, linked["own"], linked["inherits"])
    counts = np.bincount(
        of_concept * len(CONCEPT_LINKS) + group, minlength=len(found) * len(CONCEPT_LINKS)
    ).reshape(len(found), len(CONCEPT_LINKS))
    concepts = strings.code_by(read.entries.ranked_ids, rank)
    own, seen = linked["own"], linked["interprets"]
    links = np.concatenate([concepts, fields["statement"], own.statement, seen.statement])
    of = np.concatenate([of_concept, np.arange(len(found)), own.finding, seen.finding])
    mentions = np.column_stack([fields["own"] + 1, fields["interprets"]])
    first_link = rows_before(counts.sum(axis=1) + mentions.sum(axis=1))
    table = np.column_stack([fields["statement"], first_link, counts, mentions])
    return table, links[np.argsort(of, kind="stable")]


def _concepts(
    read: ReadPassages, own: _Linked, inherited: _Linked
) -> tuple[IntArray, IntArray, IntArray]:
    """The concepts of all findings: the finding, the place in `CONCEPT_LINKS`, and the rank.

    A concept that several phrases name is listed once, the concepts in alphabetic order.
    """
    entries = read.entries.columns()
    ranks = len(read.entries.ranked_ids)
    groups = len(CONCEPT_LINKS)

    def keyed(one: _Linked, group: IntArray, rank: IntArray) -> IntArray:
        keys: IntArray = (one.finding * groups + group) * ranks + rank
        return keys

    stated = keyed(own, _OWN_GROUP[entries.category[own.entry]], entries.rank[own.entry])
    taken = keyed(
        inherited,
        _INHERITED_GROUP[entries.category[inherited.entry]],
        entries.rank[inherited.entry],
    )
    both = _Linked(*(np.concatenate(pair) for pair in zip(own, inherited, strict=True)))
    side = entries.lies_on[both.entry]
    by_name = (side >= 0) & (both.sided == 0)
    # A side that is stated or inherited need not be implied.
    known = [keyed(both, np.full(len(side), CONCEPT_LINKS.index(name)), side)
             for name in ("sides", "inherited_sides")]  # fmt: skip
    there = [np.isin(keys, found) for keys, found in zip(known, (stated, taken), strict=True)]
    by_name &= ~(there[0] | there[1])
    implied = keyed(both, np.full(len(side), CONCEPT_LINKS.index("implied_sides")), side)[by_name]
    keys = np.unique(np.concatenate([stated, taken, implied]))
    group, rank = keys // ranks, keys % ranks
    return group // groups, group % groups, rank
