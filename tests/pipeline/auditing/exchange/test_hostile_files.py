"""Files that were cut, spliced or made up: refused with a reason, and nothing of them is quoted."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.exchange.annotations import Exported, Mark, Refused, Returned, Stamp
from pipeline.auditing.exchange.errors import ExchangeError, RefusedError
from pipeline.auditing.exchange.formats import FORMATS
from pipeline.lexicon.concepts import load_lexicon

MARKS = (
    Mark(0, 7, "finding:opacity", "affirmed"),
    Mark(8, 12, "side:left", "affirmed", ((0, 7),)),
)
REPORT = Exported("r1", "Opacity left.", MARKS, "fingerprint")
SPLICES = st.one_of(
    st.sampled_from([b"", b"\xff", b"\x00", b"null", b"-1", b"1e999", b"[]", b"{}", b'"', b"\t",
                     b"\n", b"\\ud800", b"99999999999999999999", b"\xe2\x80\xa8", b"true"]),
    st.binary(max_size=6),
)  # fmt: skip


def _file(tool: str, folder: Path) -> tuple[Path, Path]:
    """What to splice, and what to read."""
    names = {"brat": "r1.ann", "doccano": "reports.jsonl", "label-studio": "tasks.json"}
    file = folder / names[tool]
    if tool == "label-studio":
        (task,) = json.loads(file.read_text())
        task["annotations"] = [{"id": 1, "result": task["predictions"][0]["result"]}]
        file.write_text(json.dumps([task]))
    return file, folder if tool == "brat" else file


@pytest.mark.parametrize("tool", list(FORMATS))
@given(data=st.data())
def test_spliced_files_are_read_or_refused(tool: str, data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        FORMATS[tool].write(folder, [REPORT], load_lexicon_once())
        file, source = _file(tool, folder)
        targets = [file, folder / "reports.jsonl"] if tool == "brat" else [file]
        target = data.draw(st.sampled_from(targets))
        content = target.read_bytes()
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        target.write_bytes(content[:start] + data.draw(SPLICES) + content[end:])
        for one in _read(tool, source):
            if isinstance(one, Returned):
                assert all(mark.end <= len(one.text) for mark in one.marks)
            else:
                assert "Opacity" not in one.reason


def _read(tool: str, source: Path) -> list[Returned | Refused]:
    """What is read; of a file that cannot be, the error's message."""
    try:
        return list(FORMATS[tool].read(source, None))
    except ExchangeError as error:
        return [Refused("the file", str(error))]


_LEXICON: list[Any] = []


def load_lexicon_once() -> Any:
    if not _LEXICON:
        _LEXICON.append(load_lexicon())
    return _LEXICON[0]


@pytest.mark.parametrize(
    "stamp",
    [
        None,
        3,
        "",
        "\ud800",
        '{"report_id": "\\ud800", "digest": "d", "lexicon": "l", "mentions": []}',
        '{"report_id": "r", "digest": "d", "lexicon": "l", "mentions": [[0, 1, "x", "y", []]]}',
        '{"report_id": "r", "digest": "d", "lexicon": "l", "mentions": [], "more": 1}',
        "[" * 100_000,
    ],
)
def test_what_travels_with_a_report_is_checked(stamp: object) -> None:
    with pytest.raises(RefusedError, match="exported"):
        Stamp.parse(stamp)
    assert Stamp.parse(REPORT.stamp).marks == MARKS
