"""Which state of a lexicon folder to extract by, told to processes through their environment."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.lexicon.concepts import load_lexicon
from pipeline.lexicon.cues import load_cues
from pipeline.lexicon.grammar import load_grammar
from pipeline.lexicon.lexicon_files import LEXICON_FILES

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
    # A mistake in it is told before any worker starts.
    load_lexicon(lexicon)
    load_cues(lexicon)
    load_grammar(lexicon)
    digest = hashlib.sha256()
    for name in LEXICON_FILES:
        file = lexicon / name
        digest.update(file.read_bytes() if file.is_file() else b"")
    return LexiconVersion(lexicon.resolve(), digest.hexdigest())


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
