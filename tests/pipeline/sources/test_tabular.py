"""CSV, JSON lines, Parquet and Excel of any columns."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.quarantine import Rejected
from pipeline.settings import ColumnMapping, SourceSettings
from pipeline.sources.opening import open_source
from pipeline.sources.records import ReceivedReport, Source, SourceError

WHOLE = ColumnMapping(report_id="id", subject_id="patient", text="report")
APART = ColumnMapping(report_id="id", findings="seen", impression="read")
TEXT = "FINDINGS: No effusion, no edema."


def settings_for(kind: str, path: Path, columns: ColumnMapping = WHOLE) -> SourceSettings:
    return SourceSettings.model_validate({"kind": kind, "path": path, "columns": columns})


def open_csv(path: Path, columns: ColumnMapping) -> Source:
    return open_source(settings_for("csv", path, columns))


def open_jsonl(path: Path, columns: ColumnMapping) -> Source:
    return open_source(settings_for("jsonl", path, columns))


def open_parquet(path: Path, columns: ColumnMapping) -> Source:
    return open_source(settings_for("parquet", path, columns))


def write_xlsx(path: Path, *rows: Sequence[object]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def good(source: Source) -> dict[str | None, str | tuple[tuple[str, str], ...]]:
    return {r.report_id: r.content for r in source.records if isinstance(r, ReceivedReport)}


def faults(source: Source) -> list[tuple[int, str]]:
    return [(r.location.row, r.reason) for r in source.records if isinstance(r, Rejected)]


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "jsonl", "jsonl.gz", "parquet", "xlsx"])
def test_a_mapping_means_the_same_in_every_kind_of_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"reports.{kind}"
    row = {"id": 12, "patient": "p1", "report": TEXT, "note": None}
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist([row]), path)
    elif kind == "xlsx":
        write_xlsx(path, list(row), list(row.values()))
    else:
        line = f'id,patient,report,note\r\n12,p1,"{TEXT}",\r\n'
        content = (line if kind.startswith("csv") else json.dumps(row)).encode()
        path.write_bytes(gzip.compress(content) if kind.endswith(".gz") else content)
    settings = settings_for(kind.removesuffix(".gz"), path)
    (record,) = open_source(settings).records
    assert isinstance(record, ReceivedReport)
    assert (record.report_id, record.subject_id, record.split) == ("12", "p1", None)
    assert record.content == TEXT


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_mapped_column_that_is_not_there_is_named_with_the_setting(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"reports.{kind}"
    if kind == "csv":
        path.write_text(f'id,patient,body\n1,p,"{TEXT}"\n')
    elif kind == "jsonl":
        path.write_text(json.dumps({"id": 1, "patient": "p", "body": TEXT}))
    elif kind == "xlsx":
        write_xlsx(path, ("id", "patient", "body"), (1, "p", TEXT))
    else:
        pq.write_table(pa.table({"id": [1], "patient": ["p"], "body": [TEXT]}), path)
    settings = settings_for(kind, path)
    with pytest.raises(SourceError, match=r"no column report;.*body.*source\.columns") as raised:
        list(open_source(settings).records)
    assert "effusion" not in str(raised.value)


def test_a_file_without_header_is_refused_without_repeating_its_first_report(
    tmp_path: Path,
) -> None:
    path = tmp_path / "reports.csv"
    path.write_text(f'1,p,"{TEXT}",Edema.\n2,p,"{TEXT}",Clear.\n')
    with pytest.raises(SourceError, match="is the header missing") as raised:
        list(open_csv(path, WHOLE).records)
    assert "effusion" not in str(raised.value)
    assert "Edema" not in str(raised.value)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"\xff\xfe\n\x00", b"\xfe\xff\x00 ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"],
)
def test_a_file_of_a_byte_order_mark_alone_holds_nothing(
    tmp_path: Path, kind: str, content: bytes
) -> None:
    path = tmp_path / f"reports.{kind}"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="holds nothing but blank lines"):
        list(open_source(settings_for(kind, path)).records)


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "jsonl", "jsonl.gz", "parquet", "xlsx"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty; expected"),
        (b" \n\n", "is empty; expected"),
        (b"\x1f\x8b\x08no gzip", "gzip is damaged; fetch it anew"),
        (b"%PDF-1.7\n", "is a PDF file; export the reports as CSV"),
        (b"{\\rtf1 No effusion.}", "is a rich text document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"old kind \(.xls\) or has a password; save it as"),
        (b"PK\x03\x04 no zip", "is a zip archive; unpack it|damaged Excel workbook; save it anew"),
        (bytes(range(256)) + bytes(90), "holds no text"),
    ],
)
def test_what_is_no_table_is_told_by_its_content(
    tmp_path: Path, kind: str, content: bytes, said: str
) -> None:
    path = tmp_path / f"reports.{kind}"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=said) as raised:
        list(open_source(settings_for(kind.removesuffix(".gz"), path)).records)
    assert str(path) in str(raised.value)
    assert "effusion" not in str(raised.value)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "openi_csv", "xlsx"])
def test_a_folder_is_no_csv(tmp_path: Path, kind: str) -> None:
    with pytest.raises(SourceError, match=r"source\.path: .* is a folder"):
        open_source(settings_for(kind, tmp_path))


@pytest.mark.parametrize(
    "kind", ["csv", "jsonl", "parquet", "xlsx", "openi_csv", "openi_xml", "mimic_cxr"]
)
def test_a_file_that_may_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "reports"
    path.write_text("x")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # The superuser may read everything, so modes would prove nothing in a container.
    monkeypatch.setattr(io, "open", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(pq, "read_schema", refuse)
    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        list(open_source(settings_for(kind, path)).records)


def test_broken_rows_of_a_csv_cost_nothing_but_themselves(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes(
        b"\xef\xbb\xbfid,seen,read\n"
        b"1,Clear.,Normal.\n"
        b"2,Clear, Normal.,\n"
        b"3,Clear.\n"
        b'4,"Two\nlines.",Normal.\n'
        b"\n"
        b"6,Trach\xe9e.,Normal.\n"
        b"7,Nul\x00.,Normal.\n"
        b"8,Clear.,\n"
    )
    assert faults(open_csv(path, APART)) == [(3, "malformed_row"), (4, "malformed_row")]
    found = good(open_csv(path, APART))
    assert list(found) == ["1", "4", "6", "7", "8"]
    assert found["4"] == (("findings", "Two\nlines."), ("impression", "Normal."))
    assert found["8"] == (("findings", "Clear."),)


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text(
        "id,seen,read\n"
        '1,"Clear.","Normal."\n'
        '2,"An effusion,"Effusion."\n'
        '3,"Edema.\nSmall heart.","Edema."\n'
        '4,"Nodule.,Nodule.\n'
        "5,Clear.,Normal.\n"
    )
    assert list(good(open_csv(path, APART))) == ["1", "3", "5"]
    assert faults(open_csv(path, APART)) == [(3, "malformed_row"), (5, "malformed_row")]


def test_broken_lines_of_json_cost_nothing_but_themselves(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    lines = [
        json.dumps({"id": "1", "patient": "p"}).encode(),
        b'{"id": "2", "report": "No effu',
        b"[1, 2]",
        '{"id": "4", "report": "Trachée."}'.encode("latin-1"),
        b"",
        b'{"id": "6", "report": ["No effusion."]}',
        b"[" * 100_000,
        json.dumps({"id": 8, "report": TEXT}).encode(),
    ]
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines))
    assert faults(open_jsonl(path, WHOLE)) == [
        (2, "malformed_row"), (3, "malformed_row"), (4, "wrong_encoding"), (6, "malformed_row"),
        (7, "malformed_row"),
    ]  # fmt: skip
    assert good(open_jsonl(path, WHOLE)) == {"1": "", "8": TEXT}


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_gzip_cut_off_gives_what_came_before_and_says_so(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"reports.{kind}.gz"
    if kind == "csv":
        lines = ["id,patient,report"] + [f"{n},p,{hash((n, 1)):x}" for n in range(20_000)]
    else:
        lines = [
            json.dumps({"id": n, "patient": "p", "report": f"{hash((n, 1)):x}"})
            for n in range(20_000)
        ]
    whole = gzip.compress("\n".join(lines).encode())
    path.write_bytes(whole[: len(whole) // 2])
    settings = settings_for(kind, path)
    assert 0 < len(good(open_source(settings))) < 20_000
    ((_, reason),) = faults(open_source(settings))
    assert reason == "unreadable_file"


def test_parquet_parts_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for part in ("b", "a"):
        table = pa.table(
            {"id": [f"{part}1", f"{part}2"], "patient": ["p", None], "report": [TEXT] * 2}
        )
        pq.write_table(table, tmp_path / f"{part}.parquet")
    source = open_parquet(tmp_path, WHOLE)
    assert source.total == 4
    assert list(good(source)) == ["a1", "a2", "b1", "b2"]


def test_wrong_bytes_in_one_parquet_row_leave_the_others_alone(tmp_path: Path) -> None:
    raw = pa.array([TEXT.encode(), b"Trach\xe9e.", b"Clear."])
    report = pa.StringArray.from_buffers(3, *raw.buffers()[1:])
    pq.write_table(
        pa.table({"id": ["1", "2", "3"], "patient": ["p"] * 3, "report": report}),
        tmp_path / "a.parquet",
    )
    found = good(open_parquet(tmp_path / "a.parquet", WHOLE))
    assert (found["1"], found["2"], found["3"]) == (TEXT, "Trach\udce9e.", "Clear.")


def test_wrong_bytes_in_a_column_of_long_strings_leave_the_others_alone(tmp_path: Path) -> None:
    raw = pa.array([b"Trach\xe9e.", b"Clear."], pa.large_binary())
    report = pa.LargeStringArray.from_buffers(2, *raw.buffers()[1:])
    table = pa.table({"id": ["1", "2"], "patient": ["p"] * 2, "report": report})
    pq.write_table(table, tmp_path / "a.parquet")
    found = good(open_parquet(tmp_path / "a.parquet", WHOLE))
    assert (found["1"], found["2"]) == ("Trach\udce9e.", "Clear.")


def test_whole_numbers_with_gaps_stay_whole(tmp_path: Path) -> None:
    table = pa.table({"id": [1.0, 2.0], "patient": [10000032.0, None], "report": [TEXT] * 2})
    pq.write_table(table, tmp_path / "a.parquet")
    records = list(open_parquet(tmp_path / "a.parquet", WHOLE).records)
    assert [(r.report_id, r.subject_id) for r in records if isinstance(r, ReceivedReport)] == [
        ("1", "10000032"), ("2", None),
    ]  # fmt: skip


cells = st.text(st.characters(codec="utf-8"), max_size=30)


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8))
def test_what_a_csv_writer_wrote_comes_back_verbatim(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "reports.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "patient", "report"), *rows])
    read = [
        (r.report_id or "", r.subject_id or "", r.content)
        for r in open_csv(path, WHOLE).records
        if isinstance(r, ReceivedReport)
    ]
    assert read == rows
