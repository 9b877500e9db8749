"""Paths that tables name, kept below their root."""

import re
from pathlib import Path, PurePosixPath


def names_inside(path: str) -> bool:
    """Whether a relative path, `/` between its folders, stays below the folder it starts from."""
    if not path or "\x00" in path or "\\" in path or re.match(r"^(?:/|[A-Za-z]:)", path):
        return False
    return ".." not in PurePosixPath(path).parts


def lies_inside(root: Path, path: str) -> bool:
    """Whether the file that `path` names below `root` lies there, links followed."""
    if not names_inside(path):
        return False
    try:
        return (root / path).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a ring of links
        return False
