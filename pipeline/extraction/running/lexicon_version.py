"""Which state of a lexicon folder to extract by, told to processes through their environment."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from pipeline.lexicon.concepts import Lexicon, load_lexicon
from pipeline.lexicon.cues import CueLexicon, load_cues
from pipeline.lexicon.grammar import Grammar, load_grammar
from pipeline.lexicon.lexicon_files import LEXICON_FILES, LexiconError, shipped_folder

_FOLDER: Final = "PNEUMOLOC_LEXICON"
_DIGEST: Final = "PNEUMOLOC_LEXICON_DIGEST"


@dataclass(frozen=True, slots=True)
class LexiconVersion:
    """A state of a lexicon folder.

    Attributes:
        lexicon: folder of lexicon files.
        digest: of what they hold, so that a worker that lives on reads them once for each state.
    """

    lexicon: Path
    digest: str


def lexicon_version(lexicon: Path) -> LexiconVersion:
    """The version of a folder of lexicon files as it stands.

    Raises:
        LexiconError: a file is missing or breaks its rules.
    """
    version = LexiconVersion(lexicon.resolve(), _digest(lexicon))
    # A mistake in it is told before any worker starts.
    lexicon_of(version)
    return version


@lru_cache(maxsize=1)
def lexicon_of(version: LexiconVersion) -> tuple[Lexicon, CueLexicon, Grammar]:
    """What the files of a version hold, read once in a process.

    Raises:
        LexiconError: a file is missing, breaks its rules, or is not of this version.
    """
    folder = _folder_here(version.lexicon, version.digest)
    if _digest(folder) != version.digest:
        raise LexiconError(
            f"{folder}: these are not the files that the run began with; run again, once all "
            "processes see the same ones"
        )
    return load_lexicon(folder), load_cues(folder), load_grammar(folder)


def digest_here(lexicon: Path, digest: str) -> str:
    """Digest of the lexicon files that this process would take for those with `digest`."""
    return _digest(_folder_here(lexicon, digest))


def _folder_here(lexicon: Path, digest: str) -> Path:
    """The folder itself, or the one that is shipped here where that has the files asked for.

    Who extracts on another machine may have the release installed in another place.
    """
    shipped = Path(str(shipped_folder()))
    return shipped if _digest(lexicon) != digest == _digest(shipped) else lexicon


def _digest(lexicon: Path) -> str:
    digest = hashlib.sha256()
    for name in LEXICON_FILES:
        file = lexicon / name
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()


@contextmanager
def in_environment(rules: LexiconVersion) -> Iterator[None]:
    """Tell the version to processes that are started in this context."""
    os.environ[_FOLDER], os.environ[_DIGEST] = str(rules.lexicon), rules.digest
    try:
        yield
    finally:
        del os.environ[_FOLDER], os.environ[_DIGEST]


def version_in_environment() -> LexiconVersion | None:
    """The version that this process was told when it was started, if any."""
    folder, digest = os.environ.get(_FOLDER), os.environ.get(_DIGEST)
    return LexiconVersion(Path(folder), digest) if folder and digest else None
