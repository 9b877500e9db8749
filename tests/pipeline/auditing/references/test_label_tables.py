"""Label tables from our own run or anybody else's file."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from data_contracts.errors import ContractError
from pipeline.auditing.references.coding import load_coding
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.label_tables import read_labels

WriteLabels = Callable[..., Path]
TABLE, CHEXPERT = load_coding("table"), load_coding("chexpert")


def test_our_own_table_keeps_null_apart_from_negated(write_labels: WriteLabels) -> None:
    path = write_labels({"a": {"finding:opacity": 0, "side:left": 1}, "b": {"finding:opacity": -1}})
    labels = read_labels(path, TABLE)
    assert labels.frame["finding:opacity"].tolist() == [0, -1]
    assert labels.frame["side:left"].fillna(9).tolist() == [1, 9]
    assert labels.evidence is not None


def test_mimic_reports_are_matched_by_study(write_labels: WriteLabels) -> None:
    path = write_labels({"p10/s50414267": {"finding:opacity": 1}}, studies={"p10/s50414267": "s5"})
    labels = read_labels(path, CHEXPERT)
    assert (labels.frame.index.tolist(), list(labels.report_ids)) == (["5"], ["p10/s50414267"])


def test_without_studies_the_report_id_stands_in(write_labels: WriteLabels) -> None:
    path = write_labels({"s50414267": {"finding:opacity": 1}})
    assert read_labels(path, CHEXPERT).frame.index.tolist() == ["50414267"]


@pytest.mark.parametrize("name", ["labels.csv", "labels.csv.gz", "labels.parquet"])
def test_any_table_of_labels_will_do(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame(
        {
            "report_id": ["a", "b", "c"],
            "finding:opacity": [1.0, -1.0, None],
            "Pleural Effusion": [None, 0.0, 1.0],
            "Reports": ["Left opacity.", "Possible opacity.", "Effusion."],
        }
    )
    path = tmp_path / name
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    labels = read_labels(path, TABLE)
    assert labels.frame["finding:opacity"].fillna(9).tolist() == [1, -1, 9]
    assert labels.frame["finding:pleural_effusion"].fillna(9).tolist() == [9, 0, 1]
    assert labels.unmapped == {"Reports": 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("report_id,finding:opacity\na,2\n", "'finding:opacity', row 2: expected 1, 0, -1"),
        ("report_id,finding:opacity\na,1\nb,maybe pneumonia\n", "row 3: expected 1, 0, -1"),
        ("report_id,finding:opacity\n,1\n", "'report_id', row 2: has no id"),
        ("report_id,finding:opacity\na,1\nb,1\na,0\n", "the first is 'a', report 3"),
        ("name,finding:opacity\na,1\n", "expected one of report_id, study_id, uid"),
        ("report_id,opacity\na,1\n", "has no label column"),
        (
            "report_id,Edema,finding:pulmonary_edema\na,1,1\n",
            "'Edema' and 'finding:pulmonary_edema' both stand for finding:pulmonary_edema",
        ),
        ("report_id,Lung Opacity\na,1,2,3\n", "in every row as many cells"),
    ],
)
def test_a_malformed_table_is_named_by_column_and_row(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(AuditError, match=re.escape(message)) as error:
        read_labels(path, TABLE)
    assert "maybe pneumonia" not in str(error.value)


def test_a_missing_table_and_one_of_another_kind_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="run the stage label first"):
        read_labels(tmp_path / "labels.parquet", TABLE)
    (tmp_path / "labels.xlsx").touch()
    with pytest.raises(AuditError, match="neither CSV"):
        read_labels(tmp_path / "labels.xlsx", TABLE)
    (tmp_path / "no.parquet").write_text("no")
    with pytest.raises(AuditError, match="not a Parquet file"):
        read_labels(tmp_path / "no.parquet", TABLE)
    (tmp_path / "folder.parquet").mkdir()
    with pytest.raises(ContractError, match="directory without parts"):
        read_labels(tmp_path / "folder.parquet", TABLE)
