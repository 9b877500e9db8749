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
    ("The heart is at the upper limits of normal to mildly enlarged.", "cardiomegaly affirmed"),
    ("The heart continues to be enlarged.", "cardiomegaly affirmed"),
    ("The cardiothoracic ratio is enlarged.", "cardiomegaly affirmed"),
    # markings, interstitium and lymph nodes
    ("Bronchovascular markings are within normal limits.", ""),
    ("Normal lung markings.", ""),
    (
        "Diffusely increased bilateral pulmonary interstitial markings.",
        "interstitial_markings affirmed:bilateral",
    ),
    ("Slightly prominent appearing interstitial markings.", "interstitial_markings affirmed"),
    ("No coarse left basilar interstitial markings.", "interstitial_markings negated:left"),
    ("Prominent left base opacity and normal markings.", "opacity affirmed:left"),
    ("Stable markings and prominent right base opacities.", "opacity affirmed:right"),
    (
        "Scattered chronic appearing irregular interstitial markings.",
        "interstitial_markings affirmed",
    ),
    ("Crowded bronchovascular markings.", "vascular_crowding affirmed"),
    ("Prominent calcified right hilar lymph nodes.", "lymphadenopathy affirmed"),
    ("Prominent mediastinal fat.", ""),
    ("The left effusion has slightly increased in size.", "pleural_effusion affirmed:left"),
    ("Fracture line in the left clavicle.", "fracture affirmed"),
    ("Chronic airway obstruction.", "emphysema affirmed"),
    ("Lung markings are mildly prominent.", "interstitial_markings affirmed"),
    ("Coarsened interstitial markings in both bases.", "interstitial_markings affirmed:bilateral"),
    ("Interstitial markings are not increased.", "interstitial_markings negated"),
    ("No prominence of the interstitium.", "interstitial_markings negated"),
    ("The interstitium is unremarkable.", ""),
    ("Hilar lymph nodes are unremarkable.", ""),
    ("Mediastinal lymph nodes are enlarged.", "lymphadenopathy affirmed"),
    ("No enlarged axillary nodes.", "lymphadenopathy negated"),
    ("Nodes: none enlarged.", "lymphadenopathy negated"),
    ("Enlarged left axillary nodes.", "lymphadenopathy affirmed:left"),
    ("No enlarged right axillary lymph nodes.", "lymphadenopathy negated:right"),
    ("Left axillary nodes.", ""),
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
    ("Pleural as well as pericardial fluid.", "pleural_effusion affirmed"),
    ("Moderate pleural and small pericardial effusion.", "pleural_effusion affirmed"),
    ("Small pericardial effusion.", ""),
    # a size that stands for a finding
    (
        "No effusion on the left, moderate on the right.",
        "pleural_effusion negated:left, pleural_effusion affirmed:right",
    ),
    (
        "No pneumothorax on the right and tiny on the left.",
        "pneumothorax negated:right, pneumothorax affirmed:left",
    ),
    (
        "No opacity in the left base, patchy in the right base.",
        "opacity negated:left, opacity affirmed:right",
    ),
    (
        "No effusion on the right, large on the left.",
        "pleural_effusion negated:right, pleural_effusion affirmed:left",
    ),
    (
        "No effusion on the right, large effusion on the left.",
        "pleural_effusion negated:right, pleural_effusion affirmed:left",
    ),
    (
        "No pneumothorax on the left; small in the right apex.",
        "pneumothorax negated:left, pneumothorax affirmed:right",
    ),
    ("No effusion on the left or right.", "pleural_effusion negated:left,right"),
    (
        "Small effusion on the left, opacity on the right.",
        "pleural_effusion affirmed:left, opacity affirmed:right",
    ),
    (
        "No effusion on the right or moderate on the left.",
        "pleural_effusion negated:right, pleural_effusion affirmed:left",
    ),
    ("No moderate or large effusion on the right or left.", "pleural_effusion negated:left,right"),
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
    ("R&L effusions.", "pleural_effusion affirmed:bilateral"),
    ("Atelectasis, L<R.", "atelectasis affirmed:bilateral"),
    ("Rgt effusion.", "pleural_effusion affirmed:right"),
    ("Bilat. atelectasis.", "atelectasis affirmed:bilateral"),
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
    ("Reticulation in both bases.", "opacity affirmed:bilateral"),
    ("Coin lesion in the left apex.", "nodule affirmed:left"),
    ("Adenocarcinoma in the left lung.", "mass affirmed:left"),
    ("Left chylothorax.", "pleural_effusion affirmed:left"),
    ("Small pyopneumothorax.", "empyema affirmed, pneumothorax affirmed"),
    ("Signs of congestive failure.", "heart_failure affirmed"),
    ("Skin fold line on the left.", ""),
    # hilum, mediastinum, airway, cavity, free air, tuberculosis
    ("Prominent left hilum.", "hilar_enlargement affirmed:left"),
    ("Mild fullness of the right hilum.", "hilar_enlargement affirmed:right"),
    ("Prominent right hilar contour.", "hilar_enlargement affirmed:right"),
    ("Right hilar mass.", "mass affirmed:right"),
    ("Anterior mediastinal mass.", "mass affirmed"),
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
        named = ",".join(side.removeprefix("side:") for side in finding.sides)
        sides = f":{named}" if named else ""
        said.append(f"{mention.concept_id.removeprefix('finding:')} {mention.assertion}{sides}")
    assert ", ".join(said) == expected
