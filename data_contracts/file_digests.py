"""What a file is known again by."""

import hashlib
from pathlib import Path


def file_sha256(path: Path) -> str:
    """SHA-256 of what a file holds, 64 hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
