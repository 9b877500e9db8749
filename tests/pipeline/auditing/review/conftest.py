"""The page over made-up reports, asked without a browser."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pipeline.auditing.review.server import review_app
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


@pytest.fixture
def folder(tmp_path: Path, label_run: Callable[..., Path]) -> Path:
    return label_run(tmp_path / "run", STATEMENTS)


@pytest.fixture
def corrections(tmp_path: Path) -> Path:
    return tmp_path / "corrections"


@pytest.fixture
def make_app(folder: Path, corrections: Path, lexicon: Lexicon) -> Iterator[Callable[..., FastAPI]]:
    with ExitStack() as opened:

        def make(token: str | None = None) -> FastAPI:
            tables = opened.enter_context(Tables(folder))
            return review_app(
                tables=tables,
                sample=draw_sample(tables, "concept", 2, 0),
                corrections=corrections,
                lexicon=lexicon,
                token=token,
            )

        yield make


@pytest.fixture
def page(make_app: Callable[..., FastAPI]) -> TestClient:
    return TestClient(make_app(), base_url="http://127.0.0.1:8765")
