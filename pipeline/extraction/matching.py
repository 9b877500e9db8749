"""Matching the lexicon's phrases: longest first, misspellings and ellipsis included."""

import re
from itertools import product
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from pipeline.extraction.lexicon import Concept, Lexicon
from pipeline.extraction.phrase_trie import PhraseTrie
from pipeline.extraction.tokens import PlainTokenizer, Tokens

# Shorter words have neighbours that are words themselves.
_MISSPELT_LENGTH: Final = 8
# Misspellings have no end.
_CAPACITY: Final = 200_000
_LEVELS: Final = frozenset({"upper", "middle", "mid", "lower"})
_BETWEEN_LEVELS: Final = frozenset({"and", "or", "/", ",", "&", "-", "left", "right", "the", "to"})
_ZONE_NOUNS: Final = frozenset({"lobe", "lobes", "lung", "lungs", "zone", "zones", "hemithorax"})
_ELLIPSIS_REACH: Final = 6


class Match(NamedTuple):
    """A phrase of the lexicon in a text: tokens `start` to `end`, and the rule that found it.

    A weak match counts only under the condition that `Concept.weak_phrases` states.
    """

    start: int
    end: int
    concept: Concept
    rule: str
    weak: bool = False


class _Entry(NamedTuple):
    """What a phrase stands for; no concept where it only looks like one."""

    concept: Concept | None
    rule: str
    weak: bool


class LexiconMatcher:
    """Finds a lexicon's phrases among tokens."""

    def __init__(self, tokenize: PlainTokenizer, lexicon: Lexicon) -> None:
        self._trie: PhraseTrie[_Entry] = PhraseTrie()
        self._by_phrase: dict[str, Concept] = {}
        words: set[str] = set()

        def add(phrases: tuple[str, ...], entry: _Entry) -> None:
            for text in _spellings(phrases):
                tokens = tokenize(text)
                self._trie.add(tokens.norms, entry)
                words.update(tokens.words)

        for concept in lexicon.concepts:
            name = concept.concept_id
            add(concept.phrases, _Entry(concept, f"lexicon:{name}", weak=False))
            add(concept.weak_phrases, _Entry(concept, f"lexicon:weak {name}", weak=True))
            if concept.category == "zone":
                self._by_phrase.update(dict.fromkeys(concept.phrases, concept))
        add(lexicon.unmentions, _Entry(None, "lexicon:not", weak=False))
        self._words = sorted(word for word in words if len(word) >= _MISSPELT_LENGTH)
        # Each norm met so far as the lexicon spells it.
        self._spelt = {word: word for word in words}

    def __call__(self, tokens: Tokens) -> list[Match]:
        """Matches in order of (start, end, concept_id); equal spans overlap only."""
        spelt = self._spelt
        try:
            norms = [spelt[norm] for norm in tokens.norms]
        except KeyError:
            norms = [self._correct(norm) for norm in tokens.norms]
        found = self._trie.find(norms)
        if not found:
            return []
        matches = _longest(found)
        if not _LEVELS.isdisjoint(tokens.words):
            matches.extend(self._elliptic(tokens.words, matches))
        if len(matches) > 1:
            matches.sort(key=_in_text_order)
        return matches

    def _correct(self, norm: str) -> str:
        """The lexicon's word that a misspelt one is one slip away from, or the word itself."""
        known = self._spelt.get(norm)
        if known is not None:
            return known
        if len(self._spelt) >= _CAPACITY:
            self._spelt = {word: word for word in self._words}
        found = None
        if len(norm) >= _MISSPELT_LENGTH and norm.isalpha():
            found = extractOne(norm, self._words, scorer=OSA.distance, score_cutoff=1)
        corrected = found[0] if found is not None and found[0][0] == norm[0] else norm
        self._spelt[norm] = corrected
        return corrected

    def _elliptic(self, words: list[str], matches: list[Match]) -> list[Match]:
        """Zones half said: "right middle and lower lobe", "lower left lung"."""
        found: list[Match] = []
        taken = {token for match in matches for token in range(match.start, match.end)}
        for position, word in enumerate(words):
            if word not in _LEVELS or position in taken:
                continue
            head = _shared_head(words, position, matches)
            concept = self._by_phrase.get(f"{word} {head}")
            if concept is not None:
                rule = f"ellipsis:{concept.concept_id}"
                found.append(Match(position, position + 1, concept, rule))
        return found


def _in_text_order(match: Match) -> tuple[int, int, str]:
    return match.start, match.end, match.concept.concept_id


def _longest(found: list[tuple[_Entry, int, int]]) -> list[Match]:
    """Of overlapping phrases the longest; none where that one only looks like a concept."""
    if len(found) > 1:
        found.sort(key=lambda match: (match[1] - match[2], match[1]))
    taken = 0  # a bit for each token
    kept: dict[tuple[int, int], list[_Entry]] = {}
    for entry, start, end in found:
        span = (start, end)
        if span in kept:
            kept[span].append(entry)
            continue
        tokens = (1 << end) - (1 << start)
        if not taken & tokens:
            taken |= tokens
            kept[span] = [entry]
    return [
        Match(start, end, entry.concept, entry.rule, entry.weak)
        for (start, end), entries in kept.items()
        if all(entry.concept is not None for entry in entries)
        for entry in entries
        if entry.concept is not None
    ]


def _shared_head(words: list[str], level: int, matches: list[Match]) -> str:
    """The noun that the level at token `level` shares with what follows it."""
    heads = {
        m.start: " ".join(words[m.start + 1 : m.end])
        for m in matches
        if m.concept.category == "zone" and words[m.start] in _LEVELS
    }
    for position in range(level + 1, min(level + _ELLIPSIS_REACH, len(words))):
        word = words[position]
        if position in heads:
            return heads[position]
        if word in _ZONE_NOUNS:
            return word
        if word not in _BETWEEN_LEVELS and word not in _LEVELS:
            break
    return ""


def _spellings(phrases: tuple[str, ...]) -> list[str]:
    """Each phrase with its spaces as spaces or hyphens, as radiologists write both."""
    spelled: dict[str, None] = {}
    for phrase in phrases:
        words = re.split(r"[ -]", phrase)
        for joints in product(" -", repeat=min(len(words) - 1, 3)):
            rest = [" "] * (len(words) - 1 - len(joints))
            text = words[0] + "".join(
                joint + word for joint, word in zip([*joints, *rest], words[1:], strict=True)
            )
            spelled[text] = None
    return list(spelled)
