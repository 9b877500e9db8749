"""The analysis of one passage: tokens, mentions, assertions, relations, in plain rows."""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from data_contracts.concepts import Assertion
from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.extraction.abbreviations import AbbreviationFinder
from pipeline.extraction.assertion import PLAIN, Decision, SentenceCues
from pipeline.extraction.cues import CueMatcher, load_cues
from pipeline.extraction.lexicon import Lexicon, load_lexicon
from pipeline.extraction.matching import LexiconMatcher, Match
from pipeline.extraction.passages import split_sentences
from pipeline.extraction.relations import Scene, attach, make_scene
from pipeline.extraction.statements import PassageAnalysis, PassageFinding, PassageMention
from pipeline.extraction.tokens import PlainTokenizer, Tokens, blank_pipeline

# Without one of these a passage is one sentence.
_INNER_STOP: Final = re.compile(r"[.!?\n]|\d[.)]")
_BLANK: Final = re.compile(r"[^\S ]")
# What a section says by its nature, where no cue says otherwise.
_SECTION_ASSERTION: Final[dict[str, Assertion]] = {
    "indication": "hypothetical",
    "history": "historical",
    "comparison": "historical",
    "technique": "hypothetical",
    "other": "hypothetical",
}
_LUNG_WORDS: Final = frozenset(
    "lung lungs lobe lobes pulmonary parenchymal parenchyma airspace alveolar midlung".split()
)
_STRENGTH: Final = ("affirmed", "uncertain", "historical", "hypothetical", "negated")


class _Placed(NamedTuple):
    """A match with what is said of it and the findings (by match) that it belongs to."""

    match: Match
    decision: Decision
    owners: tuple[Match, ...]


class Extractor:
    """Analyses passages. Cheap enough to build once in every worker; never sent between them."""

    def __init__(self, lexicon: Lexicon, cue_folder: Path | None = None) -> None:
        cues = load_cues(cue_folder)
        self.lexicon = lexicon
        nlp = blank_pipeline()
        self._tokenize = PlainTokenizer(nlp)
        self._matcher = LexiconMatcher(self._tokenize, lexicon)
        self._cues = CueMatcher(nlp, cues)
        self._abbreviations = AbbreviationFinder(nlp, self._matcher)
        self.fingerprint = _fingerprint(lexicon.fingerprint, cues.fingerprint)

    def find_abbreviations(self, text: str) -> tuple[tuple[str, str], ...]:
        """Abbreviations that a report defines for phrases of the lexicon, as (short, long)."""
        return self._abbreviations(text)

    def analyse(
        self, text: str, section: str, abbreviations: Sequence[tuple[str, str]] = ()
    ) -> PassageAnalysis:
        """All that a passage says.

        Args:
            text: the passage as it stands in the report.
            section: the section's name; outside the asserting sections nothing is affirmed.
            abbreviations: what `find_abbreviations` found in the whole report.
        """
        flat, offsets = _flatten(text)
        tokens = self._tokenize(flat)
        matches = self._matcher(tokens)
        if abbreviations:
            matches = self._abbreviations.expand(tokens, matches, abbreviations)
        if not matches:
            return PassageAnalysis((), ())
        sentences = _token_sentences(tokens.starts, text, offsets)
        sentence_of = [0] * len(tokens.words)
        for ordinal, (start, end) in enumerate(sentences[1:], start=1):
            sentence_of[start:end] = [ordinal] * (end - start)
        scene = make_scene(tokens.words, matches, sentence_of)
        if any(finding.weak for finding in scene.findings):
            scene = replace(scene, findings=_without_strangers(scene))
        decisions = self._decide(tokens, scene, sentences)
        placed = _place(scene, decisions, self.lexicon)
        default = None if section in ASSERTING_SECTIONS else _SECTION_ASSERTION.get(section)
        return _rows(tokens, placed, sentence_of, offsets, default, section)

    def _decide(
        self, tokens: Tokens, scene: Scene, sentences: list[tuple[int, int]]
    ) -> list[Decision]:
        """What is said of each of the scene's findings."""
        cues = self._cues.find(tokens) if scene.findings else None
        if cues is None or not cues.cues:
            return [PLAIN] * len(scene.findings)
        of_sentence = [SentenceCues(tokens.words, sentence, cues) for sentence in sentences]
        return [
            of_sentence[scene.sentence_of[finding.start]].decide(finding, scene.findings)
            for finding in scene.findings
        ]


