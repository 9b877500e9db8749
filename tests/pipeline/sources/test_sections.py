"""Sections of reports that come as one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources import sections as splitting
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INDICATION: Cough.\n\nCHEST, PA AND LATERAL: Right base consolidation.",
         [("indication", "Cough."), ("findings", "Right base consolidation.")]),
        ("HISTORY: Cough.\nSINGLE AP PORTABLE VIEW OF THE CHEST: Low volumes.",
         [("history", "Cough."), ("findings", "Low volumes.")]),
        ("HISTORY: Cough.\nPortable AP chest radiograph, ___ at 05:30: Low volumes.",
         [("history", "Cough."), ("findings", "Low volumes.")]),
        ("CLINICAL INFORMATION: Cough. 2 VIEWS OF THE CHEST: Low volumes.",
         [("indication", "Cough."), ("findings", "Low volumes.")]),
        ("INDICATION: Cough.\nSEMI-UPRIGHT CHEST FILM\nLow volumes are seen.",
         [("indication", "Cough."),
          ("findings", "SEMI-UPRIGHT CHEST FILM\nLow volumes are seen.")]),
        ("TECHNIQUE: Frontal and lateral views: The lungs are clear.",
         [("findings", "The lungs are clear.")]),
        # Near misses: views and dates alone, a film of before, a view within a description.
        ("VIEWS: PA and lateral.\nIMPRESSION: Normal.",
         [("technique", "PA and lateral."), ("impression", "Normal.")]),
        ("CHEST, TWO VIEWS: ___, 10:15 am.\nIMPRESSION: Normal.",
         [("technique", "___, 10:15 am."), ("impression", "Normal.")]),
        ("FINDINGS: The lateral view: no effusion.\nFRONTAL VIEW: No edema.",
         [("findings", "The lateral view: no effusion.\nFRONTAL VIEW: No edema.")]),
        ("INDICATION: Cough, on outside film: infiltrate.\nIMPRESSION: Normal.",
         [("indication", "Cough, on outside film: infiltrate."), ("impression", "Normal.")]),
        ("HISTORY: Cough.\nCHEST: Clear lungs.",
         [("history", "Cough."), ("body", "CHEST: Clear lungs.")]),
    ],
)  # fmt: skip
def test_a_heading_that_names_the_view_opens_findings_where_prose_follows(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert sections(text) == expected


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("R/O", "indication"), ("Clinical query", "indication"), ("ICD code", "indication"),
        ("Ordering comments", "indication"), ("REMARKS", "findings"), ("Dictation", "findings"),
        ("COMMENTS", "findings"), ("Results", "findings"), ("Observations", "findings"),
        ("Report", "findings"), ("FINDNGS", "findings"), ("Findingss", "findings"),
        ("CONCLUSON", "impression"), ("Impresssion", "impression"),
        ("Overall assessment", "impression"), ("INTERPRETAION", "impression"),
        ("MEDICAL CONDITION", "indication"), ("Working diagnosis", "indication"),
        ("Question", "indication"), ("INDICATON", "indication"), ("INDCATION", "indication"),
        ("Chief complaint", "indication"), ("REASON FOR REQUEST", "indication"),
        ("Clinical", "indication"), ("CLINCAL INFORMATION", "indication"),
        ("HISTROY", "history"), ("Background", "history"), ("LAB RESULTS", "history"),
        ("COMPARSION", "comparison"), ("TECHINQUE", "technique"),
    ],
)  # fmt: skip
def test_headings_of_other_places_and_their_misspellings(heading: str, name: str) -> None:
    """At the text's start, on a line of its own, and behind a sentence."""
    first = f"{heading}: Possible edema.\nADDENDUM: None."
    assert sections(first) == [(name, "Possible edema."), ("addendum", "None.")]
    other = "IMPRESSION" if name == "history" else "HISTORY"
    assert sections(f"{other}: Cough.\n{heading}: Possible edema.")[1:] == [
        (name, "Possible edema.")
    ]
    assert sections(f"{other}: Cough. {heading}: Possible edema.")[1:] == [
        (name, "Possible edema.")
    ]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Indications for this film", "indication"), ("SECOND READING", "findings"),
        ("Please evaluate", "indication"), ("Resident interpretation", "impression"),
    ],
)  # fmt: skip
def test_a_heading_that_no_list_has_opens_what_its_noun_says(heading: str, name: str) -> None:
    assert sections(f"COMPARISON: ___.\n{heading}: Edema.")[1:] == [(name, "Edema.")]


def test_a_diagnosis_asks_where_a_description_follows() -> None:
    first = "DIAGNOSIS: Edema.\nFINDINGS: Clear.\nDIAGNOSIS: Normal."
    assert [name for name, _ in sections(first)] == ["indication", "findings", "impression"]
    assert [name for name, _ in sections("HISTORY: Cough.\nDX: Edema.")][1] == "impression"


