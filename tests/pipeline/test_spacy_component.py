"""The component in spaCy pipelines of others: spans, attributes, labels, storing, showing."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy import displacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from data_contracts.storage import read_table
from data_contracts.tables import LABELS, MENTIONS
from pipeline.lexicon.lexicon_files import LexiconError
from pipeline.settings import Settings
from pipeline.stages.run import run

REPORT = (
    "INDICATION: Pneumonia?\n\n"
    "FINDINGS: Patchy opacity in the left lower lobe. No pleural effusion.\n\n"
    "IMPRESSION: Left base opacity, possibly pneumonia."
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("pneumoloc")
    return pipeline


def of(doc: Doc, concept: str) -> list[Span]:
    return [span for span in doc.spans["pneumoloc"] if span.label_ == concept]


def test_a_mention_is_a_span_with_what_is_said_of_it(nlp: Language) -> None:
    doc = nlp(REPORT)
    (effusion,) = of(doc, "finding:pleural_effusion")
    assert effusion.text == "pleural effusion"
    assert (effusion._.concept, effusion._.assertion) == ("finding:pleural_effusion", "negated")
    assert (effusion._.cue, effusion._.cue_rule) == ("No", "cue:negated before")
    assert effusion._.section == "findings"


def test_a_finding_has_its_places_and_a_place_its_findings(nlp: Language) -> None:
    doc = nlp("Patchy opacity in the left lower lobe.")
    (opacity,) = of(doc, "finding:opacity")
    assert opacity._.sides == ["side:left"]
    assert opacity._.zones == ["zone:lower_lobe"]
    assert opacity._.descriptors == ["descriptor:patchy"]
    (left,) = of(doc, "side:left")
    assert [span.text for span in left._.findings] == ["opacity"]


def test_labels_are_those_of_the_label_table(nlp: Language) -> None:
    labels = nlp(REPORT)._.labels
    assert labels["finding:opacity"] == 1
    assert labels["finding:pleural_effusion"] == 0
    assert labels["finding:pneumonia"] == -1
    assert "finding:pneumothorax" not in labels


def test_whole_runs_and_the_component_agree(nlp: Language, tmp_path: Path) -> None:
    texts = [REPORT, "No acute disease.", "Opacities, worse on the right. They may be edema."]
    source = tmp_path / "reports.jsonl"
    lines = [json.dumps({"report_id": str(n), "text": text}) for n, text in enumerate(texts)]
    source.write_text("\n".join(lines), encoding="utf-8")
    chosen = Settings.model_validate({"source": {"kind": "jsonl"}, "nlp": {"workers": 1}})
    for _ in run(settings=chosen, source=source, out=tmp_path):
        pass
    mentions: pa.Table = read_table(MENTIONS, tmp_path / "mentions.parquet")
    columns = ("start", "end", "concept_id", "assertion", "cue", "section")
    labels = read_table(LABELS, tmp_path / "labels.parquet").to_pylist()
    for row, doc in zip(labels, nlp.pipe(texts), strict=True):
        ours = {name: value for name, value in row.items() if ":" in name and value is not None}
        assert doc._.labels == ours
        of_report = [m for m in mentions.to_pylist() if m["report_id"] == row["report_id"]]
        found = [
            tuple(m["concept" if c == "concept_id" else c] for c in columns)
            for m in doc.user_data["pneumoloc"]["mentions"]
        ]
        assert found == [tuple(m[c] for c in columns) for m in of_report]


def test_a_finding_leads_to_what_it_interprets(nlp: Language) -> None:
    doc = nlp("No effusion. Opacity in the lingula, consistent with pneumonia.")
    spans = {span.label_: span for span in doc.spans["pneumoloc"]}
    pneumonia = spans["finding:pneumonia"]
    assert [span.text for span in pneumonia._.interprets] == ["Opacity"]
    assert pneumonia._.inherited_zones == ["zone:lingula"]
    assert pneumonia._.implied_sides == ["side:left"]
    assert pneumonia._.zones == pneumonia._.inherited_sides == []
    assert spans["zone:lingula"]._.interprets == []
    assert "zone:lingula" in doc._.labels
    assert "side:left" not in doc._.labels


def test_implied_concepts_share_their_phrase_and_keep_their_own_rule(nlp: Language) -> None:
    doc = nlp("Opacity in the right mid lung.")
    rules = {span.label_: span._.rule for span in doc.spans["pneumoloc"]}
    assert rules["zone:middle_lobe"].startswith("implied:")
    assert rules["finding:opacity"] == "lexicon:finding:opacity"


def test_documents_go_to_json_and_to_disk_and_come_back(nlp: Language) -> None:
    doc = nlp(REPORT)
    told = json.dumps(doc.to_json(underscore=["labels"]))
    assert "finding:pleural_effusion" in told
    stored = DocBin(docs=[doc], store_user_data=True).to_bytes()
    (back,) = DocBin().from_bytes(stored).get_docs(nlp.vocab)
    assert back._.labels == doc._.labels
    assert [s._.assertion for s in back.spans["pneumoloc"]] == [
        s._.assertion for s in doc.spans["pneumoloc"]
    ]


def test_displacy_shows_the_spans(nlp: Language) -> None:
    html = displacy.render(
        nlp("Opacity in the left base."), style="span", options={"spans_key": "pneumoloc"}
    )
    assert "finding:opacity" in html


def test_it_stands_beside_other_components_and_keeps_others_spans(nlp: Language) -> None:
    other = spacy.blank("en")
    other.add_pipe("sentencizer")
    other.add_pipe("pneumoloc", name="chest", config={"conflict": "impression_wins"})
    doc = other(REPORT)
    assert "chest" in doc.spans
    assert doc[0:2]._.concept is None
    assert doc[0:2]._.sides == ()
    assert list(doc.sents)


def test_many_documents_go_through_processes(nlp: Language) -> None:
    docs = list(nlp.pipe([REPORT] * 4, batch_size=2))
    assert len({json.dumps(doc._.labels) for doc in docs}) == 1


def test_a_wrong_setting_is_told(tmp_path: Path) -> None:
    def add(**config: Any) -> None:
        spacy.blank("en").add_pipe("pneumoloc", config=config)

    with pytest.raises(LexiconError, match=r"findings\.txt"):
        add(lexicon=str(tmp_path))
    with pytest.raises(ValueError, match="affirmed_wins"):
        add(conflict="loudest_wins")


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_any_text_can_be_read(nlp: Language, text: str) -> None:
    doc = nlp(f"No opacity{text}left base.")
    for span, row in zip(
        doc.spans["pneumoloc"], doc.user_data["pneumoloc"]["mentions"], strict=True
    ):
        assert doc.text[row["start"] : row["end"]] in span.text