def load_extractor(lexicon: Path | None = None) -> Extractor:
    """Build an extractor from a folder of lexicon files, or from those that are shipped.

    Raises:
        LexiconError: a lexicon file breaks its rules.
    """
    return Extractor(load_lexicon(lexicon), lexicon)


def _fingerprint(*parts: str) -> str:
    """A digest of the lexicon and of this package's own code: either changes what is extracted."""
    digest = hashlib.sha256("".join(parts).encode())
    package = resources.files("pipeline.extraction")
    for module in sorted(package.iterdir(), key=lambda entry: entry.name):
        if module.name.endswith(".py"):
            digest.update(module.read_bytes())
    return digest.hexdigest()


def _flatten(text: str) -> tuple[str, list[int] | None]:
    """`text` on one line with single blanks, and each character's offset in `text` if any moved."""
    flat = _BLANK.sub(" ", text)
    if "  " not in flat and flat[:1] != " ":
        return flat, None
    kept = [i for i, c in enumerate(flat) if c != " " or (i > 0 and flat[i - 1] != " ")]
    return "".join(flat[i] for i in kept), [*kept, len(text)]


def _token_sentences(
    token_starts: list[int], text: str, offsets: list[int] | None
) -> list[tuple[int, int]]:
    """Sentences as tokens (start, end); they are cut in the text as received."""
    firsts = [0]
    if _INNER_STOP.search(text, 0, len(text) - 1):
        starts = [start for start, _ in split_sentences(text)][1:]
        received = token_starts if offsets is None else [offsets[start] for start in token_starts]
        for start in starts:
            first = bisect_left(received, start)
            if firsts[-1] < first < len(received):
                firsts.append(first)
    return list(pairwise([*firsts, len(token_starts)]))


def _place(scene: Scene, decisions: list[Decision], lexicon: Lexicon) -> list[_Placed]:
    findings = scene.findings
    placed = [
        _Placed(finding, decision, ())
        for finding, decision in zip(findings, decisions, strict=True)
    ]
    if not scene.modifiers:
        return placed
    for modifier, owners in _without_weak(scene, attach(scene)):
        said = [_of_place(decisions[index]) for index in owners]
        if len(said) > 1:
            said.sort(key=_strength)
        decision = said[0] if said else PLAIN
        placed.append(_Placed(modifier, decision, tuple([findings[index] for index in owners])))
    if any(modifier.concept.beside for modifier in scene.modifiers):
        placed.extend(_implied(placed, lexicon))
    return placed


def _strength(decision: Decision) -> int:
    return _STRENGTH.index(decision.assertion)


def _of_place(decision: Decision) -> Decision:
    """What is said of a finding's place: "left base atelectasis versus scar" is left for sure."""
    if decision.cue is not None and decision.cue.identity:
        return PLAIN
    return decision


def _without_strangers(scene: Scene) -> tuple[Match, ...]:
    """The findings, less the weak ones whose sentence does not speak of the lung."""
    lung_sentences = {
        sentence
        for word, sentence in zip(scene.words, scene.sentence_of, strict=True)
        if word in _LUNG_WORDS
    }
    lung_sentences.update(
        scene.sentence_of[m.start] for m in scene.modifiers if m.concept.category == "zone"
    )
    return tuple(
        finding
        for finding in scene.findings
        if not finding.weak or scene.sentence_of[finding.start] in lung_sentences
    )


