"""Where a negation ends, and where it does not."""

from collections.abc import Callable

import pytest

AFFIRMED, NEGATED, UNCERTAIN = "affirmed", "negated", "uncertain"
HISTORICAL, HYPOTHETICAL = "historical", "hypothetical"

SENTENCES = [
    # what is stated behind a denied item
    (
        "No pleural effusion, stable mild cardiomegaly.",
        {"pleural_effusion": NEGATED, "cardiomegaly": AFFIRMED},
    ),
    (
        "No pneumothorax and a tiny left effusion.",
        {"pneumothorax": NEGATED, "pleural_effusion": AFFIRMED},
    ),
    (
        "No acute infiltrate \u2013 persistent bibasilar atelectasis.",
        {"infiltrate": NEGATED, "atelectasis": AFFIRMED},
    ),
    (
        "No focal consolidation -- chronic interstitial fibrosis.",
        {"consolidation": NEGATED, "fibrosis": AFFIRMED},
    ),
    (
        "No edema, left upper lobe opacity has increased.",
        {"pulmonary_edema": NEGATED, "opacity": AFFIRMED},
    ),
    (
        "No edema, and right basilar consolidation persists.",
        {"pulmonary_edema": NEGATED, "consolidation": AFFIRMED},
    ),
    (
        "No pneumothorax, left lower lobe pneumonia cannot be excluded.",
        {"pneumothorax": NEGATED, "pneumonia": UNCERTAIN},
    ),
    (
        "No pneumothorax, the right effusion has resolved.",
        {"pneumothorax": NEGATED, "pleural_effusion": HISTORICAL},
    ),
    (
        "Without effusion, residual right apical pneumothorax.",
        {"pleural_effusion": NEGATED, "pneumothorax": AFFIRMED},
    ),
    ("No acute disease, chronic emphysema.", {"emphysema": AFFIRMED}),
    (
        "No pneumothorax - right basilar atelectasis.",
        {"pneumothorax": NEGATED, "atelectasis": AFFIRMED},
    ),
    (
        "No edema, left basilar atelectasis.",
        {"pulmonary_edema": NEGATED, "atelectasis": AFFIRMED},
    ),
    ("No effusion, healing rib fractures.", {"pleural_effusion": NEGATED, "fracture": AFFIRMED}),
    ("No edema, multiple nodules.", {"pulmonary_edema": NEGATED, "nodule": AFFIRMED}),
    ("No edema, cardiomegaly unchanged.", {"pulmonary_edema": NEGATED, "cardiomegaly": AFFIRMED}),
    (
        "No effusion, diffuse interstitial opacities.",
        {"pleural_effusion": NEGATED, "opacity": AFFIRMED},
    ),
    (
        "There is no edema, only minor atelectasis.",
        {"pulmonary_edema": NEGATED, "atelectasis": AFFIRMED},
    ),
    (
        "No effusion status post left chest tube placement.",
        {"pleural_effusion": NEGATED, "device": HISTORICAL},
    ),
    (
        "No consolidation s/p right chest tube removal.",
        {"consolidation": NEGATED, "device": HISTORICAL},
    ),
    (
        "No edema and feeding tube in good position.",
        {"pulmonary_edema": NEGATED, "device": AFFIRMED},
    ),
    (
        "No edema, effusion, stable nodule.",
        {"pulmonary_edema": NEGATED, "pleural_effusion": NEGATED, "nodule": AFFIRMED},
    ),
    ("No edema or effusion, stable.", {"pulmonary_edema": NEGATED, "pleural_effusion": NEGATED}),
    (
        "No effusion, diffuse edema, or nodule.",
        {"pleural_effusion": NEGATED, "pulmonary_edema": NEGATED, "nodule": NEGATED},
    ),
    ("No reduction in the size of the effusion.", {"pleural_effusion": AFFIRMED}),
    ("No further expansion of the pneumothorax.", {"pneumothorax": AFFIRMED}),
    # what was done, and what is there beside it
    ("Status post drainage and stable effusion.", {"pleural_effusion": AFFIRMED}),
    ("Status post resection - new left effusion.", {"pleural_effusion": AFFIRMED}),
    ("Resolved effusion, stable nodule.", {"pleural_effusion": HISTORICAL, "nodule": AFFIRMED}),
    ("Prior pneumonia, stable scarring.", {"pneumonia": HISTORICAL, "scarring": AFFIRMED}),
    ("Status post pneumonia and empyema.", {"pneumonia": HISTORICAL, "empyema": HISTORICAL}),
    # what is known and only not seen
    ("Nodules described on CT are not visible.", {"nodule": UNCERTAIN}),
    ("The known right effusion is not seen.", {"pleural_effusion": UNCERTAIN}),
    ("The effusion is not seen.", {"pleural_effusion": NEGATED}),
    # what one verb tells of alone, its place first
    (
        "No effusion and right upper lobe opacity is present.",
        {"pleural_effusion": NEGATED, "opacity": AFFIRMED},
    ),
    (
        "There is no pneumothorax and a left basilar infiltrate is identified.",
        {"pneumothorax": NEGATED, "infiltrate": AFFIRMED},
    ),
    (
        "No acute fracture and bibasilar atelectasis was noted.",
        {"fracture": NEGATED, "atelectasis": AFFIRMED},
    ),
    (
        "No edema or effusion and right apical pneumothorax is evident.",
        {"pulmonary_edema": NEGATED, "pleural_effusion": NEGATED, "pneumothorax": AFFIRMED},
    ),
    (
        "No effusion or left basilar opacity is present.",
        {"pleural_effusion": NEGATED, "opacity": NEGATED},
    ),
    (
        "No effusion and right apical pneumothorax are identified.",
        {"pleural_effusion": NEGATED, "pneumothorax": NEGATED},
    ),
    ("No left and right pleural effusion is seen.", {"pleural_effusion": NEGATED}),
    (
        "No effusion and right apical pneumothorax is not seen.",
        {"pleural_effusion": NEGATED, "pneumothorax": NEGATED},
    ),
    (
        "No pneumothorax and infiltrate is seen.",
        {"pneumothorax": NEGATED, "infiltrate": NEGATED},
    ),
    # what is seen again
    (
        "No pneumothorax, emphysema again demonstrated.",
        {"pneumothorax": NEGATED, "emphysema": AFFIRMED},
    ),
    (
        "No consolidation; cardiomegaly and scoliosis again seen.",
        {"consolidation": NEGATED, "cardiomegaly": AFFIRMED, "spinal_curvature": AFFIRMED},
    ),
    (
        "No edema, atelectasis and effusion again noted.",
        {"pulmonary_edema": NEGATED, "atelectasis": AFFIRMED, "pleural_effusion": AFFIRMED},
    ),
    (
        "No infiltrate, hiatal hernia seen again.",
        {"infiltrate": NEGATED, "hernia": AFFIRMED},
    ),
    (
        "No infiltrate, fibrosis still visible.",
        {"infiltrate": NEGATED, "fibrosis": AFFIRMED},
    ),
    (
        "No effusion or pneumothorax again seen.",
        {"pleural_effusion": NEGATED, "pneumothorax": NEGATED},
    ),
    ("Again noted is no effusion.", {"pleural_effusion": NEGATED}),
    (
        "No effusion, infiltrate noted.",
        {"pleural_effusion": NEGATED, "infiltrate": NEGATED},
    ),
    # one list of what is absent
    (
        "No edema, left effusion, or right lower lobe opacity.",
        {"pulmonary_edema": NEGATED, "pleural_effusion": NEGATED, "opacity": NEGATED},
    ),
    ("No edema and left effusion.", {"pulmonary_edema": NEGATED, "pleural_effusion": NEGATED}),
    ("No non-healing fracture.", {"fracture": NEGATED}),
    ("No non-calcified nodules are identified.", {"nodule": NEGATED}),
    ("No edema, effusion.", {"pulmonary_edema": NEGATED, "pleural_effusion": NEGATED}),
    (
        "No edema, new infiltrate, or pneumothorax.",
        {"pulmonary_edema": NEGATED, "infiltrate": NEGATED, "pneumothorax": NEGATED},
    ),
    (
        "No focal consolidation, effusion, pneumothorax is seen.",
        {"consolidation": NEGATED, "pleural_effusion": NEGATED, "pneumothorax": NEGATED},
    ),
    (
        "No consolidation, effusion and pneumothorax.",
        {"consolidation": NEGATED, "pleural_effusion": NEGATED, "pneumothorax": NEGATED},
    ),
    ("No air-space consolidation.", {"consolidation": NEGATED}),
    ("No left-lower-lobe opacity.", {"opacity": NEGATED}),
    ("No small or moderate effusion.", {"pleural_effusion": NEGATED}),
    ("No patchy, persistent opacity.", {"opacity": NEGATED}),
    (
        "No large effusion, new opacity or pneumothorax.",
        {"pleural_effusion": NEGATED, "opacity": NEGATED, "pneumothorax": NEGATED},
    ),
    # "positive for" ends a negation
    (
        "No pneumothorax, positive for effusion.",
        {"pneumothorax": NEGATED, "pleural_effusion": AFFIRMED},
    ),
    (
        "Negative for edema and positive for consolidation.",
        {"pulmonary_edema": NEGATED, "consolidation": AFFIRMED},
    ),
    # a denied change
    ("No discernible change in the left effusion.", {"pleural_effusion": AFFIRMED}),
    ("No evidence of progression of the consolidation.", {"consolidation": AFFIRMED}),
    ("Without convincing improvement in edema.", {"pulmonary_edema": AFFIRMED}),
    ("No convincing resolution of the opacity.", {"opacity": AFFIRMED}),
    (
        "There is no increase in the effusion, no pneumothorax.",
        {"pleural_effusion": AFFIRMED, "pneumothorax": NEGATED},
    ),
    ("No interval development of effusion.", {"pleural_effusion": NEGATED}),
    ("No recurrence of pneumothorax.", {"pneumothorax": NEGATED}),
    # tubes beside what is absent
    (
        "No pneumothorax with pigtail catheter in place.",
        {"pneumothorax": NEGATED, "device": AFFIRMED},
    ),
    (
        "No pneumothorax following left chest tube insertion.",
        {"pneumothorax": NEGATED, "device": AFFIRMED},
    ),
    (
        "No effusion after removal of the chest tube.",
        {"pleural_effusion": NEGATED, "device": HISTORICAL},
    ),
    ("No pneumothorax or chest tube.", {"pneumothorax": NEGATED, "device": NEGATED}),
]


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[s for s, _ in SENTENCES])
def test_sentence_says_what_a_radiologist_means(
    said: Callable[[str], dict[str, str]], sentence: str, expected: dict[str, str]
) -> None:
    assert said(sentence) == expected
