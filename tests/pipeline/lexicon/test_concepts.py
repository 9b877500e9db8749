"""Lexicon files can be read, extended and check themselves."""

import shutil
from pathlib import Path

import pytest

from pipeline.extraction.batch.extractor import Extractor, load_extractor
from pipeline.lexicon.concepts import expand_phrase, load_lexicon
from pipeline.lexicon.cues import load_cues
from pipeline.lexicon.lexicon_files import LexiconError
from pipeline.lexicon.lexicon_files import lexicon_folder as shipped_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped lexicon, as a radiologist would start from."""
    copy = tmp_path / "lexicon"
    shutil.copytree(str(shipped_folder()), copy)
    return copy


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_alternatives_are_written_out() -> None:
    assert expand_phrase("opacit(y|ies)") == ("opacity", "opacities")
    assert expand_phrase("(lung |)base(s|)") == ("lung bases", "lung base", "bases", "base")
    nested = expand_phrase("(left (upper|lower) |)lobe")
    assert set(nested) == {"left upper lobe", "left lower lobe", "lobe"}


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Extractor:
    """By a copy with two more findings and one more cue."""
    copy = tmp_path_factory.mktemp("edited") / "lexicon"
    shutil.copytree(str(shipped_folder()), copy)
    append(copy / "findings.txt", "\n[finding:azygos_lobe]\nlung: yes\nazygos lobe\n")
    append(copy / "findings.txt", "\n[finding:haze]\ninterprets: finding:opacity\nhaze\n")
    append(copy / "cues.txt", "\n[negated before]\nnary a\n")
    return load_extractor(copy)


def test_added_phrase_is_found(edited: Extractor) -> None:
    analysis = edited.read("Azygos-lobe on the right.", "findings")
    assert "finding:azygos_lobe" in {m.concept_id for m in analysis.mentions}


def test_added_cue_decides(edited: Extractor) -> None:
    analysis = edited.read("Nary a consolidation.", "findings")
    assert [m.assertion for m in analysis.mentions] == ["negated"]


def test_unmention_hides_the_shorter_phrase(extractor: Extractor) -> None:
    assert extractor.read("Small pericardial effusion.", "findings").findings == ()


@pytest.mark.parametrize("file", ["findings.txt", "places.txt", "descriptors.txt", "cues.txt"])
def test_change_of_a_file_changes_the_fingerprint(lexicon_folder: Path, file: str) -> None:
    before = load_extractor(lexicon_folder).fingerprint
    added = "[negated before]\nnary a\n" if file == "cues.txt" else "[finding:haze]\nhaze\n"
    append(lexicon_folder / file, added)
    assert load_extractor(lexicon_folder).fingerprint != before


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("\n[finding:haze]\nconsolidation\n", r"belongs to \[finding:consolidation\] already"),
        ("\n[finding:opacity]\nhaze\n", "was opened before"),
        ("\n[opacity]\nhaze\n", "expected \\[category:name\\]"),
        ("\n[finding:haze]\nimplies: finding:fog\n", "implies the unknown 'finding:fog'"),
        ("\n[finding:haze]\ninterprets: finding:fog\n", "'finding:fog', which is no finding"),
        ("\n[finding:haze]\ninterprets: side:left\n", "'side:left', which is no finding"),
        ("\n[finding:haze]\ninterprets: finding:haze\n", "interprets itself"),
        ("\n[finding:haze]\nlies on: side:left\n", "is no phrase; keys are"),
        ("\n[zone:haze]\nlies on: zone:base\n", "lies on 'zone:base', which is no side"),
        ("\n[zone:haze]\ninterprets: finding:opacity\n", "is no phrase; keys are"),
        ("\n[finding:haze]\nhaz(e|y\n", "a bracket is not closed"),
        ("\n[finding:haze]\ncolour: grey\n", "is no phrase; keys are"),
        ("\n[finding:haze]\nof lung_nouns: hazy\n", "'lung_nouns' is no list of nouns"),
        ("\n[finding:haze]\nalso: hazy\n", "is no phrase of another concept"),
    ],
)
def test_mistake_in_a_file_is_named_with_its_line(
    folder: Path, addition: str, message: str
) -> None:
    append(folder / "findings.txt", addition)
    with pytest.raises(LexiconError, match=message) as caught:
        load_lexicon(folder)
    assert "findings.txt, line" in str(caught.value)


def test_unknown_cue_heading_lists_the_known(folder: Path) -> None:
    append(folder / "cues.txt", "\n[denied before]\nnary a\n")
    with pytest.raises(LexiconError, match="is no heading; expected"):
        load_cues(folder)


def test_missing_file_says_what_a_folder_holds(folder: Path) -> None:
    (folder / "places.txt").unlink()
    with pytest.raises(LexiconError, match=r"places\.txt: no such lexicon file"):
        load_lexicon(folder)


def test_shipped_lexicon_names_what_the_tables_promise() -> None:
    lexicon = load_lexicon()
    assert lexicon.concept("finding:opacity").parents == ("finding:lung_opacity_any",)
    assert lexicon.concept("finding:atelectasis").parents == ()
    assert "finding:pneumonia" in lexicon.lung_findings
    assert "finding:pleural_effusion" not in lexicon.lung_findings


def test_what_may_be_taken_for_what_is_edited_in_the_lexicon(edited: Extractor) -> None:
    analysis = edited.read("Opacity consistent with haze.", "findings")
    assert [finding.interprets for finding in analysis.findings] == [(), (0,)]


def test_a_lexicon_of_a_few_words_does(tmp_path: Path) -> None:
    (tmp_path / "findings.txt").write_text("[finding:opacity]\nlung: yes\nopacity\n")
    (tmp_path / "places.txt").write_text("[side:left]\nleft\n[zone:apex]\napex\n")
    (tmp_path / "descriptors.txt").write_text("[descriptor:patchy]\npatchy\n")
    (tmp_path / "cues.txt").write_text("[negated before]\nno\n")
    analysis = load_extractor(tmp_path).read("No patchy opacity in the mid left apex.", "findings")
    assert [(m.concept_id, m.assertion) for m in analysis.mentions] == [
        ("descriptor:patchy", "negated"),
        ("finding:opacity", "negated"),
        ("side:left", "negated"),
        ("zone:apex", "negated"),
    ]
    (finding,) = analysis.findings
    assert finding.zones == ("zone:apex",)
