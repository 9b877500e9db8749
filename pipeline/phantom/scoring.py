"""How much of the phantoms' exact truth an extraction finds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from data_contracts.concepts import CATEGORIES, Category

#: Concepts that follow from a phrase and its neighbours rather than stand in the text.
_IMPLIED: Final = "implied:"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts of a comparison, and what follows from them."""

    matched: int
    missed: int
    spurious: int

    @property
    def precision(self) -> float:
        """Share of the predicted that is true; 1 where nothing is predicted."""
        predicted = self.matched + self.spurious
        return self.matched / predicted if predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the true that is predicted; 1 where nothing is true."""
        true = self.matched + self.missed
        return self.matched / true if true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = 2 * self.matched + self.missed + self.spurious
        return 2 * self.matched / total if total else 1.0


@dataclass(frozen=True, slots=True)
class PhantomScores:
    """Extraction against truth.

    Attributes:
        mentions: findings, and sides, zones and descriptors that belong to one; a mention matches
            a true one that it overlaps and whose concept it names.
        by_category: the same for each category.
        assertions_right: matched finding mentions whose assertion is right, as a share.
        by_assertion: for each true assertion, the same share.
        relations: pairs of a finding and a side, zone or descriptor of it.
        interpretations: pairs of a finding and one that is taken for it.
        findings: whole statements, with concept, assertion, sides, zones and descriptors all right.
    """

    mentions: Agreement
    by_category: dict[Category, Agreement]
    assertions_right: float
    by_assertion: dict[str, float]
    relations: Agreement
    interpretations: Agreement
    findings: Agreement


@dataclass(frozen=True, slots=True)
class MentionPair:
    """A true mention and the one that matches it; either may be lacking."""

    true: dict[str, Any] | None
    found: dict[str, Any] | None


def score_against_truth(
    mentions: pa.Table, findings: pa.Table, truth_mentions: pa.Table, truth_findings: pa.Table
) -> PhantomScores:
    """Score extracted tables; all four are of the contracts `mentions` and `findings`."""
    pairs = list(match_mentions(mentions, truth_mentions))
    by_category = {
        name: _agreement(p for p in pairs if _category(p) == name) for name in CATEGORIES
    }
    matched = [
        (pair.true["assertion"], pair.found["assertion"])
        for pair in pairs
        if pair.true and pair.found and _category(pair) == "finding"
    ]
    true_kinds = sorted({true for true, _ in matched})
    found_by_truth = {
        p.true["mention_id"]: p.found["mention_id"] for p in pairs if p.true and p.found
    }
    return PhantomScores(
        mentions=_agreement(pairs),
        by_category=by_category,
        assertions_right=_share_equal(matched),
        by_assertion={
            kind: _share_equal([m for m in matched if m[0] == kind]) for kind in true_kinds
        },
        relations=_compare(_relations(truth_mentions, found_by_truth), _relations(mentions, None)),
        interpretations=_compare(
            _interpretations(truth_findings, found_by_truth), _interpretations(findings, None)
        ),
        findings=_compare(
            _statements(truth_findings, truth_mentions, found_by_truth),
            _statements(findings, mentions, None),
        ),
    )


def match_mentions(mentions: pa.Table, truth_mentions: pa.Table) -> Iterator[MentionPair]:
    """Pair mentions that overlap and name the same concept, each at most once, in text order."""
    waiting: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in _scored(mentions):
        waiting.setdefault((row["report_id"], row["concept_id"]), []).append(row)
    for true in _scored(truth_mentions):
        candidates = waiting.get((true["report_id"], true["concept_id"]), [])
        found = next((row for row in candidates if _overlap(row, true)), None)
        if found is not None:
            candidates.remove(found)
        yield MentionPair(true, found)
    for left in waiting.values():
        for row in left:
            yield MentionPair(None, row)


def _scored(mentions: pa.Table) -> Iterator[dict[str, Any]]:
    columns = ["mention_id", "report_id", "section", "start", "end", "text", "concept_id",
               "category", "assertion", "cue", "finding_ids", "rule"]  # fmt: skip
    for row in mentions.select(columns).to_pylist():
        if row["rule"].startswith(_IMPLIED):
            continue
        # A place that belongs to no finding says nothing of one.
        if row["category"] == "finding" or row["finding_ids"]:
            yield row


def _overlap(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return bool(a["start"] < b["end"] and b["start"] < a["end"])


def _category(pair: MentionPair) -> str:
    row = pair.true or pair.found
    assert row is not None
    return str(row["category"])


def _agreement(pairs: Iterable[MentionPair]) -> Agreement:
    counts = [0, 0, 0]
    for pair in pairs:
        counts[0 if pair.true and pair.found else 1 if pair.true else 2] += 1
    return Agreement(*counts)


def _share_equal(pairs: list[tuple[str, str]]) -> float:
    return sum(a == b for a, b in pairs) / len(pairs) if pairs else 1.0


def _name(mention_id: str, names: dict[str, str] | None) -> str:
    """The found mention's id for a true one; a true one that was missed keeps a name apart."""
    return mention_id if names is None else names.get(mention_id, f"missed:{mention_id}")


def _relations(mentions: pa.Table, names: dict[str, str] | None) -> set[tuple[str, str]]:
    return {
        (_name(finding_id, names), row["concept_id"])
        for row in _scored(mentions)
        for finding_id in row["finding_ids"]
    }


def _interpretations(findings: pa.Table, names: dict[str, str] | None) -> set[tuple[str, str]]:
    return {
        (_name(row["mention_id"], names), _name(seen, names))
        for row in findings.select(["mention_id", "interprets"]).to_pylist()
        for seen in row["interprets"]
    }


def _statements(
    findings: pa.Table, mentions: pa.Table, names: dict[str, str] | None
) -> set[tuple[str, str, str, tuple[str, ...]]]:
    # From the mentions behind a statement, so that implied concepts can be left out.
    concepts = {row["mention_id"]: row["concept_id"] for row in _scored(mentions)}
    return {
        (
            _name(row["mention_id"], names),
            row["finding"],
            row["assertion"],
            tuple(sorted({concepts[m] for m in row["mention_ids"][1:] if m in concepts})),
        )
        for row in findings.to_pylist()
    }


def _compare(true: set[Any], found: set[Any]) -> Agreement:
    return Agreement(len(true & found), len(true - found), len(found - true))
