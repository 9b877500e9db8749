"""Which side, zone and descriptor each finding of a sentence has."""

import pytest

from pipeline.extraction.batch.extractor import Extractor

SENTENCES = [
    ("Right middle and lower lobe opacities.", [("opacity", "right lower_lobe middle_lobe")]),
    (
        "Right upper, middle and lower lobe consolidations.",
        [("consolidation", "right lower_lobe middle_lobe upper_lobe")],
    ),
    ("Bibasilar atelectasis.", [("atelectasis", "bilateral base")]),
    ("Bibasilar opacities, left greater than right.", [("opacity", "bilateral base")]),
    ("Patchy opacities in the lung bases.", [("opacity", "bilateral base patchy")]),
    ("Opacities in the right and left bases.", [("opacity", "bilateral base")]),
    ("RLL pneumonia.", [("pneumonia", "right lower_lobe")]),
    ("Opacity in the lower left lung.", [("opacity", "left lower_lobe")]),
    ("Right mid lung opacity.", [("opacity", "right mid_zone middle_lobe")]),
    ("Left midlung opacity.", [("opacity", "left mid_zone lingula")]),
    (
        "Small left pleural effusion and streaky right basilar atelectasis.",
        [("pleural_effusion", "left small"), ("atelectasis", "right base streaky")],
    ),
    (
        "Atelectasis and a small effusion at the left base.",
        [("atelectasis", "left base"), ("pleural_effusion", "left base small")],
    ),
    (
        "Left effusion with adjacent atelectasis.",
        [("pleural_effusion", "left"), ("atelectasis", "left")],
    ),
    ("The left base shows a hazy opacity.", [("opacity", "left base ill_defined")]),
    ("There is right base atelectasis, left lung is clear.", [("atelectasis", "right base")]),
    ("Left lower lobe: patchy opacity.", [("opacity", "left lower_lobe patchy")]),
    (
        "Multifocal pneumonia involving the right upper lobe, lingula and left lower lobe.",
        [("pneumonia", "left right lingula lower_lobe upper_lobe multifocal multiple")],
    ),
    (
        "Opacity in the left base, concerning for right lower lobe pneumonia.",
        [("opacity", "left base"), ("pneumonia", "right lower_lobe")],
    ),
    ("Small areas of patchy opacity in the lingula.", [("opacity", "lingula patchy small")]),
    ("Mildly increased right base opacity.", [("opacity", "right base")]),
    (
        "Chest tube in place with decrease in right pneumothorax.",
        [("device", ""), ("pneumothorax", "right")],
    ),
    ("Opacity overlying the right rib.", [("opacity", "right")]),
    (
        "Opacity left upper lobe may represent early infiltrate.",
        [("opacity", "left upper_lobe"), ("infiltrate", "")],
    ),
    (
        "Small effusions bibasilar atelectasis.",
        [("pleural_effusion", "small"), ("atelectasis", "bilateral base")],
    ),
    ("Irregular, pleural-based opacity.", [("opacity", "irregular")]),
    (
        "Bilateral, left greater than right, pleural effusions and basilar opacity.",
        [("pleural_effusion", "bilateral"), ("opacity", "base")],
    ),
    (
        "Opacity in the left base, right base, effusion.",
        [("opacity", "left right base"), ("pleural_effusion", "")],
    ),
    ("Moderate-to-large right effusion.", [("pleural_effusion", "right large moderate")]),
    ("Mild to moderate pulmonary edema.", [("pulmonary_edema", "mild moderate")]),
    ("Bi-basilar opacities.", [("opacity", "bilateral base")]),
    ("Mass-like consolidation.", [("consolidation", "round")]),
    (
        "Consolidation occupies the entire right upper lobe.",
        [("consolidation", "right upper_lobe")],
    ),
    ("Opacities in both bases, worse on the right.", [("opacity", "bilateral base")]),
    (
        "Interstitial opacities with a basilar predominance.",
        [("opacity", "base interstitial")],
    ),
    ("Mild opacity adjacent to the left hilum.", [("opacity", "left hilar mild")]),
    (
        "Infiltrates in the right middle and both lower lobes.",
        [("infiltrate", "bilateral right lower_lobe middle_lobe")],
    ),
    ("At the right base, airspace disease is seen.", [("airspace_disease", "right base")]),
    ("Within the left base, there is a faint opacity.", [("opacity", "left base mild")]),
    ("Effusions are again noted bilaterally.", [("pleural_effusion", "bilateral")]),
    ("The opacity is slightly less conspicuous.", [("opacity", "")]),
    ("LINES AND TUBES: Chest tube in place.", [("device", "")]),
    (
        "Opacities are noted diffusely throughout both lungs.",
        [("opacity", "bilateral diffuse")],
    ),
    (
        "There is an opacity in the left base. It extends to the lingula.",
        [("opacity", "left base lingula")],
    ),
    (
        "Left base opacity with adjacent right atelectasis.",
        [("opacity", "left base"), ("atelectasis", "right")],
    ),
    (
        "Patchy, ill-defined opacity/atelectasis.",
        [("opacity", "ill_defined patchy"), ("atelectasis", "ill_defined patchy")],
    ),
    # the side of what is clear or absent
    (
        "Consolidation in the right upper lobe, left lung is clear.",
        [("consolidation", "right upper_lobe")],
    ),
    ("Atelectasis at the left base, and the right lung is clear.", [("atelectasis", "left base")]),
    ("Pneumothorax on the right but none on the left.", [("pneumothorax", "right")]),
    ("Nodule in the right apex, not in the left.", [("nodule", "right apex")]),
    ("Effusion is not seen on the left.", [("pleural_effusion", "left")]),
    ("Consolidation on the right with a clear left lung.", [("consolidation", "right")]),
    ("Atelectasis on the left, clear on the right.", [("atelectasis", "left")]),
    ("Clear left lung and nodule in the right apex.", [("nodule", "right apex")]),
    ("Infiltrate in the right base, left lung is unremarkable.", [("infiltrate", "right base")]),
    ("Effusion is present on the right, absent on the left.", [("pleural_effusion", "right")]),
    ("Opacity in the left base, right is normal.", [("opacity", "left base")]),
    (
        "Bibasilar opacities, right greater than left, and small left effusion.",
        [("opacity", "bilateral base"), ("pleural_effusion", "left small")],
    ),
    ("Opacity in the otherwise clear right lung.", [("opacity", "right")]),
    ("Nodule in the normally aerated left apex.", [("nodule", "left apex")]),
    ("Infiltrates in the left lung, sparing the right.", [("infiltrate", "left")]),
    # how much an organ is enlarged
    ("The heart is mildly to moderately enlarged.", [("cardiomegaly", "mild moderate")]),
    ("Slightly enlarged cardiac silhouette.", [("cardiomegaly", "mild")]),
    ("Mildly enlarged hilar nodes.", [("lymphadenopathy", "mild")]),
    ("The right effusion has mildly enlarged.", [("pleural_effusion", "right")]),
    # other than, greater than
    (
        "No focal opacity other than right apical scarring.",
        [("opacity", "focal"), ("scarring", "right apex")],
    ),
    ("Right effusion is larger than the left.", [("pleural_effusion", "right")]),
    (
        "Small effusions, left greater than right, and right middle lobe opacity.",
        [("pleural_effusion", "bilateral small"), ("opacity", "right middle_lobe")],
    ),
    (
        "Bilateral opacities, right worse than left, with left apical scarring.",
        [("opacity", "bilateral"), ("scarring", "left apex")],
    ),
    # lobes that share a noun
    (
        "Opacities in the left upper, right upper and left lower lobes.",
        [("opacity", "left right lower_lobe upper_lobe")],
    ),
    (
        "Nodules of the right upper, right middle, and left upper lobes.",
        [("nodule", "left right middle_lobe upper_lobe")],
    ),
]


@pytest.mark.parametrize(("passage", "expected"), SENTENCES, ids=[s for s, _ in SENTENCES])
def test_places_and_descriptors_reach_their_finding(
    extractor: Extractor, passage: str, expected: list[tuple[str, str]]
) -> None:
    analysis = extractor.read(passage, "findings")
    found = []
    for finding in analysis.findings:
        attributes = (*finding.sides, *finding.zones, *finding.descriptors)
        names = {attribute.partition(":")[2] for attribute in attributes}
        name = analysis.mentions[finding.mention].concept_id.partition(":")[2]
        found.append((name, names))
    assert found == [(name, set(attributes.split())) for name, attributes in expected]


def test_finding_lists_every_mention_behind_it(extractor: Extractor) -> None:
    text = "Patchy opacity in the right base."
    analysis = extractor.read(text, "findings")
    (finding,) = analysis.findings
    behind = [analysis.mentions[i] for i in finding.mentions]
    assert [text[m.start : m.end] for m in behind] == ["opacity", "Patchy", "right", "base"]
    assert all(finding.mention in m.findings for m in behind[1:])
