"""Outputs that belong together appear together: a folder is written beside its place, and takes it.

Who reads while a folder is written, or after a run was killed, finds the files of one run: those of
the run before, or of this one.
"""

import ctypes
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from data_contracts.together import remove
from data_contracts.whole_files import is_abandoned, naming, this_process

#: Whether an entry of a folder is the stage's own, and goes when the next run does not write it.
Own = Callable[[Path], bool]

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2


@contextmanager
def placed_folder(out: Path, own: Own) -> Iterator[Path]:
    """A folder to fill, which takes the place of `out` when the block ends without an error.

    Args:
        out: the folder's place.
        own: which entries of an older one are the stage's; others stay.
    """
    out = out.resolve()
    _sweep(out)
    new = _beside(out, this_process())
    try:
        with naming(out):
            yield new
            take_place(new, out, own)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def unfinished_folder(out: Path) -> Path:
    """A folder to fill for `take_place`, which stays when the run is broken, to be gone on with."""
    out = out.resolve()
    _restore(out)
    return _beside(out, "unfinished")


def take_place(new: Path, out: Path, own: Own) -> None:
    """Put a folder in the place of an older one, which is removed; see `placed_folder`.

    Where the system can exchange two folders, there is no moment without one. A folder that cannot
    be renamed, as it is the working directory or a mount, gets the new entries one by one.
    """
    out = out.resolve()
    if new.parent == out:
        _put_entries(new, out, own)
        return
    if out.is_dir():
        for entry in out.iterdir():
            if not own(entry) and not (new / entry.name).exists():
                _keep_too(entry, new / entry.name)
    if _take_free_place(new, out):
        return
    if not _exchange(new, out):
        remove(_retired(out))
        out.rename(_retired(out))
        new.rename(out)
    remove(new)
    remove(_retired(out))


def _take_free_place(new: Path, out: Path) -> bool:
    try:
        if not out.exists():
            new.rename(out)
            return True
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):  # another process was first
            raise
    return False


def keep_too(path: Path, out: Path) -> None:
    """Have a file or folder in a second place as well, without its content where that can be."""
    remove(out)
    _keep_too(path, out)


def _keep_too(path: Path, out: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, out, symlinks=True, copy_function=_link)
    else:
        _link(str(path), str(out))


def _link(path: str, out: str) -> None:
    try:
        os.link(path, out, follow_symlinks=False)
    except OSError:  # a file system without such links
        shutil.copy2(path, out, follow_symlinks=False)


def _put_entries(new: Path, out: Path, own: Own) -> None:
    written = {entry.name for entry in new.iterdir()}
    for entry in list(out.iterdir()):
        if entry != new and own(entry) and (entry.name not in written or entry.is_dir()):
            remove(entry)
    for entry in list(new.iterdir()):
        os.replace(entry, out / entry.name)
    remove(new)


def _beside(out: Path, name: str) -> Path:
    """A folder beside `out`, or within it where it cannot be renamed."""
    new = out.with_name(f".{out.name}.{name}.new")
    if _is_fixed(out):
        new = out / f".{name}.new"
    try:
        new.mkdir(parents=True, exist_ok=True)
    except PermissionError:
        new = out / f".{name}.new"
        new.mkdir(parents=True, exist_ok=True)
    return new


def _is_fixed(out: Path) -> bool:
    here = Path.cwd().resolve()
    return out == here or out in here.parents or os.path.ismount(out)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places at once, where the system has a call for it, as Linux has."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    places = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    return bool(call(*places, _RENAME_EXCHANGE) == 0)


def _retired(out: Path) -> Path:
    return out.with_name(f".{out.name}.retired")


def _restore(out: Path) -> None:
    """Undo a replacement that was killed between its two steps."""
    if _retired(out).exists() and not out.exists():
        _retired(out).rename(out)
    remove(_retired(out))


def _sweep(out: Path) -> None:
    """Take away what killed runs have left beside a folder, or within it."""
    _restore(out)
    for folder, before in ((out.parent, f"{out.name.lstrip('.')}."), (out, "")):
        with suppress(FileNotFoundError):
            for entry in list(folder.iterdir()):
                # More dots than one, where a folder was being filled by filling another.
                ours = entry.name.startswith(".") and entry.name.lstrip(".").startswith(before)
                _, _, owner = entry.name.removesuffix(".new").rpartition(".")
                if ours and entry.name.endswith(".new") and is_abandoned(owner):
                    remove(entry)
