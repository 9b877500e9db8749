"""What is written for each tool, by its published format, and what its files may be like."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from defusedxml import ElementTree

from data_contracts.concepts import ASSERTIONS
from pipeline.auditing.exchange import brat, doccano, label_studio
from pipeline.auditing.exchange.annotations import Exported, Mark, Refused, Returned
from pipeline.auditing.exchange.errors import ExchangeError
from pipeline.auditing.exchange.formats import FORMATS, format_named
from pipeline.cli_exchange import _TOOLS
from pipeline.lexicon.concepts import Lexicon

TEXT = "A 🫁 opacity,\r\nleft lower\n lobe\x0c. No pneumonia."
OPACITY = (4, 11)
MARKS = (
    Mark(*OPACITY, "finding:opacity", "affirmed"),
    Mark(14, 18, "side:left", "affirmed", (OPACITY,)),
    Mark(19, 30, "zone:lower_lobe", "uncertain", (OPACITY,)),
    Mark(36, 45, "finding:pneumonia", "negated"),
)
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, lexicon: Lexicon) -> Write:
    def exported(tool: str) -> Path:
        FORMATS[tool].write(tmp_path, [Exported("r/1", TEXT, MARKS, "fingerprint")], lexicon)
        return tmp_path

    return exported


def test_the_offsets_of_this_file_are_those_of_its_words() -> None:
    assert [TEXT[mark.start : mark.end] for mark in MARKS] == [
        "opacity", "left", "lower\n lobe", "pneumonia",
    ]  # fmt: skip


def test_the_command_line_has_every_format_and_no_other() -> None:
    assert list(_TOOLS) == list(FORMATS)
    with pytest.raises(ExchangeError, match="there are brat, doccano, label-studio"):
        format_named("prodigy")


def test_brat_gets_lines_of_phrases_attributes_and_relations(write: Write) -> None:
    folder = write("brat")
    # As long as the report, so that offsets hold in whatever reads the file.
    shown = (folder / "r_2f1.txt").read_bytes().decode()
    assert shown == TEXT.replace("\r", " ").replace("\x0c", " ")
    assert (folder / "r_2f1.ann").read_bytes().decode().split("\n") == [
        "T1\tfinding-opacity 4 11\topacity",
        "A1\tAssertion T1 affirmed",
        "T2\tside-left 14 18\tleft",
        "A2\tAssertion T2 affirmed",
        "T3\tzone-lower_lobe 19 24;26 30\tlower lobe",
        "A3\tAssertion T3 uncertain",
        "T4\tfinding-pneumonia 36 45\tpneumonia",
        "A4\tAssertion T4 negated",
        "R1\tOf Arg1:T2 Arg2:T1\t",
        "R2\tOf Arg1:T3 Arg2:T1\t",
        "",
    ]


def test_brats_configuration_has_every_section_type_and_value(
    write: Write, lexicon: Lexicon
) -> None:
    folder = write("brat")
    config = (folder / "annotation.conf").read_text()
    sections = dict(re.findall(r"\[(\w+)\]\n(.*?)(?=\n\[|\Z)", config, re.DOTALL))
    assert list(sections) == ["entities", "relations", "events", "attributes"]
    types = [line.strip() for line in sections["entities"].splitlines() if line.startswith("\t")]
    assert types == [one.concept_id.replace(":", "-") for one in lexicon.concepts]
    # brat's own rule for the names of types.
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]+", name) for name in types)
    assert f"Value:{'|'.join(ASSERTIONS)}" in sections["attributes"]
    assert "Arg1:side-left|side-right|" in sections["relations"]
    assert "<OVL-TYPE>:<ANY>" in sections["relations"]
    visual = (folder / "visual.conf").read_text()
    assert visual.index("[labels]") < visual.index("[drawing]")
    glyphs = re.search(r"Assertion\tglyph:(\S+), position:left", visual)
    assert glyphs is not None
    assert len(glyphs[1].split("|")) == len(ASSERTIONS)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["T1 finding-opacity 4 11\topacity"], "line 1 of its .ann: is not of brat's form"),
        (["T1\tfinding-opacity 4 11\tpneumonia"], "the words are not those at the offsets"),
        (["T1\tfinding-opacity 4 999999\topacity"], "the words are not those"),
        (["T1\tfinding-opacity 4 " + "9" * 5000 + "\topacity"], "is not of brat's form"),
        (["T1\tfinding-opacity 4 11;36 45\topacity pneumonia"], "other words between"),
        (["T1\tfinding-opacity 4 11\topacity"], "no assertion"),
        (["T1\tfinding-opacity 4 11\topacity", "A1\tAssertion T1 negated",
          "A2\tAssertion T1 affirmed"], "two assertions"),
        (["R1\tOf T2 T1"], "is not of brat's form"),
        (["R1\tOf Arg1:T2 Arg2:T1\t"], "a relation joins something else"),
        (["T1\tfinding-opacity 4 11\topacity", "A1\tAssertion T1 negated",
          "T2\tfinding-opacity 4 11\topacity", "A2\tAssertion T2 affirmed"], "marked twice"),
    ],
)  # fmt: skip
def test_a_broken_ann_refuses_its_report(write: Write, lines: list[str], reason: str) -> None:
    folder = write("brat")
    (folder / "r_2f1.ann").write_text("\n".join(lines), encoding="utf-8")
    (refused,) = brat.read(folder, None)
    assert isinstance(refused, Refused)
    assert refused.name == "r/1"
    assert reason in refused.reason
    assert "pneumonia" not in refused.reason


def test_what_brat_writes_beside_is_passed_over(write: Write) -> None:
    folder = write("brat")
    with (folder / "r_2f1.ann").open("a", encoding="utf-8") as file:
        file.write(
            "#1\tAnnotatorNotes T1\tsee \u2028 below\n*\tEquiv T1 T4\nE1\tX:T1\nA9\tAcute T1\n\n"
        )
    (returned,) = brat.read(folder, None)
    assert isinstance(returned, Returned)
    assert returned.marks == MARKS


def test_brats_folder_is_not_left(write: Write, tmp_path: Path) -> None:
    folder = write("brat")
    line = json.loads((folder / "reports.jsonl").read_text())
    line["file"] = "../secret"
    (folder / "reports.jsonl").write_text(json.dumps(line))
    with pytest.raises(ExchangeError, match="line 1: was changed"):
        list(brat.read(folder, None))


def test_a_pipe_is_no_export_of_label_studio(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tasks.json")
    with pytest.raises(ExchangeError, match="is no plain file"):
        list(label_studio.read(tmp_path / "tasks.json", None))


def test_a_pipe_in_brats_folder_is_not_waited_for(write: Write) -> None:
    folder = write("brat")
    (folder / "r_2f1.txt").unlink()
    os.mkfifo(folder / "r_2f1.txt")
    # Were it opened, it would be found empty.
    pipe = folder / "r_2f1.txt"
    Thread(target=lambda: pipe.open("wb").close(), daemon=True).start()
    (refused,) = brat.read(folder, None)
    assert isinstance(refused, Refused)
    assert refused.reason == "r_2f1.txt is no plain file"
    os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))  # whoever waits to write is let go


def test_files_that_were_not_exported_are_told(write: Write) -> None:
    folder = write("brat")
    (folder / "mine.ann").touch()
    (folder / "r_2f1.txt").unlink()
    first, second = brat.read(folder, None)
    assert isinstance(first, Refused)
    assert isinstance(second, Refused)
    assert first.reason == "r_2f1.txt is not there or cannot be read"
    assert second.name == "mine.ann"


def test_doccano_gets_entities_and_relations_counted_as_browsers_do(write: Write) -> None:
    folder = write("doccano")
    (line,) = (folder / "reports.jsonl").read_text().splitlines()
    row = json.loads(line)
    assert len(row["text"]) == len(TEXT)
    assert row["entities"][:2] == [
        {"id": 0, "label": "finding:opacity affirmed", "start_offset": 5, "end_offset": 12},
        {"id": 1, "label": "side:left affirmed", "start_offset": 15, "end_offset": 19},
    ]
    assert row["relations"] == [
        {"id": 4, "from_id": 1, "to_id": 0, "type": "of"},
        {"id": 5, "from_id": 2, "to_id": 0, "type": "of"},
    ]
    assert row["report_id"] == "r/1"


def test_doccano_gets_a_label_for_every_concept_and_assertion(
    write: Write, lexicon: Lexicon
) -> None:
    labels = json.loads((write("doccano") / "span_labels.json").read_text())
    assert len({one["text"] for one in labels}) == len(lexicon.concepts) * len(ASSERTIONS)
    assert all(
        set(one) == {"text", "suffix_key", "background_color", "text_color"} for one in labels
    )


def test_a_doccano_project_without_relations_says_nothing_of_them(write: Write) -> None:
    folder = write("doccano")
    row = json.loads((folder / "reports.jsonl").read_text())
    triples = [[e["start_offset"], e["end_offset"], e["label"]] for e in row.pop("entities")]
    del row["relations"]
    (folder / "all.jsonl").write_text(json.dumps({**row, "label": triples}))
    (returned,) = doccano.read(folder / "all.jsonl", None)
    assert isinstance(returned, Returned)
    assert not returned.related
    assert [mark.span for mark in returned.marks] == [mark.span for mark in MARKS]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": None}, "no JSON object with a 'text'"),
        ({"exported": None}, "lacks what the export wrote"),
        ({"exported": "{}"}, "was changed"),
        ({"entities": None}, "no list of objects"),
        ({"entities": [{"id": 1, "label": "finding:opacity affirmed", "start_offset": 3,
                        "end_offset": 12}]}, "offsets that are not within the text"),
        ({"entities": [{"id": 1, "label": 3, "start_offset": 5, "end_offset": 12}]}, "no concept"),
        ({"relations": [{"from_id": 0, "to_id": 99, "type": "of"}]}, "is not there"),
    ],
)  # fmt: skip
def test_a_broken_doccano_line_refuses_its_report(
    write: Write, change: dict[str, Any], reason: str
) -> None:
    folder = write("doccano")
    row = json.loads((folder / "reports.jsonl").read_text())
    (folder / "all.jsonl").write_text("\n" + json.dumps(row | change) + "\nno json\n")
    first, second = doccano.read(folder / "all.jsonl", None)
    assert isinstance(first, Refused)
    assert reason in first.reason
    assert isinstance(second, Refused)
    assert second.name == "line 3"


def test_label_studios_tasks_fit_its_configuration(write: Write, lexicon: Lexicon) -> None:
    folder = write("label-studio")
    config = ElementTree.fromstring((folder / "config.xml").read_text())
    (task,) = json.loads((folder / "tasks.json").read_text())
    controls = {one.get("name"): one for one in config if one.get("name")}
    values = {name: [v.get("value") for v in one] for name, one in controls.items()}
    assert values["concept"] == [one.concept_id for one in lexicon.concepts]
    assert values["assertion"] == list(ASSERTIONS)
    assert controls["assertion"].get("perRegion") == "true"
    assert task["data"][str(controls["text"].get("value")).removeprefix("$")] == TEXT.replace(
        "\r", " "
    ).replace("\x0c", " ")
    (prediction,) = task["predictions"]
    regions = [one for one in prediction["result"] if one["type"] != "relation"]
    for one in regions:
        assert controls[one["from_name"]].get("toName") == one["to_name"] == "text"
        assert one["value"][one["type"]][0] in values[one["from_name"]]
        assert re.fullmatch(r"[A-Za-z0-9_-]+", one["id"])
    assert [one["value"]["start"] for one in regions[::2]] == [mark.start for mark in MARKS]
    assert [one for one in prediction["result"] if one["type"] == "relation"] == [
        {"type": "relation", "from_id": "m1", "to_id": "m0", "direction": "right",
         "labels": ["of"]},
        {"type": "relation", "from_id": "m2", "to_id": "m0", "direction": "right",
         "labels": ["of"]},
    ]  # fmt: skip


def _annotated(folder: Path, *annotations: dict[str, Any]) -> Path:
    (task,) = json.loads((folder / "tasks.json").read_text())
    result = task["predictions"][0]["result"]
    task["annotations"] = [{"result": result, **one} for one in annotations]
    (folder / "export.json").write_text(json.dumps([task]))
    return folder / "export.json"


def test_one_persons_annotations_count(write: Write) -> None:
    source = _annotated(
        write("label-studio"),
        {"completed_by": 1, "was_cancelled": True, "result": []},
        {"completed_by": {"id": 2, "email": "ada@example.org"}},
        {"completed_by": 3, "result": []},
    )
    (refused,) = label_studio.read(source, None)
    assert isinstance(refused, Refused)
    assert "--annotator" in refused.reason
    for name in ("2", "ada@example.org"):
        (returned,) = label_studio.read(source, name)
        assert isinstance(returned, Returned)
        assert returned.marks == MARKS
    (returned,) = label_studio.read(source, "3")
    assert isinstance(returned, Returned)
    assert returned.marks == ()
    assert list(label_studio.read(source, "1")) == []


def test_tasks_that_nobody_annotated_are_passed_over(write: Write) -> None:
    folder = write("label-studio")
    assert list(label_studio.read(folder / "tasks.json", None)) == []
    assert list(label_studio.read(_annotated(folder), None)) == []


def test_offsets_counted_as_browsers_do_are_told_by_their_words(write: Write) -> None:
    source = _annotated(write("label-studio"), {"completed_by": 1})
    tasks = json.loads(source.read_text())
    for one in tasks[0]["annotations"][0]["result"]:
        if "value" in one:
            one["value"]["start"] += 1
            one["value"]["end"] = str(one["value"]["end"] + 1)
    source.write_text(json.dumps(tasks))
    (returned,) = label_studio.read(source, None)
    assert isinstance(returned, Returned)
    assert returned.marks == MARKS
    tasks[0]["annotations"][0]["result"][0]["value"]["start"] += 1
    source.write_text(json.dumps(tasks))
    (refused,) = label_studio.read(source, None)
    assert isinstance(refused, Refused)
    assert "words are not those" in refused.reason


@pytest.mark.parametrize("content", ["", "{}", "[1]", "[" * 100_000])
def test_what_is_no_list_of_tasks_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "export.json").write_text(content)
    with pytest.raises(ExchangeError, match="is no list of tasks"):
        list(label_studio.read(tmp_path / "export.json", None))


@pytest.mark.parametrize("read", [brat.read, doccano.read])
def test_an_annotator_is_refused_where_files_name_none(read: Any, tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="--annotator"):
        list(read(tmp_path, "ada"))
