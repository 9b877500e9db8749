"""The folder of lexicon files, and the lines of each."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

#: Files that hold concepts.
CONCEPT_FILES: Final = ("findings.txt", "places.txt", "descriptors.txt")
#: What decides assertions.
CUE_FILE: Final = "cues.txt"
#: Lists of words that the rules need.
GRAMMAR_FILE: Final = "grammar.txt"
#: Headings of sections, which are read from the shipped folder alone.
HEADING_FILE: Final = "headings.txt"
#: All files of a folder that extraction reads.
LEXICON_FILES: Final = (*CONCEPT_FILES, CUE_FILE, GRAMMAR_FILE)


class LexiconError(ValueError):
    """A lexicon file breaks its own rules; the message names file, line and remedy."""


def shipped_folder() -> Traversable:
    """The folder of the files that are shipped."""
    return resources.files("pipeline.lexicon") / "files"


def lexicon_folder(path: Path | None = None) -> Traversable:
    """The folder to read lexicon files from: `path`, or the one that is shipped."""
    return path if path is not None else shipped_folder()


def read_lexicon_file(folder: Traversable, name: str) -> list[str]:
    """Lines of one lexicon file.

    A folder without `grammar.txt` has the shipped one: it is older than that file, or its maker had
    no need to change it.

    Raises:
        LexiconError: the file is not there or not UTF-8.
    """
    file = folder / name
    if name == GRAMMAR_FILE and folder.is_dir() and not file.is_file():
        file = shipped_folder() / name
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise LexiconError(
            f"{file}: no such lexicon file; a lexicon folder holds {', '.join(LEXICON_FILES)}"
        ) from None
    except UnicodeDecodeError:
        raise LexiconError(f"{file}: is not UTF-8 text") from None


def content_lines(lines: list[str], name: str) -> list[tuple[str, str]]:
    """Lines that say something, each with its file and number; comments and blanks are left out."""
    numbered = ((raw.partition("#")[0].strip(), n) for n, raw in enumerate(lines, start=1))
    return [(line, f"{name}, line {number}") for line, number in numbered if line]
