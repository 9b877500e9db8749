"""How fast reports become mentions and findings, beside a plain spaCy pipeline.

One run, one process, the same reports:

1. ours, one worker: read the raw texts and split sections, then the whole extract stage (reports
   table read, passages, tokens, mentions, assertions, relations, both tables written);
2. the peer: `spacy.blank("en")` with sentencizer, `entity_ruler` over the same lexicon's phrases
   and `negex` with its own terms, over the same raw texts; it writes its entities to a Parquet
   file;
3. the extract stage again with more workers, where `--workers` asks for it.

Each measurement has a process of its own, and begins before what it needs is imported and loaded;
the peer, too, imports spaCy without torch. Run it by itself: on a machine that is busy otherwise
the figures mean little.

    uv run python benchmarks/extraction.py --reports 200000
"""

import json
import multiprocessing
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from measuring import Measured, measure
from rich.console import Console
from rich.table import Table

PARTITION_ROWS: Final = 5_000
RESULTS: Final = Path(__file__).parent / "results" / "extraction.json"


def main(
    reports: Annotated[int, typer.Option(min=1, help="How many reports, at most.")] = 200_000,
    source: Annotated[str, typer.Option(help="phantom or openi_csv.")] = "phantom",
    path: Annotated[
        Path | None, typer.Option(help="The reports CSV, for openi_csv.", exists=True)
    ] = None,
    peer_reports: Annotated[
        int | None, typer.Option(min=0, help="Give the peer the first N only; 0 leaves it out.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Compare with so many workers.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the phantom reports.")] = 0,
) -> None:
    """Measure the extract stage against a plain spaCy pipeline."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with console.status("making the reports"):
            total = write_raw(raw_reports(source, path, reports, seed), work / "raw")
        console.print(f"{total:,} {source} reports in parts of {PARTITION_ROWS:,}")
        rows = compare(console, work, total, peer_reports, workers)
        with console.status("counting passages"):
            passages, distinct = count_passages(work)
    show(console, rows, passages, distinct)
    save(rows, source, total, passages, distinct)


def raw_reports(
    source: str, path: Path | None, reports: int, seed: int
) -> Iterator[list[tuple[str, str]]]:
    """(report_id, text) of up to `reports` reports, a part at a time.

    Raises:
        typer.BadParameter: the source is unknown or lacks its path.
    """
    if source == "phantom":
        from pipeline.phantom.cohort import phantom_reports

        for table in phantom_reports(reports, seed, PARTITION_ROWS):
            yield list(zip(table["report_id"].to_pylist(), table["text"].to_pylist(), strict=True))
    elif source == "openi_csv" and path is not None:
        import pandas as pd

        frame = pd.read_csv(path, dtype=str, keep_default_na=False).head(reports)
        texts = [
            (row["uid"], f"FINDINGS: {row['findings']}\n\nIMPRESSION: {row['impression']}")
            for row in frame.to_dict("records")
        ]
        for first in range(0, len(texts), PARTITION_ROWS):
            yield texts[first : first + PARTITION_ROWS]
    else:
        raise typer.BadParameter("--source is phantom, or openi_csv with --path")


def write_raw(parts: Iterator[list[tuple[str, str]]], folder: Path) -> int:
    """Write raw reports as numbered Parquet files; returns how many there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir()
    total = 0
    for number, part in enumerate(parts):
        ids, texts = zip(*part, strict=True)
        table = pa.table({"report_id": ids, "text": texts})
        pq.write_table(table, folder / f"{number:05d}.parquet", compression="zstd")
        total += len(part)
    return total


def compare(
    console: Console, work: Path, total: int, peer_reports: int | None, workers: int
) -> dict[str, Measured]:
    """Take the measurements, in the order of the module's text."""
    rows: dict[str, Measured] = {}
    sections = alone(split_reports, work)
    one = alone(run_stage, work, "one", 1)
    rows["extract, 1 worker"] = one.over(total)
    rows["sections and extract, 1 worker"] = (sections + one).over(total)
    peer_total = total if peer_reports is None else min(peer_reports, total)
    if peer_total:
        console.print(f"the peer reads {peer_total:,} of them")
        peer = alone(run_peer, work, peer_total)
        rows["spaCy entity_ruler + negex"] = peer.over(peer_total)
    if workers > 1:
        many = alone(run_stage, work, "many", workers)
        rows[f"extract, {workers} workers"] = many.over(total)
    return rows


