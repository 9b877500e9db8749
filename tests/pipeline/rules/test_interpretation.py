"""Which finding is taken for which, and the places that follow, sentence by sentence."""

import pytest

from pipeline.extraction.batch.extractor import Extractor

#: (text, what interprets what; "" where nothing does)
READINGS = [
    # Words that lead from what is seen to what it is.
    ("Opacities in the left base, consistent with multifocal pneumonia.", "pneumonia<opacity"),
    ("Right basilar consolidation compatible with pneumonia.", "pneumonia<consolidation"),
    ("Patchy airspace disease representing aspiration.", "aspiration<airspace_disease"),
    ("Hazy density in the left lung suggesting edema.", "pulmonary_edema<opacity"),
    ("Left lower lobe opacity, likely atelectasis.", "atelectasis<opacity"),
    ("Retrocardiac opacity, which may reflect pneumonia.", "pneumonia<opacity"),
    ("Nodules in both lungs, suspicious for metastases.", "mass<nodule"),
    ("Right apical opacity concerning for a mass.", "mass<opacity"),
    ("Bibasilar opacities due to atelectasis.", "atelectasis<opacity"),
    ("Streaky opacity in the lingula, thought to represent scarring.", "scarring<opacity"),
    ("Perihilar opacities in keeping with pulmonary edema.", "pulmonary_edema<opacity"),
    ("Cardiomegaly consistent with heart failure.", "heart_failure<cardiomegaly"),
    ("Hyperinflation suggestive of COPD.", "emphysema<hyperinflation"),
    ("Blunting of the left costophrenic angle indicating a small effusion.",
     "pleural_effusion<blunted_angle"),
    ("Calcified nodule in the right base, sequela of granulomatous disease.", "granuloma<nodule"),
    ("The nodule is a calcified granuloma.", "granuloma<nodule"),
    ("Left base opacity, which is atelectasis.", "atelectasis<opacity"),
    ("Blunted right angle compatible with a small to moderate pleural effusion.",
     "pleural_effusion<blunted_angle"),
    ("Left base opacity, ? pneumonia.", "pneumonia<opacity"),
    ("Right apical cavity, consistent with tuberculosis.", "tuberculosis<cavity"),
    ("Hazy opacities, likely pulmonary hemorrhage.", "pulmonary_hemorrhage<opacity"),
    ("Nodular opacities suggesting bronchiolitis.", "bronchiolitis<opacity"),
    ("Left effusion concerning for empyema.", "empyema<pleural_effusion"),
    ("Septal thickening, likely edema.", "pulmonary_edema<septal_thickening"),
    ("Hilar enlargement suspicious for lymphadenopathy.", "lymphadenopathy<hilar_enlargement"),
    ("Left mid lung opacity, XXXX atelectasis.", "atelectasis<opacity"),
    # Several interpretations.
    ("Left basilar opacity, atelectasis versus pneumonia.",
     "atelectasis<opacity pneumonia<opacity"),
    ("Right base opacity suggesting atelectasis or pneumonia.",
     "atelectasis<opacity pneumonia<opacity"),
    ("Opacity which may represent atelectasis, aspiration, or pneumonia.",
     "atelectasis<opacity aspiration<opacity pneumonia<opacity"),
    ("Opacity representing mucus or possibly pneumonia.", "pneumonia<opacity"),
    ("Opacity consistent with atelectasis or possibly pneumonia.",
     "atelectasis<opacity pneumonia<opacity"),
    ("Opacities likely representing consolidation, concerning for pneumonia.",
     "consolidation<opacity pneumonia<consolidation"),
    # Several findings that are taken for one.
    ("Consolidation and opacities in the right lung, consistent with pneumonia.",
     "pneumonia<consolidation+opacity"),
    ("Cardiomegaly and bibasilar opacities, likely atelectasis.", "atelectasis<opacity"),
    ("Opacity in the left base and a small effusion, suggesting pneumonia.", "pneumonia<opacity"),
    # Apposition.
    ("Opacity in the left base (pneumonia).", "pneumonia<opacity"),
    ("Left lower lobe consolidation, pneumonia.", "pneumonia<consolidation"),
    ("Right base opacity, atelectasis or infiltrate.", "atelectasis<opacity infiltrate<opacity"),
    # In a sentence that speaks of the one before.
    ("Opacity in the left lower lobe. This may represent pneumonia.", "pneumonia<opacity"),
    ("Bibasilar opacities. Findings are consistent with edema.", "pulmonary_edema<opacity"),
    ("Nodule at the right apex. It is compatible with a granuloma.", "granuloma<nodule"),
    ("Opacities in both bases. Likely atelectasis.", "atelectasis<opacity"),
    ("Small opacity near the rib. This may be scarring.", "scarring<opacity"),
    ("Left base opacity. This opacity may represent pneumonia.", "pneumonia<opacity+opacity"),
    ("Airspace opacities. Findings are nonspecific, but may represent edema.",
     "pulmonary_edema<opacity"),
    ("Left base opacity. Differential includes atelectasis and pneumonia.",
     "atelectasis<opacity pneumonia<opacity"),
    # Near misses.
    ("Opacity in the left base. No pneumonia.", ""),
    ("Left effusion and right pneumonia.", ""),
    ("Right base opacity without evidence of pneumonia.", ""),
    ("No opacity to suggest pneumonia.", ""),
    ("No consolidation, likely atelectasis.", ""),
    ("Left base opacity, not consistent with pneumonia.", ""),
    ("Left base opacity and possible right effusion.", ""),
    ("Left base opacity, possible right effusion.", ""),
    ("Left base opacity with likely small effusion.", ""),
    ("Left base opacity versus possible atelectasis.", ""),
    ("Right lower lobe infiltrate versus atelectasis.", ""),
    ("Pneumonia consistent with opacity.", ""),
    ("Cardiomegaly, likely pneumonia.", ""),
    ("Left base opacity, effusions and cardiomegaly.", ""),
    ("Left base opacity, small effusion.", ""),
    ("Effusion, opacity, atelectasis.", ""),
    ("Opacity in the left base, there is also edema.", ""),
    ("Opacity in the left base; the heart is enlarged, likely failure with edema.", ""),
    ("Left base opacity. Evaluate for pneumonia.", ""),
    ("There may be atelectasis in the left base opacity.", ""),
    ("Right upper lobe opacity consistent with pneumonia and right effusion.", "pneumonia<opacity"),
    ("Likely atelectasis rather than pneumonia in the left base opacity.", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READINGS, ids=[text for text, _ in READINGS])
def test_a_finding_is_taken_for_what_the_sentence_says(
    extractor: Extractor, text: str, expected: str
) -> None:
    analysis = extractor.read(text, "findings")

    def named(index: int) -> str:
        return analysis.mentions[index].concept_id.partition(":")[2]

    found = [
        f"{named(one.mention)}<{'+'.join(named(seen) for seen in one.interprets)}"
        for one in analysis.findings
        if one.interprets
    ]
    assert found == expected.split()


#: (text, finding, stated, inherited, implied places of it)
PLACES = [
    ("Opacities in the left base, consistent with pneumonia.",
     "pneumonia", "", "left base", ""),
    ("Opacities in the left base and right mid lung, consistent with pneumonia.",
     "pneumonia", "", "left right base mid_zone middle_lobe", ""),
    ("Bibasilar opacities, consistent with left lower lobe pneumonia.",
     "pneumonia", "left lower_lobe", "", ""),
    ("Left base opacity, consistent with lower lobe pneumonia.",
     "pneumonia", "lower_lobe", "left", ""),
    ("Opacity in the right base. This may represent atelectasis.",
     "atelectasis", "", "right base", ""),
    ("Opacity in the left apex, likely consolidation, concerning for pneumonia.",
     "pneumonia", "", "left apex", ""),
    ("Opacity in the left base.", "opacity", "left base", "", ""),
    ("Opacity in the lingula.", "opacity", "lingula", "", "left"),
    ("Lingular opacity.", "opacity", "lingula", "", "left"),
    ("Middle lobe consolidation.", "consolidation", "middle_lobe", "", "right"),
    ("Right middle lobe consolidation.", "consolidation", "right middle_lobe", "", ""),
    ("Left lingular opacity.", "opacity", "left lingula", "", ""),
    ("Opacities in the lingula and right base.", "opacity", "right base lingula", "", "left"),
    ("Left mid lobe opacity.", "opacity", "left middle_lobe", "", ""),
    ("Lingular opacity, likely atelectasis.", "atelectasis", "", "lingula", "left"),
    ("Left base opacity, consistent with lingular atelectasis.",
     "atelectasis", "lingula", "left", ""),
    ("No opacity in the lingula.", "opacity", "lingula", "", "left"),
    ("Cardiomegaly consistent with heart failure.", "heart_failure", "", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "finding", "stated", "inherited", "implied"), PLACES, ids=[one[0] for one in PLACES]
)
def test_places_are_stated_inherited_or_implied(
    extractor: Extractor, text: str, finding: str, stated: str, inherited: str, implied: str
) -> None:
    analysis = extractor.read(text, "findings")
    concept = f"finding:{finding}"
    (one,) = [f for f in analysis.findings if analysis.mentions[f.mention].concept_id == concept]

    def names(*concepts: str) -> str:
        return " ".join(concept.partition(":")[2] for concept in concepts)

    assert names(*one.sides, *one.zones) == stated
    assert names(*one.inherited_sides, *one.inherited_zones) == inherited
    assert names(*one.implied_sides) == implied


def test_what_interprets_keeps_the_mentions_behind_it_to_its_own(extractor: Extractor) -> None:
    """Labels are made of these: an inherited place must not come in by them."""
    analysis = extractor.read("Opacity in the left base, likely pneumonia.", "findings")
    opacity, pneumonia = analysis.findings
    assert pneumonia.interprets == (opacity.mention,)
    assert pneumonia.mentions == (pneumonia.mention,)
    assert all(pneumonia.mention not in mention.findings for mention in analysis.mentions)


def test_a_question_in_the_indication_may_say_what_was_taken_for_what(
    extractor: Extractor,
) -> None:
    analysis = extractor.read("Left base opacity, likely pneumonia.", "indication")
    assert [mention.assertion for mention in analysis.mentions] == ["hypothetical"] * 4
    assert [len(finding.interprets) for finding in analysis.findings] == [0, 1]
