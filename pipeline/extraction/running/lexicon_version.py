"""Which rules to extract by: a folder of lexicon files, as it stands."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.lexicon.concepts import CONCEPT_FILES, CUE_FILE, load_lexicon

_FOLDER: Final = "PNEUMOLOC_LEXICON"
_DIGEST: Final = "PNEUMOLOC_LEXICON_DIGEST"


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules to extract by.

    Attributes:
        lexicon: folder of lexicon files.
        digest: of what they hold, so that a worker that lives on reads them once for each state.
    """

    lexicon: Path
    digest: str


def rules_in(lexicon: Path) -> Rules:
    """The rules in a folder of lexicon files.

    Raises:
        LexiconError: a concept file is missing or breaks its rules.
    """
    load_lexicon(lexicon)  # a mistake in it is told before any worker starts
    digest = hashlib.sha256()
    for name in (*CONCEPT_FILES, CUE_FILE):
        file = lexicon / name
        digest.update(file.read_bytes() if file.is_file() else b"")
    return Rules(lexicon.resolve(), digest.hexdigest())


@contextmanager
def announced(rules: Rules) -> Iterator[None]:
    """Tell the rules to processes that are started in this context."""
    os.environ[_FOLDER], os.environ[_DIGEST] = str(rules.lexicon), rules.digest
    try:
        yield
    finally:
        del os.environ[_FOLDER], os.environ[_DIGEST]


def announced_rules() -> Rules | None:
    """The rules that this process was told when it was started, if any."""
    folder, digest = os.environ.get(_FOLDER), os.environ.get(_DIGEST)
    return Rules(Path(folder), digest) if folder and digest else None
