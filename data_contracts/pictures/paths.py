"""Paths that tables name, kept below their root."""

import os
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
    if not _has_link(root, path):
        return True  # a name below another one, as of hundreds of thousands of images
    try:
        return (root / path).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a ring of links
        return False


def _has_link(root: Path, path: str) -> bool:
    """Whether the file, or a folder between it and the root, is a link."""
    at = os.fspath(root)
    for part in path.split("/"):
        at = os.path.join(at, part)  # noqa: PTH118 - a hundred thousand of pathlib's take seconds
        if os.path.islink(at):  # noqa: PTH114 - likewise
            return True
    return False
