"""The stage: a label table held against a reference, and the tables that come of it."""

from pathlib import Path

import pandas as pd
import pytest

from data_contracts.audit_tables import CONFUSION, DISAGREEMENTS, HALVES, SCORES
from data_contracts.storage import read_table
from pipeline.auditing.references.errors import AuditError
from pipeline.stages.audit_compare import audit_compare


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(
        "report_id,finding:opacity,finding:lung_opacity_any,side:left\n"
        "1,1,1,1\n2,-1,-1,-1\n3,0,0,\n9,1,1,\n"
    )
    return path


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    path = tmp_path / "indiana_reports.csv"
    path.write_text(
        "uid,MeSH,findings,impression\n"
        "1,Opacity/lung/left,Left opacity.,\n"
        "2,Opacity/lung/left,Questionable left opacity.,\n"
        "3,Opacity/lung;Cardiomegaly,No definite opacity.,\n"
        "4,No Indexing,Clear.,\n"
    )
    return path


def test_scores_and_disagreements_are_written_and_counted(
    labels: Path, reference: Path, tmp_path: Path
) -> None:
    done = audit_compare(
        labels=labels, reference_kind="openi_mesh", reference=reference, out=tmp_path / "audit"
    )
    counts = done.summary.counts
    assert (counts["reports"], counts["only_in_labels"], counts["reference_not_coded"]) == (3, 1, 1)
    assert counts["side_micro_f1"] == 1.0
    assert counts["finding_micro_recall"] == pytest.approx(4 / 6, abs=1e-4)
    assert counts["disagreements_missed"] == 2
    scores, _, disagreements, confusion = done.summary.outputs
    assert read_table(SCORES, scores).num_rows == counts["labels_scored"] + 4
    kept = read_table(DISAGREEMENTS, disagreements).to_pandas()
    assert kept["report_id"].tolist() == ["3", "3"]
    told = {
        (row["ours"], row["reference"]): row["reports"]
        for row in read_table(CONFUSION, confusion).to_pylist()
        if row["concept_id"] == "finding:opacity"
    }
    # A hedge stays a hedge here, whichever way the scores read it.
    assert told == {
        ("affirmed", "affirmed"): 1,
        ("uncertain", "affirmed"): 1,
        ("negated", "affirmed"): 1,
    }
    assert done.unmapped_reference == {"Cardiomegaly": 1}


def test_the_reading_of_hedges_changes_the_scores(labels: Path, reference: Path) -> None:
    done = audit_compare(
        labels=labels,
        reference_kind="openi_mesh",
        reference=reference,
        uncertain=["finding:opacity=negative"],
    )
    assert done.summary.outputs == ()
    assert done.summary.counts["finding_micro_recall"] == pytest.approx(2 / 6, abs=1e-4)
    assert done.summary.counts["disagreements_hedged"] == 3


def test_two_runs_agree_with_each_other(labels: Path) -> None:
    done = audit_compare(labels=labels, reference_kind="table", reference=labels)
    assert done.summary.counts["disagreements_missed"] == 0
    assert done.summary.counts["finding_micro_f1"] == 1.0


def test_chexperts_denials_are_compared_as_denials(labels: Path, tmp_path: Path) -> None:
    chexpert = tmp_path / "mimic-cxr-2.0.0-chexpert.csv"
    frame = pd.DataFrame({"study_id": [1, 2, 3], "Lung Opacity": [1.0, 0.0, 0.0]})
    frame.to_csv(chexpert, index=False)
    done = audit_compare(
        labels=labels, reference_kind="chexpert", reference=chexpert, aspect="negated"
    )
    assert done.summary.counts["finding_micro_precision"] == 1.0
    assert done.summary.counts["finding_micro_recall"] == 0.5


def test_experts_who_code_what_is_present_have_no_denials(labels: Path, reference: Path) -> None:
    with pytest.raises(AuditError, match="codes only what is present"):
        audit_compare(
            labels=labels, reference_kind="openi_mesh", reference=reference, aspect="negated"
        )
    with pytest.raises(AuditError, match="affirmed, negated, uncertain, mentioned"):
        audit_compare(
            labels=labels, reference_kind="table", reference=labels, aspect="absent",  # type: ignore[arg-type]
        )  # fmt: skip


def test_a_broken_run_leaves_the_last_good_tables(
    labels: Path, reference: Path, tmp_path: Path
) -> None:
    out = tmp_path / "audit"
    audit_compare(labels=labels, reference_kind="openi_mesh", reference=reference, out=out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    labels.write_text("report_id,finding:opacity\n1,7\n")
    with pytest.raises(AuditError):
        audit_compare(labels=labels, reference_kind="openi_mesh", reference=reference, out=out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_halves_keep_half_bs_errors_unseen_and_score_both(
    labels: Path, reference: Path, tmp_path: Path
) -> None:
    out = tmp_path / "audit"
    whole = audit_compare(labels=labels, reference_kind="openi_mesh", reference=reference, out=out)
    # Report 3 is in half B, as 2 is, and the only one on which the sides disagree.
    seen = read_table(DISAGREEMENTS, out / "disagreements.parquet")
    assert set(seen["half"].to_pylist()) == {"B"}
    done = audit_compare(
        labels=labels, reference_kind="openi_mesh", reference=reference, out=out, halves=True
    )
    assert read_table(DISAGREEMENTS, out / "disagreements.parquet").num_rows == 0
    finding = read_table(HALVES, out / "halves.parquet").to_pylist()[0]
    assert (finding["reports_a"], finding["reports_b"]) == (1, 2)
    assert (finding["f1_a"], finding["f1_b"]) == (1.0, pytest.approx(2 / 3))
    counts = done.summary.counts
    assert counts["finding_halves_distance"] == pytest.approx(1 / 3, abs=1e-4)
    assert counts["finding_micro_f1"] == whole.summary.counts["finding_micro_f1"]
    assert counts["finding_micro_f1_low"] <= counts["finding_micro_f1"]
