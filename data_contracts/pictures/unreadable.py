"""Images that cannot be used, and the limits that say so before anything is decoded."""

from pathlib import Path
from typing import Final

#: No finding can be placed on less.
SMALLEST_SIDE: Final = 64
#: Eight times the largest detector; what claims more is broken or meant to exhaust memory.
MAX_PIXELS: Final = 100_000_000
MAX_BYTES: Final = 1_000_000_000


class UnreadableImageError(ValueError):
    """An image that cannot be read.

    Attributes:
        reason: short name, such as `truncated`; one of those in docs/images.md.
        detail: what was found, what was expected and what to do.
    """

    def __init__(self, path: Path, reason: str, detail: str) -> None:
        super().__init__(path, reason, detail)  # all three, so that workers can hand it back
        self.path = path
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}"


def check_bytes(path: Path) -> None:
    """Make sure that `path` is a file of a size that images have.

    Raises:
        UnreadableImageError: it is no file (`unreadable_file`), or beyond `MAX_BYTES`.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableImageError(path, "unreadable_file", f"{error.strerror}") from None
    if not path.is_file():
        raise UnreadableImageError(path, "unreadable_file", "is no file; expected an image")
    if size > MAX_BYTES:
        raise UnreadableImageError(
            path, "too_large", f"has {size:,} bytes; expected at most {MAX_BYTES:,}"
        )


def check_size(path: Path, width: int, height: int) -> None:
    """Make sure that a picture of this size, in pixels, can be used and held in memory.

    Raises:
        UnreadableImageError: a side is below `SMALLEST_SIDE` (`too_small`), or there are more than
            `MAX_PIXELS` (`too_large`).
    """
    if min(width, height) < SMALLEST_SIDE:
        raise UnreadableImageError(
            path,
            "too_small",
            f"is {width} x {height} pixels; expected sides of {SMALLEST_SIDE} and more",
        )
    if width * height > MAX_PIXELS:
        raise UnreadableImageError(
            path,
            "too_large",
            f"claims {width:,} x {height:,} pixels; expected at most {MAX_PIXELS:,} in all",
        )
