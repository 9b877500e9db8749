"""Which run a page is of: its cohort, and the settings that are not the defaults."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from pipeline.settings import SHIPPED_LEXICON, Settings

_NAMES: Final = {
    "phantom": "Phantom cohort",
    "mimic_cxr": "MIMIC-CXR",
    "openi_xml": "Open-i",
    "openi_csv": "Open-i",
    "nih_reports": "ChestX-ray14",
    "padchest_gr": "PadChest-GR",
    "padchest_gr_sentences": "PadChest-GR, sentence by sentence",
    "csv": "Reports of a CSV file",
    "jsonl": "Reports of a JSONL file",
    "parquet": "Reports of a Parquet file",
}
PHANTOM: Final = "phantom"
#: Settings that change no table: how fast things are done, and what proposals are made with.
_NO_RESULTS: Final = frozenset({"nlp.workers", "nlp.model"})


@dataclass(frozen=True, slots=True)
class Differing:
    """A setting that is not the default.

    Attributes:
        key: its dotted name in `params.yaml`.
        value: what it is.
        default: what it would be.
    """

    key: str
    value: str
    default: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Which run it is.

    Attributes:
        cohort: the cohort in words, with the name of its file or folder where it is known.
        kinds: kinds of sources that the reports came from.
        generated: whether reports among them are generated.
        settings: settings that are not the defaults; None where those at hand are of another
            source than the reports.
    """

    cohort: str
    kinds: tuple[str, ...]
    generated: bool
    settings: tuple[Differing, ...] | None


def identify(kinds: Sequence[str], settings: Settings) -> Identity:
    """Name a run.

    Args:
        kinds: kinds of sources in the reports table, the most frequent first.
        settings: those at hand, which are the run's own where it was made with them.
    """
    theirs = tuple(kinds) == (settings.source.kind,)
    words = " and ".join(dict.fromkeys(_NAMES.get(kind, kind) for kind in kinds)) or "No reports"
    name = settings.source.path.name if theirs and settings.source.kind != PHANTOM else ""
    return Identity(
        cohort=f"{words}: {name}" if name else words,
        kinds=tuple(kinds),
        generated=PHANTOM in kinds,
        settings=tuple(_differing(settings, Settings())) if theirs else None,
    )


def _differing(given: BaseModel, default: BaseModel, above: str = "") -> Iterator[Differing]:
    for name in type(given).model_fields:
        key, value, usual = f"{above}{name}", getattr(given, name), getattr(default, name)
        if isinstance(value, BaseModel):
            yield from _differing(value, usual, f"{key}.")
        elif key not in _NO_RESULTS and not _same(value, usual):
            yield Differing(key, _shown(value), _shown(usual))


def _same(value: Any, usual: Any) -> bool:
    if isinstance(value, Path) and isinstance(usual, Path):
        return value.resolve() == usual.resolve()
    return bool(value == usual)


def _shown(value: Any) -> str:
    # Where the package lies is not the same on two machines.
    if value == SHIPPED_LEXICON:
        return "the shipped one"
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "none"
    return "none" if value is None else str(value)
