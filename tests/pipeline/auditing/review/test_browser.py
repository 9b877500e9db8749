"""A review session in a real browser, from the sample to a changed label after `dvc repro`."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from typer.testing import CliRunner

from data_contracts.storage import read_table
from data_contracts.tables import LABELS, MENTIONS, REPORTS
from pipeline.auditing.corrections.log import read_log
from pipeline.cli import app

ROOT = Path(__file__).parents[4]
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


#: The stages' commands say `python`: let it be this one.
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "PYTHONUNBUFFERED": "1",
    "COLUMNS": "200",
}


def run(project: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's text side as `dvc repro label` leaves it, of 30 phantom reports."""
    copy = tmp_path_factory.mktemp("project")
    for name in ("pipeline", "data_contracts", "corrections"):
        skip = shutil.ignore_patterns("__pycache__", "*.parquet", ".lock")
        shutil.copytree(ROOT / name, copy / name, ignore=skip)
    shutil.copy(ROOT / ".dvcignore", copy)
    shutil.copy(ROOT / "dvc.yaml", copy)
    params = (ROOT / "params.yaml").read_text(encoding="utf-8")
    params = re.sub(r"^  studies: \d+$", "  studies: 30", params, count=1, flags=re.MULTILINE)
    (copy / "params.yaml").write_text(params, encoding="utf-8")
    with contextlib.chdir(copy):
        for stage in ("phantom", "ingest", "extract", "label"):
            done = CliRunner().invoke(app, [stage], prog_name="python -m pipeline")
            assert done.exit_code == 0, done.output
    run(copy, "dvc", "init", "--no-scm", "--quiet")
    # What these stages have made is what DVC would have made.
    run(copy, "dvc", "commit", "--quiet", "--force", "--with-deps", "label")
    assert "up to date" in run(copy, "dvc", "status", "--with-deps", "label")
    return copy


