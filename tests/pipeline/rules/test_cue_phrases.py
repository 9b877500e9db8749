"""Phrases of `cues.txt`, each in a sentence as radiologists write it."""

from collections.abc import Callable

import pytest

AFFIRMED, NEGATED, UNCERTAIN = "affirmed", "negated", "uncertain"
HISTORICAL, HYPOTHETICAL = "historical", "hypothetical"

SENTENCES = [
    # "negative for", "not consistent with"
    ("Examination remains negative for consolidation.", {"consolidation": NEGATED}),
    (
        "Radiographs are negative for effusion or pneumothorax.",
        {"pleural_effusion": NEGATED, "pneumothorax": NEGATED},
    ),
    ("Consolidation is negative.", {"consolidation": NEGATED}),
    (
        "These opacities are not suspicious for pneumonia.",
        {"opacity": AFFIRMED, "pneumonia": NEGATED},
    ),
    ("The appearances were not suggestive of edema.", {"pulmonary_edema": NEGATED}),
    ("The opacity is not typical of pneumonia.", {"opacity": AFFIRMED, "pneumonia": UNCERTAIN}),
    ("Findings are consistent with pneumonia.", {"pneumonia": AFFIRMED}),
    # hedges behind the finding, and doubt
    ("Left lower lobe consolidation is probably present.", {"consolidation": UNCERTAIN}),
    ("Superimposed pneumonia would be difficult to entirely exclude.", {"pneumonia": UNCERTAIN}),
    ("Aspiration may have a similar appearance.", {"aspiration": UNCERTAIN}),
    ("Right base consolidation?", {"consolidation": UNCERTAIN}),
    ("Infection has to be considered.", {"pneumonia": UNCERTAIN}),
    ("Effusions, if any, are small.", {"pleural_effusion": UNCERTAIN}),
    ("Infiltrate remains a consideration.", {"infiltrate": UNCERTAIN}),
    ("Left base opacity, ? infiltrate.", {"opacity": AFFIRMED, "infiltrate": UNCERTAIN}),
    ("Pneumonia is considered less likely.", {"pneumonia": UNCERTAIN}),
    ("Underlying pneumonia is doubtful.", {"pneumonia": UNCERTAIN}),
    ("Doubt a small pneumothorax.", {"pneumothorax": UNCERTAIN}),
    ("There is no doubt about the consolidation.", {"consolidation": AFFIRMED}),
    ("Pulmonary edema seems unlikely.", {"pulmonary_edema": NEGATED}),
    ("Low likelihood of pneumonia.", {"pneumonia": UNCERTAIN}),
    ("Suggestion of left basilar infiltrate.", {"infiltrate": UNCERTAIN}),
    ("No suggestion of infiltrate.", {"infiltrate": NEGATED}),
    ("Possible pneumonia is unlikely.", {"pneumonia": NEGATED}),
    ("It would be difficult to completely exclude pneumonia.", {"pneumonia": UNCERTAIN}),
    ("It is hard to exclude a nodule.", {"nodule": UNCERTAIN}),
    # what cannot be seen or has not come
    ("A nodule cannot be seen.", {"nodule": NEGATED}),
    ("The effusion has not reaccumulated.", {"pleural_effusion": NEGATED}),
    ("Edema has not developed.", {"pulmonary_edema": NEGATED}),
    ("A small pneumothorax can't be appreciated.", {"pneumothorax": NEGATED}),
    ("Pneumothorax cannot be excluded.", {"pneumothorax": UNCERTAIN}),
    ("The opacity cannot be seen on the lateral view.", {"opacity": AFFIRMED}),
    ("The opacity has not resolved.", {"opacity": AFFIRMED}),
    # nothing to suggest
    (
        "Nothing to suggest consolidation or edema.",
        {"consolidation": NEGATED, "pulmonary_edema": NEGATED},
    ),
    ("There is little evidence of pneumonia.", {"pneumonia": NEGATED}),
    ("Nothing suggestive of metastases.", {"mass": NEGATED}),
    ("Findings suggest pneumonia.", {"pneumonia": UNCERTAIN}),
    # contractions, with either apostrophe
    ("There isn\u2019t any consolidation.", {"consolidation": NEGATED}),
    ("Effusion isn't seen.", {"pleural_effusion": NEGATED}),
    ("Pneumonia can't be excluded.", {"pneumonia": UNCERTAIN}),
    ("We don\u2019t see a pneumothorax.", {"pneumothorax": NEGATED}),
    ("The opacity hasn't changed.", {"opacity": AFFIRMED}),
    ("This doesn't represent pneumonia.", {"pneumonia": NEGATED}),
    ("Consolidation wasn\u2019t identified.", {"consolidation": NEGATED}),
    # abbreviations
    ("Neg. for infiltrate.", {"infiltrate": NEGATED}),
    ("Chest film -ve for pneumothorax.", {"pneumothorax": NEGATED}),
    ("Poss. right base infiltrate.", {"infiltrate": UNCERTAIN}),
    ("Atelectasis w/o consolidation.", {"atelectasis": AFFIRMED, "consolidation": NEGATED}),
    ("Prob atelectasis at the left base.", {"atelectasis": UNCERTAIN}),
    # what an old disease left behind
    ("Scarring due to previous pneumonia.", {"scarring": AFFIRMED, "pneumonia": HISTORICAL}),
    ("Linear opacity related to old infection.", {"opacity": AFFIRMED, "pneumonia": HISTORICAL}),
    ("The opacity is unchanged from the prior study.", {"opacity": AFFIRMED}),
    ("Effusion has increased since prior.", {"pleural_effusion": AFFIRMED}),
    ("Compared to the prior, the effusion is smaller.", {"pleural_effusion": AFFIRMED}),
    ("Consistent with old granulomatous disease.", {"granuloma": AFFIRMED}),
    ("Sequelae of remote tuberculosis at the apices.", {"tuberculosis": HISTORICAL}),
    (
        "Right basilar scarring, residua of a previous pneumonia.",
        {"scarring": AFFIRMED, "pneumonia": HISTORICAL},
    ),
    (
        "Sequela of treated empyema, small left effusion.",
        {"empyema": HISTORICAL, "pleural_effusion": AFFIRMED},
    ),
    ("No sequela of old pneumonia.", {"pneumonia": NEGATED}),
    ("Sequelae of old granulomatous disease.", {"granuloma": AFFIRMED}),
    ("Sequela of previous rib fractures on the left.", {"fracture": AFFIRMED}),
    ("Sequela of chronic aspiration.", {"aspiration": AFFIRMED}),
    # after a procedure
    ("Status post lobectomy, small right pneumothorax.", {"pneumothorax": AFFIRMED}),
    ("S/p thoracentesis with small residual effusion.", {"pleural_effusion": AFFIRMED}),
    ("Status post drainage of effusion.", {"pleural_effusion": HISTORICAL}),
    # British spelling
    ("We favour infection.", {"pneumonia": UNCERTAIN}),
    ("The pattern favours edema.", {"pulmonary_edema": UNCERTAIN}),
    # not well seen, or not to be assessed
    ("The left effusion is not as well seen.", {"pleural_effusion": UNCERTAIN}),
    ("A small effusion is not seen.", {"pleural_effusion": NEGATED}),
    ("Pneumothorax cannot be assessed.", {"pneumothorax": UNCERTAIN}),
    ("Effusions are poorly evaluated on this supine film.", {"pleural_effusion": UNCERTAIN}),
    ("The consolidation is not well evaluated.", {"consolidation": UNCERTAIN}),
    # what a finding is likely, or not, to be
    (
        "The opacity is most likely to represent scarring.",
        {"opacity": AFFIRMED, "scarring": UNCERTAIN},
    ),
    (
        "Opacities are likely to be infectious infiltrates.",
        {"opacity": AFFIRMED, "pneumonia": UNCERTAIN},
    ),
    ("The opacity might not represent pneumonia.", {"opacity": AFFIRMED, "pneumonia": UNCERTAIN}),
    ("The opacity does not represent pneumonia.", {"opacity": AFFIRMED, "pneumonia": NEGATED}),
    # what limits the view is there
    ("Evaluation of the lung apices is hampered by consolidation.", {"consolidation": AFFIRMED}),
    ("Assessment for pneumothorax.", {"pneumothorax": HYPOTHETICAL}),
    # partly and wholly gone
    ("Interval partial clearing of the right base consolidation.", {"consolidation": AFFIRMED}),
    ("The effusion has partially resolved.", {"pleural_effusion": AFFIRMED}),
    ("Near-complete resolution of the left base opacity.", {"opacity": HISTORICAL}),
    ("Incomplete clearing of pneumonia.", {"pneumonia": AFFIRMED}),
    ("The pneumothorax is gone.", {"pneumothorax": HISTORICAL}),
    ("The right effusion has been drained.", {"pleural_effusion": HISTORICAL}),
    ("Infiltrates have all cleared.", {"infiltrate": HISTORICAL}),
    ("Lingular opacity with complete clearing.", {"opacity": HISTORICAL}),
]


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[s for s, _ in SENTENCES])
def test_sentence_says_what_a_radiologist_means(
    said: Callable[[str], dict[str, str]], sentence: str, expected: dict[str, str]
) -> None:
    assert said(sentence) == expected
