"""Findings and labels of texts, as frames."""

import shutil
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pneumoloc
from data_contracts.storage import read_table
from data_contracts.tables import FINDINGS, LABELS, REPORTS
from pipeline.extraction.batch.extractor import Extractor
from pipeline.extraction.batch.occurrences import ExtractionError
from pipeline.lexicon.lexicon_files import LexiconError
from pipeline.rules.values import PassageText
from pneumoloc.given_texts import TextsError
from pneumoloc.reports import ConflictError

REPORT = (
    "INDICATION: Evaluate for pneumonia.\n"
    "FINDINGS: Bibasilar opacities, left greater than right. No pleural effusion.\n"
    "IMPRESSION: Possible pneumonia."
)
SIDES = ("Right", "Left")
COLUMNS = [
    "text", "section", "finding", "assertion", "cue", "sides", "zones", "descriptors",
    "inherited_sides", "inherited_zones", "implied_sides", "interprets", "phrase", "start", "end",
]  # fmt: skip


def test_a_whole_report_is_read_by_its_sections() -> None:
    found = pneumoloc.findings(REPORT)
    assert list(found.columns) == COLUMNS
    assert found["section"].tolist() == ["indication", "findings", "findings", "impression"]
    assert found["assertion"].tolist() == ["hypothetical", "affirmed", "negated", "uncertain"]
    assert found["cue"].tolist() == ["Evaluate for", None, "No", "Possible"]
    assert found.loc[1, "zones"] == ["zone:base"]
    for row in found.to_dict("records"):
        assert REPORT[row["start"] : row["end"]] == row["phrase"]


def test_the_rows_are_those_of_the_pipelines_tables(trained: Path) -> None:
    data = trained / "data"
    reports = read_table(REPORTS, data / "reports.parquet", ("report_id", "text")).to_pandas()
    given = reports.set_index("report_id")["text"]
    found = pneumoloc.findings(given)
    table = read_table(FINDINGS, data / "findings.parquet").to_pandas()
    assert found["id"].tolist() == table["report_id"].tolist()
    for name in ("section", "finding", "assertion"):
        assert found[name].tolist() == table[name].tolist()
    lists = ("sides", "zones", "descriptors", "inherited_sides", "inherited_zones", "implied_sides")
    for name in lists:
        assert found[name].tolist() == [list(ids) for ids in table[name]]
    labels = read_table(LABELS, data / "labels.parquet")
    ours = pneumoloc.labels(given)
    assert ours.index.tolist() == labels["report_id"].to_pylist()
    assert list(ours.columns) == [name for name in labels.column_names if ":" in name]
    for name in ours.columns:
        values = [None if value is pd.NA else value for value in ours[name]]
        assert values == labels[name].to_pylist()


def test_what_a_finding_is_taken_for_is_told_by_rows() -> None:
    found = pneumoloc.findings(["No effusion.", "Lingular opacity, likely pneumonia."])
    assert found["interprets"].tolist() == [[], [], [1]]
    row = found.to_dict("records")[2]
    assert row["zones"] == []
    assert (row["inherited_zones"], row["implied_sides"]) == (["zone:lingula"], ["side:left"])
    assert pneumoloc.labels("Lingular opacity.")["side:left"].tolist() == [pd.NA]


@pytest.mark.parametrize("missing", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT, "", " "])
def test_a_missing_text_is_an_empty_one(missing: Any) -> None:
    texts = ["No effusion.", missing, "Left effusion."]
    assert pneumoloc.findings(texts)["text"].tolist() == [0, 2]
    values = pneumoloc.labels(texts)["finding:pleural_effusion"].tolist()
    assert values == [0, pd.NA, 1]


@pytest.mark.parametrize("nothing", [[], {}, pd.Series([], dtype=object), np.array([])])
def test_no_texts_give_no_rows(nothing: Any) -> None:
    found = pneumoloc.findings(nothing)
    assert [name for name in found.columns if name != "id"] == COLUMNS
    assert found.empty
    assert (found.dtypes["text"], found.dtypes["start"]) == (np.int64, np.int64)
    labels = pneumoloc.labels(nothing)
    assert labels.empty
    assert set(labels.dtypes) == {pd.Int8Dtype()}


@pytest.mark.parametrize(
    "texts",
    [
        ["Left effusion.", "No effusion."],
        ("Left effusion.", "No effusion."),
        (text for text in ["Left effusion.", "No effusion."]),
        np.array(["Left effusion.", "No effusion."]),
        pd.Index(["Left effusion.", "No effusion."]),
        pd.Series(["Left effusion.", "No effusion."], dtype="string"),
        pd.Series(["Left effusion.", "No effusion."], dtype="category"),
    ],
)
def test_texts_come_in_many_forms(texts: Any) -> None:
    assert pneumoloc.labels(texts)["finding:pleural_effusion"].tolist() == [1, 0]


