"""Which reports a user wants."""

from pathlib import Path

from data_contracts.corrections import REVIEW_SAMPLE
from data_contracts.storage import read_table
from pipeline.auditing.exchange.errors import ExchangeError


def read_wanted(path: Path) -> list[str]:
    """Ids of the wanted reports.

    Args:
        path: a sample that `audit sample` drew (.parquet), or a text file of ids, one a line.

    Raises:
        ExchangeError: the file is missing or not UTF-8 text.
        ContractError: the Parquet file is no sample.
    """
    if path.suffix.lower() == ".parquet":
        ids: list[str] = read_table(REVIEW_SAMPLE, path)["report_id"].to_pylist()
        return ids
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise ExchangeError(
            f"{path}: no such file; expected a sample (.parquet) or report ids, one a line"
        ) from None
    except UnicodeDecodeError:
        raise ExchangeError(f"{path}: is not UTF-8 text; expected report ids, one a line") from None
    return [line.strip() for line in lines if line.strip()]
