"""A digest of all that a result depends on: only its own unfinished run is taken up again."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data_contracts.file_digests import file_sha256


def fingerprint_of(parts: Mapping[str, Any]) -> str:
    """A digest of settings and other plain values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def stamps(folder: Path, *tables: str) -> dict[str, str]:
    """Digests of tables, for a fingerprint: `folder/NAME.parquet`, a file or a folder of parts."""
    found = {}
    for name in tables:
        path = folder / f"{name}.parquet"
        digest = hashlib.sha256()
        for part in sorted(path.glob("part-*")) if path.is_dir() else [path]:
            digest.update(file_sha256(part).encode())
        found[str(path)] = digest.hexdigest()
    return found


def weights_stamp(folder: Path) -> dict[str, str]:
    """Digest of the weights in a folder."""
    path = folder / "weights.safetensors"
    return {str(path): file_sha256(path)}
