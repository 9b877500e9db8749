"""Sentences as radiologists write them, and what each says of its findings."""

import pytest

from pipeline.extraction.batch.extractor import Extractor

AFFIRMED, NEGATED, UNCERTAIN = "affirmed", "negated", "uncertain"
HISTORICAL, HYPOTHETICAL = "historical", "hypothetical"

SENTENCES = [
    # hedges
    ("Cannot exclude pneumonia.", {"pneumonia": UNCERTAIN}),
    ("Pneumonia cannot be excluded.", {"pneumonia": UNCERTAIN}),
    ("Pneumonia is not entirely excluded.", {"pneumonia": UNCERTAIN}),
    ("Opacity, which may represent pneumonia.", {"opacity": AFFIRMED, "pneumonia": UNCERTAIN}),
    ("There are possible atelectatic changes at both bases.", {"atelectasis": UNCERTAIN}),
    (
        "Right base opacity, most likely atelectasis or, less likely, scarring.",
        {"opacity": AFFIRMED, "atelectasis": UNCERTAIN, "scarring": UNCERTAIN},
    ),
    ("Possible small left effusion.", {"pleural_effusion": UNCERTAIN}),
    ("Left base opacity, ? pneumonia.", {"opacity": AFFIRMED, "pneumonia": UNCERTAIN}),
    ("Query right middle lobe pneumonia.", {"pneumonia": UNCERTAIN}),
    ("The opacity is likely atelectasis.", {"opacity": AFFIRMED, "atelectasis": UNCERTAIN}),
    ("Pneumonia is likely given the opacity.", {"pneumonia": UNCERTAIN, "opacity": AFFIRMED}),
    ("The opacity is not pneumonia.", {"opacity": AFFIRMED, "pneumonia": NEGATED}),
    (
        "Pneumothorax is not seen and the effusion is small.",
        {"pneumothorax": NEGATED, "pleural_effusion": AFFIRMED},
    ),
    ("No evidence of infection.", {"pneumonia": NEGATED}),
    (
        "Atelectasis is favored over pneumonia.",
        {"atelectasis": UNCERTAIN, "pneumonia": UNCERTAIN},
    ),
    ("This is not thought to represent pneumonia.", {"pneumonia": NEGATED}),
    ("Opacity, pneumonia until proven otherwise.", {"opacity": AFFIRMED, "pneumonia": UNCERTAIN}),
    ("Status post thoracentesis with decrease in effusion.", {"pleural_effusion": AFFIRMED}),
    ("History of urinary tract infection.", {}),
    (
        "Opacity likely corresponds to scarring.",
        {"opacity": AFFIRMED, "scarring": UNCERTAIN},
    ),
    ("Is there pneumonia?", {"pneumonia": HYPOTHETICAL}),
    ("Nor is there an effusion.", {"pleural_effusion": NEGATED}),
    ("Pleural effusion absent.", {"pleural_effusion": NEGATED}),
    ("Films to ensure resolution of this opacity.", {"opacity": HYPOTHETICAL}),
    ("Atelectasis versus pneumonia.", {"atelectasis": UNCERTAIN, "pneumonia": UNCERTAIN}),
    (
        "Findings are concerning for pneumonia, aspiration or atelectasis.",
        {"pneumonia": UNCERTAIN, "aspiration": UNCERTAIN, "atelectasis": UNCERTAIN},
    ),
    (
        "Opacity that could reflect scarring, atelectasis, or pneumonia.",
        {
            "opacity": AFFIRMED,
            "scarring": UNCERTAIN,
            "atelectasis": UNCERTAIN,
            "pneumonia": UNCERTAIN,
        },
    ),
    ("Pneumonia should be considered.", {"pneumonia": UNCERTAIN}),
    ("Pneumonia vs. atelectasis.", {"pneumonia": UNCERTAIN, "atelectasis": UNCERTAIN}),
    ("Opacities likely reflect atelectasis.", {"opacity": AFFIRMED, "atelectasis": UNCERTAIN}),
    (
        "Basilar opacity most consistent with atelectasis, although pneumonia is not excluded.",
        {"opacity": AFFIRMED, "atelectasis": AFFIRMED, "pneumonia": UNCERTAIN},
    ),
    # negations
    ("Pneumonia has been ruled out.", {"pneumonia": NEGATED}),
    ("Atelectasis rather than pneumonia.", {"atelectasis": AFFIRMED, "pneumonia": NEGATED}),
    (
        "No focal consolidation, pneumothorax, or large pleural effusion.",
        {"consolidation": NEGATED, "pneumothorax": NEGATED, "pleural_effusion": NEGATED},
    ),
    ("Pneumothorax: No.", {"pneumothorax": NEGATED}),
    ("Effusion: none.", {"pleural_effusion": NEGATED}),
    ("PLEURA: No effusion.", {"pleural_effusion": NEGATED}),
    ("Lungs are clear of infiltrate.", {"infiltrate": NEGATED}),
    (
        "The lungs are free of consolidation, effusion, and pneumothorax.",
        {"consolidation": NEGATED, "pleural_effusion": NEGATED, "pneumothorax": NEGATED},
    ),
    (
        "Neither pneumothorax nor effusion is seen.",
        {"pneumothorax": NEGATED, "pleural_effusion": NEGATED},
    ),
    ("No opacity to suggest pneumonia.", {"opacity": NEGATED, "pneumonia": NEGATED}),
    ("Metastatic disease is considered unlikely.", {"mass": NEGATED}),
    ("Feeding tube in the stomach, tip not seen.", {"device": AFFIRMED}),
    ("Consolidation is not identified.", {"consolidation": NEGATED}),
    (
        "No pneumothorax, but there is a small effusion.",
        {"pneumothorax": NEGATED, "pleural_effusion": AFFIRMED},
    ),
    (
        "There is no effusion or pneumothorax and the heart is mildly enlarged.",
        {"pleural_effusion": NEGATED, "pneumothorax": NEGATED, "cardiomegaly": AFFIRMED},
    ),
    (
        "No effusion is seen, and streaky atelectasis is noted.",
        {"pleural_effusion": NEGATED, "atelectasis": AFFIRMED},
    ),
    (
        "No pneumothorax, possible small effusion.",
        {"pneumothorax": NEGATED, "pleural_effusion": UNCERTAIN},
    ),
    # what looks like a negation and is none
    ("No change in the right lower lobe opacity.", {"opacity": AFFIRMED}),
    ("No significant interval change in the effusion.", {"pleural_effusion": AFFIRMED}),
    ("Pulmonary edema has improved but not resolved.", {"pulmonary_edema": AFFIRMED}),
    ("Right base opacity not seen on the prior study.", {"opacity": AFFIRMED}),
    ("A subtle opacity is not clearly seen on the lateral view.", {"opacity": AFFIRMED}),
    ("Non-specific opacity in the right mid lung.", {"opacity": AFFIRMED}),
    # history
    ("Interval removal of the chest tube.", {"device": HISTORICAL}),
    ("Resolved pneumonia.", {"pneumonia": HISTORICAL}),
    ("Interval clearing of the left base opacity.", {"opacity": HISTORICAL}),
    ("Previously seen left base opacity has resolved.", {"opacity": HISTORICAL}),
    ("Pneumonia seen on the prior study has resolved.", {"pneumonia": HISTORICAL}),
    ("Previously noted right base opacity is unchanged.", {"opacity": AFFIRMED}),
    (
        "The right opacity persists; the left effusion has cleared.",
        {"opacity": AFFIRMED, "pleural_effusion": HISTORICAL},
    ),
    ("Resolving right lower lobe pneumonia.", {"pneumonia": AFFIRMED}),
    # questions and plans
    ("Evaluate for pneumonia.", {"pneumonia": HYPOTHETICAL}),
    ("If there is concern for pneumonia, a lateral view may help.", {"pneumonia": HYPOTHETICAL}),
    ("Follow-up to document resolution of pneumonia.", {"pneumonia": HYPOTHETICAL}),
]


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[s for s, _ in SENTENCES])
def test_sentence_says_what_a_radiologist_means(
    extractor: Extractor, sentence: str, expected: dict[str, str]
) -> None:
    analysis = extractor.read(sentence, "findings")
    found = {
        m.concept_id.removeprefix("finding:"): m.assertion
        for m in analysis.mentions
        if m.category == "finding"
    }
    assert found == expected


