"""Imports spaCy without what extraction never calls: torch, and spaCy's command line.

spaCy loads torch where it finds it, for networks of its own; that costs each process three seconds
and half a gigabyte. Its command line, downloads and all, is half of the rest. To be imported before
anything that imports spaCy; afterwards both can be imported as ever.
"""

import sys
from types import ModuleType
from typing import Any, Final


def _info(*arguments: Any, **options: Any) -> Any:
    """`spacy.info`, which stands in the module that is left out."""
    from spacy.cli.info import info

    return info(*arguments, **options)


_COMMAND: Final = ModuleType("spacy.cli.info")
_COMMAND.info = _info  # type: ignore[attr-defined]
# None makes an import an ImportError.
_STAND_INS: Final[dict[str, Any]] = {
    "torch": None,
    "spacy.cli": ModuleType("spacy.cli"),
    "spacy.cli.info": _COMMAND,
}

if "spacy" not in sys.modules:
    _missing = {name: module for name, module in _STAND_INS.items() if name not in sys.modules}
    sys.modules.update(_missing)
    try:
        import spacy  # noqa: F401 - imported for those who come after
    finally:
        for _name in _missing:
            del sys.modules[_name]
