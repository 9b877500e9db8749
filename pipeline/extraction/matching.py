"""Matching the lexicon's phrases in a Doc: longest first, misspellings and ellipsis included."""

import re
from itertools import product
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne
from spacy.language import Language
from spacy.lexeme import Lexeme
from spacy.matcher import PhraseMatcher

from pipeline.extraction.lexicon import Concept, Lexicon
from pipeline.extraction.tokens import Tokens

_UNMENTION: Final = "not"
_WEAK: Final = "weak "
# Shorter words have neighbours that are words themselves.
_MISSPELT_LENGTH: Final = 8
_LEVELS: Final = frozenset({"upper", "middle", "mid", "lower"})
_BETWEEN_LEVELS: Final = frozenset({"and", "or", "/", ",", "&", "-", "left", "right", "the", "to"})
_ZONE_NOUNS: Final = frozenset({"lobe", "lobes", "lung", "lungs", "zone", "zones", "hemithorax"})
_ELLIPSIS_REACH: Final = 6


class Match(NamedTuple):
    """A phrase of the lexicon in a Doc: tokens `start` to `end`, and the rule that found it.

    A weak match counts only under the condition that `Concept.weak_phrases` states.
    """

    start: int
    end: int
    concept: Concept
    rule: str
    weak: bool = False


class LexiconMatcher:
    """Finds a lexicon's phrases in a Doc."""

    def __init__(self, nlp: Language, lexicon: Lexicon) -> None:
        self._vocab = nlp.vocab
        # What each of the matcher's keys stands for; None for what only looks like a concept.
        self._entries: dict[int, tuple[Concept, str, bool] | None] = {}
        self._known: set[int] = set()
        self._matcher = PhraseMatcher(nlp.vocab, attr="NORM")
        self._by_phrase: dict[str, Concept] = {}
        words: set[str] = set()
        for concept in lexicon.concepts:
            for key, phrases in (
                (concept.concept_id, concept.phrases),
                (f"{_WEAK}{concept.concept_id}", concept.weak_phrases),
            ):
                docs = [nlp.make_doc(text) for text in _spellings(phrases)]
                self._matcher.add(key, docs)
                entry = (concept, f"lexicon:{key}", key.startswith(_WEAK))
                self._entries[nlp.vocab.strings.add(key)] = entry
                words.update(token.text for doc in docs for token in doc)
            if concept.category == "zone":
                self._by_phrase.update(dict.fromkeys(concept.phrases, concept))
        unmentions = [nlp.make_doc(text) for text in _spellings(lexicon.unmentions)]
        self._matcher.add(_UNMENTION, unmentions)
        self._entries[nlp.vocab.strings.add(_UNMENTION)] = None
        words.update(token.text for doc in unmentions for token in doc)
        self._words = sorted(word for word in words if len(word) >= _MISSPELT_LENGTH)
        self._wordset = words

    def __call__(self, tokens: Tokens) -> list[Match]:
        """Matches in order of (start, end, concept_id); equal spans overlap only."""
        if not self._known.issuperset(tokens.orths):
            for orth in set(tokens.orths) - self._known:
                self._known.add(orth)
                self._correct(self._vocab[orth])
        found = self._matcher(tokens.doc)
        if not found:
            return []
        matches = self._longest(found)
        if not _LEVELS.isdisjoint(tokens.words):
            matches.extend(self._elliptic(tokens.words, matches))
        return sorted(matches, key=lambda m: (m.start, m.end, m.concept.concept_id))

    def _longest(self, found: list[tuple[int, int, int]]) -> list[Match]:
        """Of overlapping phrases the longest; none where that one only looks like a concept."""
        if len(found) > 1:
            found.sort(key=lambda match: (match[1] - match[2], match[1]))
        taken: dict[int, tuple[int, int]] = {}
        matches: list[Match] = []
        unsaid: set[tuple[int, int]] = set()
        for key, start, end in found:
            span = (start, end)
            if any(taken.get(token, span) != span for token in range(start, end)):
                continue
            taken.update(dict.fromkeys(range(start, end), span))
            entry = self._entries[key]
            if entry is None:
                unsaid.add(span)
            else:
                matches.append(Match(start, end, *entry))
        if unsaid:
            matches = [match for match in matches if (match.start, match.end) not in unsaid]
        return matches

    def _correct(self, lexeme: Lexeme) -> None:
        """Give a misspelt word the norm of the lexicon's word that is one slip away from it."""
        word = lexeme.lower_
        if len(word) < _MISSPELT_LENGTH or word in self._wordset or not word.isalpha():
            return
        found = extractOne(word, self._words, scorer=OSA.distance, score_cutoff=1)
        if found is not None and found[0][0] == word[0]:
            lexeme.norm_ = found[0]

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
