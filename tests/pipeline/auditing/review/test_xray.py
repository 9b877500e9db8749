"""The X-ray beside the report, in a real browser: each points at the other."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from command_line.study_view.opening import open_studies
from pipeline.auditing.review.door import page_app
from pipeline.auditing.review.server import questions_app
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.sampling import draw_sample
from pipeline.lexicon.concepts import Lexicon

Serve = Callable[..., str]


@pytest.fixture
def serve(
    folder: Path, corrections: Path, lexicon: Lexicon, write_study: Callable[..., Path]
) -> Iterator[Serve]:
    with contextlib.ExitStack() as held:

        def start(*, images: bool = True, **study: str) -> str:
            tables = held.enter_context(Tables(folder))
            questions = questions_app(
                tables=tables,
                sample=draw_sample(tables, "concept", 3, 0),
                corrections=corrections,
                lexicon=lexicon,
                studies=open_studies(write_study(folder, **study)) if images else None,
                no_studies="made so",
            )
            listening = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            server = uvicorn.Server(uvicorn.Config(page_app(questions, None), log_level="warning"))
            thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
            thread.start()

            def stop() -> None:
                server.should_exit = True
                thread.join()

            held.callback(stop)
            while not server.started:
                time.sleep(0.02)
            return f"http://127.0.0.1:{listening.getsockname()[1]}/"

        yield start


def opened(tab: Page, address: str) -> Page:
    """The page at the report that has an X-ray."""
    tab.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    tab.goto(address)
    # The queue gives its place to the X-ray on a screen as narrow as this.
    tab.wait_for_selector("#queue [aria-current]", state="attached")
    tab.evaluate("openReport('r1')")
    expect(tab.locator("#title")).to_have_text("r1")
    tab.wait_for_selector(".study-film")
    return tab


def phrase(tab: Page, words: str) -> None:
    tab.mouse.move(5, 5)
    tab.locator("#text .mention", has_text=re.compile(f"^{words}$")).hover()


def test_a_phrase_lights_the_regions_that_its_attribute_attends_to(tab: Page, serve: Serve) -> None:
    opened(tab, serve())
    phrase(tab, "left")
    expect(tab.locator(".study-region")).to_have_count(2)
    expect(tab.locator(".study-region text")).to_have_text(["80%", "20%"])
    strong, weak = (
        float(tab.locator(".study-region rect").nth(number).get_attribute("fill-opacity") or 0)
        for number in (0, 1)
    )
    assert strong > weak
    expect(tab.locator(".study-told")).to_contain_text("90%")
    phrase(tab, "Patchy")
    expect(tab.locator(".study-region")).to_have_count(0)
    expect(tab.locator(".study-told")).to_contain_text("No method here knows this attribute.")


def test_a_box_tells_its_characteristics_and_the_phrases_that_agree_or_deny(
    tab: Page, serve: Serve
) -> None:
    opened(tab, serve())
    tab.locator(".study-box").hover()
    told = tab.locator(".study-told")
    expect(told).to_contain_text("Box 1 · score 0.70")
    expect(told).to_contain_text("The report agrees: “opacity”, “left”")
    expect(told).to_contain_text("The report denies: “pneumonia”")
    expect(tab.locator("#text .agrees")).to_have_text(["opacity", "left"])
    expect(tab.locator("#text .denies")).to_have_text(["pneumonia"])


def test_all_of_it_can_be_done_by_keyboard(tab: Page, serve: Serve) -> None:
    opened(tab, serve())
    tab.locator("#text [role=button]", has_text="left").focus()
    expect(tab.locator(".study-region")).to_have_count(2)
    tab.keyboard.press("Enter")
    expect(tab.locator("#text .current")).to_have_text("left")
    for _ in range(12):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.classList.contains('study-box')"):
            break
    focused = tab.locator(".study-box:focus")
    assert (focused.get_attribute("aria-label") or "").startswith(
        "Box 1 of cross attention, score 0.70: left"
    )
    expect(tab.locator(".study-told")).to_contain_text("Box 1")
    tab.keyboard.press("Enter")
    expect(tab.locator(".study-told")).to_contain_text("kept; Esc lets go")
    tab.keyboard.press("v")
    expect(tab.locator("#xray")).to_be_hidden()
    tab.keyboard.press("v")
    expect(tab.locator("#xray")).to_be_visible()


def test_switches_show_references_maps_and_other_methods(tab: Page, serve: Serve) -> None:
    opened(tab, serve())
    expect(tab.locator(".study-reference")).to_have_count(0)
    tab.click("[data-switch=references]")
    expect(tab.locator(".study-reference")).to_have_attribute(
        "aria-label", "Reference: opacity, ada"
    )
    expect(tab.locator(".study-box")).to_have_count(1)
    tab.click("[data-switch=candidates]")
    expect(tab.locator(".study-box")).to_have_count(2)
    expect(tab.locator("[data-switch=map]")).to_be_disabled()
    tab.click("[data-method=cam]")
    expect(tab.locator("[data-method=cam]")).to_be_focused()
    expect(tab.locator("canvas")).to_be_hidden()
    tab.click("[data-switch=map]")
    expect(tab.locator("canvas")).to_be_visible()
    veil = tab.evaluate(
        "document.querySelector('canvas').getContext('2d').getImageData(9, 9, 1, 1).data[3]"
    )
    assert veil == round(128 * 0.62)
    expect(tab.locator(".study-legend li")).to_have_text(
        ["box of CAM", "below its threshold", "reference", "attended to", "map"]
    )


def test_the_picture_is_shown_with_its_sides(tab: Page, serve: Serve) -> None:
    opened(tab, serve())
    expect(tab.locator(".study-film img")).to_have_js_property("naturalWidth", 80)
    right, left = (tab.locator(f".study-side.{side}") for side in ("right", "left"))
    expect(right).to_have_text("R")
    places = [(one.bounding_box() or {"x": -1.0})["x"] for one in (right, left)]
    assert 0 <= places[0] < places[1]


def test_no_picture_of_another_report_is_left_beside_a_report(tab: Page, serve: Serve) -> None:
    opened(tab, serve())
    tab.evaluate("openReport('r2')")
    expect(tab.locator("#xray")).to_have_text("No image of this report is listed.")
    expect(tab.locator(".study-film")).to_have_count(0)


def test_a_picture_that_may_not_be_read_is_told(tab: Page, serve: Serve) -> None:
    opened(tab, serve(path="../../secret.png"))
    expect(tab.locator(".study-missing")).to_contain_text("its path leads out")


def test_names_in_tables_do_nothing_on_the_page(tab: Page, serve: Serve) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\">"
    opened(tab, serve(image_id=hostile, path=f"{hostile.replace('/', '')}.png"))
    expect(tab.locator(".study-film img")).to_have_js_property("naturalWidth", 80)
    tab.locator(".study-box").hover()
    assert tab.title() == "pneumoloc review"


def test_where_there_are_no_images_the_page_is_as_it_was(tab: Page, serve: Serve) -> None:
    tab.goto(serve(images=False))
    tab.wait_for_selector("#text .mention")
    expect(tab.locator("#look")).to_be_disabled()
    expect(tab.locator("#look")).to_have_attribute("title", "No X-rays: made so")
    expect(tab.locator("#xray")).to_be_hidden()
    tab.keyboard.press("v")
    expect(tab.locator("#queue [aria-current]")).to_be_visible()
