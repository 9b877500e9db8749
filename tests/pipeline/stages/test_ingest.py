"""The stage that turns a source into the reports and quarantine tables."""

import json
import zipfile
from pathlib import Path

import pytest

from data_contracts.storage import part_paths, read_table
from data_contracts.tables import QUARANTINE, REPORTS
from pipeline.settings import ColumnMapping, SourceSettings
from pipeline.sources.records import SourceError
from pipeline.stages.ingest import ingest

PRIVATE = "Mrs Quillfeather"
COLUMNS = ColumnMapping(report_id="id", findings="seen", impression="read")


def csv_source(path: Path, rows: list[bytes], **settings: int) -> SourceSettings:
    path.write_bytes(b"id,seen,read\n" + b"".join(row + b"\n" for row in rows))
    return SourceSettings.model_validate(
        {"kind": "csv", "path": path, "columns": COLUMNS, **settings}
    )


def faulty_rows() -> list[bytes]:
    said = PRIVATE.encode()
    return [
        b"1,Clear lungs.," + said + b" is well.",
        said + b",too,many,fields",
        b"1,Second reading of " + said + b",",
        b"2," + said * 100 + b",",
        b",No id for " + said + b",",
        b"3, ,",
        b"4," + said + b" trach\xe9e,",
        b'5,"An open "quote of ' + said + b',"x',
        b"6,,Small effusion.",
        b"r\xe9sum\xe9," + said + b",",
    ]


def all_files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_fault_is_said_and_nothing_else_is_lost(tmp_path: Path) -> None:
    source = csv_source(tmp_path / "reports.csv", faulty_rows(), max_characters=1_000)
    summary = ingest(settings=source, out=tmp_path / "out")
    reports = read_table(REPORTS, tmp_path / "out/reports.parquet")
    quarantine = read_table(QUARANTINE, tmp_path / "out/quarantine.parquet")
    assert reports["report_id"].to_pylist() == ["1", "6"]
    assert reports["text"].to_pylist()[1] == "IMPRESSION: Small effusion.\n"
    assert reports["impression"].to_pylist()[1] == "Small effusion."
    assert set(reports["source"].to_pylist()) == {"csv"}
    assert {(r["file"], r["row"], r["reason"]) for r in quarantine.to_pylist()} == {
        ("reports.csv", 3, "malformed_row"), ("reports.csv", 4, "duplicate_id"),
        ("reports.csv", 5, "too_long"), ("reports.csv", 6, "missing_id"),
        ("reports.csv", 7, "empty_report"), ("reports.csv", 8, "wrong_encoding"),
        ("reports.csv", 9, "malformed_row"), ("reports.csv", 11, "wrong_encoding"),
    }  # fmt: skip
    assert summary.counts == {
        "reports": 2, "quarantined": 8, "quarantined_duplicate_id": 1,
        "quarantined_empty_report": 1, "quarantined_malformed_row": 2,
        "quarantined_missing_id": 1, "quarantined_too_long": 1, "quarantined_wrong_encoding": 2,
        "with_findings": 1, "with_impression": 2,
        "findings_from_seen": 6, "impression_from_read": 2, "report_id_from_id": 7,
    }  # fmt: skip


def test_no_word_of_a_report_leaves_the_reports_table(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = csv_source(tmp_path / "reports.csv", faulty_rows(), max_characters=1_000)
    summary = ingest(settings=source, out=tmp_path / "out")
    quarantine = read_table(QUARANTINE, tmp_path / "out/quarantine.parquet").to_pylist()
    said = f"{quarantine}{summary}{capfd.readouterr()}"
    assert PRIVATE not in said
    assert "Quillfeather" not in said


def test_reports_come_in_parts_of_the_size_asked_for(tmp_path: Path) -> None:
    rows = [f"{n},,Normal.".encode() for n in range(7)]
    out = tmp_path / "out" / "reports.parquet"
    ingest(settings=csv_source(tmp_path / "a.csv", rows, partition_rows=3), out=out.parent)
    assert [path.name for path in part_paths(REPORTS, out)] == [
        f"part-{n:05d}.parquet" for n in range(3)
    ]
    assert read_table(REPORTS, out)["report_id"].to_pylist() == [str(n) for n in range(7)]
    ingest(settings=csv_source(tmp_path / "a.csv", rows[:3], partition_rows=3), out=out.parent)
    assert len(part_paths(REPORTS, out)) == 1


def test_a_source_of_faults_alone_gives_an_empty_table(tmp_path: Path) -> None:
    summary = ingest(settings=csv_source(tmp_path / "a.csv", [b"1,,"]), out=tmp_path / "out")
    assert (summary.counts["reports"], summary.counts["quarantined"]) == (0, 1)
    assert read_table(REPORTS, tmp_path / "out/reports.parquet").num_rows == 0


def test_equal_files_give_equal_bytes(tmp_path: Path) -> None:
    source = csv_source(tmp_path / "a.csv", faulty_rows(), partition_rows=1)
    first, second = tmp_path / "first", tmp_path / "second"
    ingest(settings=source, out=first)
    ingest(settings=source, out=second)
    once = all_files(first)
    assert all_files(second) == once
    ingest(settings=source, out=first)
    assert all_files(first) == once


def test_a_broken_run_leaves_the_last_good_tables(tmp_path: Path) -> None:
    path, out = tmp_path / "a.jsonl", tmp_path / "out"
    source = SourceSettings(kind="jsonl", path=path, columns=COLUMNS, partition_rows=1)
    rows = [{"id": n, "seen": "Clear.", "read": f"Normal, {PRIVATE}."} for n in range(3)]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    ingest(settings=source, out=out)
    tables = read_table(REPORTS, out / "reports.parquet"), (out / "quarantine.parquet").read_bytes()
    # Known only once all rows are read, when parts have been written.
    path.write_text("\n".join(json.dumps({"id": row["id"], "read": row["read"]}) for row in rows))
    with pytest.raises(SourceError, match=r"no column seen.*source\.columns") as raised:
        ingest(settings=source, out=out)
    assert PRIVATE not in str(raised.value)
    assert read_table(REPORTS, out / "reports.parquet").equals(tables[0])
    assert (out / "quarantine.parquet").read_bytes() == tables[1]
    path.write_text(json.dumps({**rows[0], "id": "later"}))
    ingest(settings=source, out=out)
    assert read_table(REPORTS, out / "reports.parquet")["report_id"].to_pylist() == ["later"]


def test_members_of_one_name_are_each_said(tmp_path: Path) -> None:
    path = tmp_path / "reports.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("files/p10/p1/s1.txt", "FINDINGS: Clear.")
        for name in ("../s2.txt", "../s2.txt #2"):
            archive.writestr(name, "x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("../s2.txt", "x")
    summary = ingest(settings=SourceSettings(kind="mimic_cxr", path=path), out=tmp_path / "out")
    assert summary.counts["quarantined_unsafe_path"] == 3
    assert read_table(REPORTS, tmp_path / "out/reports.parquet").num_rows == 1


def test_the_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"source\.path: there is no file or folder"):
        ingest(settings=SourceSettings(kind="csv", path=tmp_path / "no.csv"), out=tmp_path)
