"""Who is answered."""

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pipeline.auditing.review.door import Anteroom, page_app
from pipeline.auditing.review.opening import AccessError, check_opening, is_loopback

TOKEN = "0123456789abcdef"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_this_machine_needs_no_token(host: str) -> None:
    assert is_loopback(host)
    check_opening(host, None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "review.example"])
def test_other_machines_need_a_token_that_is_no_guess(host: str) -> None:
    with pytest.raises(AccessError, match="set a token"):
        check_opening(host, None)
    with pytest.raises(AccessError, match="too easy"):
        check_opening(host, "secret")
    check_opening(host, TOKEN)


def test_a_site_that_points_its_own_name_here_is_not_answered(
    make_app: Callable[..., FastAPI],
) -> None:
    stranger = TestClient(make_app(), base_url="http://attacker.example")
    assert stranger.get("/api/start").status_code == 403


def test_another_site_cannot_post(page: TestClient) -> None:
    body = {"reviewer": "a", "report_id": "r1", "digest": "", "decision": {"action": "done"}}
    refused = page.post("/api/decisions", json=body, headers={"Origin": "http://attacker.example"})
    assert refused.status_code == 403
    ours = page.post("/api/decisions", json=body, headers={"Origin": "http://127.0.0.1:8765"})
    assert ours.status_code == 422


def test_a_token_is_asked_for_taken_once_and_kept_out_of_the_address(
    make_app: Callable[..., FastAPI],
) -> None:
    browser = TestClient(make_app(TOKEN), base_url="http://review.example")
    assert browser.get("/api/start").status_code == 401
    assert browser.get("/", params={"token": "wrong"}).status_code == 401
    entered = browser.get("/", params={"token": TOKEN}, follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert browser.get("/api/start").status_code == 200


def test_the_page_loads_nothing_from_elsewhere(page: TestClient) -> None:
    shown = page.get("/")
    assert "http" not in shown.text.replace("http-equiv", "")
    assert shown.headers["content-security-policy"].startswith("default-src 'none'")
    files = re.findall(r'"/page/([\w.]+)"', shown.text)
    assert {"review.css", "start.js", "deciding.js"} <= set(files)
    for file in files:
        told = page.get(f"/page/{file}")
        assert told.status_code == 200
        assert "://" not in told.text.replace("http://www.w3.org/2000/svg", "")
    assert page.get("/page/../server.py").status_code == 404
    assert page.get("/docs").status_code == 404


def test_what_is_still_loading_is_told_to_none_but_those_who_may_ask() -> None:
    questions = Anteroom()
    questions.loading = "opening the tables"
    browser = TestClient(page_app(questions, TOKEN), base_url="http://review.example")
    assert browser.get("/api/start").status_code == 401
    browser.get("/", params={"token": TOKEN})
    told = browser.get("/api/start")
    assert (told.status_code, told.json()) == (503, {"loading": "opening the tables"})
    assert told.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example@127.0.0.1",
        "127.0.0.1@attacker.example",
        "user:word@127.0.0.1:8765",
        "127.0.0.1:8765@x",
        "[::1",
        "::1]",
        "[::1]x",
        "[",
        "127.0.0.1/",
        "127.0.0.1#x",
        "127.0.0.1?x",
        "127.0.0.1:",
        "127.0.0.1:x",
        "",
        " ",
        "127.0.0.1, attacker.example",
    ],
)
@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_host_that_is_no_name_is_refused(
    make_app: Callable[..., FastAPI], host: str, token: str | None
) -> None:
    browser = TestClient(make_app(token), base_url="http://127.0.0.1")
    told = browser.get("/api/start", params={"token": TOKEN}, headers={"Host": host})
    assert (told.status_code, told.text) == (400, "Ask with one Host, a name or an address.")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8765", "LOCALHOST", "[::1]:8765"])
def test_names_of_this_machine_are_answered(make_app: Callable[..., FastAPI], host: str) -> None:
    told = TestClient(make_app()).get("/api/start", headers={"Host": host})
    assert told.status_code == 200


@pytest.mark.parametrize("origin", ["http://[::1", "null", "http://127.0.0.1:8765@x", "", "]"])
def test_an_origin_that_is_none_of_ours_is_refused(page: TestClient, origin: str) -> None:
    told = page.get("/api/start", headers={"Origin": origin})
    assert (told.status_code, told.text) == (403, "Another site may not ask here.")


def test_the_token_leads_to_no_other_machine(make_app: Callable[..., FastAPI]) -> None:
    browser = TestClient(make_app(TOKEN), base_url="http://review.example")
    entered = browser.get(
        f"http://review.example//attacker.example/?token={TOKEN}", follow_redirects=False
    )
    assert entered.headers["location"] == "/attacker.example/"


def test_a_long_request_is_not_held_in_memory(page: TestClient) -> None:
    long = page.post("/api/decisions", content=b" " * 1_000_001)
    assert long.status_code == 413
    unsaid = page.post("/api/decisions", content=iter([b"{", b"}"]))
    assert unsaid.status_code == 411
