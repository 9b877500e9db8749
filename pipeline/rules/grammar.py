"""The little grammar that reach and attachment need: verbs, links and clause joints, by word.

All words that those rules know stand here, so that two words that are in the same sets are one to
them (`stand_in`).
"""

import re
from collections.abc import Sequence
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
    "between inside through obscuring layering localized located centered occupies occupy "
    "involves involve affects affect fills fill filling".split()
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

#: Verbs that tie a finding to a descriptor behind them.
COPULAS: Final = frozenset("is are was were remains remain appears appear".split())

#: Words that join clauses, so that no modifier is told of a finding beyond them.
CLAUSE_JOINTS: Final = frozenset({";", "but", "however", "although", "while", "whereas"})

#: Words between two findings that share what is said before or behind them.
SHARING_LINKS: Final = frozenset({"/", "or", "versus", "vs", "and/or", "and", "&"})

#: Words that may stand between a finding and the place right behind it.
LOOSE_JOINTS: Final = frozenset(
    {"-", "(", ":", "lung", "lateral", "medial", "posterior", "anterior"}
)

#: Adjectives that belong to the name of a place.
NOUN_ADJECTIVES: Final = frozenset(
    "lateral medial posterior anterior superior inferior entire remaining upper lower mid -".split()
)

#: Nouns that make a place of what stands before them: "with a basilar predominance".
DISTRIBUTIONS: Final = frozenset({"predominance", "predominant", "preponderance", "distribution"})

#: Nouns of places in the lung.
PLACE_NOUNS: Final = frozenset(
    "lung lungs base bases lobe lobes zone zones region regions area hemithorax side field "
    "aspect portion segment".split()
)

#: Anatomy outside the lung: "left" in "the left rib" places no lung finding.
ELSEWHERE: Final = frozenset(
    "rib ribs clavicle shoulder humerus hemidiaphragm diaphragm heart ventricle atrium "
    "neck axilla abdomen quadrant arm chest ventricular atrial subclavian jugular ij upper- "
    "extremity scapula breast kidney pulmonary-artery paratracheal mediastinum mediastinal "
    "aorta".split()
)

#: Words before the less likely of two: "atelectasis is favored over pneumonia".
COMPARISONS: Final = frozenset({"over", "than"})

#: Words that tell that a sentence speaks of the lung.
LUNG_WORDS: Final = frozenset(
    "lung lungs lobe lobes pulmonary parenchymal parenchyma airspace alveolar midlung".split()
)

VERSUS: Final = frozenset({"versus", "vs", "v"})

#: Words that divide alternatives.
ALTERNATIVES: Final = frozenset({"or", "versus", "vs", "and/or"})

#: Words with which a clause of its own may begin behind a comma or "and".
SUBJECTS: Final = frozenset({"the", "there", "this", "these", "it", "heart"})

CONJUNCTIONS: Final = frozenset({"and", "or", "nor", "/", "&"})

#: Words that end the noun phrase in which a `near` cue reaches.
NEAR_ENDS: Final = frozenset({"in", "within", "at", "over", "with", "without", "to", "from"})

#: Words behind a heading's colon or dash that leave it a cue: "Pneumothorax: -."
STATEMENT_ENDS: Final = frozenset({".", ";", ","})

# Words that a rule asks for by name.
_NAMED: Final = tuple(
    frozenset({word}) for word in ", : - of and or to clear with throughout".split()
)
_SETS: Final = (
    *(value for value in list(globals().values()) if isinstance(value, frozenset)),
    *_NAMED,
)

# What de-identification leaves in a word's place.
_MASK: Final = re.compile(r"x{3,}|_+|\[\*\*.*")


def is_mask(word: str) -> bool:
    """Whether a word is a de-identification mark, behind which any word may have stood."""
    return _MASK.fullmatch(word) is not None


def is_adverb(word: str) -> bool:
    """Whether a word tells how or where something is: "bilaterally", "throughout"."""
    return word.endswith("ly") or word == "throughout"


def _kind(word: str, ignored: Sequence[frozenset[str]] = ()) -> tuple[bool, ...]:
    members = (word in words and words not in ignored for words in _SETS)
    return (is_mask(word), is_adverb(word), *members)


# Words that no rule knows, an adverb and a mask among them, stand for all others like them.
_KNOWN: Final = ("*", "*ly", "___", *sorted(frozenset().union(*_SETS)))
_BY_KIND: Final = {_kind(word): word for word in reversed(_KNOWN)}
#: The words that stand for all words.
STAND_INS: Final = tuple(dict.fromkeys(_BY_KIND.values()))
_CODES: Final = {kind: STAND_INS.index(word) for kind, word in _BY_KIND.items()}


def stand_in(word: str) -> int:
    """The place in `STAND_INS` of the word that to every rule is like `word`.

    What rules decide of a text with stand-ins in its words' places they decide of every text that
    has the same ones.
    """
    return _CODES[_kind(word)]


def stand_ins_without(*ignored: frozenset[str]) -> tuple[int, ...]:
    """For each of `STAND_INS` one that is like it but for some sets of words, itself at best."""
    first: dict[tuple[bool, ...], int] = {}
    for code, word in enumerate(STAND_INS):
        # Of those that are alike the one that is in none of these sets, if there is one.
        if not any(word in words for words in ignored):
            first.setdefault(_kind(word), code)
    for code, word in enumerate(STAND_INS):
        first.setdefault(_kind(word, ignored), code)
    return tuple(first[_kind(word, ignored)] for word in STAND_INS)
