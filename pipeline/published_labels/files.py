"""Finding a data set's tables: plain or gzipped, named themselves or by the folder they lie in."""

from pathlib import Path

from pipeline.sources.records import SourceError


def find_tables(path: Path, pattern: str) -> list[Path]:
    """The files that a path stands for: itself, or those of a folder in the order of their names.

    Args:
        path: a file, whatever its name, or a folder.
        pattern: of the names in a folder, without `.gz`, such as `Data_Entry_2017*.csv`.

    Raises:
        SourceError: the folder has none.
    """
    if not path.is_dir():
        return [path]
    found = _plain_or_gzipped(path, pattern)
    if not found:
        raise SourceError(f"{path}: holds no {pattern}, gzipped or not; name the file itself")
    return found


def find_table(path: Path, pattern: str) -> Path:
    """The one file that a path stands for; see `find_tables`.

    Raises:
        SourceError: the folder has none, or several.
    """
    found = find_tables(path, pattern)
    if len(found) > 1:
        names = ", ".join(file.name for file in found)
        raise SourceError(f"{path}: holds several of {pattern}: {names}; name one of them")
    return found[0]


def beside(path: Path, pattern: str) -> Path | None:
    """The first file of that pattern in a table's folder; None where there is none."""
    return next(iter(_plain_or_gzipped(path.parent, pattern)), None)


def _plain_or_gzipped(folder: Path, pattern: str) -> list[Path]:
    return sorted(file for suffix in ("", ".gz") for file in folder.glob(f"{pattern}{suffix}"))
