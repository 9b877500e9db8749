"""A list of names, a line each, that packages from outside may add to."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, Final, Generic, TypeVar

from command_line.near_names import did_you_mean
from model.registries.outside import ExtensionError, load_outside

E = TypeVar("E")
_OURS: Final = "model"


class Registry(Mapping[str, E], Generic[E]):
    """Names in the order to show them; those from outside follow the own ones.

    Whoever asks for a name sees those of the packages that are installed; see
    `model.registries.outside`.

    Args:
        what: what a name is the name of, for errors, such as `region source`.
        own: name to entry, of those that are shipped. Entries are light: what they stand for is
            imported when it is used.
    """

    def __init__(self, what: str, own: Mapping[str, E]) -> None:
        self.what = what
        self._entries = dict(own)

    def register(self, name: str, entry: E) -> None:
        """Add a name; the same entry again changes nothing.

        Raises:
            ExtensionError: the name is another entry's.
        """
        if self._entries.setdefault(name, entry) != entry:
            raise ExtensionError(f"there is a {self.what} '{name}' already; take another name")

    def unlisted(self, name: str) -> str:
        """What to tell of an unlisted name: what may have been meant, and what there is."""
        meant = did_you_mean(name, self)
        return f"'{name}' is no {self.what}{meant}; there are {', '.join(self)}"

    def __getitem__(self, name: str) -> E:
        load_outside()
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        load_outside()
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        load_outside()
        return len(self._entries)


def resolve(reference: str) -> Any:
    """What a reference stands for, imported now.

    Args:
        reference: `module:name`, as entry points have it, such as `toys.losses:flat`.

    Raises:
        ExtensionError: a module from outside is not there or has no such name.
    """
    module, _, name = reference.partition(":")
    if module.partition(".")[0] == _OURS:  # a library that is missing is told with its extra
        return getattr(import_module(module), name)
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ExtensionError(
            f"'{reference}', which a package from outside has registered, cannot be imported "
            f"({type(error).__name__}: {error}); expected 'module:name'"
        ) from error


def resolve_function(reference: str) -> Callable[..., Any]:
    """The function that a reference stands for; see `resolve`.

    Raises:
        ExtensionError: it is not there, or cannot be called.
    """
    found = resolve(reference)
    if not callable(found):
        raise ExtensionError(
            f"'{reference}', which a package from outside has registered, is no function but a "
            f"{type(found).__name__}"
        )
    function: Callable[..., Any] = found
    return function
