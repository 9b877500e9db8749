"""The little grammar that reach and attachment need: verbs, links and clause joints, by word."""

import re
from typing import Final

#: Words with which a clause says something of its subject.
FINITE_VERBS: Final = frozenset(
    "is are was were has have had shows show showed demonstrates demonstrate demonstrated "
    "reveals reveal revealed appears appear appeared remains remain remained contains contain "
    "persists persist persisted represents represent reflects reflect suggests suggest measures "
    "measure indicates indicate obscures obscure silhouettes may might could can should would "
    "will does do did overlies overlie projects project extends extend".split()
)

#: Words that join members of a list.
LIST_LINKS: Final = frozenset({"and", "or", "nor", ",", "/", "&", "and/or", "versus", "vs", "plus"})

#: Words that lead from a finding to its place.
LOCATIVES: Final = frozenset(
    "in within at of over overlying involving along near throughout adjacent about on from to "
    "into projecting across around abutting affecting occupying behind beneath above below "
    "between inside through obscuring layering localized located centered".split()
)

#: Words that may stand between a modifier and its noun without being either.
DETERMINERS: Final = frozenset({"the", "a", "an", "this", "these", "that", "those", "its", "their"})

#: Marks that no modifier reaches over.
BREAKS: Final = frozenset({";", ":", ".", "..", "(", ")", "?", "!"})

#: Words that close a noun phrase, so that no modifier before them belongs to a noun behind them.
PREPOSITIONS: Final = frozenset(
    "of for with without by as due from than since after before during per via despite no not "
    "otherwise concerning suspicious representing reflecting suggesting favoring".split()
)

#: Words with which a finding takes over the place of the one before it.
COMPANIONS: Final = frozenset(
    "associated adjacent accompanying overlying underlying surrounding superimposed concomitant "
    "compressive".split()
)

#: Nouns of which a finding is made: in "small areas of patchy density" the density is small.
PARTITIVES: Final = frozenset(
    "area areas focus foci region regions patch patches amount degree component element zone "
    "zones band bands streak streaks collection pocket".split()
)

# What de-identification leaves in a word's place.
_MASK: Final = re.compile(r"x{3,}|_+|\[\*\*.*")


def is_mask(word: str) -> bool:
    """Whether a word is a de-identification mark, behind which any word may have stood."""
    return _MASK.fullmatch(word) is not None
