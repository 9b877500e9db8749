"""What the page shows and says, in a real browser, over a few made-up reports."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from pipeline.auditing.corrections.log import read_log


@pytest.fixture
def with_long_report() -> bool:
    return True


def open_as(tab: Page, address: str, reviewer: str = "ada") -> None:
    """Open the page where the browser remembers a name, with all reports in the queue."""
    tab.add_init_script(f"localStorage.setItem('reviewer', '{reviewer}')")
    tab.goto(address)
    tab.select_option("#scope", "all")
    expect(tab.locator("#queue button")).to_have_count(4)


def turn_to(tab: Page, report_id: str) -> None:
    tab.locator("#queue button", has_text=re.compile(f"^{report_id}")).click()
    expect(tab.locator("#title")).to_contain_text(report_id)


def mention(tab: Page, words: str) -> Locator:
    return tab.locator("#text .mention", has_text=re.compile(f"^{words}$"))


def pick(tab: Page, words: str) -> None:
    """Select words in the text as a mouse would."""
    tab.evaluate(
        """(words) => {
            for (const span of document.querySelectorAll("#text > span")) {
                const at = span.textContent.indexOf(words);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(span.firstChild, at);
                range.setEnd(span.firstChild, at + words.length);
                getSelection().removeAllRanges();
                getSelection().addRange(range);
                return;
            }
            throw new Error("not in the text");
        }""",
        words,
    )


def test_the_page_shows_that_it_waits_and_for_what(address: str, tab: Page) -> None:
    answers = iter(["loading the program", "opening the tables"])

    def answer(route: Route) -> None:
        loading = next(answers, None)
        if loading is None:
            route.continue_()
        else:
            route.fulfill(status=503, json={"loading": loading})

    tab.route(re.compile("/api/start"), answer)
    tab.goto(address)
    expect(tab.locator("#waited")).to_contain_text("opening the tables")
    expect(tab.locator("#queue [aria-current]")).to_have_count(1)
    expect(tab.locator("#waiting")).to_be_hidden()


def test_a_server_that_stops_while_it_loads_is_told(address: str, tab: Page) -> None:
    answers = iter([True])

    def answer(route: Route) -> None:
        if next(answers, False):
            route.fulfill(status=503, json={"loading": "opening the tables"})
        else:
            route.abort()

    tab.route(re.compile("/api/start"), answer)
    tab.goto(address)
    expect(tab.locator("#waited")).to_contain_text("has stopped; its terminal says why")


def test_queue_and_report_are_there_before_a_name_is(
    address: str, tab: Page, corrections: Path
) -> None:
    tab.goto(address)
    expect(tab.locator("#queue [aria-current]")).to_have_count(1)
    expect(tab.locator("#text")).to_contain_text("FINDINGS")
    tab.select_option("#scope", "all")
    turn_to(tab, "r2")

    # Who does not give a name decides nothing.
    tab.keyboard.press("a")
    expect(tab.locator("#naming")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("#said")).to_contain_text("a decision needs a name")
    assert read_log(corrections) == []

    # The decision that asked for the name is made under it.
    tab.keyboard.press("a")
    tab.fill("#reviewer", "flo")
    tab.press("#reviewer", "Enter")
    expect(mention(tab, "effusion")).to_have_class(re.compile("decided"))
    assert [(one.reviewer, one.action) for one in read_log(corrections)] == [("flo", "accept")]

    # And it is remembered.
    tab.reload()
    expect(tab.locator("#queue [aria-current]")).to_have_count(1)
    expect(tab.locator("#who")).to_have_text("Reviewer: flo")
    tab.keyboard.press("d")
    expect(tab.locator("#said")).to_contain_text("is done")
    expect(tab.locator("#naming")).to_be_hidden()


def test_a_name_that_has_decided_before_changes_nothing_unseen(
    address: str, tab: Page, corrections: Path
) -> None:
    open_as(tab, address, "gil")
    turn_to(tab, "r2")
    tab.keyboard.press("x")
    expect(mention(tab, "effusion")).to_have_class(re.compile("removed"))
    # Another browser does not know the name yet.
    tab.add_init_script("localStorage.removeItem('reviewer')")
    tab.reload()
    tab.select_option("#scope", "all")
    turn_to(tab, "r2")
    tab.keyboard.press("a")
    tab.fill("#reviewer", "gil")
    tab.press("#reviewer", "Enter")
    expect(tab.locator("#said")).to_contain_text("Nothing was changed")
    expect(mention(tab, "effusion")).to_have_class(re.compile("removed"))
    assert [one.action for one in read_log(corrections)] == ["remove"]


def test_undo_after_a_takes_the_acceptance_back_and_says_so(
    address: str, tab: Page, corrections: Path
) -> None:
    open_as(tab, address)
    turn_to(tab, "r1")
    tab.keyboard.press("a")
    expect(mention(tab, "Patchy")).to_have_class(re.compile("decided"))
    # By now another mention is selected.
    expect(mention(tab, "opacity")).to_have_class(re.compile("current"))
    tab.keyboard.press("u")
    expect(mention(tab, "Patchy")).not_to_have_class(re.compile("decided"))
    expect(mention(tab, "Patchy")).to_have_class(re.compile("current"))
    expect(tab.locator("#said")).to_contain_text("“Patchy” is as it was found, and undecided")
    tab.keyboard.press("u")
    expect(tab.locator("#said")).to_contain_text("nothing to take back")
    assert [one.action for one in read_log(corrections)] == ["accept", "withdraw"]


def test_undo_after_done_opens_the_report_again(address: str, tab: Page) -> None:
    open_as(tab, address)
    turn_to(tab, "r1")
    tab.keyboard.press("a")
    expect(mention(tab, "Patchy")).to_have_class(re.compile("decided"))
    tab.keyboard.press("d")
    expect(tab.locator("#title")).to_contain_text("r2")
    tab.keyboard.press("u")
    expect(tab.locator("#title")).to_have_text("r1")
    expect(tab.locator("#said")).to_contain_text(
        "r1 is open again: 3 mentions that “done” had accepted are undecided"
    )
    expect(mention(tab, "Patchy")).to_have_class(re.compile("decided"))
    expect(mention(tab, "opacity")).not_to_have_class(re.compile("decided"))
    expect(tab.locator("#queue .done")).to_have_count(0)


def test_undo_works_on_a_report_that_was_done_before(address: str, tab: Page) -> None:
    open_as(tab, address)
    turn_to(tab, "r1")
    tab.keyboard.press("d")
    expect(tab.locator("#title")).to_contain_text("r2")
    # Nothing is left of what this session has done.
    tab.reload()
    tab.select_option("#scope", "all")
    turn_to(tab, "r1")
    expect(tab.locator("#title")).to_contain_text("done")
    # Of the selected mention alone,
    mention(tab, "left").click()
    tab.keyboard.press("u")
    expect(tab.locator("#said")).to_contain_text("“left” is as it was found, and undecided")
    expect(tab.locator("#said")).to_contain_text("still done")
    expect(mention(tab, "left")).not_to_have_class(re.compile("decided"))
    # or that it is done.
    tab.keyboard.press("u")
    expect(tab.locator("#said")).to_contain_text("r1 is open again")
    expect(tab.locator("#title")).to_have_text("r1")
    expect(tab.locator("#text .decided")).to_have_count(0)


def test_the_tip_goes_when_the_report_changes(address: str, tab: Page) -> None:
    open_as(tab, address)
    turn_to(tab, "r1")
    mention(tab, "opacity").hover()
    expect(tab.locator("#tip")).to_be_visible()
    tab.keyboard.press("]")
    expect(tab.locator("#title")).to_contain_text("r2")
    expect(tab.locator("#tip")).to_be_hidden()
    # It comes again where the mouse points at something.
    mention(tab, "effusion").hover()
    expect(tab.locator("#tip")).to_contain_text("pleural_effusion")


@pytest.mark.parametrize("size", [(1300, 800), (1100, 500), (420, 800)])
def test_messages_cover_nothing(address: str, tab: Page, size: tuple[int, int]) -> None:
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    open_as(tab, address)
    turn_to(tab, "long")
    legend = tab.locator(".legend")
    legend.scroll_into_view_if_needed()
    tab.evaluate("say('A message of some length, as they are when something was taken back.')")
    legend.scroll_into_view_if_needed()
    said, shown = tab.locator("#said").bounding_box(), legend.bounding_box()
    assert said is not None
    assert shown is not None
    assert shown["y"] + shown["height"] <= said["y"] or said["y"] + said["height"] <= shown["y"]
    assert said["y"] + said["height"] <= size[1]


def test_the_phrase_to_add_is_seen_in_the_text(address: str, tab: Page) -> None:
    open_as(tab, address)
    turn_to(tab, "long")
    pick(tab, "mass")
    tab.locator("#text").evaluate("(text) => { text.scrollTop = 0; }")
    tab.keyboard.press("n")
    picked = tab.locator("#text .picked")
    expect(picked).to_have_text("mass")
    expect(picked).to_be_in_viewport()
    assert picked.evaluate("(span) => getComputedStyle(span).backgroundColor") != "rgba(0, 0, 0, 0)"
    expect(tab.locator("#new-concept")).to_be_focused()
    # It is marked as long as it is about to be added.
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    expect(picked).to_have_count(0)


def test_the_queue_says_why_a_report_is_there_and_shows_a_line_of_it(
    address: str, tab: Page
) -> None:
    tab.goto(address)
    first = tab.locator("#queue button").first
    expect(first.locator(".reason")).not_to_be_empty()
    expect(first.locator(".line")).not_to_be_empty()
    tab.select_option("#scope", "all")
    tab.fill("#words", "nodule")
    row = tab.locator("#queue button")
    expect(row).to_have_count(1)
    # What a report holds is text, whatever it looks like.
    expect(row.locator(".line")).to_contain_text("<b>Small</b> 🫁 nodule.")
    assert row.locator("b").count() == 0
