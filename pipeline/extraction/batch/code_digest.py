"""A digest of the code that reads by the lexicon: other code gives other rows."""

import hashlib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

# The packages whose code decides what is extracted.
_PACKAGES: Final = tuple(
    f"pipeline.{room}" for room in ("lexicon", "language", "rules", "extraction")
)


@lru_cache(maxsize=1)
def code_digest() -> str:
    """SHA-256 of the modules that decide what is extracted, in hexadecimal."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        root = Path(str(resources.files(package)))
        for module in sorted(root.rglob("*.py")):
            digest.update(module.read_bytes())
    return digest.hexdigest()
