"""Findings of which only one may hold."""

from collections.abc import Callable

import pytest

AFFIRMED, NEGATED, UNCERTAIN = "affirmed", "negated", "uncertain"
HISTORICAL, HYPOTHETICAL = "historical", "hypothetical"

SENTENCES = [
    # alternatives
    (
        "Scarring or atelectasis at the left base.",
        {"scarring": UNCERTAIN, "atelectasis": UNCERTAIN},
    ),
    ("Pulmonary edema and/or infection.", {"pulmonary_edema": UNCERTAIN, "pneumonia": UNCERTAIN}),
    ("Left lower lobe atelectasis/pneumonia.", {"atelectasis": UNCERTAIN, "pneumonia": UNCERTAIN}),
    (
        "Left base opacity (atelectasis or consolidation).",
        {"opacity": AFFIRMED, "atelectasis": UNCERTAIN, "consolidation": UNCERTAIN},
    ),
    (
        "Small effusion +/- consolidation.",
        {"pleural_effusion": AFFIRMED, "consolidation": UNCERTAIN},
    ),
    (
        "Right effusion with or without underlying pneumonia.",
        {"pleural_effusion": AFFIRMED, "pneumonia": UNCERTAIN},
    ),
    (
        "Scarring, atelectasis, or early infiltrate in the lingula.",
        {"scarring": UNCERTAIN, "atelectasis": UNCERTAIN, "infiltrate": UNCERTAIN},
    ),
    (
        "Right base opacity, atelectasis or pneumonia.",
        {"opacity": AFFIRMED, "atelectasis": UNCERTAIN, "pneumonia": UNCERTAIN},
    ),
    # one finding by two names
    ("Changes of COPD/emphysema.", {"emphysema": AFFIRMED}),
    ("Left chest pacemaker/ICD.", {"device": AFFIRMED}),
    ("Right pleural effusion or hemothorax.", {"pleural_effusion": AFFIRMED}),
    ("Possible infection/pneumonia.", {"pneumonia": UNCERTAIN}),
    # a slash that abbreviates
    ("Opacity w/ small effusion.", {"opacity": AFFIRMED, "pleural_effusion": AFFIRMED}),
    ("Opacity c/w pneumonia.", {"opacity": AFFIRMED, "pneumonia": AFFIRMED}),
    # what is denied, asked, unchanged, or an alternative of places alone
    ("No effusion or pneumothorax.", {"pleural_effusion": NEGATED, "pneumothorax": NEGATED}),
    ("No change in the effusion or opacity.", {"pleural_effusion": AFFIRMED, "opacity": AFFIRMED}),
    ("Opacity in the right middle or lower lobe.", {"opacity": AFFIRMED}),
    (
        "Effusion or pneumothorax is not identified.",
        {"pleural_effusion": NEGATED, "pneumothorax": NEGATED},
    ),
    (
        "Evaluate for effusion or pneumonia.",
        {"pleural_effusion": HYPOTHETICAL, "pneumonia": HYPOTHETICAL},
    ),
    (
        "Opacity in the left base or lingula and small effusion.",
        {"opacity": AFFIRMED, "pleural_effusion": AFFIRMED},
    ),
    (
        "Opacity without effusion or edema.",
        {"opacity": AFFIRMED, "pleural_effusion": NEGATED, "pulmonary_edema": NEGATED},
    ),
    (
        "Consolidation and effusion at the left base.",
        {"consolidation": AFFIRMED, "pleural_effusion": AFFIRMED},
    ),
]


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[s for s, _ in SENTENCES])
def test_sentence_says_what_a_radiologist_means(
    said: Callable[[str], dict[str, str]], sentence: str, expected: dict[str, str]
) -> None:
    assert said(sentence) == expected
