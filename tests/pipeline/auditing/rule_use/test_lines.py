"""A mention's words and rules lead back to the line of the lexicon that found or decided it."""

import pytest

from pipeline.auditing.rule_use.lines import LexiconLines, Line


@pytest.fixture(scope="module")
def lines() -> LexiconLines:
    return LexiconLines()


def test_each_line_that_names_or_decides_stands_once(lines: LexiconLines) -> None:
    assert len(lines.lines) == len(set(lines.lines))
    headings = {line.heading for line in lines.lines}
    assert {"finding:opacity", "side:left", "negated before"} <= headings
    assert not {"stop", "identity", "negated pseudo"} & headings


@pytest.mark.parametrize("text", ["opacities", "Opacities", "opacitites"])
def test_phrase_is_found_however_it_was_spelt(lines: LexiconLines, text: str) -> None:
    line = lines.of_phrase("finding:opacity", "lexicon:finding:opacity", text)
    assert line == Line("findings.txt", "finding:opacity", "opacit(y|ies|ites|ie|ys)")


def test_conditions_belong_to_the_line(lines: LexiconLines) -> None:
    weak = lines.of_phrase("finding:opacity", "lexicon:weak finding:opacity", "density")
    assert weak.entry == "weak: densit(y|ies)"
    said = lines.of_phrase("finding:lymphadenopathy", "lexicon:any", "enlarged")
    assert said.entry.startswith("of node_nouns:")


def test_cue_is_found_under_its_heading(lines: LexiconLines) -> None:
    assert lines.of_cue("cue:negated before", "no") == Line("cues.txt", "negated before", "no")
    # "The opacity is likely atelectasis": a following cue that goes on to name what it decides.
    near = lines.of_cue("cue:uncertain near", "is likely")
    assert near.heading == "uncertain after"


def test_rules_without_a_line_stand_for_themselves(lines: LexiconLines) -> None:
    assert lines.of_cue("section:indication", None).file == "rules"
    elided = lines.of_phrase("zone:middle_lobe", "ellipsis:zone:middle_lobe", "middle")
    assert elided == Line("rules", "ellipsis", "ellipsis:zone:middle_lobe")
