"""The page over made-up reports, asked without a browser and with one."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, sync_playwright

from pipeline.auditing.review.door import page_app
from pipeline.auditing.review.server import questions_app
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.sampling import draw_sample
from pipeline.lexicon.concepts import Lexicon

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome")
                 if (found := shutil.which(name))), None)  # fmt: skip

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1300, "height": 800})
    opened.set_default_timeout(10_000)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    opened.close()
    assert wrong == []
