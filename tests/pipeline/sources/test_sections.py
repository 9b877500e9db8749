"""Sections of reports that come as one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.sections import split_sections

REPORT = """                                 FINAL REPORT
 EXAMINATION:  CHEST (PA AND LAT)

 INDICATION:  ___ year old man with fever and rigors  // new pneumonia?

 COMPARISON:  Radiograph from ___.

 FINDINGS:

 There is a hazy opacity at the right base.  The left lung is well aerated.
 No effusion is seen on either side.

 IMPRESSION:

 Right basal pneumonia.
"""


def sections(text: str) -> list[tuple[str, str]]:
    return [(span.name, text[span.start : span.end]) for span in split_sections(text)]


def test_a_final_report_falls_into_its_sections() -> None:
    found = sections(REPORT)
    assert [name for name, _ in found] == [
        "technique", "indication", "comparison", "findings", "impression",
    ]  # fmt: skip
    assert found[0][1] == "CHEST (PA AND LAT)"
    assert found[3][1].startswith("There is a hazy opacity")
    assert found[3][1].endswith("on either side.")
    assert found[4][1] == "Right basal pneumonia."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Findings: Clear lungs. Impression: Normal chest.",
         [("findings", "Clear lungs."), ("impression", "Normal chest.")]),
        ("impression:\nNo edema.", [("impression", "No edema.")]),
        ("FINDINGS\nLow volumes.\n\nIMPRESSION\nNo change.",
         [("findings", "Low volumes."), ("impression", "No change.")]),
        ("FINDINGS AND IMPRESSION: Small left effusion.",
         [("findings", "Small left effusion.")]),
        ("REASON FOR EXAM: cough. FINDINGS: Clear.",
         [("indication", "cough."), ("findings", "Clear.")]),
        ("FINDINGS:\nLUNGS: Clear.\nHEART: Not enlarged.",
         [("findings", "LUNGS: Clear.\nHEART: Not enlarged.")]),
        ("Portable film of poor quality, no pneumothorax.",
         [("body", "Portable film of poor quality, no pneumothorax.")]),
        ("Single view.\nIMPRESSION: Stable.",
         [("body", "Single view."), ("impression", "Stable.")]),
        ("IMPRESSION: Stable.\n\nADDENDUM: The nodule was there before.",
         [("impression", "Stable."), ("addendum", "The nodule was there before.")]),
        ("INDICATION: Dyspnea.\n\nThe lungs are hyperinflated.",
         [("indication", "Dyspnea."), ("body", "The lungs are hyperinflated.")]),
        ("LUNGS: Clear.\nHEART: Normal.", [("body", "LUNGS: Clear.\nHEART: Normal.")]),
        ("HISTORY: Cough.\nLUNGS: Clear.\nHEART: Normal. IMPRESSION: Normal.",
         [("history", "Cough."), ("body", "LUNGS: Clear.\nHEART: Normal."),
          ("impression", "Normal.")]),
        ("IMPRESSION:: Stable.", [("impression", "Stable.")]),
        ("FINAL REPORT\nPORTABLE CHEST\nFINDINGS\nTubes: None.\nOther heading: Clear.",
         [("body", "PORTABLE CHEST"), ("findings", "Tubes: None.\nOther heading: Clear.")]),
        ("Other heading: prior.\nIMPRESSION: Stable.",
         [("body", "Other heading: prior."), ("impression", "Stable.")]),
        ("", []),
        (" \n\t\r\n", []),
        ("FINDINGS:\n\nIMPRESSION:  \n", []),
    ],
)  # fmt: skip
def test_headings_as_they_are_written(text: str, expected: list[tuple[str, str]]) -> None:
    assert sections(text) == expected


def test_a_preliminary_reading_stands_beside_the_final_report() -> None:
    text = (
        "WET READ: ABCd MON ___ 7:41 PM\n Left basal collapse.\n"
        "______________________________________________________________________________\n"
        "                                 FINAL REPORT\n FINDINGS:  Collapse at the left base.\n"
    )
    assert sections(text) == [
        ("addendum", "Left basal collapse."),
        ("findings", "Collapse at the left base."),
    ]


def test_words_of_headings_within_sentences_open_nothing() -> None:
    text = "FINDINGS: The impression of an effusion is given by the raised diaphragm.\nNo change."
    assert [name for name, _ in sections(text)] == ["findings"]


pieces = st.sampled_from(
    ["FINDINGS:", "impression", "IMPRESSION:", "History:", "LUNGS:", "WET READ:", "FINAL REPORT",
     "__________", " ", "\n", "\n\n", "No effusion.", "1. Edema", "und\u0130ne", ":", "\u2013",
     "\t"]
)  # fmt: skip


@given(st.lists(pieces | st.text(max_size=12), max_size=25).map("".join))
def test_spans_are_ordered_disjoint_and_stripped(text: str) -> None:
    end = 0
    for span in split_sections(text):
        assert end <= span.start < span.end <= len(text)
        body = text[span.start : span.end]
        assert body == body.strip()
        end = span.end


@given(st.lists(pieces, max_size=25).map("".join))
def test_line_ends_of_another_system_change_no_section(text: str) -> None:
    there = text.replace("\n", "\r\n")
    assert [(n, b.replace("\r\n", "\n")) for n, b in sections(there)] == sections(text)
