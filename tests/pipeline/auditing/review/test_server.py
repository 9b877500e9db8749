"""What the page asks and is told."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline.auditing.corrections.log import read_log

OPACITY = "finding:opacity"


def report(page: TestClient, report_id: str = "r1", reviewer: str = "ada") -> dict[str, Any]:
    told = page.get("/api/report", params={"report_id": report_id, "reviewer": reviewer})
    return dict(told.json())


def post(page: TestClient, decision: dict[str, Any], **more: Any) -> Any:
    read = report(page, more.get("report_id", "r1"))
    body = {"reviewer": "ada", "report_id": "r1", "digest": read.get("digest", ""),
            "decision": decision, **more}  # fmt: skip
    return page.post("/api/decisions", json=body)


def on(page: TestClient, phrase: str, **more: Any) -> dict[str, Any]:
    read = report(page)
    start = read["text"].index(phrase)
    return {"start": start, "end": start + len(phrase), **more}


def test_decisions_are_kept_with_what_they_are_about(page: TestClient, corrections: Path) -> None:
    done = post(page, on(page, "opacity", action="change", before_concept=OPACITY,
                         after_assertion="uncertain"))  # fmt: skip
    assert done.status_code == 200
    (told,) = done.json()["decisions"]
    assert (told["action"], told["after_assertion"]) == ("change", "uncertain")
    (kept,) = read_log(corrections)
    assert (kept.phrase, kept.before_assertion, kept.after_concept) == (
        "opacity",
        "affirmed",
        OPACITY,
    )
    assert kept.rule == "lexicon"
    assert kept.lexicon


def test_done_accepts_what_is_left_and_only_that(page: TestClient, corrections: Path) -> None:
    post(page, on(page, "left", action="remove", before_concept="side:left"))
    told = post(page, {"action": "done"}).json()
    assert told["done"] is True
    actions = sorted((one.action, one.phrase) for one in read_log(corrections) if one.phrase)
    assert actions == [
        ("accept", "Patchy"),
        ("accept", "opacity"),
        ("accept", "pneumonia"),
        ("remove", "left"),
    ]
    # A second time there is nothing left to accept.
    post(page, {"action": "done"})
    assert len(read_log(corrections)) == 6


def test_a_report_that_is_opened_again_loses_what_done_had_accepted(page: TestClient) -> None:
    post(page, on(page, "left", action="accept", before_concept="side:left"))
    post(page, {"action": "done"})
    told = post(page, {"action": "withdraw"}).json()
    assert told["done"] is False
    assert [one["before_concept"] for one in told["decisions"]] == ["side:left"]
    refused = post(page, {"action": "withdraw"})
    assert "not done" in refused.json()["error"]


def test_what_was_decided_after_done_stays_when_it_is_opened_again(page: TestClient) -> None:
    post(page, {"action": "done"})
    post(page, on(page, "left", action="remove", before_concept="side:left"))
    told = post(page, {"action": "withdraw"}).json()
    assert [one["action"] for one in told["decisions"]] == ["remove"]


def test_who_has_no_name_yet_reads_and_does_not_decide(page: TestClient, corrections: Path) -> None:
    post(page, {"action": "done"})
    told = page.get("/api/queue", params={"scope": "all"}).json()
    assert [one["done"] for one in told["reports"]] == [False, False, False]
    assert report(page, reviewer="")["decisions"] == []
    assert post(page, {"action": "done"}, reviewer="").status_code == 422
    assert {one.reviewer for one in read_log(corrections)} == {"ada"}


def test_the_queue_says_why_a_report_is_there_and_a_line_of_it(page: TestClient) -> None:
    told = page.get("/api/queue", params={"scope": "sample"}).json()
    for one in told["reports"]:
        assert one["reason"]
        assert one["of"] >= 1
        assert one["line"]
    everything = page.get("/api/queue", params={"scope": "all"}).json()["reports"]
    assert [one["reason"] for one in everything] == ["csv", "csv", "csv"]
    assert everything[2]["line"] == "FINDINGS: The lungs are clear."
    found = page.get("/api/queue", params={"scope": "all", "concept": "finding:pneumonia"}).json()
    assert found["reports"][0]["line"].endswith("IMPRESSION: No pneumonia.")


def test_a_phrase_is_added_by_characters_whatever_they_are(
    page: TestClient, corrections: Path
) -> None:
    post(page, on(page, "nodule", action="add", after_concept="finding:atelectasis",
                  after_assertion="affirmed"))  # fmt: skip
    nodule = on(page, "nodule")
    post(page, on(page, "Small", action="add", after_concept="descriptor:small",
                  after_assertion="affirmed", finding_start=nodule["start"],
                  finding_end=nodule["end"]))  # fmt: skip
    assert [one.phrase for one in read_log(corrections)] == ["nodule", "Small"]


def test_an_added_phrase_can_be_taken_back(page: TestClient) -> None:
    add = on(page, "nodule", action="add", after_concept=OPACITY, after_assertion="affirmed")
    assert post(page, add).json()["decisions"]
    taken = post(page, on(page, "nodule", action="withdraw", after_concept=OPACITY))
    assert taken.json()["decisions"] == []


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        ({"action": "accept", "before_concept": "side:right"}, "no mention of side:right"),
        ({"action": "add", "after_concept": "finding:no_such", "after_assertion": "affirmed"},
         "the lexicon has no concept"),
        ({"action": "add", "after_concept": OPACITY, "after_assertion": "affirmed"},
         "is such a mention already"),
        ({"action": "add", "after_concept": "side:left", "after_assertion": "affirmed"},
         "the finding that this place or descriptor belongs to"),
        ({"action": "add", "after_concept": "finding:pneumonia"}, "what the report says of it"),
        ({"action": "add", "start": 3, "end": 3}, "select the words"),
        ({"action": "add", "start": 0, "end": 100_000}, "select the words"),
        ({"action": "withdraw", "before_concept": OPACITY}, "no decision of yours"),
        ({"action": "change", "before_concept": OPACITY, "after_concept": "side:left"},
         "the finding that this place"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_what_would(
    page: TestClient, corrections: Path, decision: dict[str, Any], message: str
) -> None:
    refused = post(page, {**on(page, "opacity"), **decision})
    assert refused.status_code == 422
    assert message in refused.json()["error"]
    assert read_log(corrections) == []


def test_a_text_that_changed_since_is_not_decided(page: TestClient, corrections: Path) -> None:
    refused = post(page, {"action": "done"}, digest="older")
    assert "has changed" in refused.json()["error"]
    assert post(page, {"action": "done"}, reviewer=" \n").status_code == 422
    assert page.get("/api/report", params={"report_id": "r9", "reviewer": "a"}).status_code == 404
    assert read_log(corrections) == []


def test_reviewers_do_not_see_each_other_but_how_far_they_agree(page: TestClient) -> None:
    change = on(page, "opacity", action="change", before_concept=OPACITY, after_assertion="negated")
    post(page, change)
    post(page, {"action": "done"})
    assert report(page, reviewer="bo")["decisions"] == []
    post(page, {"action": "done"}, reviewer="bo")
    told = page.get("/api/progress").json()
    (pair,) = told["agreement"]
    assert (pair["first"], pair["second"], pair["phrases"]) == ("ada", "bo", 4)
    assert pair["agreed"] == pytest.approx(0.75)
    assert pair["kappa"] is not None


def ids(page: TestClient, **wanted: str) -> list[str]:
    told = page.get("/api/queue", params={"reviewer": "ada", "scope": "all", **wanted}).json()
    return [one["report_id"] for one in told["reports"]]


def test_reports_are_found_by_concept_assertion_words_and_state(page: TestClient) -> None:
    assert ids(page) == ["r1", "r2", "r3"]
    assert ids(page, concept="finding:pneumonia") == ["r1"]
    assert ids(page, concept="finding:pneumonia", assertion="affirmed") == []
    assert ids(page, words="EFFUSION") == ["r2"]
    assert ids(page, words="r3") == ["r3"]
    assert ids(page, words="100%_'; --") == []
    post(page, {"action": "done"})
    assert ids(page, state="done") == ["r1"]
    assert ids(page, state="open") == ["r2", "r3"]
    assert len(ids(page, scope="sample")) == 2


@pytest.mark.parametrize(
    "offset", ["-1", "9e22", "90000000000000000000000", "9223372036854775808", "1.5", "x", "%00"]
)
def test_a_place_in_the_queue_that_cannot_be_is_refused(page: TestClient, offset: str) -> None:
    told = page.get(f"/api/queue?scope=all&offset={offset}")
    assert told.status_code == 422
    assert told.json()["error"].startswith("query.offset: ")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *((place, "half \ud800") for place in ("reviewer", "report_id", "digest")),
        ("decision", {"action": "add", "after_concept": "\udfff"}),
        ("decision", {"action": "accept", "before_concept": "\ud800"}),
        ("decision", {"action": "\ud800"}),
        ("decision", {"action": "done", "\ud800": 1}),
        ("decision", {"action": "accept", "finding_start": -1}),
        ("decision", {"action": "accept", "finding_end": 10**30}),
        ("decision", {"action": "add", "start": 9e22}),
        ("decision", []),
    ],
)
def test_what_no_table_can_hold_is_refused(
    page: TestClient, corrections: Path, place: str, value: Any
) -> None:
    body = {"reviewer": "ada", "report_id": "r1", "digest": report(page)["digest"],
            "decision": {"action": "done"}, place: value}  # fmt: skip
    told = page.post("/api/decisions", content=json.dumps(body))
    assert told.status_code == 422
    assert told.json()["error"]
    assert read_log(corrections) == []


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b'"\\ud800"', b"NaN", b"{"])
def test_a_body_that_is_no_decision_is_refused(page: TestClient, body: bytes) -> None:
    assert 400 <= page.post("/api/decisions", content=body).status_code < 500


@pytest.mark.parametrize(
    "address",
    [
        "/api/queue?words=%ED%A0%80",
        "/api/queue?words=%00",
        "/api/queue?concept=%00&cue=%FF",
        "/api/queue?scope=%ED%A0%80",
        "/api/report?report_id=%00",
        "/api/report?report_id=%ED%A0%80",
        "/api/report",
        "/page/%00",
        "/page/" + "x" * 5000,
        "/%ED%A0%80",
    ],
)
def test_no_address_is_an_error_of_the_servers(page: TestClient, address: str) -> None:
    assert page.get(address).status_code < 500
