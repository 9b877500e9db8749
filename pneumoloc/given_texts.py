"""Texts in whatever form a user has them, and the ids that they came with."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import pandas as pd

#: One text, several, a mapping from id to text, or a Series.
Texts: TypeAlias = "str | Iterable[str | None] | Mapping[Any, str | None] | pd.Series[Any]"

_EXPECTED: Final = "expected a string, a list of strings, a mapping from id to text or a Series"
# Neither can be written as UTF-8 by those who come after; offsets hold.
_UNPRINTABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


class TextsError(TypeError):
    """What was given is no text; the message has its place and type, never its words."""


@dataclass(frozen=True, slots=True)
class GivenTexts:
    """Texts in their order.

    Attributes:
        texts: what can be read of each; a missing one is empty.
        ids: theirs, where they came with any; not always unique.
    """

    texts: list[str]
    ids: "pd.Index[Any] | None"


def given_texts(texts: Any) -> GivenTexts:
    """Texts and ids of what a user has given.

    Raises:
        TextsError: it is nothing of the kind, or one of its entries is no text.
    """
    if isinstance(texts, str):
        return GivenTexts([_text(texts, "it")], None)
    if isinstance(texts, pd.Series):
        return GivenTexts(list(_each(texts.tolist())), texts.index)
    if isinstance(texts, Mapping):
        # Keys that are tuples stay one id.
        return GivenTexts(list(_each(texts.values())), pd.Index(list(texts), tupleize_cols=False))
    if isinstance(texts, pd.DataFrame):
        raise TextsError(f"{_EXPECTED}; give the column of a frame that holds the reports")
    if isinstance(texts, bytes) or not isinstance(texts, Iterable):
        raise TextsError(_wrong("it", texts))
    return GivenTexts(list(_each(texts)), None)


def one_text(text: Any) -> str:
    """What can be read of one text.

    Raises:
        TextsError: it is none.
    """
    if not isinstance(text, str) and not _is_missing(text):
        raise TextsError(
            f"expected one text as a string; it is {_article(text)}; explain one by one"
        )
    return _text(text, "it")


def _each(texts: Iterable[Any]) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield _text(text, f"text {number}")


def _text(text: Any, what: str) -> str:
    if isinstance(text, str):
        return _UNPRINTABLE.sub("\ufffd", text)
    if _is_missing(text):
        return ""
    raise TextsError(_wrong(what, text))


def _is_missing(text: Any) -> bool:
    return bool(pd.api.types.is_scalar(text) and pd.isna(text))


def _wrong(what: str, text: Any) -> str:
    read = "; read a file with path.read_text()" if hasattr(text, "read_text") else ""
    decode = "; decode bytes with .decode()" if isinstance(text, bytes) else ""
    return f"{_EXPECTED}; {what} is {_article(text)}{read}{decode}"


def _article(text: Any) -> str:
    name = type(text).__name__
    return f"an {name}" if name[0].lower() in "aeio" else f"a {name}"