def test_ids_are_those_that_were_given() -> None:
    texts = pd.Series(["Left effusion.", None, "No effusion."], index=["b", "a", "a"])
    found = pneumoloc.findings(texts)
    assert list(found.columns) == ["text", "id", *COLUMNS[1:]]
    assert found["id"].tolist() == ["b", "a"]
    assert pneumoloc.labels(texts).index.tolist() == ["b", "a", "a"]
    frame = texts.to_frame("report").set_axis([7, 8, 9])
    joined = frame.join(pneumoloc.labels(frame["report"]))
    assert joined["side:left"].isna().all()  # the side of an effusion is no label
    assert joined["finding:pleural_effusion"].tolist() == [1, pd.NA, 0]
    keyed = pneumoloc.findings({("p1", 3): "Left effusion.", "p2": "No effusion."})
    assert keyed["id"].tolist() == [("p1", 3), "p2"]
    several = texts.set_axis(pd.MultiIndex.from_tuples([("p", 1), ("p", 2), ("q", 1)]))
    assert pneumoloc.findings(several)["id"].tolist() == [("p", 1), ("q", 1)]
    assert pneumoloc.labels(several).index.nlevels == 2


def test_more_texts_than_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pneumoloc.reports._AT_ONCE", 2)
    texts = ["Left effusion.", "", "No effusion.", REPORT, "Nodule."]
    found = pneumoloc.findings(texts)
    assert found["text"].tolist() == [0, 2, 3, 3, 3, 3, 4]
    assert found.index.tolist() == list(range(7))
    assert pneumoloc.labels(texts).index.tolist() == list(range(5))


def test_what_utf_8_cannot_hold_moves_no_offset() -> None:
    text = "\x00\ud800 Left lower lobe opacity."
    (row,) = pneumoloc.findings(text).to_dict("records")
    assert text[row["start"] : row["end"]] == "opacity"


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (7, "it is an int"),
        (None, "it is a NoneType"),
        (["Left effusion.", 7], "text 1 is an int"),
        ([["Left effusion."]], "text 0 is a list"),
        (b"Left effusion.", r"it is a bytes; decode bytes with \.decode\(\)"),
        ([Path("report.txt")], r"read a file with path\.read_text\(\)"),
        (pd.DataFrame({"report": ["Left effusion."]}), "give the column of a frame"),
    ],
)
def test_what_is_no_text_is_refused_without_its_words(texts: Any, told: str) -> None:
    with pytest.raises(TextsError, match=told) as refused:
        pneumoloc.findings(texts)
    assert "effusion" not in str(refused.value)


def test_whose_word_counts() -> None:
    text = "FINDINGS: Right opacity, may represent pneumonia.\nIMPRESSION: No pneumonia."
    assert pneumoloc.labels(text)["finding:pneumonia"].tolist() == [-1]
    concluded = pneumoloc.labels(text, conflict="impression_wins")
    assert concluded["finding:pneumonia"].tolist() == [0]
    with pytest.raises(ConflictError, match="expected affirmed_wins or impression_wins"):
        pneumoloc.labels(text, conflict="findings_win")  # type: ignore[arg-type]


def test_a_lexicon_of_ones_own_as_it_stands(tmp_path: Path) -> None:
    lexicon = tmp_path / "lexicon"
    shutil.copytree(str(resources.files("pipeline.lexicon") / "files"), lexicon)
    assert pneumoloc.findings("Left whitening.").empty
    with (lexicon / "findings.txt").open("a") as file:
        file.write("\n[finding:whitening]\nlung: yes\nwhitening\n")
    found = pneumoloc.findings("Left whitening.", lexicon=str(lexicon))
    assert found["finding"].tolist() == ["finding:whitening"]
    labels = pneumoloc.labels("Left whitening.", lexicon=lexicon)
    assert labels[["finding:whitening", "side:left"]].to_numpy().tolist() == [[1, 1]]
    assert "whitening" in str(pneumoloc.explain("Left whitening.", lexicon=lexicon))
    with pytest.raises(LexiconError, match="no such lexicon file"):
        pneumoloc.findings("Left whitening.", lexicon=tmp_path / "none")


def test_a_text_that_cannot_be_analysed_is_told_by_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(self: Extractor, passages: Sequence[PassageText]) -> None:
        if any("secret" in passage.text for passage in passages):
            raise RuntimeError(f"what stands here: {passages}")

    monkeypatch.setattr(Extractor, "analyse", fail)
    texts = {"a": "", "b": "A secret effusion."}
    with pytest.raises(ExtractionError, match=r"report '1': .*RuntimeError") as failed:
        pneumoloc.findings(texts)
    assert "secret" not in "".join(traceback.format_exception(failed.value))


def test_threads_may_read_at_once() -> None:
    texts = [f"{side} lower lobe opacity, {number} cm." for number in range(20) for side in SIDES]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(pneumoloc.labels, texts))
    assert [int(one["side:left"].notna().sum()) for one in found] == [0, 1] * 20
