"""Words that say something only beside others: neutral nouns, false friends, sides as letters."""

import pytest

from pipeline.extraction.batch.extractor import Extractor

#: (sentence, what it says of its findings, in text order; sides after a colon)
SENTENCES = [
    # an enlarged heart, however it is put
    ("The cardiopericardial silhouette is moderately enlarged.", "cardiomegaly affirmed"),
    ("Heart size appears slightly enlarged.", "cardiomegaly affirmed"),
    ("HEART: Mildly enlarged.", "cardiomegaly affirmed"),
    ("The cardiac shadow is not significantly enlarged.", "cardiomegaly negated"),
    ("The heart may be mildly enlarged.", "cardiomegaly uncertain"),
    ("Heart size is unchanged and slightly enlarged.", "cardiomegaly affirmed"),
    ("Slightly enlarged cardiac silhouette.", "cardiomegaly affirmed"),
    ("Cardiac size is markedly increased.", "cardiomegaly affirmed"),
    ("Heart size is not increased.", "cardiomegaly negated"),
    ("The heart does not look enlarged.", "cardiomegaly negated"),
    ("The heart is big.", "cardiomegaly affirmed"),
    (
        "The heart and mediastinum are not enlarged.",
        "cardiomegaly negated, widened_mediastinum negated",
    ),
    ("Heart size is normal.", ""),
    ("The heart is at the upper limits of normal in size.", ""),
    ("The heart is seen and the aorta is enlarged.", ""),
    ("The heart is seen and the hila are enlarged.", "hilar_enlargement affirmed"),
    ("The heart is seen. Enlarged thyroid.", ""),
    ("The effusion has slightly increased and the heart is normal.", "pleural_effusion affirmed"),
    ("The spleen is enlarged.", ""),
    # markings, interstitium and lymph nodes
    ("Bronchovascular markings are within normal limits.", ""),
    ("Normal lung markings.", ""),
    ("Lung markings are mildly prominent.", "interstitial_markings affirmed"),
    ("Coarsened interstitial markings in both bases.", "interstitial_markings affirmed:bilateral"),
    ("Interstitial markings are not increased.", "interstitial_markings negated"),
    ("No prominence of the interstitium.", "interstitial_markings negated"),
    ("The interstitium is unremarkable.", ""),
    ("Hilar lymph nodes are unremarkable.", ""),
    ("Mediastinal lymph nodes are enlarged.", "lymphadenopathy affirmed"),
    ("No enlarged axillary nodes.", "lymphadenopathy negated"),
    ("Nodes: none enlarged.", "lymphadenopathy negated"),
    ("Calcified lymph nodes.", "calcification affirmed"),
    # false friends
    ("Surgical emphysema of the neck.", "subcutaneous_emphysema affirmed"),
    ("Soft tissue emphysema has decreased.", "subcutaneous_emphysema affirmed"),
    ("Emphysema in the chest wall.", "subcutaneous_emphysema affirmed"),
    ("Emphysema in the upper lobes.", "emphysema affirmed:bilateral"),
    ("Emphysematous cholecystitis.", ""),
    ("Pedal edema.", ""),
    ("Oedema of the left leg.", ""),
    ("Interstitial oedema.", "pulmonary_edema affirmed"),
    ("Mass effect on the trachea.", ""),
    ("Body mass index of 40.", ""),
    ("Mass in the left apex.", "mass affirmed:left"),
    ("Paratracheal line is thin.", ""),
    ("Left subclavian line.", "device affirmed:left"),
    ("This leads to overexposure.", ""),
    ("Thyroid nodule.", ""),
    ("Fine needle aspiration.", ""),
    ("Knee effusion.", ""),
    ("Cystic fibrosis.", ""),
    # what pleura and pericardium share
    ("Neither pleural nor pericardial effusion.", "pleural_effusion negated"),
    ("Small pleural but no pericardial effusion.", "pleural_effusion affirmed"),
    ("Pleural and pericardial effusions are seen.", "pleural_effusion affirmed"),
    ("No pleural/pericardial fluid.", "pleural_effusion negated"),
    ("No pericardial or pleural effusion.", "pleural_effusion negated"),
    ("Small pericardial effusion.", ""),
    # sides as letters
    ("L upper lobe consolidation.", "consolidation affirmed:left"),
    ("R. pleural effusion.", "pleural_effusion affirmed:right"),
    ("Lt. apical pneumothorax.", "pneumothorax affirmed:left"),
    ("(L) lower lobe infiltrate.", "infiltrate affirmed:left"),
    (
        "(Left) effusion and atelectasis.",
        "pleural_effusion affirmed:left, atelectasis affirmed:left",
    ),
    ("Atelectasis (right) effusion.", "atelectasis affirmed:right, pleural_effusion affirmed"),
    ("L-sided effusion.", "pleural_effusion affirmed:left"),
    ("Atelectasis, L>R.", "atelectasis affirmed:bilateral"),
    ("R greater than L effusions.", "pleural_effusion affirmed:bilateral"),
    ("B/L infiltrates.", "infiltrate affirmed:bilateral"),
    ("Effusion, R. No pneumothorax.", "pleural_effusion affirmed:right, pneumothorax negated"),
    ("R/O pneumonia.", "pneumonia hypothetical"),
    ("Opacity over the L spine.", "opacity affirmed"),
    # words for diseases of the lung
    ("GGO in the left lower lobe.", "opacity affirmed:left"),
    ("White-out of the left lung.", "opacity affirmed:left"),
    ("Small right haemothorax.", "pleural_effusion affirmed:right"),
    ("Right hydropneumothorax.", "pleural_effusion affirmed:right, pneumothorax affirmed:right"),
    (
        "No haemopneumothorax or consolidation.",
        "pleural_effusion negated, pneumothorax negated, consolidation negated",
    ),
    ("Infective consolidation in the left base.", "pneumonia affirmed:left"),
    ("Reticulonodular pattern in the right base.", "interstitial_markings affirmed:right"),
    ("Bronchogenic carcinoma of the right upper lobe.", "mass affirmed:right"),
    ("Upper respiratory tract infection.", ""),
    # hilum, mediastinum, airway, cavity, free air, tuberculosis
    ("Prominent left hilum.", "hilar_enlargement affirmed"),
    ("The hila are not enlarged.", "hilar_enlargement negated"),
    ("The hila are normal.", ""),
    ("Left-sided empyema.", "empyema affirmed:left"),
    ("No subdural empyema.", ""),
    ("The mediastinum is not widened.", "widened_mediastinum negated"),
    ("Mediastinal widening is possible.", "widened_mediastinum uncertain"),
    ("The mediastinum is midline.", ""),
    ("Tracheal deviation to the right.", "mediastinal_shift affirmed:right"),
    ("Mucous plugging on the left.", "airway_obstruction affirmed:left"),
    ("Cavitation in the right apex.", "cavity affirmed:right"),
    ("Fluid in the abdominal cavity.", ""),
    ("No evidence of active TB.", "tuberculosis negated"),
    ("Smooth septal thickening.", "septal_thickening affirmed"),
    ("Septal lines at the left base.", "septal_thickening affirmed:left"),
    ("Air in the mediastinum.", "pneumomediastinum affirmed"),
    ("No free air under the diaphragm.", "pneumoperitoneum negated"),
    ("Diffuse alveolar haemorrhage.", "pulmonary_hemorrhage affirmed"),
    ("Tree-in-bud opacities on the right.", "bronchiolitis affirmed:right"),
    ("Left air bronchograms.", "air_bronchogram affirmed:left"),
    ("Silhouette sign.", "silhouette_sign affirmed"),
    ("The cardiac silhouette is normal.", ""),
]


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[s for s, _ in SENTENCES])
def test_word_counts_where_it_names_a_finding(
    extractor: Extractor, sentence: str, expected: str
) -> None:
    analysis = extractor.read(sentence, "findings")
    said = []
    for finding in analysis.findings:
        mention = analysis.mentions[finding.mention]
        sides = "".join(f":{side.removeprefix('side:')}" for side in finding.sides)
        said.append(f"{mention.concept_id.removeprefix('finding:')} {mention.assertion}{sides}")
    assert ", ".join(said) == expected
