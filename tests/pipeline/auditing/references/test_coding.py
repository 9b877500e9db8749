"""The data files that say how references code, and what overrides them."""

from pathlib import Path

import pytest

from pipeline.auditing.references.coding import REFERENCE_KINDS, load_coding, parse_readings
from pipeline.auditing.references.errors import AuditError
from pipeline.lexicon.concepts import load_lexicon


@pytest.mark.parametrize("kind", REFERENCE_KINDS)
def test_the_shipped_codings_name_only_concepts_of_the_lexicon(kind: str) -> None:
    coding = load_coding(kind)  # type: ignore[arg-type]
    named = {label for heading in coding.headings.values() for label in heading.labels}
    named |= {*coding.qualifiers.values(), *coding.columns.values()}
    assert named <= {concept.concept_id for concept in load_lexicon().concepts}


def test_the_command_line_changes_a_concept_or_a_whole_category() -> None:
    coding = load_coding("openi_mesh")
    assert coding.reading("finding:opacity") == "positive"
    assert coding.reading("finding:pneumonia") == "negative"
    one = coding.with_readings(parse_readings(["finding:pneumonia=ignore"]), {})
    assert one.reading("finding:pneumonia") == "ignore"
    assert one.reading("finding:opacity") == "positive"
    group = coding.with_readings(parse_readings(["finding=negative", "side=positive"]), {})
    assert group.reading("finding:opacity") == "negative"
    assert group.reading("side:left") == "positive"
    assert group.reading("zone:base") == "follow"


@pytest.mark.parametrize("text", ["finding:opacity", "opacity=positive", "side=yes", "=positive"])
def test_a_reading_that_is_none_lists_those_there_are(text: str) -> None:
    with pytest.raises(AuditError, match="positive, negative, ignore, follow"):
        parse_readings([text])


def test_following_needs_somebody_to_follow() -> None:
    with pytest.raises(AuditError, match="'follows' does not say what"):
        load_coding("table").with_readings(parse_readings(["side=follow"]), {})


def test_nobody_follows_a_follower(tmp_path: Path) -> None:
    path = tmp_path / "coding.yaml"
    path.write_text(
        "about: x\n"
        "uncertain: {side: follow, finding:opacity: follow}\n"
        "follows: {side: [finding:opacity], finding:opacity: [finding:pneumonia]}\n"
    )
    with pytest.raises(AuditError, match="cannot follow others"):
        load_coding("table", path)


def test_an_unknown_kind_lists_the_kinds() -> None:
    with pytest.raises(
        AuditError, match="openi_mesh, openi_gold, chexpert, padchest_gr, second_opinion, table"
    ):
        load_coding("radlex")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("about: x\nqualifers: {}\n", "qualifers"),
        ("about: x\ncolumns: {Edema: oedema}\n", "'oedema' is not a concept id"),
        ("about: x\nuncertain: {side: perhaps}\n", "uncertain.side"),
        ("about: [", "not readable as YAML"),
        ("about: 2001-02-30", "not readable as YAML"),
        ("about: !!bool perhaps", "not readable as YAML"),
    ],
)
def test_a_users_own_coding_is_checked(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "coding.yaml"
    path.write_text(text)
    with pytest.raises(AuditError, match=message):
        load_coding("chexpert", path)


def test_a_coding_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match=r"mine\.yaml: no such file"):
        load_coding("chexpert", tmp_path / "mine.yaml")