@pytest.mark.parametrize(
    ("sentence", "cue", "rule"),
    [
        ("No focal consolidation.", "No", "cue:negated before"),
        ("Pneumonia cannot be excluded.", "cannot be excluded", "cue:uncertain after"),
        ("Possible pneumonia.", "Possible", "cue:uncertain near"),
        ("Interval resolution of pneumonia.", "Interval resolution of", "cue:historical before"),
        ("Pneumothorax: No.", ": No", "cue:negated after"),
    ],
)
def test_cue_is_recorded_with_its_place(
    extractor: Extractor, sentence: str, cue: str, rule: str
) -> None:
    mention = next(
        m for m in extractor.read(sentence, "findings").mentions if m.category == "finding"
    )
    assert mention.cue is not None
    assert sentence[slice(*mention.cue)] == cue
    assert mention.cue_rule == rule


def test_plain_statement_has_no_cue(extractor: Extractor) -> None:
    (mention,) = extractor.read("Consolidation is dense", "findings").mentions[:1]
    assert mention.assertion == AFFIRMED
    assert mention.cue is None
    assert mention.cue_rule is None


@pytest.mark.parametrize(
    ("section", "sentence", "assertion"),
    [
        ("indication", "Cough, pneumonia.", HYPOTHETICAL),
        ("indication", "History of pneumonia.", HISTORICAL),
        ("indication", "Question pneumonia.", HYPOTHETICAL),
        ("indication", "Fever, eval for pneumonia versus edema.", HYPOTHETICAL),
        ("history", "Pneumonia treated last month.", HISTORICAL),
        ("comparison", "Radiograph with right lower lobe pneumonia.", HISTORICAL),
        ("impression", "Right lower lobe pneumonia.", AFFIRMED),
        ("body", "Right lower lobe pneumonia.", AFFIRMED),
    ],
)
def test_only_what_the_image_shows_is_affirmed(
    extractor: Extractor, section: str, sentence: str, assertion: str
) -> None:
    mentions = extractor.read(sentence, section).mentions
    assert {m.assertion for m in mentions if m.category == "finding"} == {assertion}


def test_place_takes_the_assertion_of_its_finding(extractor: Extractor) -> None:
    analysis = extractor.read("No opacity in the right lower lobe.", "findings")
    assert {m.assertion for m in analysis.mentions} == {NEGATED}


def test_doubt_about_what_it_is_leaves_the_place_for_sure(extractor: Extractor) -> None:
    analysis = extractor.read("Left base atelectasis versus scarring.", "findings")
    by_concept = {m.concept_id: m.assertion for m in analysis.mentions}
    assert by_concept["finding:atelectasis"] == UNCERTAIN
    assert by_concept["side:left"] == by_concept["zone:base"] == AFFIRMED
    doubted = extractor.read("Possible left base atelectasis.", "findings")
    assert {m.assertion for m in doubted.mentions} == {UNCERTAIN}
