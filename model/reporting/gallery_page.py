"""A gallery as one HTML file that needs nothing beside it: studies, their reports and X-rays."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from importlib import resources
from typing import Any, Final

from command_line.study_view.report_text import ShownReport, cut_at_phrases
from command_line.study_view.studies import ShownImage

WARNING: Final = (
    "This file holds patients' reports and X-rays. Send it only to those who may see them. "
    "Boxes are research output: this is no medical device."
)
_PAGE: Final = "command_line.study_view"
#: What the report's colours and lines mean.
_MARKS: Final = '<ul class="marks" aria-label="Legend of the reports">{}</ul>'.format(
    "".join(
        f'<li class="{name}">{name}</li>'
        for name in ("finding", "side", "zone", "descriptor", "negated", "uncertain")
    )
)
#: How what a report says of a phrase looks; what it affirms looks plain.
_LOOKS: Final = {
    "negated": "negated",
    "uncertain": "uncertain",
    "historical": "past",
    "hypothetical": "past",
}


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A study of the gallery.

    Attributes:
        report: its report.
        images: its images, with their pictures.
    """

    report: ShownReport
    images: Sequence[ShownImage]


def gallery_html(title: str, exhibits: Sequence[Exhibit], names: Mapping[str, str]) -> str:
    """The whole page.

    All that comes from tables is escaped, and the page's own policy lets nothing run or load but
    what it carries, so that not even a script in a report or a name could do anything.

    Args:
        title: what the gallery is of.
        exhibits: in the order to show.
        names: concepts in plain words.
    """
    style = _asset("study.css") + _asset("gallery.css")
    script = _asset("study.js") + _asset("gallery.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"
    )
    data = {
        "names": dict(names),
        "studies": [
            {
                "images": [asdict(image) for image in one.images],
                "phrases": [
                    {"words": p.words, "concept": p.concept, "assertion": p.assertion}
                    for p in one.report.phrases
                ],
            }
            for one in exhibits
        ],
    }
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body>",
            f"<header><h1>{escape(title)}</h1>",
            f'<p class="warning" role="note">{escape(WARNING)}</p></header>',
            *_contents(exhibits),
            _MARKS,
            "<main>",
            *(_article(number, one, names) for number, one in enumerate(exhibits)),
            "</main>",
            f'<script type="application/json" id="studies">{_json(data)}</script>',
            f"<script>{script}</script></body></html>\n",
        ]
    )


def _asset(name: str) -> str:
    return (resources.files(_PAGE) / "page" / name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    """What the policy calls a script or style by."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _json(data: Any) -> str:
    """JSON that cannot end the element that it stands in."""
    plain = json.dumps(data, separators=(",", ":"))
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _contents(exhibits: Sequence[Exhibit]) -> Iterator[str]:
    yield '<nav aria-label="Studies"><ol>'
    for number, one in enumerate(exhibits):
        yield f'<li><a href="#study-{number}">{escape(one.report.report_id)}</a></li>'
    yield "</ol></nav>"


def _article(number: int, exhibit: Exhibit, names: Mapping[str, str]) -> str:
    report = exhibit.report
    text = "".join(_piece(words, over, report, names) for words, over in cut_at_phrases(report))
    return (
        f'<article id="study-{number}" aria-label="Study {number + 1}">'
        f'<section class="report"><h2>{escape(report.report_id)}</h2>'
        f'<div class="text">{text}</div></section>'
        '<section class="xray" aria-label="X-ray"><noscript>The X-ray needs scripts, which are '
        "part of this file.</noscript></section></article>"
    )


def _piece(words: str, over: Sequence[int], report: ShownReport, names: Mapping[str, str]) -> str:
    if not over:
        return escape(words)
    phrase = report.phrases[over[0]]
    looks = " ".join(
        filter(None, ("phrase", phrase.concept.partition(":")[0], _LOOKS.get(phrase.assertion)))
    )
    told = f"{phrase.words}: {names.get(phrase.concept, phrase.concept)}, {phrase.assertion}"
    numbers = " ".join(str(number) for number in over)
    return (
        f'<span class="{escape(looks)}" tabindex="0" role="button" data-phrases="{numbers}" '
        f'aria-label="{escape(told)}">{escape(words)}</span>'
    )
