"""What the page on extraction shows is what the code says."""

import re
from pathlib import Path

import pytest

from pipeline.extraction.reference import load_reader
from pipeline.rules.values import PassageText

PAGE = (Path(__file__).parents[1] / "docs" / "extraction.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
ROW = re.compile(
    r"^ *\|\s*(\S.*?)\s*\|\s*`(\w+:\w+)`\s*\|\s*(\w+)\s*\|\s*(.*?)\s*\|.*?`([^`]+)` \|$",
    re.MULTILINE,
)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_each_example_runs(number: int) -> None:
    exec(compile(EXAMPLES[number], f"docs/extraction.md, example {number + 1}", "exec"), {})


def test_the_report_that_is_walked_through_is_read_as_the_table_says() -> None:
    rows = ROW.findall(PAGE)
    assert len(rows) == 7
    reader = load_reader()
    text = "Patchy opacities in the right middle and lower lobes, likely pneumonia. No effusion."
    found = []
    for start, end, _ in reader.splitter.passages(text):
        own = text[start:end]
        analysis = reader.read(PassageText(own, "findings"))
        for mention in analysis.mentions:
            owners = (analysis.mentions[index] for index in mention.findings)
            rule = mention.cue_rule if mention.category == "finding" else None
            found.append(
                (
                    own[mention.start : mention.end],
                    mention.concept_id,
                    mention.assertion,
                    ", ".join(own[owner.start : owner.end] for owner in owners),
                    rule or mention.rule,
                )
            )
    assert [tuple(cell.strip() for cell in row) for row in rows] == found
