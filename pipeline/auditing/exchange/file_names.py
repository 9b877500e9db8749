"""File names of report ids: below their folder whatever the id, and an id again by reading them."""

import hashlib
import re
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9-]")
#: Names that Windows keeps for devices, whatever their suffix.
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
#: File systems allow 255 bytes; suffixes and temporary names of tools want some.
_LONGEST: Final = 200
_KEPT: Final = 100
_VALID: Final = re.compile(r"[A-Za-z0-9_-]+")


def file_name(report_id: str) -> str:
    """A report's file name without suffix.

    Letters, digits and hyphens stay; every other byte of its UTF-8 is `_` and two hexadecimal
    digits. Too long a name is cut, and ends in `__` and a digest: its id is kept beside it.
    """
    name = "".join(_encode(c) if not _PLAIN.fullmatch(c) else c for c in report_id)
    if name.startswith("-") or _DEVICES.fullmatch(name):
        name = _encode(name[0]) + name[1:]
    return name if len(name) <= _LONGEST else _with_digest(name, report_id)


def report_id_of(name: str) -> str | None:
    """The id that a file name stands for; None where it was cut.

    Raises:
        ValueError: no report has such a name.
    """
    if "__" in name:
        return None
    parts = re.split(r"_([0-9a-f]{2})", name)
    report_id = b"".join(
        bytes.fromhex(part) if i % 2 else part.encode() for i, part in enumerate(parts)
    ).decode()
    if not name or file_name(report_id) != name:
        raise ValueError("no report's file name")
    return report_id


class DistinctNames:
    """File names of reports, apart even where a file system takes `A` for `a`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, report_id: str) -> str:
        """The file name of a report that has none yet."""
        name = file_name(report_id)
        if name.lower() in self._taken:
            name = _with_digest(name, report_id)
        self._taken.add(name.lower())
        return name


def is_file_name(name: str) -> bool:
    """Whether `name` is one of these, so that it stays below its folder."""
    return _VALID.fullmatch(name) is not None


def _encode(character: str) -> str:
    return "".join(f"_{byte:02x}" for byte in character.encode())


def _with_digest(name: str, report_id: str) -> str:
    # An escape that is cut through would read as another one.
    kept = re.sub(r"_[0-9a-f]?$", "", name[:_KEPT])
    return f"{kept}__{hashlib.sha256(report_id.encode()).hexdigest()[:32]}"
