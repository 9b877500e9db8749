"""CSV files as text cells, with rows of another length refused rather than bent into shape."""

import warnings
import zlib
from pathlib import Path

import pandas as pd

from pipeline.auditing.references.errors import AuditError


def read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV file, compressed or not; every cell is text, a blank one is null.

    Raises:
        AuditError: the file is not UTF-8, is cut, or has rows of more cells than its header.
    """
    try:
        with warnings.catch_warnings():
            # pandas only warns when it drops the cells that are too many.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                path,
                dtype=str,
                keep_default_na=False,
                na_values=[""],
                index_col=False,
                encoding="utf-8-sig",
            )
    except (ValueError, OSError, EOFError, zlib.error, pd.errors.ParserWarning) as error:
        # The parser's own message may quote a line of the file.
        raise AuditError(
            f"{path}: cannot be read as CSV ({type(error).__name__}); expected UTF-8, and in every "
            "row as many cells as in the header"
        ) from None
