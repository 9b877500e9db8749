"""Imports timm without torch's compiler, which nothing here calls.

timm marks some functions for the compiler to leave alone, and the mark loads all of it: as long as
torch itself takes. To be imported before anything that imports timm; afterwards the compiler can be
imported as ever.
"""

import sys
from typing import Any

import model.lean_torchvision  # noqa: F401 - timm imports torchvision

if "timm" not in sys.modules:
    import torch

    def _left_as_it_is(function: Any = None, *_: Any, **__: Any) -> Any:
        """In place of the compiler's mark: a function, or a decorator, that changes nothing."""
        return function if function is not None else _left_as_it_is

    _mark: Any = torch.compiler.disable
    vars(torch.compiler)["disable"] = _left_as_it_is
    try:
        import timm  # noqa: F401 - imported for those who come after
    finally:
        vars(torch.compiler)["disable"] = _mark
