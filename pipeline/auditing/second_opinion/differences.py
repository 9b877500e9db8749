"""Where labels and a second reader differ, the most telling first.

Of differences alike (same concept, same two values) one stands for all until each kind had its
turn: fifty reports that miss the same word tell as much as one of them. Before the turns goes how
much a difference says:

1. one affirms what the other denies, or only one of them affirms;
2. either doubts;
3. only one of them denies.

Within a turn the order is the same, finer, and then by how many reports are alike.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import pyarrow as pa

from data_contracts.concepts import AFFIRMED, CATEGORIES, NEGATED, UNCERTAIN, category_of

#: A value of a label table; None where nothing is mentioned.
Value = int | None

_WORDS: Final[dict[Value, str]] = {
    AFFIRMED: "affirmed",
    NEGATED: "negated",
    UNCERTAIN: "uncertain",
    None: "not mentioned",
}
#: How much a pair of ours and theirs says, the most first; and where a new group begins.
_TELLING: Final[tuple[tuple[tuple[Value, Value], ...], ...]] = (
    ((AFFIRMED, NEGATED), (NEGATED, AFFIRMED), (None, AFFIRMED), (AFFIRMED, None)),
    ((UNCERTAIN, AFFIRMED), (AFFIRMED, UNCERTAIN), (UNCERTAIN, NEGATED), (NEGATED, UNCERTAIN),
     (None, UNCERTAIN), (UNCERTAIN, None)),
    ((None, NEGATED), (NEGATED, None)),
)  # fmt: skip
_RANKS: Final = {
    pair: (group, rank) for group, pairs in enumerate(_TELLING) for rank, pair in enumerate(pairs)
}


class Difference(NamedTuple):
    """A report and a concept that two readers do not say the same of."""

    report_id: str
    concept_id: str
    ours: Value
    theirs: Value
    model: str = ""

    @property
    def words(self) -> str:
        """It in words, without the concept."""
        return f"{_WORDS[self.theirs]} there, {_WORDS[self.ours]} here"


@dataclass(frozen=True, slots=True)
class Alike:
    """Differences of one kind: `reports` reports have it."""

    concept_id: str
    ours: Value
    theirs: Value
    reports: int

    @property
    def words(self) -> tuple[str, str]:
        """Ours and theirs in words."""
        return _WORDS[self.ours], _WORDS[self.theirs]


def find_differences(
    report_id: str,
    ours: Mapping[str, int],
    theirs: Mapping[str, int],
    stated: Iterable[str],
    model: str = "",
) -> list[Difference]:
    """A report's differences.

    Args:
        report_id: the report.
        ours: concept id to 1, 0 or -1.
        theirs: the same of the second reader.
        stated: concepts that either names itself; what is only implied by others differs where
            these do.
        model: who the second reader is.
    """
    return [
        Difference(report_id, concept, ours.get(concept), theirs.get(concept), model)
        for concept in sorted(set(stated))
        if ours.get(concept) != theirs.get(concept)
    ]


def most_telling_first(differences: Sequence[Difference]) -> list[int]:
    """The order to show differences in, as places in `differences`."""
    size = Counter(_kind(one) for one in differences)
    turn: defaultdict[tuple[str, Value, Value], int] = defaultdict(int)
    keys = {}
    for place in sorted(range(len(differences)), key=lambda place: differences[place].report_id):
        one = differences[place]
        kind = _kind(one)
        group, rank = _RANKS[one.ours, one.theirs]
        named = _in_order(one.concept_id)
        keys[place] = (group, turn[kind], rank, -size[kind], named, one.report_id, place)
        turn[kind] += 1
    return sorted(keys, key=keys.__getitem__)


def in_telling_order(disagreements: pa.Table) -> pa.Table:
    """Rows of the disagreements table, the most telling first.

    Two hedges that are read apart differ in nothing, and come last.
    """
    rows = disagreements.select(["report_id", "concept_id", "ours", "reference"]).to_pylist()
    found = [Difference(*row.values()) for row in rows]
    differing = [place for place, one in enumerate(found) if one.ours != one.theirs]
    order = [differing[place] for place in most_telling_first([found[one] for one in differing])]
    order += sorted(set(range(len(found))) - set(differing))
    return disagreements.take(pa.array(order, pa.int64()))


def kinds_of_differences(confusion: pa.Table) -> list[Alike]:
    """Which differences there are in how many reports, the most telling first.

    Args:
        confusion: rows of the confusion table.
    """
    values = {("unmentioned" if value is None else word): value for value, word in _WORDS.items()}
    found = [
        Alike(row["concept_id"], values[row["ours"]], values[row["reference"]], row["reports"])
        for row in confusion.to_pylist()
        if row["ours"] != row["reference"]
    ]

    def telling(one: Alike) -> tuple[int, int, int, tuple[int, str]]:
        group, rank = _RANKS[one.ours, one.theirs]
        return (group, -one.reports, rank, _in_order(one.concept_id))

    return sorted(found, key=telling)


def _in_order(concept_id: str) -> tuple[int, str]:
    """Findings go before their places."""
    return (CATEGORIES.index(category_of(concept_id)), concept_id)


def _kind(one: Difference) -> tuple[str, Value, Value]:
    return (one.concept_id, one.ours, one.theirs)