def alone(run: Callable[..., Measured], *arguments: Any) -> Measured:
    """What `run` measures in a process that has imported nothing yet."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        return process.submit(run, *arguments).result()


def split_reports(work: Path) -> Measured:
    """Make the reports table of the raw texts; returns what reading and splitting them took.

    Writing it counts for none: the peer, too, reads the table that is written here.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from data_contracts.storage import PartedTable
    from data_contracts.tables import REPORTS
    from pipeline.sources.sections import split_sections

    table = PartedTable(REPORTS, work / "reports.parquet", "benchmark")
    files = sorted((work / "raw").iterdir())
    total = Measured()
    for index, file in enumerate(files):
        with measure() as measured:
            raw = pq.read_table(file)
            found = [split_sections(text) for text in raw["text"].to_pylist()]
        total += measured
        spans = [
            [{"name": span.name, "start": span.start, "end": span.end} for span in report]
            for report in found
        ]
        nothing = pa.nulls(len(spans), pa.string())
        columns: dict[str, Any] = dict.fromkeys(REPORTS.column_names, nothing)
        columns.update(
            report_id=raw["report_id"],
            source=pa.array(["benchmark"] * len(spans)),
            text=raw["text"],
            sections=pa.array(spans, REPORTS.schema().field("sections").type),
        )
        table.write_part(index, pa.table(columns))
    table.commit(len(files))
    return total


def run_stage(work: Path, name: str, workers: int) -> Measured:
    """The extract stage on the reports table, by its command."""
    with measure() as measured:
        from pipeline.cli import app

        command = [
            "extract",
            "--tables",
            work,
            "--out",
            work / name,
            "--metrics",
            work / f"{name}.json",
        ]
        settings = ["--set", f"nlp.workers={workers}"]
        app([str(word) for word in (*command, *settings)], standalone_mode=False)
    return measured


def run_peer(work: Path, total: int) -> Measured:
    """The peer on the first `total` reports' texts."""
    with measure() as measured:
        # Before all that imports spaCy, wherever imports are sorted to.
        import_module("pipeline.language.lean_spacy")
        from peer import build_peer, write_entities

        write_entities(build_peer(), work / "reports.parquet", work / "peer.parquet", total)
    return measured


def count_passages(work: Path) -> tuple[int, int]:
    """Passages of all sections, and how many of them are distinct within their kind of section."""
    from data_contracts.storage import read_parts
    from data_contracts.tables import ASSERTING_SECTIONS, REPORTS
    from pipeline.language.sentences import load_splitter

    total = 0
    distinct: set[int] = set()
    for part in read_parts(REPORTS, work / "reports.parquet", ("text", "sections")):
        for text, spans in zip(*(part[n].to_pylist() for n in ("text", "sections")), strict=True):
            for span in spans:
                body = text[span["start"] : span["end"]]
                role = "asserting" if span["name"] in ASSERTING_SECTIONS else span["name"]
                passages = load_splitter().passages(body)
                total += len(passages)
                distinct.update(hash((role, body[p.start : p.end])) for p in passages)
    return total, len(distinct)


def show(console: Console, rows: dict[str, Measured], passages: int, distinct: int) -> None:
    """Print the measurements and what follows from them."""
    table = Table(title="Extraction", title_justify="left")
    table.add_column("")
    for heading in ("reports", "seconds", "reports/s", "peak memory"):
        table.add_column(heading, justify="right")
    for name, row in rows.items():
        memory = f"{row.peak_bytes / 1e6:,.0f} MB"
        table.add_row(name, f"{row.reports:,}", f"{row.seconds:,.1f}", f"{row.speed:,.0f}", memory)
    console.print(table)
    console.print(f"{distinct:,} of {passages:,} passages are distinct")
    for name, ratio in ratios(rows).items():
        console.print(f"{name}: {ratio:.2f}")


def ratios(rows: dict[str, Measured]) -> dict[str, float]:
    """Speeds relative to the peer's and to one worker's."""
    found: dict[str, float] = {}
    peer = rows.get("spaCy entity_ruler + negex")
    if peer is not None:
        ours = rows["sections and extract, 1 worker"]
        found["sections and extract against the peer"] = ours.speed / peer.speed
    for name, row in rows.items():
        if name.endswith("workers"):
            found[f"{name} against 1"] = row.speed / rows["extract, 1 worker"].speed
    return found


def save(rows: dict[str, Measured], source: str, total: int, passages: int, distinct: int) -> None:
    """Write all figures to `RESULTS`."""
    result = {
        "source": source,
        "reports": total,
        "passages": passages,
        "distinct_passages": distinct,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "rows": {name: row.as_dict() for name, row in rows.items()},
        "ratios": ratios(rows),
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
