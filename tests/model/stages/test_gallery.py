"""A gallery is one file that shows studies anywhere, and in which nothing else can run."""

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from data_contracts.storage import write_table
from data_contracts.tables import MENTIONS, REPORTS
from model.cli import app

Write = Callable[..., Path]

HOSTILE = (
    "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
)
TEXT = f"Opacity at the left base. No pneumonia. 🫁 {HOSTILE}"
PHRASES = [
    ("Opacity", "finding:opacity", "affirmed"),
    ("left", "side:left", "affirmed"),
    ("base", "zone:base", "affirmed"),
    ("pneumonia", "finding:pneumonia", "negated"),
    ("🫁", "descriptor:<b>", "affirmed"),
]


def mention(
    number: int, words: str, concept: str, assertion: str, report_id: str
) -> dict[str, Any]:
    start = TEXT.index(words)
    return {"mention_id": f"{report_id}/{number}", "report_id": report_id, "section": "body",
            "sentence": 0, "sentence_start": 0, "sentence_end": len(TEXT), "start": start,
            "end": start + len(words), "text": words, "concept_id": concept,
            "category": concept.partition(":")[0], "assertion": assertion, "finding_ids": [],
            "rule": "lexicon"}  # fmt: skip


def write_reports(tables: Path, report_id: str) -> None:
    reports = [
        {"report_id": one, "source": "csv", "text": TEXT,
         "sections": [{"name": "body", "start": 0, "end": len(TEXT)}]}
        for one in (report_id, "other")
    ]  # fmt: skip
    table = pa.Table.from_pylist(reports, REPORTS.schema())
    write_table(REPORTS, table, tables / "reports.parquet")
    mentions = [mention(number, *one, report_id) for number, one in enumerate(PHRASES)]
    table = pa.Table.from_pylist(mentions, MENTIONS.schema())
    write_table(MENTIONS, table, tables / "mentions.parquet")


@pytest.fixture
def tables(tmp_path: Path, write_study: Write) -> Path:
    """A run whose report, and report's name, would take over a page that let them."""
    write_reports(tmp_path, HOSTILE)
    return write_study(tmp_path, report_id=HOSTILE, path="pictures/<b onload=x>.png")


def made(tables: Path, *options: str) -> Any:
    out = tables / "gallery.html"
    command = ["gallery", "--tables", str(tables), "--out", str(out)]
    return CliRunner().invoke(
        app, [*command, "--metrics", str(tables / "m.json"), *options], env={"COLUMNS": "200"}
    )


@pytest.fixture
def page(tables: Path) -> str:
    done = made(tables)
    assert done.exit_code == 0, done.output
    return (tables / "gallery.html").read_text(encoding="utf-8")


@pytest.fixture
def tab(browser: Browser, page: str, tables: Path) -> Iterator[Page]:
    """The file as somebody opens it who was sent it, alone."""
    sent = tables / "sent" / "a.html"
    sent.parent.mkdir()
    sent.write_text(page, encoding="utf-8")
    opened = browser.new_page(viewport={"width": 1300, "height": 800})
    opened.set_default_timeout(30_000)
    asked: list[str] = []
    wrong: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto(sent.as_uri())
    expect(opened.locator(".study-film img")).to_have_js_property("naturalWidth", 80)
    yield opened
    assert [url for url in asked if not url.startswith("data:")] == [sent.as_uri()]
    assert wrong == []
    opened.close()


def test_it_warns_that_patients_are_in_it_and_is_for_its_owners_eyes(tables: Path) -> None:
    done = made(tables)
    assert "holds patients' reports and X-rays" in done.stderr
    file = tables / "gallery.html"
    assert "holds patients' reports and X-rays" in file.read_text(encoding="utf-8").replace(
        "&#x27;", "'"
    )
    assert file.stat().st_mode & 0o077 == 0


def test_nothing_of_a_table_is_markup(page: str) -> None:
    assert "<img src=x" not in page
    assert "document.title='owned'</script>" not in page
    assert page.count("</script>") == 2
    assert "&lt;/script&gt;&lt;script&gt;" in page


def test_its_policy_lets_only_its_own_script_and_style_run(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    told = policy[1].replace("&#x27;", "'")
    assert "default-src 'none'" in told
    assert "unsafe" not in told
    for element, directive in (("script", "script-src"), ("style", "style-src")):
        (content,) = re.findall(f"<{element}>(.*?)</{element}>", page, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in told


def test_pointing_works_in_the_file_alone(tab: Page) -> None:
    assert tab.title() == "pneumoloc gallery"
    expect(tab.locator(".text")).to_have_text(TEXT)
    tab.locator(".phrase", has_text="left").focus()
    expect(tab.locator(".study-region text")).to_have_text(["80%", "20%"])
    tab.locator(".study-box").focus()
    expect(tab.locator(".study-told")).to_contain_text("The report agrees: “Opacity”, “left”")
    expect(tab.locator(".text .denies")).to_have_text(["pneumonia"])
    expect(tab.locator(".study-reference")).to_have_count(1)
    assert tab.title() == "pneumoloc gallery"


def test_the_same_seed_draws_the_same_studies_of_those_that_were_read(
    tables: Path, page: str
) -> None:
    assert made(tables).exit_code == 0
    assert (tables / "gallery.html").read_text(encoding="utf-8") == page
    assert json.loads((tables / "m.json").read_text())["studies"] == 1


def test_a_picture_that_leads_out_is_left_out_and_counted(
    tmp_path: Path, write_study: Write, write_image: Write
) -> None:
    write_reports(tmp_path, "r1")
    write_study(tmp_path, path="../secret.png")
    write_image(tmp_path / "secret.png")
    done = made(tmp_path)
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "m.json").read_text())["images_without_picture"] == 1
    page = (tmp_path / "gallery.html").read_text(encoding="utf-8")
    assert "data:image/png" not in page
    assert "its path leads out" in page


@pytest.mark.parametrize(
    ("report_id", "told"), [("none", "has no report"), ("other", "no image of report")]
)
def test_reports_that_cannot_be_shown_are_named(tables: Path, report_id: str, told: str) -> None:
    done = made(tables, "--report", report_id)
    assert done.exit_code == 2
    assert told in done.stderr


def test_without_anything_read_it_is_said_what_to_do(tables: Path) -> None:
    shutil.rmtree(tables / "predictions")
    done = made(tables)
    assert done.exit_code == 2
    assert "python -m model predictions" in done.stderr
    assert made(tables, "--report", HOSTILE).exit_code == 0