@pytest.fixture(scope="module")
def address(project: Path) -> Iterator[str]:
    """The page's address while it is served."""
    command = [sys.executable, "-m", "pipeline", "audit", "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=project, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as server:
        assert server.stderr is not None
        found = re.search(r"http://[\w.:]+/", server.stderr.readline())
        assert found, server.stderr.read()
        try:
            yield found[0]
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture
def page(tab: Page) -> Page:
    return tab


def begin(page: Page, address: str, reviewer: str) -> None:
    page.goto(address)
    page.click("#who")
    page.fill("#reviewer", reviewer)
    page.press("#reviewer", "Enter")
    expect(page.locator("#who")).to_contain_text(reviewer)
    expect(page.locator("#queue [aria-current]")).to_have_count(1)


def test_a_name_typed_before_the_server_answers_is_kept(address: str, page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        held.append(route)

    page.route(re.compile("/api/start"), hold)
    page.goto(address)
    page.click("#who")
    page.fill("#reviewer", "eva")
    page.press("#reviewer", "Enter")
    page.wait_for_timeout(200)
    held[0].continue_()
    expect(page.locator("#queue [aria-current]")).to_have_count(1)
    expect(page.locator("#who")).to_have_text("Reviewer: eva")


def find(page: Page, report_id: str) -> None:
    page.select_option("#scope", "all")
    page.fill("#words", report_id)
    page.locator("#queue button", has_text=report_id).click()
    expect(page.locator("#title")).to_contain_text(report_id)


def test_answers_that_come_late_do_not_take_the_place_of_what_was_asked_for_since(
    address: str, page: Page
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/api/report\?"), hold)
    page.goto(address)
    buttons = page.locator("#queue button .id")
    expect(buttons.nth(1)).to_be_visible()
    first, second = (buttons.nth(place).inner_text() for place in (0, 1))
    while len(held) < 1:
        page.wait_for_timeout(10)
    page.locator("#queue button", has_text=second).click()
    while len(held) < 2:
        page.wait_for_timeout(10)
    # The report that the page began with is answered last.
    held[1].continue_()
    expect(page.locator("#title")).to_contain_text(second)
    with page.expect_response(re.compile(re.escape(first))):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(page.locator("#title")).to_contain_text(second)


def affirmed_mention(project: Path) -> dict[str, object]:
    """An opacity whose denial must change its report's label."""
    mentions = read_table(MENTIONS, project / "data" / "mentions.parquet").to_pylist()
    labels = {
        row["report_id"]: dict(row["evidence"]).get("finding:opacity", [])
        for row in read_table(LABELS, project / "data" / "labels.parquet").to_pylist()
    }
    return next(
        one
        for one in mentions
        if one["concept_id"] == "finding:opacity"
        and one["assertion"] == "affirmed"
        and labels[one["report_id"]] == [one["mention_id"]]
    )


def test_a_review_session_changes_the_label_after_dvc_repro(
    project: Path, address: str, page: Page
) -> None:
    mention = affirmed_mention(project)
    report_id = str(mention["report_id"])
    begin(page, address, "ada")
    find(page, report_id)

    # Hovering tells why.
    spot = page.locator(f"#text .mention[data-start='{mention['start']}']")
    spot.hover()
    expect(page.locator("#tip")).to_contain_text(f"rule: {mention['rule']}")

    # The keyboard denies it, takes that back, denies it again.
    spot.click()
    page.keyboard.press("2")
    expect(spot).to_have_class(re.compile("negated"))
    spot.click()
    page.keyboard.press("u")
    expect(spot).not_to_have_class(re.compile("decided"))
    page.keyboard.press("2")
    expect(spot).to_have_class(re.compile("negated"))
    page.keyboard.press("d")
    expect(page.locator("#said")).to_contain_text("done")

    decisions = [one for one in read_log(project / "corrections") if one.report_id == report_id]
    assert [one.action for one in decisions[:3]] == ["change", "withdraw", "change"]
    assert decisions[-1].action == "done"
    assert {one.reviewer for one in decisions} == {"ada"}

    run(project, "dvc", "repro", "--quiet", "label")

    rows = read_table(LABELS, project / "data" / "labels.parquet").to_pylist()
    (row,) = [row for row in rows if row["report_id"] == report_id]
    assert row["finding:opacity"] == 0
    named = dict(row["evidence"])["finding:opacity"]
    assert f"correction:{decisions[2].correction_id}" in named


def test_a_missed_phrase_is_added_by_selecting_it(project: Path, address: str, page: Page) -> None:
    mention = affirmed_mention(project)
    begin(page, address, "bo")
    find(page, str(mention["report_id"]))
    # The first word of a piece of text that is no mention.
    piece = page.locator("#text > span:not(.mention)").first
    piece.evaluate(
        """(span) => {
            const word = span.textContent.match(/[A-Za-z]{3,}/);
            const range = document.createRange();
            range.setStart(span.firstChild, word.index);
            range.setEnd(span.firstChild, word.index + word[0].length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }"""
    )
    page.keyboard.press("n")
    page.fill("#new-concept", "finding:mass")
    page.locator("#details [data-assertion='uncertain']").click()
    expect(page.locator("#text .added")).to_have_count(1)
    (added,) = [one for one in read_log(project / "corrections") if one.action == "add"]
    text = {row["report_id"]: row["text"] for row in
            read_table(REPORTS, project / "data" / "reports.parquet").to_pylist()}  # fmt: skip
    assert text[added.report_id][added.start : added.end] == added.phrase
    assert (added.after_concept, added.after_assertion) == ("finding:mass", "uncertain")


def test_two_reviewers_see_their_progress_and_agreement(address: str, browser: Browser) -> None:
    for reviewer in ("cleo", "dan"):
        context = browser.new_context()
        page = context.new_page()
        begin(page, address, reviewer)
        first = page.locator("#title").text_content()
        if reviewer == "dan":
            page.keyboard.press("x")
            expect(page.locator("#text .removed").first).to_be_visible()
        page.keyboard.press("d")
        expect(page.locator("#title")).not_to_have_text(str(first))
        expect(page.locator("#counted")).to_contain_text("1 of 30 done")
        if reviewer == "dan":
            expect(page.locator("#counted")).to_contain_text(re.compile(r"cleo and dan: \d+% of"))
        context.close()


def test_hostile_text_is_shown_as_text(address: str, page: Page) -> None:
    begin(page, address, "eve")
    page.route(
        "**/api/report?*",
        lambda route: route.fulfill(
            json={"report_id": HOSTILE, "text": f"FINDINGS: {HOSTILE}", "digest": "d",
                  "mentions": [], "decisions": [], "done": False}
        ),
    )  # fmt: skip
    page.locator("#queue button").first.click()
    expect(page.locator("#text")).to_contain_text("<img src=x")
    assert page.locator("#text img, #text script, h2 img").count() == 0
    assert page.title() == "pneumoloc review"
