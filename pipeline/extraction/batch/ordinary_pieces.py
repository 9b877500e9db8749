"""Thousands of texts cut at once where nothing is left to decide: at their ordinary full stops.

What stands between two of them is nearly always a passage, wherever it is met. So one pattern takes
the texts apart, and what a piece is need be asked but once for each distinct piece. Texts that are
not of such pieces are split one by one, by all the rules (`passages.py`).
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.extraction.batch.runs import IntArray, rows_before
from pipeline.language.sentences import ITEM_MARK, LINE_BREAK, ORDINARY_GAP, ORDINARY_STOP

# Stands before each text and behind the last. No rule knows it, and it is no blank.
_BORDER: Final = "\x00"
# Before it a stop that is none of the texts', so that all dividers begin with one and a search for
# them passes by all else at once. Behind it the number of a list's first item.
_DIVIDER: Final = re.compile(
    rf"(\.{_BORDER}(?:{ITEM_MARK})?|{ORDINARY_STOP}(?:{ORDINARY_GAP}|(?=\.{_BORDER})))"
)


class Pieces(NamedTuple):
    """What stands between the ordinary stops of texts, one text behind the other.

    Attributes:
        pieces: the pieces, without the stop that ends them; none is empty.
        text: [P] the text that each is of.
        start: [P] where in that text it begins.
        end: [P] where it ends, with its stop.
        stopped: [P] whether an ordinary stop ends it; a text's last piece may have none.
        ruled: [texts] whether a text has line breaks or signs for which there are other rules.
    """

    pieces: list[str]
    text: IntArray
    start: IntArray
    end: IntArray
    stopped: npt.NDArray[np.bool_]
    ruled: npt.NDArray[np.bool_]


def cut_at_ordinary_stops(texts: Sequence[str]) -> Pieces:
    """The pieces of texts; those of the texts that are `ruled` mean nothing."""
    ruled = np.array([_BORDER in text for text in texts], dtype=bool)
    if ruled.any():
        texts = ["" if _BORDER in text else text for text in texts]
    joined = f".{_BORDER}".join(["", *texts, ""])
    # Pieces and dividers in turn. The first piece and the last stand outside of the borders.
    parts = _DIVIDER.split(joined)
    lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
    begins = rows_before(lengths)
    border = np.array([divider[1:2] == _BORDER for divider in parts[1::2]], dtype=bool)
    first = begins[1::2][border] + 2
    if "\n" in joined:
        breaks = [found.start() for found in LINE_BREAK.finditer(joined)]
        ruled[np.searchsorted(first, breaks, side="right") - 1] = True
    said = np.flatnonzero(lengths[2:-1:2])
    text = (np.cumsum(border) - 1)[said]
    start = begins[2:-1:2][said] - first[text]
    stopped = ~border[1:][said]
    return Pieces(
        pieces=[piece for piece in parts[2:-1:2] if piece],
        text=text,
        start=start,
        end=start + lengths[2:-1:2][said] + stopped,
        stopped=stopped,
        ruled=ruled,
    )
