"""Methods of localization from outside; those from here are in `model/methods/registry.py`."""

from typing import Final

from model.registries.registry import Registry

#: Name to `module:name` of its `model.methods.method.Method`.
OUTSIDE_METHODS: Final = Registry[str]("method from outside", {})


def register_method(name: str, method: str) -> None:
    """Add a method, which is then trained, read, scored and drawn beside the others.

    Args:
        name: of the method, no other's; that which its `Method` has.
        method: `module:name` of its `model.methods.method.Method`, which is imported when methods
            are used.

    Raises:
        ExtensionError: the name is taken by another method from outside.
    """
    OUTSIDE_METHODS.register(name, method)
