"""What the page is told of X-rays, and what it is not."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from command_line.study_view.opening import open_studies
from pipeline.auditing.review.door import page_app
from pipeline.auditing.review.server import questions_app
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.sampling import draw_sample
from pipeline.lexicon.concepts import Lexicon

Ask = Callable[..., TestClient]


@pytest.fixture
def ask(
    folder: Path, corrections: Path, lexicon: Lexicon, write_study: Callable[..., Path]
) -> Iterator[Ask]:
    """The page over the made-up reports, with an X-ray of the first."""
    with ExitStack() as held:

        def opened(token: str | None = None, **study: str) -> TestClient:
            tables = held.enter_context(Tables(folder))
            questions = questions_app(
                tables=tables,
                sample=draw_sample(tables, "concept", 2, 0),
                corrections=corrections,
                lexicon=lexicon,
                studies=open_studies(write_study(folder, **study)),
            )
            return TestClient(page_app(questions, token), base_url="http://127.0.0.1:8765")

        yield opened


def test_a_report_has_its_images_with_all_that_is_marked_on_them(ask: Ask) -> None:
    told = ask().get("/api/study/of_report", params={"report_id": "r1"}).json()
    (image,) = told["images"]
    assert image["image_id"] == "i1"
    assert [one["method"] for one in image["readings"]] == ["cross_attention", "cam"]
    assert image["readings"][0]["regions"][0]["shares"]["side:left"] == pytest.approx(0.8)


def test_a_report_without_images_is_reviewed_all_the_same(ask: Ask, page: TestClient) -> None:
    assert ask().get("/api/study/of_report", params={"report_id": "r2"}).json()["images"] == []
    told = page.get("/api/study/of_report", params={"report_id": "r1"})
    assert told.json()["images"] == []
    assert page.get("/api/study/picture", params={"image_id": "i1"}).status_code == 404


def test_a_picture_comes_as_png_that_nobody_keeps(ask: Ask) -> None:
    picture = ask().get("/api/study/picture", params={"image_id": "i1"})
    assert picture.content.startswith(b"\x89PNG")
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["cache-control"] == "no-store"
    assert picture.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("wanted", ["pictures/i1.png", "../i1", "/etc/passwd", "i1\0", ""])
def test_pictures_are_asked_for_by_the_ids_of_the_table_alone(ask: Ask, wanted: str) -> None:
    refused = ask().get("/api/study/picture", params={"image_id": wanted})
    assert refused.status_code == 404
    assert "no images table lists" in refused.json()["error"]


def test_a_table_cannot_lead_out_of_its_folder(ask: Ask, folder: Path) -> None:
    (folder / "secret.png").write_bytes(b"secret")
    refused = ask(path="../secret.png").get("/api/study/picture", params={"image_id": "i1"})
    assert refused.status_code == 422
    assert "leads out" in refused.json()["error"]
    assert b'secret"' not in refused.content


def test_pictures_need_the_token_as_reports_do(ask: Ask) -> None:
    page = ask(token="a long enough token")
    for path in ("/api/study/picture?image_id=i1", "/api/study/of_report?report_id=r1",
                 "/study/study.js"):  # fmt: skip
        assert page.get(path).status_code == 401


def test_reports_whose_x_ray_was_read_can_be_listed(ask: Ask) -> None:
    listed = ask().get("/api/queue", params={"scope": "studied"}).json()
    assert [one["report_id"] for one in listed["reports"]] == ["r1"]


def test_where_no_x_ray_was_read_none_is_listed(page: TestClient) -> None:
    assert page.get("/api/queue", params={"scope": "studied"}).json()["total"] == 0
