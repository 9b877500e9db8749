"""References of every kind become label values."""

import gzip
from pathlib import Path

import pytest

from pipeline.auditing.references.coding import load_coding
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.references import read_reference

_SHARED = Path(__file__).resolve().parents[5] / "shared" / "openi"
needs_openi = pytest.mark.skipif(
    not (_SHARED / "openi_dev.jsonl").exists(), reason="needs ../shared/openi"
)


def test_uncoded_and_textless_reports_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "indiana_reports.csv"
    path.write_text(
        "uid,MeSH,findings,impression\n"
        "1,Opacity/lung/left,Left opacity.,\n"
        "2,No Indexing,Clear lungs.,\n"
        "3,normal,,\n"
        "CXR4,normal,,Normal chest.\n",
        encoding="utf-8",
    )
    reference = read_reference("openi_mesh", path, load_coding("openi_mesh"))
    assert reference.frame.index.tolist() == ["1", "4"]
    assert reference.left_out == {"not_coded": 1, "without_text": 1}
    assert reference.frame.loc["1"].to_dict() == {
        "finding:lung_opacity_any": 1, "finding:opacity": 1, "side:left": 1,
    }  # fmt: skip


def test_gold_lines_keep_reports_without_a_label(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"uid": 4, "gold": ["side:left"]}\n\n{"uid": 6, "gold": []}\n')
    reference = read_reference("openi_gold", path, load_coding("openi_gold"))
    assert reference.frame.index.tolist() == ["4", "6"]
    assert reference.frame["side:left"].count() == 1


@pytest.mark.parametrize("line", ["{", '{"uid": 4}', '{"uid": 4, "gold": ["left side"]}', "[]"])
def test_a_malformed_gold_line_is_named_and_never_quoted(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"uid": 4, "gold": []}\n' + line)
    with pytest.raises(AuditError, match=r"gold\.jsonl, line 2") as error:
        read_reference("openi_gold", path, load_coding("openi_gold"))
    assert "left side" not in str(error.value)


def test_mimics_chexpert_csv_is_mapped_onto_concepts(tmp_path: Path) -> None:
    path = tmp_path / "mimic-cxr-2.0.0-chexpert.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(
            "subject_id,study_id,Atelectasis,Edema,Lung Opacity,No Finding,Pleural Other\n"
            "10000032,50414267,,-1.0,1.0,,\n"
            "10000032,53189527,0.0,,,1.0,\n"
        )
    reference = read_reference("chexpert", path, load_coding("chexpert"))
    assert reference.frame.index.tolist() == ["50414267", "53189527"]
    assert reference.frame["finding:lung_opacity_any"].fillna(9).tolist() == [1, 9]
    assert reference.frame["finding:pulmonary_edema"].fillna(9).tolist() == [-1, 9]
    assert reference.frame["finding:atelectasis"].fillna(9).tolist() == [9, 0]
    assert reference.unmapped == {"No Finding": 1, "Pleural Other": 0}


@needs_openi
def test_the_codes_give_the_published_gold_of_every_report_but_a_hemothorax() -> None:
    coding = load_coding("openi_mesh")
    gold = read_reference("openi_gold", _SHARED / "openi_dev.jsonl", coding).frame.sort_index()
    for name in ("indiana_reports.csv", "ecgen-radiology.tgz"):
        mesh = read_reference("openi_mesh", _SHARED / name, coding).frame
        assert set(mesh.columns) == set(gold.columns)
        ours = mesh.loc[gold.index, gold.columns]
        rows, columns = (ours.fillna(9) != gold.fillna(9)).to_numpy().nonzero()
        # The gold calls a hemothorax no effusion; for us it is one.
        assert ours.index[rows].tolist() == ["2827"], name
        assert ours.columns[columns].tolist() == ["finding:pleural_effusion"], name
        assert ours.loc["2827", "finding:pleural_effusion"] == 1