def _without_weak(
    scene: Scene, attached: list[tuple[int, ...]]
) -> list[tuple[Match, tuple[int, ...]]]:
    """Modifiers with their findings; weak ones only where nothing else of their kind is."""
    pairs = list(zip(scene.modifiers, attached, strict=True))
    if not any(modifier.weak for modifier in scene.modifiers):
        return pairs
    taken = {
        (modifier.concept.category, index)
        for modifier, owners in pairs
        if not modifier.weak
        for index in owners
    }
    kept: list[tuple[Match, tuple[int, ...]]] = []
    for modifier, owners in pairs:
        if modifier.weak:
            owners = tuple(i for i in owners if (modifier.concept.category, i) not in taken)
        if owners or not modifier.weak:
            kept.append((modifier, owners))
    return kept


def _implied(placed: list[_Placed], lexicon: Lexicon) -> list[_Placed]:
    """Concepts that hold only beside another: the right "mid lung" is the middle lobe's."""
    implied: list[_Placed] = []
    for item in placed:
        for implication in item.match.concept.beside:
            if _nearest_beside(item, placed) == implication.beside:
                concept = lexicon.concept(implication.concept_id)
                rule = f"implied:{item.match.concept.concept_id} with {implication.beside}"
                match = Match(item.match.start, item.match.end, concept, rule)
                implied.append(_Placed(match, item.decision, item.owners))
    return implied


def _nearest_beside(item: _Placed, placed: list[_Placed]) -> str | None:
    """The side nearest to a zone among those of the same findings."""
    sides = [
        other.match
        for other in placed
        if other.match.concept.category == "side"
        and any(owner is own for owner in other.owners for own in item.owners)
    ]
    nearest = min(sides, key=lambda side: abs(side.start - item.match.start), default=None)
    return nearest.concept.concept_id if nearest is not None else None


def _rows(
    tokens: Tokens,
    placed: list[_Placed],
    sentence_of: Sequence[int],
    offsets: list[int] | None,
    default: Assertion | None,
    section: str,
) -> PassageAnalysis:
    if len(placed) > 1:
        placed.sort(key=_in_text_order)
    position = {id(item.match): index for index, item in enumerate(placed)}
    mentions: list[PassageMention] = []
    for match, decision, owners in placed:
        assertion, cue = decision
        span, rule = None, None
        if cue is not None:
            span = _characters(tokens, cue.start, cue.end, offsets)
            rule = f"cue:{cue.assertion} {cue.direction}"
        if default is not None and assertion in ("affirmed", "uncertain"):
            assertion, rule = default, f"section:{section}"
        start, end = _characters(tokens, match.start, match.end, offsets)
        mentions.append(
            PassageMention(
                start,
                end,
                sentence_of[match.start],
                match.concept.concept_id,
                match.concept.category,
                assertion,
                span,
                rule,
                tuple([position[id(owner)] for owner in owners]),
                match.rule,
            )
        )
    return PassageAnalysis(tuple(mentions), _findings(mentions))


def _in_text_order(item: _Placed) -> tuple[int, int, str]:
    match = item.match
    return match.start, match.end, match.concept.concept_id


def _findings(mentions: list[PassageMention]) -> tuple[PassageFinding, ...]:
    own: dict[int, list[int]] = {
        index: [] for index, mention in enumerate(mentions) if mention.category == "finding"
    }
    for index, mention in enumerate(mentions):
        for finding in mention.findings:
            own[finding].append(index)
    return tuple([_finding(index, modifiers, mentions) for index, modifiers in own.items()])


def _finding(index: int, own: list[int], mentions: list[PassageMention]) -> PassageFinding:
    if not own:
        return PassageFinding(index, (), (), (), (index,))
    concepts: dict[str, set[str]] = {"side": set(), "zone": set(), "descriptor": set()}
    for i in own:
        concepts[mentions[i].category].add(mentions[i].concept_id)
    sides, zones, descriptors = (tuple(sorted(found)) for found in concepts.values())
    return PassageFinding(index, sides, zones, descriptors, (index, *own))


def _characters(tokens: Tokens, start: int, end: int, offsets: list[int] | None) -> tuple[int, int]:
    begin, stop = tokens.starts[start], tokens.ends[end - 1]
    if offsets is None:
        return begin, stop
    return offsets[begin], offsets[stop - 1] + 1
