"""Labels in CheXpert's columns."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import yaml

from data_contracts.storage import write_table
from data_contracts.tables import LABELS
from pipeline.auditing.exchange.chexpert import HEADER, load_mapping, what_is_missing
from pipeline.auditing.exchange.errors import ExchangeError
from pipeline.auditing.references.coding import load_coding
from pipeline.auditing.references.label_tables import read_labels
from pipeline.labelling.label_columns import label_columns
from pipeline.lexicon.concepts import load_lexicon
from pipeline.stages.export_chexpert import ExportedLabels, export_chexpert

#: The first line of mimic-cxr-2.0.0-chexpert.csv.
MIMIC_HEADER = (
    "subject_id,study_id,Atelectasis,Cardiomegaly,Consolidation,Edema,Enlarged Cardiomediastinum,"
    "Fracture,Lung Lesion,Lung Opacity,No Finding,Pleural Effusion,Pleural Other,Pneumonia,"
    "Pneumothorax,Support Devices"
)
Export = Callable[..., ExportedLabels]


@pytest.fixture(scope="module")
def concepts() -> tuple[str, ...]:
    return tuple(label_columns(load_lexicon()).concept_ids.to_pylist())


@pytest.fixture
def export(tmp_path: Path, concepts: tuple[str, ...]) -> Export:
    """Write labels of reports, given as `{concept: value}` each, and export them."""

    def write(*reports: dict[str, Any], out: str = "labels.csv", **chosen: Any) -> ExportedLabels:
        rows = [
            {"report_id": f"s{i}", "subject_id": "10000032", "study_id": str(50414267 + i),
             "evidence": [], **report}
            for i, report in enumerate(reports)
        ]  # fmt: skip
        table = pa.Table.from_pylist(rows, schema=LABELS.schema(concepts))
        write_table(LABELS, table, tmp_path / "labels.parquet")
        options: dict[str, Any] = {"mapping": None, **chosen}
        return export_chexpert(labels=tmp_path / "labels.parquet", out=tmp_path / out, **options)

    return write


def _read(folder: Path) -> list[dict[str, str]]:
    frame = pd.read_csv(folder / "labels.csv", dtype=str, keep_default_na=False)
    return [{str(name): str(value) for name, value in row.items()}
            for row in frame.to_dict("records")]  # fmt: skip


def test_the_columns_are_those_of_mimic(export: Export, tmp_path: Path) -> None:
    export({})
    assert (tmp_path / "labels.csv").read_text().split("\n")[0] == MIMIC_HEADER
    assert ",".join(HEADER) == MIMIC_HEADER


def test_values_are_written_as_mimic_writes_them(export: Export, tmp_path: Path) -> None:
    export({"finding:atelectasis": 1, "finding:pneumonia": -1, "finding:pneumothorax": 0})
    assert (tmp_path / "labels.csv").read_text().split("\n")[1] == (
        "10000032,50414267,1.0,,,,,,,,,,,-1.0,0.0,"
    )


def test_a_column_gets_the_highest_of_its_concepts(export: Export, tmp_path: Path) -> None:
    export(
        {
            "finding:pulmonary_edema": 0,
            "finding:vascular_congestion": -1,
            "finding:heart_failure": 1,
        },
        {"finding:nodule": 0, "finding:mass": -1},
        {"finding:nodule": 0},
    )
    first, second, third = _read(tmp_path)
    assert first["Edema"] == "1.0"
    assert (second["Lung Lesion"], third["Lung Lesion"]) == ("-1.0", "0.0")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({}, "1.0"),
        ({"finding:pneumonia": 0}, "1.0"),
        ({"finding:device": 1}, "1.0"),
        ({"finding:low_lung_volumes": 1}, "1.0"),
        ({"finding:pneumonia": -1}, ""),
        ({"finding:hernia": 1}, ""),
        ({"finding:device": 1, "finding:fracture": 1}, ""),
        # A side is no finding; it comes with one.
        ({"side:left": 1}, "1.0"),
    ],
)
def test_no_finding_is_the_labelers_rule(
    export: Export, tmp_path: Path, labels: dict[str, int], expected: str
) -> None:
    summary = export(labels).summary
    assert _read(tmp_path)[0]["No Finding"] == expected
    assert summary.counts["no_finding"] == bool(expected)


def test_what_no_concept_stands_for_is_blank_and_told(export: Export, tmp_path: Path) -> None:
    exported = export({"finding:cardiomegaly": 1})
    assert exported.told.blank == {"Enlarged Cardiomediastinum": "no concept stands for it"}
    assert exported.told.missing == ()
    assert exported.summary.counts["columns_left_blank"] == 1
    assert _read(tmp_path)[0]["Enlarged Cardiomediastinum"] == ""


def test_what_another_lexicon_lacks_is_told() -> None:
    told = what_is_missing(load_mapping(), ["finding:pneumonia", "finding:mass"])
    assert told.blank["Fracture"] == "the labels lack finding:fracture"
    assert "Lung Lesion" not in told.blank
    assert "finding:nodule" in told.missing


def test_lung_opacity_is_any_lung_opacity(export: Export, tmp_path: Path) -> None:
    export({"finding:lung_opacity_any": 1, "finding:pneumonia": 1}, {"finding:opacity": 1})
    assert [row["Lung Opacity"] for row in _read(tmp_path)] == ["1.0", ""]


def test_a_report_without_study_goes_by_its_own_id(export: Export, tmp_path: Path) -> None:
    summary = export({"study_id": None, "subject_id": None}).summary
    row = _read(tmp_path)[0]
    assert (row["subject_id"], row["study_id"]) == ("", "s0")
    assert summary.counts["reports_without_study_id"] == 1


def test_equal_labels_give_equal_bytes_packed_or_not(export: Export, tmp_path: Path) -> None:
    export({"finding:pneumonia": 1}, out="a.csv.gz")
    export({"finding:pneumonia": 1}, out="b.csv.gz")
    export({"finding:pneumonia": 1})
    packed = (tmp_path / "a.csv.gz").read_bytes()
    assert packed == (tmp_path / "b.csv.gz").read_bytes()
    assert gzip.decompress(packed) == (tmp_path / "labels.csv").read_bytes()


def test_audit_compare_reads_the_file_back(export: Export, tmp_path: Path) -> None:
    export({"finding:pneumonia": -1, "finding:lung_opacity_any": -1})
    values = read_labels(tmp_path / "labels.csv", load_coding("chexpert"))
    assert values.frame.loc["50414267", "finding:pneumonia"] == -1
    assert values.frame.loc["50414267", "finding:lung_opacity_any"] == -1


def test_every_concept_of_the_shipped_mapping_is_in_the_shipped_lexicon(
    concepts: tuple[str, ...],
) -> None:
    mapping = load_mapping()
    assert what_is_missing(mapping, concepts).missing == ()
    assert set(mapping.no_finding_ignores) <= set(concepts)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Edema": None}, "Edema"),
        ({"Edemas": ["finding:pulmonary_edema"]}, "has the unknown 'Edemas'"),
        ({"Edema": ["edema"]}, "'edema' is no concept id"),
        ({"No Finding": []}, "has the unknown 'No Finding'"),
    ],
)
def test_a_mapping_that_breaks_its_rules_is_told(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    raw = load_mapping().model_dump(mode="json")
    raw["columns"] |= change
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(ExchangeError, match=message) as raised:
        load_mapping(file)
    assert str(file) in str(raised.value)


def test_a_mapping_without_a_column_names_it(tmp_path: Path) -> None:
    raw = load_mapping().model_dump(mode="json")
    del raw["columns"]["Edema"]
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(ExchangeError, match="columns misses 'Edema'"):
        load_mapping(tmp_path / "mine.yaml")
    with pytest.raises(ExchangeError, match="no such file"):
        load_mapping(tmp_path / "yours.yaml")


def test_a_name_of_another_kind_of_file_is_refused(export: Export, tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match=r"expected the name of a \.csv"):
        export({}, out="labels.xlsx")
    assert not (tmp_path / "labels.xlsx").exists()


def test_the_documented_table_is_the_data_file() -> None:
    page = (Path(__file__).parents[4] / "docs" / "exchange.md").read_text(encoding="utf-8")
    for column, concepts in load_mapping().columns.items():
        named = ", ".join(f"`{one}`" for one in concepts) or "none: blank"
        assert f"| {column} | {named} |\n" in page
