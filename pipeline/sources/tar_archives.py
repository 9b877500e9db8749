"""The members of a tar archive, up to an end that is one."""

import tarfile
from collections.abc import Iterator
from typing import Final

#: Zeros that end an archive; what some programs write behind them says nothing.
_END: Final = 1024
#: What each member's header has.
_HEADER: Final = b"ustar"
#: Bytes that are looked at at once.
_BLOCK: Final = 1 << 20


def tar_members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """An archive's members in their order.

    Python ends without a word at a damaged header, and where a file was cut off between two
    members: whatever lies behind would be missing unseen.

    Raises:
        tarfile.TarError: the archive is damaged, or ends before the zeros that end one.
        OSError: what packs it is damaged; zlib's and lzma's errors as well.
    """
    yield from archive
    file = archive.fileobj
    assert file is not None  # it is open for reading
    file.seek(archive.offset)
    ended = False
    # To the very end, where gzip keeps the checksum of all that it packs.
    while block := file.read(_BLOCK):
        if not ended and any(block[:_END]):
            raise tarfile.ReadError("damaged header")
        if _HEADER in block:
            raise tarfile.ReadError("members behind the end")
        ended = True
    if not ended:
        raise tarfile.ReadError("unexpected end of data")
