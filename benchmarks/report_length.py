"""Whether the time that a report takes grows as its length does, whatever it is made of.

    uv run python benchmarks/report_length.py [--longest 1000000] [--patience 120]

Reports of ten thousand characters and more, each of one kind of text, go through all that a report
goes through: sections, sentences, tokens, phrases, cues, relations. Shown are seconds, and by how
much the time grows from a length to one ten times as long; 10 is linear. Seconds are those of the
processor, so that others who use it count little. But for ordinary text and the endless sentence no
stretch of 300 characters is met again, as what was read once is not read again.
"""

import argparse
import gc
import random
import signal
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count, pairwise
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from data_contracts.quarantine import Location, Rejected
from pipeline.extraction.batch.assembly import extract_reports
from pipeline.extraction.batch.extractor import Extractor, load_extractor
from pipeline.extraction.batch.passage_store import PassageStore
from pipeline.phantom.cohort import make_partition
from pipeline.sources.composition import check_report
from pipeline.sources.records import ReceivedReport
from pipeline.stages.ingest import report_table

SHORTEST: Final = 10_000
#: By how much a time may grow from a length to one ten times as long, and still be told as linear:
#: what is done once a report weighs less in a long one, and memory is slower than caches.
LINEAR: Final = 15.0
Make = Callable[[int], str]


class GaveUp(BaseException):
    """A report took too long; no reader takes this for an error of its own."""


#: Numbers that no text had before.
NUMBERS: Final = count()


