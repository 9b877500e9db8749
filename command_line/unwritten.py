"""What is said of a file that could not be written for want of room."""

import errno
import os
import shutil
from pathlib import Path
from typing import Final

#: What keeps a file from being written that nothing is wrong with.
_CAUSES: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your quota of the disk is used up",
    errno.EFBIG: "files may not be that large here (ulimit -f, or the file system)",
    errno.EROFS: "the disk can only be read",
    errno.EIO: "the disk did not take it",
}


def tell_unwritten(error: BaseException) -> str | None:
    """A message for the user where an error is of a disk that is full or the like; else None.

    Args:
        error: what a stage raised.
    """
    if not isinstance(error, OSError) or error.errno not in _CAUSES:
        return None
    # The system names what it could not open; what it could not fill, our writers name.
    place = os.fspath(error.filename) if isinstance(error.filename, str | os.PathLike) else None
    return (
        f"{place or 'a file'}: could not be written, {_CAUSES[error.errno]}{_room(place)}.\n"
        "Every table, page and network that was there before is whole and in its place, and what "
        "was finished of the new ones is kept.\nNext: make room, then give the same command again"
    )


def _room(place: str | None) -> str:
    """How much room there is where a file was to go."""
    if place is None:
        return ""
    folder = next((one for one in Path(place).absolute().parents if one.is_dir()), None)
    if folder is None:
        return ""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ""
    return f" ({free / 2**20:,.1f} MB are free in {folder})"
