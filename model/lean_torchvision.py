"""Imports torchvision without torch's compiler, which nothing here calls.

torchvision's RoIAlign asks torch's compiler whether it can be used, and for that loads all of it:
as long as torch itself takes. To be imported before anything that imports torchvision; afterwards
the compiler can be imported as ever.
"""

import sys
from types import ModuleType
from typing import Any, Final


def _is_compile_supported(device: str) -> bool:
    """What the compiler itself says, loaded when it is asked."""
    from torch._dynamo.utils import is_compile_supported

    return bool(is_compile_supported(device))


_PACKAGE: Final = "torch._dynamo"
_ASKED: Final[Any] = ModuleType(f"{_PACKAGE}.utils")
_ASKED.is_compile_supported = _is_compile_supported
_STAND_INS: Final[dict[str, Any]] = {_PACKAGE: ModuleType(_PACKAGE), _ASKED.__name__: _ASKED}

if "torchvision" not in sys.modules and _PACKAGE not in sys.modules:
    import torch  # noqa: F401 - it must not find the stand-ins

    sys.modules.update(_STAND_INS)
    try:
        import torchvision  # noqa: F401 - imported for those who come after
    finally:
        for _name in _STAND_INS:
            del sys.modules[_name]
