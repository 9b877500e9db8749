"""How a passage is read, one passage at a time, in the order in which a person would explain it.

This is the specification. `extraction/batch` reads millions of passages at once; tests hold the two
equal, on reports and on hostile text.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from data_contracts.concepts import Category
from pipeline.language.abbreviations import AbbreviationFinder
from pipeline.language.elided_findings import Named, elided_findings
from pipeline.language.elided_zones import elided_zones
from pipeline.language.negex import NegexCues
from pipeline.language.sentences import SentenceSplitter
from pipeline.language.spelling import Speller, spellings
from pipeline.language.tokens import PhraseWords, Token, blank_pipeline, tokenize
from pipeline.lexicon.concepts import Concept, Implication, Lexicon, load_lexicon
from pipeline.lexicon.cues import CueLexicon, load_cues
from pipeline.lexicon.entries import (
    Entry,
    abbreviated,
    elided,
    entries_of,
    implied,
    zones_by_phrase,
)
from pipeline.lexicon.grammar import Grammar, load_grammar
from pipeline.rules.condensing import condense
from pipeline.rules.overlaps import keep_longest
from pipeline.rules.reading import read_passage
from pipeline.rules.sections import SECTION_ASSERTION, STATED
from pipeline.rules.values import (
    Abbreviations,
    CuePhrase,
    PassageAnalysis,
    PassageFinding,
    PassageMention,
    PassageText,
    Phrase,
    Statement,
    TokenizedPassage,
)


class Found(NamedTuple):
    """A phrase of the lexicon in a passage: first token, token behind the last, what it is."""

    start: int
    end: int
    entry: Entry


class Reader:
    """Reads passages by the rules, one at a time.

    Attributes:
        splitter: splits texts into sentences and passages.
    """

    def __init__(self, lexicon: Lexicon, cues: CueLexicon, grammar: Grammar) -> None:
        self.splitter = SentenceSplitter(grammar.sentences)
        self._lexicon = lexicon
        self._grammar = grammar
        self._nlp = blank_pipeline()
        self._negex = NegexCues(self._nlp, cues)
        self._zones = zones_by_phrase(lexicon)
        self._phrases: dict[tuple[str, ...], dict[Entry, None]] = {}
        read = PhraseWords(self._nlp)
        for phrase, entry in entries_of(lexicon):
            for spelling in spellings(phrase):
                self._phrases.setdefault(tuple(read.norms(spelling)), {})[entry] = None
        self._longest = max(map(len, self._phrases), default=0)
        self._speller = Speller(read.met())
        self._abbreviations = AbbreviationFinder(
            self._nlp, lambda phrases: [bool(self.named(phrase)) for phrase in phrases]
        )

    def find_abbreviations(self, report: str) -> Abbreviations:
        """Abbreviations that a report defines for phrases of the lexicon, as (short, long)."""
        return self._abbreviations.find(report)

    def read(self, passage: PassageText) -> PassageAnalysis:
        """What a passage says."""
        # 1. Words.
        tokens = tokenize(self._nlp, passage.text)
        # 2. Phrases of the lexicon: the longest, zones that leave their noun to another, and what
        #    the report has abbreviations for.
        found = self._find_phrases(tokens)
        found = _in_order([*found, *self._find_elided(tokens, found)])
        found = _in_order([*found, *self._find_abbreviated(passage, tokens, found)])
        # 3. Phrases that may decide an assertion.
        cues = [CuePhrase(*hit) for hit in self._negex.find(tokens)]
        # 4. Assertions and relations.
        whole = TokenizedPassage(
            words=[token.word for token in tokens],
            sentences=_first_tokens(tokens, passage.later_sentences),
            phrases=_phrases(found),
            cues=tuple(cues),
        )
        condensed = condense(whole, self._grammar)
        statements = read_passage(condensed.passage, self._grammar) if found else []
        # 5. Offsets and names.
        named = [self._entry(statement, found) for statement in statements]
        mentions = [
            _mention(passage, tokens, statement, found[statement.phrase], entry, condensed.tokens)
            for statement, entry in zip(statements, named, strict=True)
        ]
        return PassageAnalysis(
            tuple(mentions), tuple(self._finding(mentions, statements, i) for i in _found(mentions))
        )

    def named(self, phrase: str) -> list[Concept]:
        """The concepts that a phrase names."""
        tokens = tokenize(self._nlp, phrase)
        found = self._find_phrases(tokens)
        found = _in_order([*found, *self._find_elided(tokens, found)])
        return [one.entry.concept for one in found if one.entry.concept is not None]

    def _find_phrases(self, tokens: Sequence[Token]) -> list[Found]:
        """Phrases of the lexicon; the longest win, and excluded phrases leave nothing.

        But for what is said of a noun: "mildly increased" is no mild finding, yet markings may be
        so.
        """
        norms = [self._speller.correct(token.norm) for token in tokens]
        found = [
            Found(start, end, entry)
            for start in range(len(norms))
            for end in range(start + 1, min(start + self._longest, len(norms)) + 1)
            for entry in self._phrases.get(tuple(norms[start:end]), ())
        ]
        longest = keep_longest(found)
        excluded = {(one.start, one.end) for one in longest if one.entry.concept is None}
        return _in_order(
            [one for one in longest if one.entry.subject or (one.start, one.end) not in excluded]
        )

    def _find_elided(self, tokens: Sequence[Token], found: Sequence[Found]) -> Iterator[Found]:
        lists = self._grammar.zones
        words = [token.word for token in tokens]
        levels = [self._speller.correct(token.norm) in lists.zone_levels for token in tokens]
        spans = [(one.start, one.end) for one in found]
        for token, zone in elided_zones(words, levels, spans, lists):
            if zone in self._zones:
                yield Found(token, token + 1, elided(self._zones[zone]))
        concepts = [one.entry.concept for one in found if one.entry.concept is not None]
        named = [
            Named(start, end, concept.category)
            for (start, end), concept in zip(spans, concepts, strict=True)
        ]
        for token, index in elided_findings(words, named, self._grammar.words):
            yield Found(token, token + 1, elided(concepts[index]))

    def _find_abbreviated(
        self, passage: PassageText, tokens: Sequence[Token], found: Sequence[Found]
    ) -> Iterator[Found]:
        taken = {token for one in found for token in range(one.start, one.end)}
        for index, token in enumerate(tokens):
            word = passage.text[token.start : token.end]
            for short, long in passage.abbreviations if index not in taken else ():
                if short == word:
                    for concept in self.named(long):
                        yield Found(index, index + 1, abbreviated(concept, short))

    def _finding(
        self, mentions: Sequence[PassageMention], statements: Sequence[Statement], index: int
    ) -> PassageFinding:
        own = [row for row, other in enumerate(mentions) if index in other.findings]
        inherited = statements[index].inherits
        sides, from_others = (_names(mentions, rows, "side") for rows in (own, inherited))
        lies_on = {
            self._lexicon.concept(mentions[row].concept_id).lies_on
            for row in (*own, *inherited)
            if mentions[row].category == "zone" and not statements[row].sided
        }
        return PassageFinding(
            mention=index,
            sides=sides,
            zones=_names(mentions, own, "zone"),
            descriptors=_names(mentions, own, "descriptor"),
            mentions=(index, *own),
            interprets=statements[index].interprets,
            inherited_sides=from_others,
            inherited_zones=_names(mentions, inherited, "zone"),
            implied_sides=tuple(sorted(s for s in lies_on if s and s not in sides + from_others)),
        )

    def _entry(self, statement: Statement, found: Sequence[Found]) -> Entry:
        if statement.implied is None:
            return found[statement.phrase].entry
        concept_id, by, next_to = statement.implied
        return implied(self._lexicon, Implication(concept_id, next_to), by)


def load_reader(lexicon: Path | None = None) -> Reader:
    """A reader by a folder of lexicon files, or by those that are shipped.

    Raises:
        LexiconError: a lexicon file breaks its rules.
    """
    return Reader(load_lexicon(lexicon), load_cues(lexicon), load_grammar(lexicon))


def _in_order(found: list[Found]) -> list[Found]:
    def by_place(one: Found) -> tuple[int, int, str]:
        concept = one.entry.concept
        return one.start, one.end, concept.concept_id if concept is not None else ""

    return sorted(found, key=by_place)


def _phrases(found: Sequence[Found]) -> tuple[Phrase, ...]:
    phrases: list[Phrase] = []
    last_finding: Concept | None = None
    for index, one in enumerate(found):
        concept = one.entry.concept
        assert concept is not None
        weak, subject = one.entry.weak, one.entry.subject
        again = concept is last_finding and subject is None
        phrases.append(
            Phrase(index, one.start, one.end, concept.category, weak, concept, subject, again)
        )
        if concept.category == "finding" and subject is None:
            last_finding = concept
    return tuple(phrases)


def _first_tokens(tokens: Sequence[Token], later_sentences: Sequence[int]) -> list[int]:
    """The first token of each sentence; a sentence that has none of its own is none."""
    starts = {
        next((i for i, token in enumerate(tokens) if token.start >= begin), len(tokens))
        for begin in later_sentences
    }
    return [0, *sorted(starts - {0, len(tokens)})]


def _mention(
    passage: PassageText,
    tokens: Sequence[Token],
    statement: Statement,
    found: Found,
    entry: Entry,
    counted: Sequence[int],
) -> PassageMention:
    assert entry.concept is not None
    assertion, cue_rule = statement.assertion, statement.cue_rule
    if passage.section in SECTION_ASSERTION and assertion in STATED:
        assertion, cue_rule = SECTION_ASSERTION[passage.section], f"section:{passage.section}"
    cue = None
    if statement.cue is not None:
        first, behind = statement.cue
        cue = (tokens[counted[first]].start, tokens[counted[behind - 1]].end)
    return PassageMention(
        start=tokens[found.start].start,
        end=tokens[found.end - 1].end,
        concept_id=entry.concept.concept_id,
        category=entry.concept.category,
        assertion=assertion,
        cue=cue,
        cue_rule=cue_rule,
        findings=statement.owners,
        rule=entry.rule,
    )


def _found(mentions: Sequence[PassageMention]) -> list[int]:
    return [index for index, mention in enumerate(mentions) if mention.category == "finding"]


def _names(
    mentions: Sequence[PassageMention], rows: Sequence[int], category: Category
) -> tuple[str, ...]:
    """Sorted ids of the concepts of one category that some mentions name."""
    found = {mentions[row].concept_id for row in rows if mentions[row].category == category}
    return tuple(sorted(found))
