"""Takes in what other installed packages add: the modules that their entry points name.

A package says in its metadata which of its modules registers what it adds:

    [project.entry-points."pneumoloc.model"]
    toys = "toys.registration"

The module is imported once, when a registry is first asked or settings are first read. It calls the
functions of `pneumoloc.extending`, and is to import nothing heavy itself.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final

GROUP: Final = "pneumoloc.model"
_loaded: set[EntryPoint] = set()


class ExtensionError(ValueError):
    """A package from outside cannot be used; the message names it and what to change."""


def load_outside() -> None:
    """Import the modules that installed packages name, each once a process.

    Raises:
        ExtensionError: one of them fails.
    """
    for point in _points():
        if point not in _loaded:
            _loaded.add(point)  # before it is imported: it may ask a registry
            _load(point)


@cache
def _points() -> tuple[EntryPoint, ...]:
    """Looked for once, since that reads a file of every installed package; in one order."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)))


def _load(point: EntryPoint) -> None:
    try:
        import_module(point.module)
    except Exception as error:
        _loaded.discard(point)
        package = f"{point.dist.name} {point.dist.version}" if point.dist else "of unknown name"
        raise ExtensionError(
            f"the installed package {package} cannot be used: its module '{point.module}' (entry "
            f"point '{point.name}' of {GROUP}) fails with {type(error).__name__}: {error}; repair "
            "or uninstall it"
        ) from error
