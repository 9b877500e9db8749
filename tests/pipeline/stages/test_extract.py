"""The stage over files: the same tables whoever writes them, and whatever is killed meanwhile."""

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from data_contracts.storage import PartedTable, TableNotFoundError, part_paths, read_table
from data_contracts.tables import FINDINGS, MENTIONS, REPORTS
from pipeline.extraction.batch.extractor import Extractor
from pipeline.extraction.batch.occurrences import ExtractionError
from pipeline.lexicon.lexicon_files import LexiconError
from pipeline.settings import SHIPPED_LEXICON, NlpSettings
from pipeline.stages.extract import extract

ONE = NlpSettings(workers=1)
TABLES = {"mentions.parquet": MENTIONS, "findings.parquet": FINDINGS}
#: Ends as if its machine had been turned off, when it has written the third part of a table.
_RUN_UNTIL_KILLED = """
import os, signal, sys
from pathlib import Path
from data_contracts.storage import PartedTable
from pipeline.settings import SHIPPED_LEXICON, NlpSettings
from pipeline.stages.extract import extract
write_part = PartedTable.write_part
def write_and_die(table, index, rows):
    write_part(table, index, rows)
    if index == 2:
        os.kill(os.getpid(), signal.SIGKILL)
PartedTable.write_part = write_and_die
extract(settings=NlpSettings(workers=1), reports=Path(sys.argv[1]), out=Path(sys.argv[2]))
"""


def write_reports(path: Path, parts: int, rows: int) -> Path:
    """A reports table of sentences that hardly repeat, so that its analysis takes a while."""
    dice = random.Random(7)
    table = PartedTable(REPORTS, path, "test")
    for index in range(parts):
        table.write_part(index, _reports(dice, index, rows))
    table.commit(parts)
    return path


def _reports(dice: random.Random, part: int, rows: int) -> pa.Table:
    lines = []
    for row in range(rows):
        bodies = {
            "findings": f"{_sentence(dice)} {_sentence(dice)} No pleural effusion.",
            "impression": f"{_sentence(dice)} Image {dice.randrange(10**6)} was reviewed.",
        }
        text, spans = "", []
        for name, body in bodies.items():
            text += f"{name.upper()}:\n"
            spans.append({"name": name, "start": len(text), "end": len(text) + len(body)})
            text += f"{body}\n\n"
        line = {"report_id": f"s{part}-{row}", "source": "csv", "text": text, "sections": spans}
        lines.append({**line, **bodies})
    return pa.Table.from_pylist(lines, schema=REPORTS.schema())


def _sentence(dice: random.Random) -> str:
    finding = dice.choice(("opacity", "consolidation", "atelectasis", "infiltrate"))
    kind = dice.choice(("Patchy", "Streaky", "No focal", "Possible", "Linear", "Resolved"))
    place = dice.choice(("left lower lobe", "right base", "lingula", "right upper lobe"))
    return f"{kind} {finding} measuring {dice.randrange(2, 90)} mm in the {place}."


def bytes_of(out: Path) -> dict[str, bytes]:
    return {
        f"{name}/{part.name}": part.read_bytes()
        for name, contract in TABLES.items()
        for part in part_paths(contract, out / name)
    }


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reports(tmp_path_factory.mktemp("source") / "reports.parquet", 16, 120)


