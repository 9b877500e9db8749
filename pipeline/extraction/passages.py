"""Sentence boundaries that survive what reports do to sentences, and passages made of them.

Rules of our own: on radiology reports a general splitter takes most of a pipeline's time and
breaks at de-identification marks, list numbers and missing spaces. Most sentences end in a way
that leaves nothing to decide; there a text is taken apart at once. The rules judge the pieces, and
what they say of a piece is remembered, because reports repeat each other.
"""

import re
from functools import lru_cache, partial
from itertools import pairwise
from string import ascii_lowercase
from typing import Final

from pipeline.extraction.statements import Passage

# A full stop behind one of these does not end a sentence.
_ABBREVIATED: Final = re.compile(r"\b(?:Dr|Mr|Ms|Mrs|vs|e\.g|i\.e|approx|[ap]\.m)\Z")
_LONGEST_ABBREVIATION: Final = 8
# Letters that none of them ends with.
_ORDINARY: Final = frozenset(set(ascii_lowercase) - set("egmprsx"))
# "1. No effusion": the number belongs to what follows it.
_NUMBER: Final = re.compile(r"(?:\A|[.\s;:])\d{1,2}\Z")

# Each pattern begins with a rare character, so that the rest of the text is passed by at once.
_STOP: Final = re.compile(
    r"""
    [.!?](?:
        (?P<many>[.!?]+(?=\s|[A-Z_(]|\Z)\s*)           # "base..No effusion"
      | (?P<spaced>["')\]]*\s+(?=\S))                  # the ordinary end
      | (?P<closed>(?=[A-Z][a-z]|[A-Z]{2,}\s|\d{1,2}[.)]\s))  # "opacity.There", "effusion.2. No"
    )
    """,
    re.VERBOSE,
)
_LINE: Final = re.compile(
    r"""
    \n[ \t]*(?:
        \n\s*                            # an empty line
      | (?=[-*\u2022]\s|\d{1,2}[.)]\s)   # a list item on a line of its own
      | (?=[A-Z][A-Za-z/&, ]{1,40}:)     # a heading on a line of its own
    )
    """,
    re.VERBOSE,
)
# Two digits are written as they are so that the search passes by all else at once.
_ITEM: Final = re.compile(r"\d\d?[.)]\s+[A-Z]")
_LIST_MARK: Final = re.compile(r"\s*(?:(?:\d{1,2}[.)]|[-*\u2022])\s+)*")
_SHORT_LINE: Final = re.compile(r"(?m)^([^\n]{1,45}[^\s,;/(-])[ \t]*\n[ \t]*(?=[A-Z][a-z])")

