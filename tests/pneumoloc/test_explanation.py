"""An explanation marks what stands in the text, and the text stays text."""

from html.parser import HTMLParser
from typing import Any

import pytest

import pneumoloc
from pneumoloc.explanation import COLOURS
from pneumoloc.given_texts import TextsError

ATTACK = '<script>alert(1)</script> <b>Left</b> opacity may be "pneumonia" \'onload=x \u202e.'


class Page(HTMLParser):
    """Tags, marked pieces and the text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.marked: list[tuple[str, str]] = []
        self.text = ""
        self._style = ""
        self._depth = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self._style = dict(attrs).get("style", "") if tag == "span" else ""
        if tag == "div":
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._style = ""
        if tag == "div":
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth == 2:
            self.text += data
            if self._style:
                self.marked.append((data, self._style))


def test_what_a_finding_interprets_is_told() -> None:
    explained = pneumoloc.explain("Left opacity may represent pneumonia.")
    assert '"pneumonia"  finding:pneumonia, uncertain' in str(explained)
    assert str(explained).splitlines()[-1].endswith('interprets "opacity"')
    assert "&quot;opacity&quot;" in explained._repr_html_().rpartition("<tr>")[2]


def test_phrases_have_their_assertions_colour_and_cues_are_marked() -> None:
    text = "Right opacity may represent pneumonia. No effusion."
    page = Page(pneumoloc.explain(text)._repr_html_())
    assert page.text == text
    marked = dict(page.marked)
    for phrase, assertion in (
        ("Right", "affirmed"),
        ("opacity", "affirmed"),
        ("pneumonia", "uncertain"),
        ("effusion", "negated"),
    ):
        assert COLOURS[assertion][0] in marked[phrase]
    assert "underline" in marked["may represent"]
    assert "underline" in marked["No"]
    assert "underline" not in marked["opacity"]


def test_what_decided_a_phrase_and_what_it_belongs_to_is_told() -> None:
    html = pneumoloc.explain("Right opacity may represent pneumonia.")._repr_html_()
    assert "by &quot;may represent&quot; (cue:uncertain before)" in html
    assert "&quot;opacity&quot;" in html  # what `Right` belongs to


def test_a_text_is_shown_and_never_run() -> None:
    explained = pneumoloc.explain(ATTACK)
    page = Page(explained._repr_html_())
    assert not {"script", "b"} & set(page.tags)
    assert set(page.attributes) <= {"style", "title", "dir"}
    assert page.text == ATTACK.replace("\u202e", "·")
    assert "\u202e" not in str(explained)


def test_overlapping_phrases_repeat_no_text() -> None:
    text = "Bibasilar opacities, left greater than right. RLL and LLL consolidation."
    assert Page(pneumoloc.explain(text)._repr_html_()).text == text


def test_printed_it_says_the_same() -> None:
    lines = str(pneumoloc.explain("HISTORY: Fever.\nFINDINGS: LLL opacity. Left port.")).split("\n")
    assert lines[:2] == ["HISTORY: Fever.", "FINDINGS: LLL opacity. Left port."]
    assert '  "opacity"  finding:opacity, affirmed' in lines
    assert '    "LLL"  zone:lower_lobe' in lines


def test_its_name_holds_no_text() -> None:
    explained = pneumoloc.explain("Left opacity.")
    assert repr(explained) == "<Explanation: 1 findings, 2 phrases>"
    assert explained.findings["finding"].tolist() == ["finding:opacity"]


@pytest.mark.parametrize("text", ["", "Nothing to say.", None, float("nan")])
def test_a_text_that_says_nothing(text: Any) -> None:
    explained = pneumoloc.explain(text)
    assert "no phrase of the lexicon" in str(explained)
    assert "no phrase of the lexicon" in explained._repr_html_()


@pytest.mark.parametrize("texts", [["Left opacity."], 7])
def test_one_text_at_a_time(texts: Any) -> None:
    with pytest.raises(TextsError, match="expected one text"):
        pneumoloc.explain(texts)
