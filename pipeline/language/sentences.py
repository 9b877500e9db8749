"""Sentence boundaries that survive what reports do to sentences, and passages made of them.

Rules of our own: on radiology reports a general splitter takes most of a pipeline's time and
breaks at de-identification marks, list numbers and missing spaces. Most sentences end in a way
that leaves nothing to decide; there many texts are taken apart at once (`ordinary_pieces.py`).
"""

import re
from itertools import pairwise
from string import ascii_lowercase
from typing import Final

from pipeline.rules.statements import Passage

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
_MARK: Final = r"(?:\d{1,2}[.)]|[-*\u2022])\s+"
_LIST_MARK: Final = re.compile(rf"\s*(?:{_MARK})*")
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


# A full stop that ends a sentence by these rules, whatever stands around it: behind a letter (or a
# mark of de-identification, or a bracket) that ends none of the abbreviations. A text may begin
# behind a NUL.
ORDINARY_STOP: Final = r"\.(?<=[A-Za-z_)]\.)(?<![^a-z\x00][a-z]\.)(?<!Mrs\.)(?<!vs\.)(?<!rox\.)"
# A list item's mark that may begin a text, as it may follow such a stop.
ITEM_MARK: Final = r"\d{1,2}[.)]\s+(?=\w)"
# Behind the stop a word begins a sentence, be it an item of a list. No rule looks across such a
# place, so what stands before and behind it can be split each by itself.
ORDINARY_GAP: Final = rf"(?:\s+(?:{_MARK})?(?=\w)|(?=[A-Z][a-z]|[A-Z]{{2,}}\s))"
# A line break that may end a sentence without such a stop, or stands amid signs that say nothing;
# all others are mere blanks.
LINE_BREAK: Final = re.compile(
    rf"\n(?<!{ORDINARY_STOP}\n)(?<!{ORDINARY_STOP}\s\n)(?:"
    r"[ \t]*(?:\n|[-*\u2022]\s|\d{1,2}[.!?)]|[A-Z][a-z]|[A-Z][A-Za-z/&, ]{1,40}:)"
    r"|(?<=[ .,;:_-]\n) *[.,;:_-])"
)
# Nothing else makes no sentence.
_SAY_NOTHING: Final = " .,;:-_"

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
    passages: list[Passage] = []
    for start, end, follows in _sentences(_unwrapped(text)):
        # A list item stands for itself, whatever it begins with.
        if follows and passages and text[passages[-1].end : start].isspace():
            last = passages[-1]
            passages[-1] = Passage(last.start, end, (*last.sentences, (start, end)))
        else:
            passages.append(Passage(start, end, ((start, end),)))
    return passages


def is_sentence(piece: str, stop: str) -> bool:
    """Whether a piece between ordinary stops is one sentence, from its first sign to its last.

    Args:
        piece: without the stop that ends it.
        stop: that stop, or nothing.
    """
    text = _unwrapped(piece)
    if text[:1].isalpha() and not text[-1:].isspace() and not _may_have_several(text):
        return True
    return [span[:2] for span in _sentences(text + stop)] == [(0, len(piece + stop))]


def only_follows(sentence: str) -> bool:
    """Whether a sentence only speaks of what the sentence before it found."""
    return _ANAPHORA.match(sentence) is not None


def _may_have_several(text: str) -> bool:
    # Spelled out: on short texts a third of a pattern's time.
    return "." in text or ")" in text or "?" in text or "!" in text


def _unwrapped(text: str) -> str:
    """The text with blanks for line breaks, unless one of them may end a sentence."""
    if "\n" in text and LINE_BREAK.search(text) is None:
        return text.replace("\n", " ")
    return text


def _sentences(text: str) -> list[_Sentence]:
    sentences: list[_Sentence] = []
    for start, end in pairwise(_cuts(text)):
        begin = start
        # Most sentences begin with a letter, and then there is no mark, and something is said.
        said = text[start : start + 1].isalpha()
        if not said:
            mark = _LIST_MARK.match(text, start, end)
            begin = mark.end() if mark is not None else start
        stripped = text[begin:end].rstrip()
        if said or stripped.strip(_SAY_NOTHING):
            sentences.append((begin, begin + len(stripped), only_follows(stripped)))
    return sentences


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
    if text[start] == "?" and before.isspace():
        return False  # "cough, ? pneumonia" questions what follows
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
