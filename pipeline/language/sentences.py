"""Sentence boundaries that survive what reports do to sentences, and passages made of them.

Rules of our own: on radiology reports a general splitter takes most of a pipeline's time and
breaks at de-identification marks, list numbers and missing spaces.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase
from typing import Final, NamedTuple, TypeAlias

from pipeline.language.typography import readable
from pipeline.lexicon.grammar import SentenceLists, load_grammar

# "1. No effusion": the number belongs to what follows it.
_NUMBER: Final = re.compile(r"(?:\A|[.\s;:])\d{1,2}\Z")

# Each pattern begins with a rare character, so that the rest of the text is passed by at once.
_STOP: Final = re.compile(
    r"""
    [.!?](?:
        # "base..No effusion"; what does not end at a row's first stop ends at none of its others.
        (?P<many>(?<![.!?]{2})[.!?]+(?=\s|[A-Z_(]|\Z)\s*)
      | (?P<spaced>["')\]]*\s+(?=\S))                  # the ordinary end
      | (?P<closed>(?=[A-Z][a-z]|[A-Z]{2,}\s|\d{1,2}[.)](?:\s|[A-Z])))  # "base.No", "base.2. No"
    )
    """,
    re.VERBOSE,
)
_LINE: Final = re.compile(
    r"""
    \n[ \t]*(?:
        \n\s*                            # an empty line
      | (?=[*\u2022]|[-\u2013\u2014](?:\s|[A-Z]))  # a list item on a line of its own
      | (?=\(?\d{1,2}[.)](?:\s|[A-Za-z]))          # a numbered one
      | (?=[A-Z][A-Za-z/&, ]{1,40}:)     # a heading on a line of its own
    )
    """,
    re.VERBOSE,
)
# Two digits are written as they are so that the search passes by all else at once.
_ITEM: Final = re.compile(r"\d\d?[.)]\s+[A-Z]")
# "1. No", "1.No", "(1) No", "#1 No", "a) No", "1- No", "-No": closed up only before a word, as
# "1.5" and "-3" are numbers.
_COUNTED: Final = r"(?:[(#\[]?\d{1,2}[.)\]]|\#\d{1,2}(?=\s)|\d{1,2}-(?=\s)|\(?[a-h]\))"
_MARK: Final = rf"(?:(?:{_COUNTED}|[-*\u2013\u2014\u2022])(?:\s+|(?=[^\W\d_])))"
# The last mark before an item: its number or letter, or its sign.
_LAST_MARK: Final = re.compile(
    r"(?:(?P<number>\d{1,2})[.)\]-]?|(?P<letter>[a-h])\)|(?P<sign>[-*\u2013\u2014\u2022]))\s*\Z",
    re.IGNORECASE,
)
# An item behind a dash within a line, which says more than a word; a bullet always opens one.
_NEXT_SIGN: Final = re.compile(r"\s[-*\u2013\u2014]\s+(?=[A-Za-z]\w*[ \t]+\w)")
_BULLET: Final = re.compile(r"(?=\u2022\s*[A-Za-z])")
_DASHED_LINE: Final = re.compile(r"\n[ \t]*(?=-[a-z])")
_SHORT_LINE: Final = re.compile(r"(?m)^([^\n]{1,45}[^\s,;/(-])[ \t]*\n[ \t]*(?=[A-Z][a-z])")

#: Characters of a sentence or passage. What is longer, such as a table without full stops, is cut
#: at a blank: rules hold what stands in a passage against each other, and would take forever.
LONGEST_PASSAGE: Final = 1_000
_BLANKS: Final = re.compile(r"\s*")
_LAST_BLANK: Final = re.compile(r"\s(?=\S*\Z)")

# Pieces that are remembered.
_CAPACITY: Final = 100_000
# Nothing else makes no sentence.
_SAY_NOTHING: Final = " .,;:-_"


class Passage(NamedTuple):
    """The unit of analysis: a sentence, with those after it that only speak of it.

    "There is an opacity. It lies in the left base." is one passage of two sentences, so that
    relations never leave a passage, and equal passages have equal analyses.

    Attributes:
        start: offset of the first character in the text that was split.
        end: offset behind the last character.
        sentences: (start, end) of each sentence, in the same offsets.
    """

    start: int
    end: int
    sentences: tuple[tuple[int, int], ...]


#: A sentence's start and end, and whether it only speaks of what the sentence before it found.
Sentence: TypeAlias = tuple[int, int, bool]


class SentenceSplitter:
    """Splits texts into sentences and passages.

    Most full stops leave nothing to decide: before them a word that is no abbreviation, behind them
    a word or the number of an item. No rule looks across such a one, so that what stands between
    two of them is split by itself, and only once however often it is met.

    Args:
        lists: the words that it knows: abbreviations, and how sentences begin that refer back.
    """

    def __init__(self, lists: SentenceLists) -> None:
        self._anaphora = _anaphora(lists)
        # A sign that is part of a word marks no item: "-ve for pneumonia".
        signed = rf"(?!-(?:{_any_of(lists.signed_abbreviations)})\b)"
        self._list_mark = re.compile(rf"\s*(?:{signed}{_MARK})*", re.IGNORECASE)
        answers = _any_of(lists.answers)
        # Behind a question mark or a dash: up to the sentence's end, or to the line's where another
        # sentence begins on the next.
        self._answer = re.compile(
            rf"\s*(?:[-\u2013\u2014]\s*)?(?:{answers})\s*"
            r"(?:[.,;]|\Z|\n[ \t]*(?:\n|[-*\u2013\u2014\u2022]|\d{1,2}[.)]|[A-Z][a-z]))",
            re.IGNORECASE,
        )
        dotted = sorted(lists.dotted_abbreviations)
        self._abbreviated = re.compile(rf"\b(?:{_any_of(dotted)})\Z")
        # Letters that no abbreviation ends with leave nothing to look up.
        self._plain_ends = frozenset(ascii_lowercase) - {word[-1:] for word in dotted}
        sides = sorted(lists.dotted_sides)
        self._longest = max(map(len, (*dotted, *sides)), default=0) + 2
        self._side = re.compile(rf"\b(?:{_any_of(sides)})\Z")
        stop = r"\.(?<=[A-Za-z_)]\.)" + "".join(rf"(?<!{re.escape(word)}\.)" for word in dotted)
        stop += "".join(rf"(?!(?<=\b{re.escape(word)}\.)\s+[a-z])" for word in sides)
        self._certain_stop = re.compile(
            rf"{stop}(\s+(?=[A-Za-z]|\d{{1,2}}[.)]\s+\w)|(?=[A-Z][a-z]))"
        )
        # A line break that may end a sentence, but for those right behind such a stop.
        self._line_break = re.compile(
            rf"\n(?<!{stop}\n)(?<!{stop}\s\n)(?:"
            r"[ \t]*(?:\n|[-*\u2013\u2014\u2022]|\(?\d{1,2}[.!?)]|[A-Z][a-z]"
            r"|[A-Z][A-Za-z/&, ]{1,40}:)"
            r"|(?<=[ .,;:_-]\n) *[.,;:_-])"
        )
        # The sentences of pieces that were read once.
        self._pieces: dict[str, tuple[Sentence, ...]] = {}

    def passages(self, text: str) -> list[Passage]:
        """Passages of `text`: a sentence and those behind it that only speak of it.

        Args:
            text: a section's text, with line breaks as received; offsets count its characters.
        """
        return join_passages(text, self.split(text))

    def sentences(self, text: str) -> list[tuple[int, int]]:
        """Sentences of `text` as (start, end), in order, disjoint, without blanks or list marks.

        Args:
            text: a section's text, with line breaks as received.
        """
        return [(start, end) for start, end, _ in self.split(text)]

    def split(self, text: str) -> list[Sentence]:
        """Sentences of `text`, each with whether it only speaks of the one before it."""
        sentences: list[Sentence] = []
        offset = 0
        for index, piece in enumerate(self.pieces(readable(text))):
            if index % 2 == 0:
                read = self._known_piece(piece)
                sentences += [(start + offset, end + offset, back) for start, end, back in read]
            offset += len(piece)
        return sentences

    def pieces(self, text: str) -> list[str]:
        """The pieces of a text that are split by themselves, and the blanks between them, in turn.

        Joined they are the text. Line breaks that may end a sentence leave it in one piece.

        Args:
            text: what `readable` makes of a section's text.
        """
        if "\n" in text and self._line_break.search(text) is not None:
            return [text]
        parts = self._certain_stop.split(text)
        # The full stop that ends a piece is one of its own.
        parts[:-1:2] = [f"{piece}." for piece in parts[:-1:2]]
        return parts

    def read_piece(self, piece: str) -> tuple[Sentence, ...]:
        """The sentences of one of a text's `pieces`."""
        read = self._read_piece(piece)
        return read if len(piece) <= LONGEST_PASSAGE else tuple(_cut_long(piece, read))

    def _read_piece(self, piece: str) -> tuple[Sentence, ...]:
        if "\n" in piece and self._line_break.search(piece) is None:
            piece = piece.replace("\n", " ")
        if "\n" not in piece and _is_plain(piece):
            return ((0, len(piece), self._anaphora.match(piece) is not None),)
        return tuple(self._by_all_rules(piece))

    def _known_piece(self, piece: str) -> tuple[Sentence, ...]:
        known = self._pieces.get(piece)
        if known is None:
            if len(self._pieces) >= _CAPACITY:
                self._pieces.clear()
            known = self._pieces[piece] = self.read_piece(piece)
        return known

    def _by_all_rules(self, text: str) -> list[Sentence]:
        sentences: list[Sentence] = []
        for start, end in pairwise(self._with_items(text, self._cuts(text))):
            begin = start
            # Most sentences begin with a letter, and then there is no mark, and something is said.
            said = text[start : start + 1].isalpha()
            if not said:
                mark = self._list_mark.match(text, start, end)
                begin = mark.end() if mark is not None else start
            stripped = text[begin:end].rstrip()
            if said or stripped.strip(_SAY_NOTHING):
                refers_back = self._anaphora.match(stripped) is not None
                sentences.append((begin, begin + len(stripped), refers_back))
        return sentences

    def _cuts(self, text: str) -> list[int]:
        """Where `text` falls into sentences by all the rules, its own start and end included."""
        cuts = {0, len(text)}
        cuts.update(stop.end() for stop in _STOP.finditer(text) if self._ends_sentence(text, stop))
        items = (item.start() for item in _ITEM.finditer(text))
        cuts.update(start for start in items if _opens_item(text, start))
        if "\u2022" in text:
            cuts.update(bullet.start() for bullet in _BULLET.finditer(text))
        if "\n" in text:
            cuts.update(line.end() for line in _LINE.finditer(text))
            cuts.update(line.end() for line in _SHORT_LINE.finditer(text))
            if text[:1] == "-":
                cuts.update(line.end() for line in _DASHED_LINE.finditer(text))
        return sorted(cuts)

    def _with_items(self, text: str, cuts: Sequence[int]) -> list[int]:
        """The cuts, and those between the items of a list within what would be one sentence."""
        items: list[int] = []
        for start, end in pairwise(cuts):
            mark = self._list_mark.match(text, start, end)
            # Most sentences begin with a letter.
            if mark is not None and mark.end() > start:
                items += self._items(text, mark, end)
        return sorted({*cuts, *items})

    def _items(self, text: str, mark: re.Match[str], end: int) -> Iterator[int]:
        """Where items begin behind a first one: those of the next numbers, or of the same sign."""
        last = _LAST_MARK.search(mark[0])
        if last is None:
            return
        count, position = last["number"] or last["letter"], mark.end()
        while True:
            count = _next_count(count) if count else None
            item = _next_item(text, position, end, count)
            if item is None:
                return
            position = item.end()
            if count or not self._goes_on(text, position, end):
                yield item.start()

    def _goes_on(self, text: str, position: int, end: int) -> bool:
        """Whether what stands behind a dash only speaks of what is before it."""
        return any(
            pattern.match(text, position, end) is not None
            for pattern in (self._answer, self._anaphora)
        )

    def _abbreviates_side(self, text: str, stop: re.Match[str]) -> bool:
        """Whether the full stop is that of "R. lower lobe": a small letter follows."""
        if not text[stop.end() : stop.end() + 1].islower():
            return False
        return (
            self._side.search(text[max(stop.start() - self._longest, 0) : stop.start()]) is not None
        )

    def _ends_sentence(self, text: str, stop: re.Match[str]) -> bool:
        start = stop.start()
        before = text[start - 1] if start else "\n"
        if text[start] == "?" and before.isspace():
            return False  # "cough, ? pneumonia" questions what follows
        if text[start] == "?" and self._answer.match(text, stop.end()):
            return False  # "Consolidation? No."
        if self._abbreviates_side(text, stop):
            return False
        if stop.lastgroup == "spaced" and before in self._plain_ends:
            return True
        if before.isdigit() and stop["many"] is None:
            return not _is_number(text, start) and stop["closed"] is None
        if stop["closed"] is not None:
            return before.isalpha() or before in ")]_"
        if stop["spaced"] is not None and text[start] == ".":
            return self._abbreviated.search(text[max(start - self._longest, 0) : start]) is None
        return True


def join_passages(text: str, sentences: Sequence[Sentence]) -> list[Passage]:
    """Passages of sentences of `text`, as `SentenceSplitter.split` found them."""
    text = readable(text)
    passages: list[Passage] = []
    for start, end, refers_back in sentences:
        last = passages[-1] if passages else None
        # A list item stands for itself, whatever it begins with.
        if (
            refers_back
            and last is not None
            and text[last.end : start].isspace()
            and end - last.start <= LONGEST_PASSAGE
        ):
            passages[-1] = Passage(last.start, end, (*last.sentences, (start, end)))
        else:
            passages.append(Passage(start, end, ((start, end),)))
    return passages


def _cut_long(text: str, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """Sentences, those cut at a blank that are longer than any that somebody wrote."""
    for start, end, refers_back in sentences:
        begin, back = start, refers_back
        while begin < end:
            last = min(begin + LONGEST_PASSAGE, end)
            if last < end:
                blank = _LAST_BLANK.search(text, begin + LONGEST_PASSAGE // 2, last)
                last = blank.start() if blank is not None else last
            said = text[begin:last].rstrip()
            if said.strip(_SAY_NOTHING):
                yield begin, begin + len(said), back
            blanks = _BLANKS.match(text, last, end)
            begin, back = blanks.end() if blanks is not None else last, False


@lru_cache(maxsize=8)
def load_splitter(lexicon: Path | None = None) -> SentenceSplitter:
    """A splitter that knows the words of a folder of lexicon files, or of the shipped ones.

    Raises:
        LexiconError: `grammar.txt` breaks its rules.
    """
    return SentenceSplitter(load_grammar(lexicon).sentences)


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, in which any blanks may stand for one."""
    # Longer ones first, so that none hides behind its own beginning.
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) or r"(?!)"


def _anaphora(lists: SentenceLists) -> re.Pattern[str]:
    """How a sentence begins that only speaks of what the sentence before it found."""
    pronouns = _any_of(lists.anaphoric_pronouns)
    exceptions = _any_of(lists.anaphoric_pronoun_exceptions)
    determiners = _any_of(lists.anaphoric_determiners)
    nouns, bare_nouns = _any_of(lists.anaphoric_nouns), _any_of(lists.anaphoric_bare_nouns)
    not_before = rf"(?!\s+(?:{_any_of(lists.anaphoric_noun_exceptions)})\b)"
    opening = rf"(?:(?:{_any_of(lists.existential_openings)})\s+)?"
    return re.compile(
        rf"(?:{pronouns})\b(?!\s+(?:{exceptions})\b)"
        rf"|(?:{determiners})\s+(?:{nouns})\b{not_before}"
        rf"|{opening}(?:\w++\s++){{0,2}}(?:{_any_of(lists.anaphoric_adjectives)})\b"
        rf"|(?:{bare_nouns})\b{not_before}"
        rf"|(?:{_any_of(lists.anaphoric_hedges)})\b",
        re.IGNORECASE,
    )


def _is_plain(piece: str) -> bool:
    """Whether nothing in a piece can end a sentence or number an item, but for its last sign."""
    body = piece[:-1]
    # Spelled out: on short texts a third of a pattern's time.
    if "." in body or ")" in body or "?" in body or "!" in body or "\u2022" in piece:
        return False
    return piece[:1].isalpha() and not piece[-1:].isspace()


def _is_number(text: str, stop: int) -> bool:
    """Whether the full stop belongs to the number of a list item."""
    before = max(stop - 4, 0)
    line_start = text.rfind("\n", before, stop) + 1
    return _NUMBER.search(text[max(line_start, before) : stop]) is not None


def _next_count(count: str) -> str:
    """The number or letter of the next item."""
    return str(int(count) + 1) if count.isdigit() else chr(ord(count) + 1)


def _next_item(text: str, position: int, end: int, count: str | None) -> re.Match[str] | None:
    """The next item's mark within a line; of a list without numbers or letters any sign."""
    if count is None:
        return _NEXT_SIGN.search(text, position, end)
    ends = rf"[.)\]]|(?<=#{count})(?=\s)|-(?=\s)" if count.isdigit() else r"\)"
    return re.compile(rf"\s[(#\[]?{count}(?:{ends})\s*(?=[^\W\d_])").search(text, position, end)


def _opens_item(text: str, start: int) -> bool:
    """Whether a number that begins at `start` numbers a list item within its line."""
    if start == 0 or text[start - 1] not in " \t":
        return False
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    before = text[max(start - 1, 0) : start]
    return before in ";:,." or before.islower()
