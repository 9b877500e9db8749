"""What a finding is taken for, on the page."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from pipeline.lexicon.concepts import Lexicon, load_lexicon

REPORT = "Opacity in the left lingula. This may represent pneumonia."


@pytest.fixture
def folder(tmp_path: Path, read_run: Callable[..., Path]) -> Path:
    return read_run(tmp_path / "run", {"r1": REPORT})


@pytest.fixture
def lexicon() -> Lexicon:
    return load_lexicon()


def test_a_report_comes_with_what_its_findings_interpret(page: TestClient) -> None:
    told = page.get("/api/report", params={"report_id": "r1"}).json()
    by_id = {one["mention_id"]: one["text"] for one in told["mentions"]}
    findings = {by_id[one["mention_id"]]: one for one in told["findings"]}
    pneumonia = findings["pneumonia"]
    assert [by_id[one] for one in pneumonia["interprets"]] == ["Opacity"]
    assert pneumonia["inherited_sides"] == ["side:left"]
    assert pneumonia["inherited_zones"] == ["zone:lingula"]
    assert findings["Opacity"]["interprets"] == []


def test_both_ends_of_the_relation_are_shown_beside_the_text(address: str, tab: Page) -> None:
    tab.add_init_script("localStorage.setItem('reviewer', 'ada')")
    tab.goto(address)
    tab.locator("#text .mention", has_text=re.compile("^pneumonia$")).click()
    details = tab.locator("#details dl")
    expect(details).to_contain_text("interpretsOpacity (opacity)")
    expect(details).to_contain_text("inheritedleft, lingula")
    tab.locator("#text .mention", has_text=re.compile("^Opacity$")).click()
    expect(details).to_contain_text("taken forpneumonia (pneumonia)")
    expect(details).not_to_contain_text("inherited")
    tab.locator("#text .mention", has_text=re.compile("^left$")).click()
    expect(details).not_to_contain_text("taken for")
