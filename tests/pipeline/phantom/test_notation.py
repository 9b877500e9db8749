"""The notation of the phantom's phrases."""

import pytest

from data_contracts.concepts import Assertion
from pipeline.phantom.dice import Dice, Weighted
from pipeline.phantom.notation import NotationError, parse
from pipeline.phantom.phrasebook import Phrasebook, load_phrasebook
from pipeline.phantom.writer import Mark, Statement


def write(source: str, **context: str) -> Statement:
    book = Phrasebook({"sentence": Weighted({parse(source): 1.0})})
    return book.state("sentence", Dice(0, 0, 0), context)


def marked(statement: Statement) -> list[tuple[str, str, Assertion | None]]:
    return [(statement.text[m.start : m.end], m.concept_id, m.assertion) for m in statement.marks]


def owners(statement: Statement, phrase: str) -> list[str]:
    mark = next(m for m in statement.marks if statement.text[m.start : m.end] == phrase)
    return [owner.concept_id for owner in mark.owners]


def cue_of(statement: Statement, mark: Mark) -> str:
    assert mark.cue is not None
    return statement.text[slice(*mark.cue)]


def test_a_denied_list_is_denied_item_by_item() -> None:
    statement = write("<No|n> [focal] [consolidation], [pneumothorax], or [large] [effusion].")
    assert statement.text == "No focal consolidation, pneumothorax, or large effusion."
    assert marked(statement) == [
        ("focal", "descriptor:focal", "negated"),
        ("consolidation", "finding:consolidation", "negated"),
        ("pneumothorax", "finding:pneumothorax", "negated"),
        ("large", "descriptor:large", "negated"),
        ("effusion", "finding:pleural_effusion", "negated"),
    ]
    assert {cue_of(statement, mark) for mark in statement.marks} == {"No"}
    assert owners(statement, "large") == ["finding:pleural_effusion"]


def test_what_findings_are_taken_for_is_marked_up_to_the_end_of_the_sentence() -> None:
    statement = write(
        "[opacity], %=[pneumonia] or [edema] <rather than|n> [mass]. // [effusion] too"
    )
    by_phrase = {statement.text[m.start : m.end].lower(): m for m in statement.marks}
    opacity = by_phrase["opacity"]
    assert by_phrase["pneumonia"].interprets == by_phrase["edema"].interprets == [opacity]
    for other in ("opacity", "mass", "effusion"):
        assert by_phrase[other].interprets == []


def test_a_hedge_spares_what_stands_before_it() -> None:
    statement = write("[opacity] in the [<left] [<base], <may represent|u> [pneumonia]")
    assert statement.text == "Opacity in the left base, may represent pneumonia."
    assert [assertion for *_, assertion in marked(statement)] == [None, None, None, "uncertain"]
    assert owners(statement, "left") == owners(statement, "base") == ["finding:opacity"]


def test_a_cue_behind_decides_what_it_follows() -> None:
    statement = write("[pneumothorax] <is not seen|n^>. // [atelectasis] <vs|u*> [pneumonia].")
    assert statement.text == "Pneumothorax is not seen. Atelectasis vs pneumonia."
    assert [assertion for *_, assertion in marked(statement)] == [
        "negated",
        "uncertain",
        "uncertain",
    ]
    assert [statement.text[slice(*span)] for span in statement.sentences] == [
        "Pneumothorax is not seen.",
        "Atelectasis vs pneumonia.",
    ]


def test_places_are_shared_forwards_and_backwards() -> None:
    both = write("[atelectasis] and [small] [effusion] at the [<<left] [<<base]")
    assert owners(both, "left") == ["finding:atelectasis", "finding:pleural_effusion"]
    assert owners(both, "small") == ["finding:pleural_effusion"]
    ahead = write("The [>>left] lung shows [opacity] and [atelectasis]")
    assert owners(ahead, "left") == ["finding:opacity", "finding:atelectasis"]


def test_one_phrase_may_name_two_concepts() -> None:
    statement = write("[bibasilar] [atelectasis]")
    assert [(text, concept) for text, concept, _ in marked(statement)] == [
        ("Bibasilar", "side:bilateral"),
        ("Bibasilar", "zone:base"),
        ("atelectasis", "finding:atelectasis"),
    ]


def test_a_place_without_a_finding_says_nothing() -> None:
    assert write("The [left] hemidiaphragm is elevated.").marks == []


def test_articles_blanks_and_full_stops_come_out_right() -> None:
    assert write("there is %a [opacity]").text == "There is an opacity."
    assert (
        write("There is %a {size}[nodule] (|) .", size="8 mm ").text == "There is an 8 mm nodule."
    )
    assert write(r"[opacity] \(new\)").text == "Opacity (new)."


@pytest.mark.parametrize("broken", ["[opacity", "<No> [opacity]", "(a|b", "<No|x> [opacity]"])
def test_a_broken_phrase_is_refused(broken: str) -> None:
    with pytest.raises(NotationError):
        parse(broken)


def test_an_unknown_word_is_named() -> None:
    with pytest.raises(KeyError, match=r"'opacitee' is not in pipeline/phantom/words.txt"):
        parse("[opacitee]")


def test_every_rule_of_the_phrase_files_can_be_told() -> None:
    book = load_phrasebook()
    given = {"deid": "___"}
    told = [
        book.state(rule, Dice(1, 0, number), given).text
        for rule in ("heart_normal", "lungs_clear", "indication", "bones_changes", "opener")
        for number in range(40)
    ]
    assert len(set(told)) > 80
    assert not [text for text in told if set(text) & set("{}[]<>|~") or "  " in text]
