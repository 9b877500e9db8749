"""What to install where a library is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

_OURS: Final = ("pneumoloc", "pipeline", "model", "command_line", "data_contracts")


@contextmanager
def needs(extra: Literal["pipeline", "model"]) -> Iterator[None]:
    """Import in this context what `extra` brings.

    Raises:
        ModuleNotFoundError: a library is missing; the message says how it is installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "a library").partition(".")[0]
        if name in _OURS:
            raise
        message = f"{name} is not installed; pip install 'pneumoloc[{extra}]' brings it"
        raise ModuleNotFoundError(message, name=error.name) from None
