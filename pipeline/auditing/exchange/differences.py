"""What a person changed: from mentions that were exported and came back to decisions.

Tools do not keep our ids, so that a mention is known by where it stands: first by its concept too,
then by the concept's category, then by its place alone. A phrase that was moved is one removed and
another added.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Final

from pipeline.auditing.exchange.annotations import Mark, Span
from pipeline.auditing.exchange.errors import RefusedError
from pipeline.auditing.review.deciding import Asked

_KNOWN_BY: Final[tuple[Callable[[Mark], Hashable], ...]] = (
    lambda mark: (mark.span, mark.concept_id),
    lambda mark: (mark.span, mark.category),
    lambda mark: mark.span,
)


def find_differences(
    before: Sequence[Mark], after: Sequence[Mark], text: str, *, related: bool = True
) -> list[Asked]:
    """The decisions that make `after` of `before`, findings ahead of what belongs to them.

    Args:
        before: the mentions that were exported.
        after: the mentions that came back.
        text: the report's text.
        related: whether `after` tells what belongs to what.

    Raises:
        RefusedError: a change that no decision can express.
    """
    known = {mark.span for mark in before}
    after = sorted({mark if mark.span in known else _trim(mark, text) for mark in after})
    pairs, removed, added = _match(before, after)
    _check_added(added)
    left = {mark.span for mark in after if mark.category == "finding"}
    changed = [_change(one, other, left, related=related) for one, other in pairs]
    changes = [one for one in changed if one is not None]
    asked = [
        Asked(action="remove", start=mark.start, end=mark.end, before_concept=mark.concept_id)
        for mark in removed
    ]
    asked += [one for one in changes if _is_of_finding(one)]
    asked += [_addition(mark) for mark in added if mark.category == "finding"]
    asked += [one for one in changes if not _is_of_finding(one)]
    asked += [_addition(mark) for mark in added if mark.category != "finding"]
    return asked


def _trim(mark: Mark, text: str) -> Mark:
    """A phrase that a person marked, without the blanks that the mouse took along."""
    words = text[mark.start : mark.end]
    if not words.strip():
        raise RefusedError(f"{mark} is marked, but there are only blanks")
    start = mark.start + len(words) - len(words.lstrip())
    return replace(mark, start=start, end=start + len(words.strip()))


def _match(
    before: Sequence[Mark], after: Sequence[Mark]
) -> tuple[list[tuple[Mark, Mark]], list[Mark], list[Mark]]:
    pairs: list[tuple[Mark, Mark]] = []
    removed, added = list(before), list(after)
    for known_by in _KNOWN_BY:
        for mark in list(removed):
            twin = next((one for one in added if known_by(one) == known_by(mark)), None)
            if twin is not None:
                pairs.append((mark, twin))
                removed.remove(mark)
                added.remove(twin)
    return pairs, removed, added


def _check_added(added: Sequence[Mark]) -> None:
    places = [(mark.span, mark.category) for mark in added]
    for mark, place in zip(added, places, strict=True):
        if places.count(place) > 1:
            raise RefusedError(f"{mark} is one of two that were added there; keep one")


def _change(before: Mark, after: Mark, left: set[Span], *, related: bool) -> Asked | None:
    moved = before.category != after.category
    owner: Span | None = None
    if after.category != "finding":
        # Tools drop the relations of a finding that was removed, which says nothing of the rest.
        expected = tuple(one for one in before.findings if one in left)
        if moved or (related and after.findings != expected):
            owner = _owner(after)
    same = (before.concept_id, before.assertion) == (after.concept_id, after.assertion)
    if same and owner is None:
        return None
    start, end = owner or (None, None)
    return Asked(
        action="change",
        start=before.start,
        end=before.end,
        before_concept=before.concept_id,
        after_concept=after.concept_id,
        after_assertion=after.assertion,  # type: ignore[arg-type]
        finding_start=start,
        finding_end=end,
    )


def _addition(mark: Mark) -> Asked:
    start, end = (None, None) if mark.category == "finding" else _owner(mark)
    return Asked(
        action="add",
        start=mark.start,
        end=mark.end,
        after_concept=mark.concept_id,
        after_assertion=mark.assertion,  # type: ignore[arg-type]
        finding_start=start,
        finding_end=end,
    )


def _owner(mark: Mark) -> Span:
    if not mark.findings:
        raise RefusedError(
            f"{mark} belongs to no finding: relate it to one, or remove it where there is none"
        )
    if len(mark.findings) > 1:
        raise RefusedError(
            f"{mark} was related anew to several findings, and a correction can name one"
        )
    return mark.findings[0]


def _is_of_finding(asked: Asked) -> bool:
    return str(asked.after_concept).startswith("finding:")
