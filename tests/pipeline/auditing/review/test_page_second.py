"""The second reader in a real browser: where it differs, and taking over what it says."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.auditing.corrections.log import read_log

from .test_second import HOSTILE, write_second


@pytest.fixture
def folder(folder: Path) -> Path:
    write_second(
        folder,
        {
            "r1": (
                [
                    ("opacity", "finding:opacity", "affirmed"),
                    ("nodule", "finding:atelectasis", "affirmed"),
                    ("Small", "descriptor:small", "affirmed", "nodule"),
                ],
                {"finding:opacity": 1, "finding:atelectasis": 1, "descriptor:small": 1},
            ),
            "r2": ([("effusion", "finding:pleural_effusion", "negated")],
                   {"finding:pleural_effusion": 0}),
        },
    )  # fmt: skip
    return folder


def test_a_reviewer_takes_over_what_the_second_reader_says(
    tab: Page, address: str, corrections: Path
) -> None:
    tab.add_init_script("localStorage.setItem('reviewer', 'ada')")
    tab.goto(address)
    expect(tab.locator("#queue [aria-current]")).to_have_count(1)
    # Who reviews the sample is not swayed.
    expect(tab.locator("#second")).to_be_hidden()
    tab.select_option("#scope", "second")
    expect(tab.locator("#queue button")).to_have_count(2)
    tab.locator("#queue button", has_text="atelectasis").click()
    expect(tab.locator("#title")).to_contain_text("r1")
    row = tab.locator("#second li", has_text="small")
    expect(row).to_contain_text("affirmed there, not mentioned here")
    # The name of a model is text too, whatever it holds.
    expect(row.locator(".model")).to_have_text(HOSTILE)
    row.locator("button", has_text="Take over: “Small” affirmed").click()
    expect(row).to_contain_text("✓ “Small” affirmed")
    kept = [(one.action, one.phrase, one.after_concept) for one in read_log(corrections)]
    assert kept == [("add", "nodule", "finding:atelectasis"), ("add", "Small", "descriptor:small")]

    # It is a decision like any other: u takes it back.
    expect(tab.locator("#text .current")).to_have_text("Small")
    tab.keyboard.press("u")
    expect(row.locator("button", has_text="Take over")).to_have_count(1)
    assert read_log(corrections)[-1].action == "withdraw"
    tab.select_option("#scope", "sample")
    expect(tab.locator("#second")).to_be_hidden()