@pytest.mark.parametrize(
    "text",
    [
        "HISTORY: Previous CT.\nCT findings: opacity.",
        "HISTORY: Allergies: none. Medications: steroids.",
        "HISTORY: Cough, called in a verbal report: infiltrate.",
        "INDICATION: Ultrasound results: effusion.",
        "FINDINGS: Finder: none. Lingual: none.",
        "IMPRESSION: Moment: none.",
    ],
)
def test_words_that_are_only_like_headings_open_nothing(text: str) -> None:
    assert len(sections(text)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INDICATION: Dyspnea. The lungs are hyperinflated. No effusion.",
         [("indication", "Dyspnea."), ("body", "The lungs are hyperinflated. No effusion.")]),
        ("REASON FOR EXAM: Fever.\nThere is a left base opacity.",
         [("indication", "Fever."), ("body", "There is a left base opacity.")]),
        ("COMPARISON: None. Left basal atelectasis. Heart size is normal.",
         [("comparison", "None."), ("body", "Left basal atelectasis. Heart size is normal.")]),
        ("COMPARISON: Compared with ___, there is a new effusion.",
         [("body", "Compared with ___, there is a new effusion.")]),
        ("EXAM: PA and lateral views of the chest show clear lungs.",
         [("body", "PA and lateral views of the chest show clear lungs.")]),
        ("HISTORY: Cough.   No focal consolidation.   IMPRESSION: As above.",
         [("history", "Cough."), ("body", "No focal consolidation."),
          ("impression", "As above.")]),
        ("CLINICAL INFORMATION: Fever. Left lower lobe opacity. No pleural effusion.",
         [("indication", "Fever."), ("body", "Left lower lobe opacity. No pleural effusion.")]),
        ("PORTABLE CHEST\nHISTORY: Cough. Heart size remains enlarged.",
         [("body", "PORTABLE CHEST"), ("history", "Cough."),
          ("body", "Heart size remains enlarged.")]),
        ("INDICATION: Fever. Lungs clear. Small left effusion.",
         [("indication", "Fever."), ("body", "Lungs clear. Small left effusion.")]),
        ("INDICATION: Fall. AP supine chest. Right pneumothorax with a tube.",
         [("indication", "Fall. AP supine chest."), ("body", "Right pneumothorax with a tube.")]),
        ("INDICATION: Fever. Again seen is the left effusion.",
         [("indication", "Fever."), ("body", "Again seen is the left effusion.")]),
        # Near misses: what asks, what tells of the patient or of before, and what findings say.
        ("INDICATION: Fever. There is concern for consolidation.", None),
        ("INDICATION: Fever. Is there an effusion?", None),
        ("INDICATION: Fever. Pneumothorax is suspected.", None),
        ("HISTORY: Lung cancer. Patient is dyspneic with known effusion.", None),
        ("HISTORY: Fever. No prior pneumothorax.", None),
        ("COMPARISON: Chest CT of ___. There are no prior studies.", None),
        ("COMPARISON: Radiograph of ___ with left base opacity.", None),
        ("INDICATION: Fever. The lungs are coarse on auscultation.", None),
        ("INDICATION: There is a left effusion.", None),
    ],
)  # fmt: skip
def test_where_nothing_describes_what_plainly_does_so_is_body(
    text: str, expected: list[tuple[str, str]] | None
) -> None:
    found = sections(text)
    assert found == expected if expected is not None else len(found) == 1


def test_beside_findings_a_context_keeps_all_that_it_says() -> None:
    text = "INDICATION: Fever. The heart is enlarged.\nFINDINGS: Normal heart."
    assert [name for name, _ in sections(text)] == ["indication", "findings"]


def test_words_of_headings_within_sentences_open_nothing() -> None:
    text = "FINDINGS: The impression of an effusion is given by the raised diaphragm.\nNo change."
    assert [name for name, _ in sections(text)] == ["findings"]


pieces = st.sampled_from(
    ["FINDINGS:", "impression", "IMPRESSION:", "History:", "LUNGS:", "WET READ:",
     "CHEST, TWO VIEWS:", "PORTABLE CHEST", "FINDIGNS:", "There is edema.", "FINAL REPORT",
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


def test_a_report_is_brought_to_lower_case_once_however_many_headings_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lowered: list[str] = []
    plain = splitting._lowered

    def watched(text: str) -> splitting._Lowered:
        lowered.append(text)
        return plain(text)

    monkeypatch.setattr(splitting, "_lowered", watched)
    assert len(sections("FINDINGS: a: b\n" * 100)) == 100
    assert len(lowered) == 1
