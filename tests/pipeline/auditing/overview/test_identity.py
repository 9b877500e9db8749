"""Which run a page says that it is of."""

from pathlib import Path

import pytest

from pipeline.auditing.overview.identity import identify
from pipeline.settings import SHIPPED_LEXICON, Settings


def differing(given: dict[str, object], kinds: tuple[str, ...] = ("phantom",)) -> dict[str, str]:
    found = identify(kinds, Settings.model_validate(given)).settings
    assert found is not None
    return {one.key: f"{one.value} for {one.default}" for one in found}


def test_the_defaults_differ_in_nothing() -> None:
    assert differing({}) == {}


def test_what_changes_no_table_is_left_out() -> None:
    assert differing({"nlp": {"workers": 9, "model": "en_core_sci_sm"}}) == {}


def test_settings_are_named_as_in_the_file() -> None:
    given = {"phantom": {"studies": 30}, "vocabulary": {"keep": ["side:left", "side:right"]}}
    assert differing(given) == {
        "phantom.studies": "30 for 2500",
        "vocabulary.keep": "side:left, side:right for none",
    }


def test_the_shipped_lexicon_is_the_default_however_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(SHIPPED_LEXICON.parents[2])
    assert differing({"nlp": {"lexicon": "pipeline/lexicon/files"}}) == {}
    # Where the package lies is nobody's business, and not the same on two machines.
    assert differing({"nlp": {"lexicon": "mine"}}) == {"nlp.lexicon": "mine for the shipped one"}


@pytest.mark.parametrize(
    ("kinds", "kind", "cohort"),
    [
        (("phantom",), "phantom", "Phantom cohort"),
        (("mimic_cxr",), "mimic_cxr", "MIMIC-CXR: reports"),
        (("openi_csv",), "phantom", "Open-i"),
        (("openi_csv", "openi_xml"), "openi_csv", "Open-i"),
        (("csv", "phantom"), "csv", "Reports of a CSV file and Phantom cohort"),
        ((), "csv", "No reports"),
    ],
)
def test_a_cohort_is_named_by_its_reports_and_its_file_where_that_is_known(
    kinds: tuple[str, ...], kind: str, cohort: str
) -> None:
    settings = Settings.model_validate({"source": {"kind": kind, "path": Path("/a/b/reports")}})
    found = identify(kinds, settings)
    assert found.cohort == cohort
    assert found.generated == ("phantom" in kinds)
    assert (found.settings is None) == (kinds != (kind,))
