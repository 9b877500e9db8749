"""PadChest-GR judges findings and places sentence by sentence."""

import json
from pathlib import Path

import pytest

from pipeline.auditing.references.coding import load_coding
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.references import read_reference
from pipeline.settings import NlpSettings, Settings, SourceSettings
from pipeline.stages.audit_compare import audit_compare
from pipeline.stages.run import run

FINDINGS = [
    ("Infiltrate in the right lower lobe.", True, ["infiltrates"], ["right", "lower lobe"]),
    ("Left pleural effusion.", True, ["pleural effusion"], ["loc left"]),
    ("No pneumothorax.", False, ["pneumothorax"], []),
    ("Possible left basal atelectasis.", True, ["laminar atelectasis"], ["left", "basal"]),
    ("Goiter.", True, ["goiter"], []),
    ("Consolidation.", True, ["consolidation"], ["right"]),
]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    keys = ("sentence_en", "abnormal", "labels", "locations")
    findings = [dict(zip(keys, finding, strict=True)) for finding in FINDINGS]
    study = {"StudyID": "s1", "ImageID": "1.png", "findings": findings}
    file = tmp_path / "grounded_reports_20240819.json"
    file.write_text(json.dumps([study, {"StudyID": "s2"}]))
    return file


def test_a_sentences_labels_and_places_become_values(release: Path) -> None:
    reference = read_reference("padchest_gr", release, load_coding("padchest_gr"))
    assert reference.frame.loc["s1/1"].dropna().to_dict() == {
        "finding:infiltrate": 1, "finding:lung_opacity_any": 1,
        "side:right": 1, "zone:lower_lobe": 1,
    }  # fmt: skip
    # An effusion's side is no label of ours either.
    assert reference.frame.loc["s1/2"].dropna().to_dict() == {"finding:pleural_effusion": 1}
    assert reference.frame.loc["s1/3"].dropna().to_dict() == {"finding:pneumothorax": 0}
    assert reference.unmapped == {"goiter": 1}
    assert reference.left_out == {"malformed_row": 1}


def test_places_are_scored_apart_from_findings(release: Path, tmp_path: Path) -> None:
    settings = Settings(
        source=SourceSettings(kind="padchest_gr_sentences", path=release),
        nlp=NlpSettings(workers=1),
    )
    list(run(settings=settings, source=release, out=tmp_path / "out", scheduler=None))
    done = audit_compare(
        labels=tmp_path / "out/labels.parquet", reference_kind="padchest_gr", reference=release
    )
    counts = done.summary.counts
    assert counts["reports"] == 6
    assert counts["finding_micro_f1"] == 1
    # The side that the last sentence does not say is what its reader saw in the image.
    assert (counts["side_micro_precision"], counts["zone_micro_f1"]) == (1, 1)
    assert counts["side_micro_recall"] == pytest.approx(2 / 3, abs=1e-4)


def test_another_file_is_an_error_for_the_user(tmp_path: Path) -> None:
    (tmp_path / "grounded_reports.json").write_text("{}")
    with pytest.raises(AuditError, match=r"is no list; expected PadChest-GR's"):
        read_reference("padchest_gr", tmp_path, load_coding("padchest_gr"))
