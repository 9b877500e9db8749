"""How fast `audit` answers over a large run, beside pandas on the same tables.

Each question is a whole process, from start to answer, as a user waits for it: our command, then
a few lines of pandas that read the columns they need of the same Parquet files. The first round
of each is left out, so that both find the files in memory.

    uv run python -m pipeline run phantom --set phantom.studies=200000 --out big
    uv run python benchmarks/auditing.py big
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

_SQL: Final = (
    "SELECT concept_id, assertion, count(*) AS n FROM mentions GROUP BY ALL ORDER BY n DESC"
)
_COUNT: Final = """
import pandas as pd
mentions = pd.read_parquet("{}/mentions.parquet", columns=["concept_id", "assertion"])
print(mentions.value_counts(["concept_id", "assertion"]).to_string())
"""
_SUMMARIZE: Final = """
import pandas as pd
columns = ["report_id", "concept_id", "assertion", "section", "category"]
mentions = pd.read_parquet("{}/mentions.parquet", columns=columns)
reports = pd.read_parquet("{}/reports.parquet", columns=["report_id", "source", "split"])
mentions = mentions.merge(reports, on="report_id")
for by in ("concept_id", "section", "source", "split"):
    print(mentions.groupby([by, "assertion"]).size().unstack(fill_value=0).to_string())
    print(mentions.groupby(by)["report_id"].nunique().to_string())
found = mentions[mentions.category == "finding"]
found = found[found.section.isin(["findings", "impression"])]
said = found.groupby(["report_id", "concept_id", "section"])["assertion"].first().unstack()
said = said.dropna()
print((said.findings == said.impression).groupby("concept_id").mean().to_string())
"""
_SHOW: Final = """
import pandas as pd
for table in ("reports", "mentions"):
    chosen = [("report_id", "==", "r0100000")]
    print(pd.read_parquet("{}/" + table + ".parquet", filters=chosen).to_string())
"""
#: Name, our command, and the peer's program; `{}` is the folder of the tables.
QUESTIONS: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("sql: mentions by concept and assertion", ("sql", _SQL), _COUNT),
    ("summary: counts and agreement", ("summary",), _SUMMARIZE),
    ("show: one report", ("show", "r0100000"), _SHOW),
)


def main(
    tables: Annotated[Path, typer.Argument(help="Folder of a large run's tables.", exists=True)],
    rounds: Annotated[int, typer.Option(min=1, help="Rounds, of which the median counts.")] = 5,
) -> None:
    """Time `audit sql`, `summary` and `show` against pandas."""
    table = Table(title="Auditing", title_justify="left")
    for heading in ("question", "audit, s", "pandas, s", "ratio", "audit, MB", "pandas, MB"):
        table.add_column(heading, justify="left" if heading == "question" else "right")
    for name, command, peer in QUESTIONS:
        ours = (sys.executable, "-m", "pipeline", "audit", *command, "--tables", str(tables))
        theirs = (sys.executable, "-c", peer.replace("{}", str(tables)))
        # In turns, so that whatever else the machine does falls on both.
        timed = [(run(ours), run(theirs)) for _ in range(rounds + 1)][1:]
        seconds = [median(pair[side][0] for pair in timed) for side in (0, 1)]
        memory = [max(pair[side][1] for pair in timed) for side in (0, 1)]
        table.add_row(
            name,
            *(f"{value:.2f}" for value in seconds),
            f"{seconds[1] / seconds[0]:.2f}",
            *(f"{value:,.0f}" for value in memory),
        )
    Console().print(table)


def run(command: tuple[str, ...]) -> tuple[float, float]:
    """Seconds that a command takes, and its peak memory in MB."""
    with tempfile.TemporaryFile() as answer:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=answer)  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise typer.Exit(process.returncode)
    return time.perf_counter() - started, usage.ru_maxrss / 1024


if __name__ == "__main__":
    typer.run(main)