@pytest.fixture(scope="module")
def unbroken(reports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("unbroken")
    extract(settings=ONE, reports=reports, out=out)
    return out


def test_a_part_of_each_table_for_each_part_of_the_reports(unbroken: Path, reports: Path) -> None:
    mentions = read_table(MENTIONS, unbroken / "mentions.parquet")
    received = read_table(REPORTS, reports).to_pylist()
    texts = {row["report_id"]: row["text"] for row in received}
    for row in mentions.slice(0, 500).to_pylist():
        assert texts[row["report_id"]][row["start"] : row["end"]] == row["text"]
    assert len(part_paths(MENTIONS, unbroken / "mentions.parquet")) == 16
    assert len(part_paths(FINDINGS, unbroken / "findings.parquet")) == 16


def test_the_summary_counts_what_the_tables_hold(unbroken: Path, reports: Path) -> None:
    summary = extract(settings=ONE, reports=reports, out=unbroken)
    mentions = read_table(MENTIONS, unbroken / "mentions.parquet")
    counts = summary.counts
    assert counts["reports"] == 16 * 120
    assert counts["mentions"] == mentions.num_rows
    assert counts["mentions_negated"] == mentions["assertion"].to_pylist().count("negated") > 0
    assert counts["findings"] == mentions["category"].to_pylist().count("finding")
    assert counts["reports_without_mentions"] == 0


def test_what_is_in_place_already_is_not_written_again(unbroken: Path, reports: Path) -> None:
    before = {part: part.stat().st_mtime_ns for part in unbroken.rglob("*.parquet")}
    extract(settings=ONE, reports=reports, out=unbroken)
    assert {part: part.stat().st_mtime_ns for part in unbroken.rglob("*.parquet")} == before


def test_other_reports_are_extracted_afresh(tmp_path: Path) -> None:
    first = write_reports(tmp_path / "reports.parquet", 2, 2)
    extract(settings=ONE, reports=first, out=tmp_path)
    write_reports(tmp_path / "reports.parquet", 1, 3)
    summary = extract(settings=ONE, reports=first, out=tmp_path)
    assert summary.counts["reports"] == 3
    assert len(part_paths(MENTIONS, tmp_path / "mentions.parquet")) == 1


def test_a_killed_stage_goes_on_where_it_was(reports: Path, unbroken: Path, tmp_path: Path) -> None:
    partial = tmp_path / ".mentions.parquet.partial"
    stage = [sys.executable, "-c", _RUN_UNTIL_KILLED, str(reports), str(tmp_path)]
    assert subprocess.run(stage, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "mentions.parquet").exists()
    assert not (tmp_path / "findings.parquet").exists()
    finished = {part.name: _identity(part) for part in partial.glob("part-*.parquet")}
    assert 1 <= len(finished) < 16

    extract(settings=ONE, reports=reports, out=tmp_path)

    kept = {name: _identity(tmp_path / "mentions.parquet" / name) for name in finished}
    assert kept == finished
    assert bytes_of(tmp_path) == bytes_of(unbroken)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(TABLES)


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns


def test_a_killed_worker_is_replaced_and_nothing_is_missing(
    reports: Path, unbroken: Path, tmp_path: Path
) -> None:
    killed: list[int] = []
    over = threading.Event()

    def kill_one() -> None:
        while not (tmp_path / ".mentions.parquet.partial" / "part-00001.parquet").exists():
            if over.wait(0.002):
                return
        worker = multiprocessing.active_children()[0]
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        killed.append(worker.pid)

    killer = threading.Thread(target=kill_one)
    killer.start()
    try:
        summary = extract(settings=NlpSettings(workers=2), reports=reports, out=tmp_path)
    finally:
        over.set()
        killer.join()

    assert len(killed) == 1
    assert summary.counts["reports"] == 16 * 120
    assert bytes_of(tmp_path) == bytes_of(unbroken)


def test_a_broken_run_leaves_the_last_good_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_reports(tmp_path / "reports.parquet", 1, 2)
    extract(settings=ONE, reports=source, out=tmp_path)
    before = bytes_of(tmp_path)
    write_reports(tmp_path / "reports.parquet", 2, 3)

    def fail(*_: object) -> None:
        raise RuntimeError("Mrs Example has an opacity")

    monkeypatch.setattr(Extractor, "analyse", fail)
    # Other rules, so that nothing is known of the passages met before.
    lexicon = Path(shutil.copytree(SHIPPED_LEXICON, tmp_path / "lexicon"))
    with (lexicon / "cues.txt").open("a", encoding="utf-8") as cues:
        cues.write("# edited\n")
    with pytest.raises(ExtractionError, match="report 's0-0'") as raised:
        extract(settings=NlpSettings(workers=1, lexicon=lexicon), reports=source, out=tmp_path)
    assert "Example" not in str(raised.value)
    assert bytes_of(tmp_path) == before


def test_workers_do_not_tell_the_text_when_they_fail(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "reports.parquet"
    table = PartedTable(REPORTS, source, "test")
    for index in range(2):
        part = _reports(random.Random(1), index, 2)
        # Offsets of a text that is not this one.
        table.write_part(index, part.set_column(5, "text", pa.array(["Mrs Example"] * 2)))
    table.commit(2)
    with pytest.raises(ValueError, match="leaves the text") as raised:
        extract(settings=NlpSettings(workers=2), reports=source, out=tmp_path)
    told = "".join(capfd.readouterr()) + repr(raised.value)
    assert "Example" not in told
    assert "opacity" not in told


def test_a_missing_reports_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(TableNotFoundError, match="reports"):
        extract(settings=ONE, reports=tmp_path / "reports.parquet", out=tmp_path)


def test_a_mistake_in_the_lexicon_is_told_before_anything_starts(tmp_path: Path) -> None:
    source = write_reports(tmp_path / "reports.parquet", 2, 1)
    settings = NlpSettings(workers=2, lexicon=tmp_path / "lexicon")
    with pytest.raises(LexiconError, match="no such lexicon file"):
        extract(settings=settings, reports=source, out=tmp_path)
