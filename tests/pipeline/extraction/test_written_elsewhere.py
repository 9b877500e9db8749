"""Whole texts as others write them, and what each says: by the reference, and the same in bulk."""

import pytest
import spacy
from spacy.language import Language

import pneumoloc
from pipeline.spacy_component import Pneumoloc

AFFIRMED, NEGATED, UNCERTAIN = "affirmed", "negated", "uncertain"
HYPOTHETICAL = "hypothetical"
EDEMA = "pulmonary_edema"

Said = dict[str, str]

LISTS: list[tuple[str, Said]] = [
    ("1.No edema.", {EDEMA: NEGATED}),
    ("1)Left effusion.\n2)No pneumothorax.",
     {"pleural_effusion": AFFIRMED, "pneumothorax": NEGATED}),
    ("-Left base atelectasis\n-No edema", {"atelectasis": AFFIRMED, EDEMA: NEGATED}),
    ("-no edema\n-left base atelectasis", {EDEMA: NEGATED, "atelectasis": AFFIRMED}),
    ("\u2022No edema\n\u2022Left base atelectasis", {EDEMA: NEGATED, "atelectasis": AFFIRMED}),
    ("*No edema\n*Left base atelectasis", {EDEMA: NEGATED, "atelectasis": AFFIRMED}),
    ("(1)No edema. (2)Left base atelectasis.", {EDEMA: NEGATED, "atelectasis": AFFIRMED}),
    ("1.Hazy left base opacity.2.No edema.", {"opacity": AFFIRMED, EDEMA: NEGATED}),
    ("1) no edema 2) right effusion 3) no pneumothorax",
     {EDEMA: NEGATED, "pleural_effusion": AFFIRMED, "pneumothorax": NEGATED}),
    ("1.no edema 2.right effusion", {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    ("- no edema - right effusion - no pneumothorax",
     {EDEMA: NEGATED, "pleural_effusion": AFFIRMED, "pneumothorax": NEGATED}),
    ("* no edema * new right effusion", {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    ("\u2022 no edema \u2022 new right effusion",
     {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    ("(1) no edema (2) new right effusion", {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    ("\u2013 No edema\n\u2013 Left base atelectasis", {EDEMA: NEGATED, "atelectasis": AFFIRMED}),
    ("No edema\u2022 Left base atelectasis", {EDEMA: NEGATED, "atelectasis": AFFIRMED}),
    ("#1 no edema #2 new right effusion", {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    ("[1]No edema. [2]Right effusion.", {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    ("a) no edema b) new right effusion", {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    ("(A) no edema (B) new right effusion", {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    ("1- no edema 2- new right effusion", {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    # Near misses: a dash that goes on with its item, a number that counts nothing.
    ("- Right effusion - none", {"pleural_effusion": NEGATED}),
    ("- Right effusion - not seen", {"pleural_effusion": NEGATED}),
    ("- Right base opacity - likely atelectasis",
     {"opacity": AFFIRMED, "atelectasis": UNCERTAIN}),
    ("1- 2 cm nodule, no effusion", {"nodule": AFFIRMED, "pleural_effusion": NEGATED}),
    ("1.5 cm nodule, no effusion", {"nodule": AFFIRMED, "pleural_effusion": NEGATED}),
    ("No effusion in the right\n-sided chest.", {"pleural_effusion": NEGATED}),
    ("No edema, effusion - new or old - or pneumothorax",
     {EDEMA: NEGATED, "pleural_effusion": NEGATED, "pneumothorax": NEGATED}),
]  # fmt: skip

ANSWERS: list[tuple[str, Said]] = [
    ("Effusion? None.", {"pleural_effusion": NEGATED}),
    ("Edema? No", {EDEMA: NEGATED}),
    ("Pneumothorax?No.", {"pneumothorax": NEGATED}),
    ("Any effusion? None seen.", {"pleural_effusion": NEGATED}),
    ("Is there an effusion? No.", {"pleural_effusion": NEGATED}),
    ("Is there a pneumothorax? Yes.", {"pneumothorax": AFFIRMED}),
    ("Effusion: Yes\nEdema: Not seen\nAtelectasis: present",
     {"pleural_effusion": AFFIRMED, EDEMA: NEGATED, "atelectasis": AFFIRMED}),
    ("Edema: no evidence. Effusion: possible.",
     {EDEMA: NEGATED, "pleural_effusion": UNCERTAIN}),
    ("Effusion = none", {"pleural_effusion": NEGATED}),
    ("Effusion, none.", {"pleural_effusion": NEGATED}),
    ("Is there edema? - No.", {EDEMA: NEGATED}),
    ("Edema: no radiographic evidence.", {EDEMA: NEGATED}),
    ("Pneumonia? Unlikely.", {"pneumonia": NEGATED}),
    ("Pneumonia? Possible.", {"pneumonia": UNCERTAIN}),
    ("No sig. effusion or edema.", {"pleural_effusion": NEGATED, EDEMA: NEGATED}),
    # Near misses: no answer, or one that goes on.
    ("Is there an effusion? No change in the edema.",
     {"pleural_effusion": HYPOTHETICAL, EDEMA: AFFIRMED}),
    ("Effusion: no change.", {"pleural_effusion": AFFIRMED}),
    ("Edema: no evidence of effusion.", {EDEMA: AFFIRMED, "pleural_effusion": NEGATED}),
    ("Age-indeterminate, mild opacity.", {"opacity": UNCERTAIN}),
    ("Cough, ? pneumonia.", {"pneumonia": UNCERTAIN}),
    ("Is it new? No edema", {EDEMA: NEGATED}),
]  # fmt: skip

CONDITIONS: list[tuple[str, Said]] = [
    ("If there is any pneumothorax, repeat the film.", {"pneumothorax": HYPOTHETICAL}),
    ("Thoracentesis if there is a growing effusion.", {"pleural_effusion": HYPOTHETICAL}),
    ("Diuretics only when there is edema.", {EDEMA: HYPOTHETICAL}),
    ("Discharge unless there is a pneumothorax.", {"pneumothorax": HYPOTHETICAL}),
    ("In case there are persistent infiltrates, CT may help.", {"infiltrate": HYPOTHETICAL}),
    ("It is not clear whether there is an effusion.", {"pleural_effusion": UNCERTAIN}),
    # Near misses: what is there is stated.
    ("Follow up if there is fever; there is a left effusion.", {"pleural_effusion": AFFIRMED}),
    ("There is an opacity.", {"opacity": AFFIRMED}),
    ("No edema, there is an effusion.", {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
]  # fmt: skip

SIGNS: list[tuple[str, Said]] = [
    ("No inﬁltrate or eﬀusion.", {"infiltrate": NEGATED, "pleural_effusion": NEGATED}),
    ("No edema&nbsp;or&nbsp;pneumothorax.", {EDEMA: NEGATED, "pneumothorax": NEGATED}),
    ("<p>No edema</p><p>Small left effusion</p>", {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    ("No <b>edema</b>; &quot;patchy&quot; opacity", {EDEMA: NEGATED, "opacity": AFFIRMED}),
    ("FINDINGS:<br>1. No edema<br>2. Left e&#64256;usion",
     {EDEMA: NEGATED, "pleural_effusion": AFFIRMED}),
    ("INDICATION:&nbsp;edema?<br><br>FINDINGS:&nbsp;Left\u00a0base opacity",
     {EDEMA: HYPOTHETICAL, "opacity": AFFIRMED}),
]  # fmt: skip

ALL = [*LISTS, *ANSWERS, *CONDITIONS, *SIGNS]


@pytest.fixture(scope="module")
def reference() -> Pneumoloc:
    return Pneumoloc(spacy.blank("en"), "pneumoloc", None, "affirmed_wins")


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.blank("en")


@pytest.mark.parametrize(("text", "expected"), ALL, ids=[text for text, _ in ALL])
def test_text_says_what_was_meant(
    reference: Pneumoloc, nlp: Language, text: str, expected: Said
) -> None:
    found = pneumoloc.findings(text).to_dict("records")
    said = {row["finding"].removeprefix("finding:"): row["assertion"] for row in found}
    assert said == expected
    assert all(text[row["start"] : row["end"]] == row["phrase"] for row in found)
    rows = reference(nlp(text)).user_data["pneumoloc"]["mentions"]
    alone = [row for row in rows if row["concept"].startswith("finding:")]
    assert [(row["concept"], row["assertion"], row["start"], row["end"]) for row in alone] == [
        (row["finding"], row["assertion"], row["start"], row["end"]) for row in found
    ]