# A sentence that begins so speaks of what the sentence before it found.
_ANAPHORA: Final = re.compile(
    r"""
      (?:this|these|it|they|which)\b(?!\s+(?:examination|exam|study|film|radiograph|patient))
    | (?:the|this|these|that)\s+(?:findings?|appearances?|opacit(?:y|ies)|abnormalit(?:y|ies)
        |process|area|areas|changes?|distribution|differential)\b(?!\s+and\b)
    | (?:there\s+(?:is|are)\s+)?(?:\w++\s++){0,2}(?:associated|adjacent|surrounding|accompanying)\b
    | (?:findings|appearance|differential|considerations)\b(?!\s+and\b)
    | (?:may|might|could|likely|possibly|probably|most\ likely|favor)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


# A full stop that ends a sentence by the rules below, whatever stands around it: behind a letter
# (or a mark of de-identification, or a bracket) that ends none of the abbreviations.
_ORDINARY_STOP: Final = r"\.(?<=[A-Za-z_)]\.)(?<![^a-z][a-z]\.)(?<!Mrs\.)(?<!vs\.)(?<!rox\.)"
# Behind it the text ends, or a letter begins a sentence, be it an item of a list. No rule looks
# across such a place, so what stands before and behind it can be split each by itself.
_ORDINARY_END: Final = re.compile(
    rf"{_ORDINARY_STOP}(\s+(?:(?:\d{{1,2}}[.)]|[-*\u2022])\s+)?(?=[A-Za-z_])|\Z)"
)
# The number of a list's first item, which begins a text as the others do behind a stop.
_FIRST_MARK: Final = re.compile(r"\d{1,2}[.)]\s+(?=[A-Za-z_])")
# A line break that may end a sentence without such a stop, or stands amid signs that say nothing;
# all others are mere blanks.
_BREAK: Final = re.compile(
    rf"\n(?<!{_ORDINARY_STOP}\n)(?<!{_ORDINARY_STOP}\s\n)(?:"
    r"[ \t]*(?:\n|[-*\u2022]\s|\d{1,2}[.!?)]|[A-Z][a-z]|[A-Z][A-Za-z/&, ]{1,40}:)"
    r"|(?<=[ .,;:_-]\n) *[.,;:_-])"
)
# Nothing else makes no sentence.
_SAY_NOTHING: Final = " .,;:-_"
# Without one of these a piece is one sentence. Spelled out, they are passed by at once.
_INNER_END: Final = re.compile(r"\.|!|\?|\)(?<=\d\))")
# Pieces remembered, and the longest of them: what is longer or rarer is seldom met again, and
# these are some 10 MB.
_REMEMBERED: Final = 1 << 16
_LONGEST_REMEMBERED: Final = 200

# Pieces found to be a passage each. A set answers in a third of a cache's time.
_known_passages: Final[set[str]] = set()
# Past the class's own constructor, which takes as long as the rest of the work on a passage.
_new_passage: Final = partial(tuple.__new__, Passage)

# A sentence, and whether it only speaks of what the sentence before it found.
_Sentence = tuple[int, int, bool]


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Sentences of `text` as (start, end), in order, disjoint, without outer blanks or list marks.

    Args:
        text: a section's text, with line breaks as received.
    """
    return [sentence for passage in split_passages(text) for sentence in passage.sentences]


def split_passages(text: str) -> list[Passage]:
    """Passages of `text`: a sentence and those behind it that only speak of it.

    Args:
        text: a section's text; the offsets returned count its characters.
    """
    # A text of one sentence that was met before.
    if text[:-1] in _known_passages and text[-1] == ".":
        return [_new_passage((0, len(text), ((0, len(text)),)))]
    passages: list[Passage] = []
    if "\n" in text:
        if _BREAK.search(text):
            _append(passages, text, 0, _sentences(text, _cuts(text)))
            return passages
        text = text.replace("\n", " ")
    start = 0
    if text[:1].isdigit() and (mark := _FIRST_MARK.match(text)):
        start = mark.end()
    pieces = _ORDINARY_END.split(text[start:])
    pieces_and_gaps = iter(pieces)
    for piece, gap in zip(pieces_and_gaps, pieces_and_gaps, strict=False):
        end = start + len(piece) + 1
        if piece in _known_passages or _is_passage(piece):
            passages.append(_new_passage((start, end, ((start, end),))))
        else:
            _append(passages, text, start, _sentences_of_piece(piece))
        start = end + len(gap)
    # What no ordinary stop ends.
    rest = pieces[-1]
    if not rest:
        return passages
    if rest in _known_passages or _is_passage(rest):
        end = start + len(rest.rstrip())
        passages.append(_new_passage((start, end, ((start, end),))))
    else:
        _append(passages, text, start, _sentences(rest, _cuts(rest)))
    return passages


def _append(
    passages: list[Passage], text: str, offset: int, sentences: tuple[_Sentence, ...]
) -> None:
    """Add sentences, whose own offsets count from `offset`, to the passages before them."""
    for begin, stop, follows in sentences:
        start, end = begin + offset, stop + offset
        # A list item stands for itself, whatever it begins with.
        if follows and passages and text[passages[-1].end : start].isspace():
            last = passages[-1]
            passages[-1] = Passage(last.start, end, (*last.sentences, (start, end)))
        else:
            passages.append(_new_passage((start, end, ((start, end),))))


def _is_passage(piece: str) -> bool:
    """Whether a piece, with or without a stop, is one sentence that speaks for itself."""
    said = piece[:1].isalpha() or (piece[:1] == "_" and piece.rstrip().strip(_SAY_NOTHING))
    if not said or _INNER_END.search(piece) or _ANAPHORA.match(piece):
        return False
    if len(piece) <= _LONGEST_REMEMBERED:
        if len(_known_passages) >= _REMEMBERED:
            _known_passages.clear()
        _known_passages.add(piece)
    return True


def _sentences_of_piece(piece: str) -> tuple[_Sentence, ...]:
    """Sentences of a piece and the stop behind it."""
    if len(piece) > _LONGEST_REMEMBERED:
        return _sentences(piece + ".", _cuts(piece + "."))
    return _remembered_sentences(piece)


@lru_cache(maxsize=_REMEMBERED // 4)
def _remembered_sentences(piece: str) -> tuple[_Sentence, ...]:
    text = piece + "."
    return _sentences(text, _cuts(text) if _INNER_END.search(piece) else [0, len(text)])


def _sentences(text: str, cuts: list[int]) -> tuple[_Sentence, ...]:
    sentences: list[_Sentence] = []
    for start, end in pairwise(cuts):
        begin = start
        # Most sentences begin with a letter, and then there is no mark, and something is said.
        said = text[start : start + 1].isalpha()
        if not said:
            mark = _LIST_MARK.match(text, start, end)
            begin = mark.end() if mark is not None else start
        stripped = text[begin:end].rstrip()
        if said or stripped.strip(_SAY_NOTHING):
            follows = _ANAPHORA.match(stripped) is not None
            sentences.append((begin, begin + len(stripped), follows))
    return tuple(sentences)


def _cuts(text: str) -> list[int]:
    """Where `text` falls into sentences by all the rules, its own start and end included."""
    cuts = [0, len(text)]
    cuts += [match.end() for match in _STOP.finditer(text) if _ends_sentence(text, match)]
    cuts += [match.start() for match in _ITEM.finditer(text) if _opens_item(text, match.start())]
    if "\n" in text:
        cuts += [match.end() for match in _LINE.finditer(text)]
        cuts += [match.end() for match in _SHORT_LINE.finditer(text)]
    return sorted(set(cuts)) if len(cuts) > 2 else cuts


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    start = match.start()
    before = text[start - 1] if start else "\n"
    if match.lastgroup == "spaced" and before in _ORDINARY:
        return True
    if before.isdigit() and match["many"] is None:
        line_start = text.rfind("\n", 0, start) + 1
        return _NUMBER.search(text[max(line_start, start - 4) : start]) is None and (
            match["closed"] is None
        )
    if match["closed"] is not None:
        return before.isalpha() or before in ")]_"
    if match["spaced"] is not None and text[start] == ".":
        return _ABBREVIATED.search(text[max(start - _LONGEST_ABBREVIATION, 0) : start]) is None
    return True


def _opens_item(text: str, start: int) -> bool:
    """Whether a number that begins at `start` numbers a list item within its line."""
    before = text[:start].rstrip(" \t")[-1:]
    return start > 0 and text[start - 1] in " \t" and (before in ";:,." or before.islower())
