"""CSV files as spreadsheets, hospital systems and other countries write them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_contracts.quarantine import Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.composition import without_repeats
from pipeline.sources.opening import open_source
from pipeline.sources.records import Report, SourceError

SAID = "Opacité à gauche, no effusion; small | heart."
FRENCH = [f'{n},"Opacité n° {n} à gauche."' for n in range(1, 6)]


def read(path: Path, **settings: object) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """Texts of the usable reports, and row and reason of the others."""
    chosen = SourceSettings.model_validate({"kind": "csv", "path": path, **settings})
    records = list(without_repeats(open_source(chosen).records, 1_000))
    texts = {record.report_id: record.text for record in records if isinstance(record, Report)}
    return texts, [(r.location.row, r.reason) for r in records if isinstance(r, Rejected)]


def refusal(path: Path, **settings: object) -> str:
    with pytest.raises(SourceError) as caught:
        read(path, **settings)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "effusion" not in message
    return message


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("before", ["", "\ufeff", "\n", "sep={}\n", "\ufeffsep={}\r\n"])
def test_a_delimiter_is_told_from_the_header(tmp_path: Path, delimiter: str, before: str) -> None:
    path = tmp_path / "reports.csv"
    lines = [("report_id", "text", "age"), ("A1", f'"{SAID}"', "61"), ("A2", "Clear", "54", "1")]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    path.write_text(before.format(delimiter) + text, encoding="utf-8", newline="")
    assert read(path) == ({"A1": SAID}, [(3, "malformed_row")])


def test_names_that_are_known_tell_the_delimiter_that_numbers_of_fields_do_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "reports.csv"
    path.write_text("accession;report;age, years, at the study\nA1;Clear.;61\n")
    assert read(path) == ({"A1": "Clear."}, [])
    path.write_text("nummer;befund;alter, jahre, bei aufnahme\nA1;Clear.;61\n")
    columns = {"report_id": "nummer", "text": "befund"}
    assert read(path, columns=columns) == ({"A1": "Clear."}, [])


def test_a_row_of_too_many_fields_is_told_what_to_quote(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text("id;text\n1;Clear; normal.\n")
    settings = SourceSettings(kind="csv", path=path)
    (record,) = open_source(settings).records
    assert isinstance(record, Rejected)
    assert record.detail == "3 fields, expected 2; quote fields that hold semicolons"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_of_every_width_is_told_from_the_file(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "reports.csv"
    path.write_text(f'id,text\n1,"{SAID}"\n', encoding=encoding)
    assert read(path) == ({"1": SAID}, [])
    assert read(path, encoding=encoding.removesuffix("-sig")) == ({"1": SAID}, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_told_without_its_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes(f'id\ttext\r\n1\t"{SAID}"\r\n'.encode(encoding))
    assert read(path) == ({"1": SAID}, [])


def test_utf16_that_is_cut_off_gives_what_came_before_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes("id,text\n1,Clear.\n2,Nor".encode("utf-16")[:-1])
    assert read(path) == ({"1": "Clear."}, [(3, "unreadable_file")])


@pytest.mark.parametrize(
    ("encoding", "letters"),
    [("windows-1252", "Opacité \N{EN DASH} “2 cm”"), ("iso-8859-1", "Opacité")],
)
def test_a_file_from_windows_is_read_once_its_encoding_is_named(
    tmp_path: Path, encoding: str, letters: str
) -> None:
    path = tmp_path / "reports.csv"
    path.write_text("\n".join(["id,text", *FRENCH, f"9,{letters}"]), encoding=encoding)
    message = refusal(path)
    assert "is not UTF-8 in most of its lines" in message
    assert "--set source.encoding=windows-1252" in message
    texts, rejected = read(path, encoding="windows-1252")
    assert (texts["9"], rejected) == (letters, [])


def test_a_header_from_windows_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes("id;text;\xe2ge\n1;Clear.;61\n2;Clear.;54\n".encode("latin-1"))
    assert "is not UTF-8 in its header" in refusal(path)


def test_single_rows_of_another_encoding_cost_nothing_but_themselves(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes(b"id,text\n1,Clear.\n2,Opacit\xe9.\n3,Normal.\n")
    assert read(path) == ({"1": "Clear.", "3": "Normal."}, [(3, "wrong_encoding")])


def test_an_encoding_that_the_file_contradicts_is_said(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text("id,text\n1,Clear.\n", encoding="utf-16")
    message = refusal(path, encoding="windows-1252")
    assert "is UTF-16, expected cp1252 as source.encoding says; leave that out" in message


@pytest.mark.parametrize("header", ["id,text", "id,text\n", "id;text\r\n\r\n"])
def test_a_header_alone_is_said(tmp_path: Path, header: str) -> None:
    path = tmp_path / "reports.csv"
    path.write_text(header)
    assert "has a header and no row below it" in refusal(path)


def test_another_kinds_file_is_told_with_that_kind(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    pq.write_table(pa.table({"id": ["1"], "text": ["No effusion."]}), path)
    assert "is a Parquet file; read it with the kind parquet" in refusal(path)
    for json in ('{"id": "1", "text": "No effusion."}\n', '[\n{"text": "No effusion."}]'):
        path.write_text(json)
        assert "looks like JSON" in refusal(path)
    path.write_text("<html><table><tr><td>No effusion.</td></tr></table></html>")
    assert "is HTML or XML, whatever its name" in refusal(path)


def test_json_lines_are_told_from_what_else_holds_json(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    for text, said in (
        ('[{"id": "1", "text": "No effusion."}]', r"is one JSON list; .*jq -c '\.\[\]'"),
        ('[\n  {"id": "1", "text": "No effusion."}\n]', "is one JSON list"),
        ('{\n  "id": "1",\n  "text": "No effusion."\n}', "has objects over several lines"),
        ("id,text\n1,No effusion.\n", "none of its lines is a JSON object"),
    ):
        path.write_text(text)
        with pytest.raises(SourceError, match=said) as caught:
            list(open_source(SourceSettings(kind="jsonl", path=path)).records)
        assert "effusion" not in str(caught.value)


def test_json_lines_are_read_in_their_encoding(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    for encoding, named in (("utf-16", None), ("windows-1252", "windows-1252")):
        path.write_text(f'{{"id": "1", "text": "{SAID}"}}\n', encoding=encoding)
        assert read(path, kind="jsonl", encoding=named) == ({"1": SAID}, [])
