"""The page over made-up reports, asked without a browser and with one."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page

from pipeline.auditing.review.door import page_app
from pipeline.auditing.review.server import questions_app
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.sampling import draw_sample
from pipeline.lexicon.concepts import Lexicon

STATEMENTS = [
    (
        "r1",
        "findings",
        "Patchy opacity at the left base. <b>Small</b> 🫁 nodule.",
        "affirmed",
        {"opacity": "finding:opacity", "Patchy": "descriptor:patchy", "left": "side:left"},
    ),
    ("r1", "impression", "No pneumonia.", "negated", {"pneumonia": "finding:pneumonia"}),
    (
        "r2",
        "findings",
        "There is an effusion.",
        "affirmed",
        {"effusion": "finding:pleural_effusion"},
    ),
    ("r3", "findings", "The lungs are clear.", "affirmed", {}),
]

_LINES = " ".join(f"Line {number} is clear." for number in range(150))
LONG: list[tuple[str, str, str, str, dict[str, str]]] = [
    ("long", "findings", _LINES, "affirmed", {}),
    ("long", "impression", "A mass above the aorta.", "affirmed", {}),
]


@pytest.fixture
def with_long_report() -> bool:
    """Whether there is also a report that is longer than the page."""
    return False


@pytest.fixture
def folder(tmp_path: Path, label_run: Callable[..., Path], with_long_report: bool) -> Path:
    return label_run(tmp_path / "run", STATEMENTS + (LONG if with_long_report else []))


@pytest.fixture
def corrections(tmp_path: Path) -> Path:
    return tmp_path / "corrections"


@pytest.fixture
def make_app(folder: Path, corrections: Path, lexicon: Lexicon) -> Iterator[Callable[..., FastAPI]]:
    with ExitStack() as opened:

        def make(token: str | None = None) -> FastAPI:
            tables = opened.enter_context(Tables(folder))
            questions = questions_app(
                tables=tables,
                sample=draw_sample(tables, "concept", 2, 0),
                corrections=corrections,
                lexicon=lexicon,
            )
            return page_app(questions, token)

        yield make


@pytest.fixture
def page(make_app: Callable[..., FastAPI]) -> TestClient:
    return TestClient(make_app(), base_url="http://127.0.0.1:8765")


@pytest.fixture
def address(make_app: Callable[..., FastAPI]) -> Iterator[str]:
    """The page's address while it is served beside the test."""
    config = uvicorn.Config(make_app(), port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    serving = threading.Thread(target=server.run)
    serving.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    serving.join()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1300, "height": 800})
    opened.set_default_timeout(10_000)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    opened.close()
    assert wrong == []
