"""Places that a finding does not state: those of what it interprets, and what zones tell of sides.

"Opacity in the left base, consistent with pneumonia" states no place of the pneumonia; "opacity in
the lingula" states no side. Both are told all the same, apart from what is stated.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from data_contracts.concepts import Category
from pipeline.rules.scene import Scene
from pipeline.rules.values import Phrase


class Place(NamedTuple):
    """A side or zone, by its statement, and the statements of the findings that it belongs to."""

    statement: int
    category: Category
    owners: tuple[int, ...]


def inherit(
    interpreted: Mapping[int, Sequence[int]], places: Sequence[Place]
) -> dict[int, tuple[int, ...]]:
    """Statements of the places that findings take over from those that they interpret.

    A finding that states a side of its own takes over none, and so with zones.

    Args:
        interpreted: for each finding's statement, in text order, those that it interprets.
        places: what is stated, in text order.
    """
    inherited: dict[int, tuple[int, ...]] = {}
    for finding, seen in interpreted.items():
        own = {place.category for place in places if finding in place.owners}
        known = {row for one in seen for row in inherited.get(one, ())}
        inherited[finding] = tuple(
            [
                place.statement
                for place in places
                if place.category not in own
                and (place.statement in known or not set(seen).isdisjoint(place.owners))
            ]
        )
    return inherited


def has_own_side(scene: Scene, zone: Phrase) -> bool:
    """Whether a side stands right before a zone, which then tells of none by its name."""
    sides = {m.end - 1 for m in scene.modifiers if m.category == "side"}
    token = zone.start - 1
    while token in scene.modifier_tokens:
        if token in sides:
            return True
        token -= 1
    return False