def repeated(unit: str, length: int) -> str:
    """A unit of text, as often as fits; numbers between keep it from being known already."""
    stretch = unit * (300 // len(unit) + 1)
    times = length // len(stretch) + 1
    return "".join(f"{stretch}{next(NUMBERS)} " for _ in range(times))[:length]


def without_break(unit: str, length: int) -> str:
    """A unit of text, as often as fits, and then a letter."""
    return (unit * (length // len(unit) + 1))[: length - 1] + "a"


def any_words(words: tuple[str, ...], length: int) -> str:
    """Words and marks in any order, of which no two stretches are alike."""
    chosen = random.Random(next(NUMBERS))  # noqa: S311 - no secret
    return " ".join(chosen.choices(words, k=length // 4))[:length]


def numbered(form: str, length: int) -> str:
    """A form with one number after the other in it."""
    return "".join(form.format(next(NUMBERS)) for _ in range(length // len(form) + 1))[:length]


def ordinary(texts: tuple[str, ...], length: int) -> str:
    """Many reports' sentences behind one another."""
    text = "\n".join(texts)
    return text[:length] if length <= len(text) else repeated(text, length)


def endless(words: tuple[str, ...], length: int) -> str:
    """One sentence, without any end."""
    return repeated(" ".join(words) + " ", length)


def of_class(members: str, length: int) -> str:
    """Words of a report between runs of one class of Unicode's characters."""
    return repeated(
        f"{members} opacity {members[:3]}left{members[3:5]} no pneumonia {members}", length
    )


def kinds() -> Mapping[str, Make]:
    """Each kind of text by its name."""
    partition = make_partition(0, 0, 2500)
    texts = tuple(partition.reports["text"].to_pylist())
    words = tuple(
        word.strip(".,:;()")
        for text in texts[:60]
        for word in text.lower().split()
        if word.isalpha()
    )
    found: dict[str, Make] = {
        "ordinary": partial(ordinary, texts),
        "one sentence": partial(endless, words),
        "one word": partial(repeated, "opacity"),
        "no no no": partial(repeated, "no "),
        "no opacity no opacity": partial(repeated, "no opacity "),
        "commas": partial(repeated, ","),
        "opacity, opacity": partial(repeated, "opacity, "),
        "left and right and": partial(repeated, "left and right "),
        "opening brackets": partial(repeated, "("),
        "brackets": partial(repeated, "(a) [b] {c} "),
        "(GGO) defined": partial(repeated, "ground glass opacity (GGO) "),
        "line ends": partial(repeated, "\n"),
        "blanks": partial(repeated, " "),
        "rulers": partial(repeated, "_" * 12 + "\n"),
        "marks": partial(repeated, "___ "),
        "colons": partial(repeated, "A: "),
        "headings": partial(repeated, "FINDINGS: Clear.\n\nIMPRESSION: Opacity.\n\n"),
        "digits and dots": partial(repeated, "1.2.3. "),
        "list": partial(repeated, "\n1. opacity"),
        "slashes": partial(repeated, "opacity/"),
        "hyphens": partial(repeated, "right-"),
        "capitals": partial(repeated, "OPACITY IN THE LEFT BASE. "),
        "any words": partial(any_words, (*words, *",.:;()-/", "no", "or", "(RLL)", "\n")),
        "no opacity, no opacity,": partial(repeated, "no opacity, "),
        "prominent prominent": partial(repeated, "prominent "),
        "a, b, c or d": partial(repeated, "opacity, edema, effusion or nodule, "),
        "abbreviations defined": partial(numbered, "a{0}b right opacity (A{0}B). "),
        "brackets within brackets": lambda length: "(" * (length // 2) + ")" * (length // 2),
        "1. 2. 3.": partial(numbered, "{}. "),
        "1. 2. 3. on lines": partial(numbered, "\n{}. Opacity"),
        "headings in headings": partial(repeated, "FINDINGS: FINDINGS: "),
        "headings with colons": partial(repeated, "FINDINGS: a: b\n"),
        "short lines": partial(repeated, "Opacity\nLeft\n"),
        "dates": partial(repeated, "[**2101-1-1**] 12/12/2020 10:10 AM "),
        "colons alone": partial(without_break, ":"),
        "stops and a letter": partial(without_break, "."),
        "question marks": partial(repeated, "? - "),
        "tags": partial(repeated, "<p a=b&amp;"),
    }
    members: dict[str, list[str]] = {}
    for number in range(sys.maxunicode + 1):
        of = members.setdefault(unicodedata.category(chr(number)), [])
        if len(of) < 40 and not 0xD800 <= number < 0xE000:  # halves of characters are no text
            of.append(chr(number))
    for name, of in sorted(members.items()):
        if of:
            found[f"Unicode {name}"] = partial(of_class, "".join(of))
    return found


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Give up behind some seconds."""

    def give_up(*_: object) -> None:
        raise GaveUp

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def seconds_of(extractor: Extractor, text: str) -> float:
    """The time that one report takes, nothing being known of any passage."""
    extractor.clear()
    gc.collect()
    gc.disable()  # as extraction does
    store = PassageStore(extractor)
    started = time.process_time()
    try:
        received = ReceivedReport(Location("made-up", 1), "r", None, None, None, text)
        report = check_report(received, len(text))
        if not isinstance(report, Rejected):
            extract_reports(report_table([report], "csv"), store)
    finally:
        gc.enable()
    return time.process_time() - started


def loaded() -> Extractor:
    """An extractor as in a long run: spaCy remembers the first ten thousand words, no later one."""
    extractor = load_extractor()
    seconds_of(extractor, numbered("{} ", 200_000))
    return extractor


def main() -> int:
    """Time all kinds, show them, and return how many are not linear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--longest", type=int, default=1_000_000)
    parser.add_argument("--patience", type=int, default=120)
    parser.add_argument("--kind", action="append")
    given: Any = parser.parse_args()
    lengths = [SHORTEST]
    while lengths[-1] * 10 <= given.longest:
        lengths.append(lengths[-1] * 10)
    extractor = loaded()
    shown = Table("text", *(f"{length:,}" for length in lengths), "growth", "linear")
    bad = 0
    for name, make in kinds().items():
        if given.kind and name not in given.kind:
            continue
        taken: list[float] = []
        try:
            for length in lengths:
                with patience(given.patience):
                    taken.append(seconds_of(extractor, make(length)))
        except GaveUp:
            extractor = loaded()  # the other was broken off in the middle of something
        growth = [later / earlier for earlier, later in pairwise(taken)]
        linear = len(taken) == len(lengths) and max(growth, default=0.0) <= LINEAR
        bad += not linear
        cells = [f"{one:.3f}" for one in taken] + ["gave up"] * (len(lengths) - len(taken))
        grown = " ".join(f"{one:.1f}" for one in growth)
        shown.add_row(name, *cells, grown, "yes" if linear else "NO")
        print(name, *cells, grown, "yes" if linear else "NO", flush=True)
    Console(width=110).print(shown)
    return bad


if __name__ == "__main__":
    sys.exit(main())
