"""What the page tells of a second reader, and that following it makes a correction."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from data_contracts.second_opinions import SECOND_OPINIONS, SECOND_READINGS
from data_contracts.storage import read_table, write_table
from data_contracts.tables import LABELS, REPORTS
from pipeline.auditing.corrections.log import read_log
from pipeline.auditing.review.second import following
from pipeline.labelling.applying import digest_text
from pipeline.settings import LabelSettings
from pipeline.stages.label import label

HOSTILE = "<img src=x onerror=alert(1)>"


def said(
    text: str, phrase: str, concept: str, assertion: str, owner: str | None = None
) -> dict[str, Any]:
    start = text.index(phrase)
    at = text.index(owner) if owner else None
    return {"concept_id": concept, "assertion": assertion, "section": "findings", "start": start,
            "end": start + len(phrase), "phrase": phrase, "finding_start": at,
            "finding_end": None if at is None or owner is None else at + len(owner)}  # fmt: skip


def write_second(folder: Path, by_report: dict[str, Any], model: str = HOSTILE) -> None:
    """Write what a reader says of reports: per report its phrases and its values."""
    reports = read_table(REPORTS, folder / "reports.parquet").to_pylist()
    texts = {row["report_id"]: row["text"] for row in reports}
    readings, opinions = [], []
    for place, (report_id, (phrases, values)) in enumerate(by_report.items()):
        text = texts[report_id]
        rows = [said(text, *one) for one in phrases]
        readings.append(
            {"report_id": report_id, "reader": "language_model", "model": model,
             "prompt_digest": "p", "time": datetime(2026, 1, 1, tzinfo=UTC),
             "report_digest": digest_text(text), "place": place, "why": "", "outcome": "answered",
             "proposals": len(rows), "invented_phrases": 0, "invented_concepts": 0,
             "seconds": 1.0, "values": list(values.items())}
        )  # fmt: skip
        opinions += [
            {"report_id": report_id, "model": model, "prompt_digest": "p", "number": n, **row}
            for n, row in enumerate(rows)
        ]
    write_table(
        SECOND_READINGS,
        pa.Table.from_pylist(readings, schema=SECOND_READINGS.schema()),
        folder / "second_readings.parquet",
    )
    write_table(
        SECOND_OPINIONS,
        pa.Table.from_pylist(opinions, schema=SECOND_OPINIONS.schema()),
        folder / "second_opinions.parquet",
    )


@pytest.fixture
def folder(folder: Path) -> Path:
    """The run of the other tests, with a second reader who differs on two of its reports."""
    write_second(
        folder,
        {
            "r1": (
                [
                    ("Patchy opacity", "finding:opacity", "affirmed"),
                    ("nodule", "finding:atelectasis", "affirmed"),
                    ("Small", "descriptor:small", "affirmed", "nodule"),
                    ("left", "side:left", "affirmed", "Patchy opacity"),
                    ("base", "zone:base", "affirmed", "Patchy opacity"),
                    ("pneumonia", "finding:pneumonia", "uncertain"),
                ],
                {"finding:opacity": 1, "finding:atelectasis": 1, "descriptor:small": 1,
                 "descriptor:patchy": 1, "side:left": 1, "zone:base": 1, "finding:pneumonia": -1,
                 "finding:lung_opacity_any": 1},
            ),
            "r2": ([("effusion", "finding:pleural_effusion", "negated")],
                   {"finding:pleural_effusion": 0}),
            "r3": ([], {}),
        },
    )  # fmt: skip
    return folder


def queue(page: TestClient, scope: str = "second") -> list[dict[str, Any]]:
    return list(page.get("/api/queue", params={"scope": scope}).json()["reports"])


def second(page: TestClient, report_id: str, reviewer: str = "ada") -> dict[str, dict[str, Any]]:
    told = page.get("/api/second", params={"report_id": report_id, "reviewer": reviewer}).json()
    return {one["concept_id"]: one for one in told}


def take_over(page: TestClient, report_id: str, concept: str) -> list[dict[str, Any]]:
    (offer,) = second(page, report_id)[concept]["offers"]
    read = page.get("/api/report", params={"report_id": report_id, "reviewer": "ada"}).json()
    for decision in offer["decisions"]:
        body = {"reviewer": "ada", "report_id": report_id, "digest": read["digest"],
                "decision": decision}  # fmt: skip
        done = page.post("/api/decisions", json=body)
        assert done.status_code == 200, done.text
    return list(offer["decisions"])


def test_the_queue_lists_where_the_two_differ_the_most_telling_first(page: TestClient) -> None:
    listed = queue(page)
    assert [(one["report_id"], one["reason"]) for one in listed] == [
        ("r2", "pleural effusion: negated there, affirmed here"),
        ("r1", "atelectasis: affirmed there, not mentioned here"),
    ]
    assert "effusion" in listed[0]["line"]
    assert page.get("/api/start").json()["second"] is True


def test_a_report_tells_what_differs_and_what_would_follow_it(page: TestClient) -> None:
    told = second(page, "r1")
    # What only one affirms goes before what is doubted, and findings before places.
    assert list(told) == ["finding:atelectasis", "zone:base", "descriptor:small",
                          "finding:pneumonia"]  # fmt: skip
    # What is the same on both sides, or only implied, is not told.
    assert told["finding:pneumonia"]["words"] == "uncertain there, negated here"
    (offer,) = told["finding:pneumonia"]["offers"]
    (decision,) = offer["decisions"]
    assert (decision["action"], decision["after_assertion"]) == ("change", "uncertain")
    # Of another finding than ours named, the place goes to the one that it shares words with.
    (offer,) = told["zone:base"]["offers"]
    text = page.get("/api/report", params={"report_id": "r1"}).json()["text"]
    (decision,) = offer["decisions"]
    assert text[decision["finding_start"] : decision["finding_end"]] == "opacity"
    # A finding that ours does not have is added before what belongs to it.
    (offer,) = told["descriptor:small"]["offers"]
    assert [one["after_concept"] for one in offer["decisions"]] == [
        "finding:atelectasis",
        "descriptor:small",
    ]
    assert second(page, "r3") == {}


def test_following_the_reader_is_a_correction_that_labels_heed(
    page: TestClient, folder: Path, corrections: Path, lexicon_folder: Path
) -> None:
    take_over(page, "r2", "finding:pleural_effusion")
    take_over(page, "r1", "descriptor:small")
    take_over(page, "r1", "zone:base")
    kept = read_log(corrections)
    assert [(one.action, one.phrase, one.after_assertion) for one in kept] == [
        ("change", "effusion", "negated"),
        ("add", "nodule", "affirmed"),
        ("add", "Small", "affirmed"),
        ("add", "base", "affirmed"),
    ]
    told = second(page, "r1")
    assert told["descriptor:small"]["offers"][0]["made"]
    assert not told["finding:pneumonia"]["offers"][0]["made"]
    assert not second(page, "r1", "bo")["descriptor:small"]["offers"][0]["made"]

    paths = {name: folder / f"{name}.parquet" for name in ("reports", "mentions", "findings")}
    settings = LabelSettings(corrections=corrections)
    label(settings=settings, lexicon=lexicon_folder, out=folder, **paths)
    rows = {r["report_id"]: r for r in read_table(LABELS, folder / "labels.parquet").to_pylist()}
    assert rows["r2"]["finding:pleural_effusion"] == 0
    assert rows["r1"]["finding:atelectasis"] == 1
    assert rows["r1"]["descriptor:small"] == 1
    assert rows["r1"]["zone:base"] == 1
    assert rows["r1"]["finding:pneumonia"] == 0


def test_a_difference_that_labels_have_settled_is_gone(
    make_app: Callable[..., Any], folder: Path, corrections: Path, lexicon_folder: Path
) -> None:
    page = TestClient(make_app(), base_url="http://127.0.0.1:8765")
    take_over(page, "r2", "finding:pleural_effusion")
    paths = {name: folder / f"{name}.parquet" for name in ("reports", "mentions", "findings")}
    settings = LabelSettings(corrections=corrections)
    label(settings=settings, lexicon=lexicon_folder, out=folder, **paths)
    after = TestClient(make_app(), base_url="http://127.0.0.1:8765")
    assert [one["report_id"] for one in queue(after)] == ["r1"]


def test_the_sample_is_not_swayed(page: TestClient) -> None:
    told = page.get("/api/report", params={"report_id": "r1", "reviewer": "ada"}).json()
    assert HOSTILE not in str(told)
    assert HOSTILE not in str(queue(page, "sample")) + str(queue(page, "all"))


def test_a_report_that_was_read_with_another_text_has_no_differences(
    make_app: Callable[..., Any], folder: Path
) -> None:
    file = folder / "second_readings.parquet"
    rows = read_table(SECOND_READINGS, file).to_pylist()
    rows = [{**row, "report_digest": "older"} for row in rows]
    write_table(SECOND_READINGS, pa.Table.from_pylist(rows, schema=SECOND_READINGS.schema()), file)
    page = TestClient(make_app(), base_url="http://127.0.0.1:8765")
    assert queue(page) == []
    assert second(page, "r1") == {}


def test_without_a_second_reader_the_page_is_as_it_was(
    make_app: Callable[..., Any], folder: Path
) -> None:
    for name in ("second_readings", "second_opinions"):
        (folder / f"{name}.parquet").unlink()
    page = TestClient(make_app(), base_url="http://127.0.0.1:8765")
    assert page.get("/api/start").json()["second"] is False
    assert queue(page) == []
    assert second(page, "r1") == {}


def test_what_ours_says_already_needs_no_decision() -> None:
    ours = [
        {"mention_id": "m0", "start": 0, "end": 7, "concept_id": "finding:opacity",
         "category": "finding", "assertion": "affirmed", "finding_ids": []},
        {"mention_id": "m1", "start": 8, "end": 12, "concept_id": "side:left", "category": "side",
         "assertion": "affirmed", "finding_ids": ["m0"]},
    ]  # fmt: skip
    finding = {"model": "m", "start": 0, "end": 7, "concept_id": "finding:opacity",
               "assertion": "affirmed", "finding_start": None, "finding_end": None}  # fmt: skip
    side = {"model": "m", "start": 8, "end": 12, "concept_id": "side:left",
            "assertion": "affirmed", "finding_start": 0, "finding_end": 7}  # fmt: skip
    assert following(finding, ours, [finding, side]) == []
    assert following(side, ours, [finding, side]) == []
    ours[1]["finding_ids"] = []
    (decision,) = following(side, ours, [finding, side])
    assert (decision["action"], decision["finding_start"]) == ("change", 0)
