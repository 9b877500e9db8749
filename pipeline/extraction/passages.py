"""Sentence boundaries that survive what reports do to sentences, and passages made of them.

Rules of our own: on radiology reports a general splitter takes most of a pipeline's time and
breaks at de-identification marks, list numbers and missing spaces.
"""

import re
from itertools import pairwise
from typing import Final

from pipeline.extraction.statements import Passage

# A full stop before one of these does not end a sentence.
_ABBREVIATED: Final = "".join(
    rf"(?<!\b{word})"
    for word in ("Dr", "Mr", "Ms", "Mrs", "vs", r"e\.g", r"i\.e", "approx", r"[ap]\.m")
)

_BOUNDARY: Final = re.compile(
    rf"""
      [.!?]{{2,}}(?=\s|[A-Z_(]|$)\s*          # "base..No effusion"
    | {_ABBREVIATED}[.!?]["')\]]*\s+(?=\S)     # the ordinary end
    | (?<=[A-Za-z)\]])\.(?=[A-Z][a-z])         # "opacity.There"
    | (?<=[a-z)\]])\.(?=[A-Z]{(2,)}\s)           # "effusion.ET tube"
    | (?<=[a-zX_])\.(?=\d{{1,2}}[.)]\s)        # "effusion.2. No"
    | \n[ \t]*\n\s*                            # an empty line
    | \n[ \t]*(?=[-*\u2022]\s|\d{{1,2}}[.)]\s) # a list item on a line of its own
    | (?<=[;:,.a-z])[ \t]+(?=\d{{1,2}}[.)]\s+[A-Z])  # a list item within a line
    | \n[ \t]*(?=[A-Z][A-Za-z/&, ]{{1,40}}:)   # a heading on a line of its own
    """,
    re.VERBOSE,
)
_LIST_MARK: Final = re.compile(r"\s*(?:(?:\d{1,2}[.)]|[-*\u2022])\s+)*")
_SHORT_LINE: Final = re.compile(r"(?m)^([^\n]{1,45}[^\s,;/(-])[ \t]*\n[ \t]*(?=[A-Z][a-z])")

# A sentence that begins so speaks of what the sentence before it found.
_ANAPHORA: Final = re.compile(
    r"""
      (?:this|these|it|they|which)\b(?!\s+(?:examination|exam|study|film|radiograph|patient))
    | (?:the|this|these|that)\s+(?:findings?|appearances?|opacit(?:y|ies)|abnormalit(?:y|ies)
        |process|area|areas|changes?|distribution|differential)\b(?!\s+and\b)
    | (?:there\s+(?:is|are)\s+)?(?:\w+\s+){0,2}(?:associated|adjacent|surrounding|accompanying)\b
    | (?:findings|appearance|differential|considerations)\b(?!\s+and\b)
    | (?:may|might|could|likely|possibly|probably|most\ likely|favor)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Sentences of `text` as (start, end), in order, disjoint, without outer blanks or list marks.

    Args:
        text: a section's text, with line breaks as received.
    """
    cuts = {0, len(text)}
    cuts.update(match.end() for match in _BOUNDARY.finditer(text) if _ends_sentence(text, match))
    if "\n" in text:
        cuts.update(match.end() for match in _SHORT_LINE.finditer(text))
    ordered = sorted(cuts)
    sentences: list[tuple[int, int]] = []
    for start, end in pairwise(ordered):
        mark = _LIST_MARK.match(text, start, end)
        begin = mark.end() if mark is not None else start
        stripped = text[begin:end].rstrip()
        if stripped.strip(" .,;:-_"):
            sentences.append((begin, begin + len(stripped)))
    return sentences


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    # "1. No effusion": the number belongs to what follows it, so it cannot end a sentence.
    line_start = max(text.rfind("\n", 0, match.start()) + 1, 0)
    before = text[line_start : match.start()]
    number = re.search(r"(?:^|[.\s;:])\d{1,2}$", before)
    return number is None or match.group().strip() == ""


def split_passages(text: str) -> list[Passage]:
    """Passages of `text`: a sentence and those behind it that only speak of it.

    Args:
        text: a section's text; the offsets returned count its characters.
    """
    passages: list[Passage] = []
    for start, end in split_sentences(text):
        last = passages[-1] if passages else None
        # A list item stands for itself, whatever it begins with.
        if last and text[last.end : start].isspace() and _ANAPHORA.match(text, start, end):
            passages[-1] = Passage(last.start, end, (*last.sentences, (start, end)))
        else:
            passages.append(Passage(start, end, ((start, end),)))
    return passages
