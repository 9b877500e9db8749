"""The formats of annotation tools, one line each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.auditing.exchange import brat, doccano, label_studio
from pipeline.auditing.exchange.annotations import Exported, Refused, Returned
from pipeline.auditing.exchange.errors import ExchangeError
from pipeline.lexicon.concepts import Lexicon


@dataclass(frozen=True, slots=True)
class Format:
    """A tool's files.

    Attributes:
        write: puts reports, and what configures the tool, into an empty folder.
        read: gives the reports of what the tool saved, each taken over or refused; where files
            name people, those of one person.
    """

    write: Callable[[Path, Iterable[Exported], Lexicon], None]
    read: Callable[[Path, str | None], Iterator[Returned | Refused]]


FORMATS: Final = {
    "brat": Format(brat.write, brat.read),
    "doccano": Format(doccano.write, doccano.read),
    "label-studio": Format(label_studio.write, label_studio.read),
}


def format_named(name: str) -> Format:
    """The format of that name.

    Raises:
        ExchangeError: there is none.
    """
    if name not in FORMATS:
        raise ExchangeError(f"there is no format '{name}'; there are {', '.join(FORMATS)}")
    return FORMATS[name]
