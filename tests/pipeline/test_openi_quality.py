"""Extraction held against the experts' coding of real reports, where these are at hand."""

from pathlib import Path

import pytest

from data_contracts.storage import read_table
from data_contracts.tables import LABELS
from pipeline.settings import Settings, SourceSettings
from pipeline.stages.audit_compare import audit_compare
from pipeline.stages.extract import extract
from pipeline.stages.ingest import ingest
from pipeline.stages.label import label

OPENI = Path(__file__).parents[3] / "shared" / "openi"
TARGETS = {"finding": 0.93, "side": 0.93, "zone": 0.95, "descriptor": 0.90}

pytestmark = pytest.mark.skipif(
    not (OPENI / "indiana_reports.csv").is_file(),
    reason=f"needs Open-i's indiana_reports.csv in {OPENI}",
)


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("openi")
    settings = Settings()
    source = SourceSettings(kind="openi_csv", path=OPENI / "indiana_reports.csv")
    ingest(settings=source, out=out)
    single = settings.nlp.model_copy(update={"workers": 1})
    extract(settings=single, reports=out / "reports.parquet", out=out)
    label(
        settings=settings.label,
        lexicon=settings.nlp.lexicon,
        reports=out / "reports.parquet",
        mentions=out / "mentions.parquet",
        findings=out / "findings.parquet",
        out=out,
    )
    return out / "labels.parquet"


def test_labels_agree_with_the_experts_as_far_as_promised(labels: Path) -> None:
    compared = audit_compare(
        labels=labels, reference_kind="openi_mesh", reference=OPENI / "indiana_reports.csv"
    )
    f1 = {group: compared.summary.counts[f"{group}_micro_f1"] for group in TARGETS}
    assert {group: score for group, score in f1.items() if score < TARGETS[group]} == {}


def test_what_is_said_for_sure_agrees_even_without_a_reading_of_doubts(labels: Path) -> None:
    doubts = [f"{group}=negative" for group in TARGETS]
    compared = audit_compare(
        labels=labels,
        reference_kind="openi_mesh",
        reference=OPENI / "indiana_reports.csv",
        uncertain=doubts,
    )
    for group, target in TARGETS.items():
        assert compared.summary.counts[f"{group}_micro_f1"] >= target


def test_every_positive_label_names_its_mentions(labels: Path) -> None:
    table = read_table(LABELS, labels)
    for row in table.slice(0, 300).to_pylist(maps_as_pydicts="strict"):
        stated = {name for name, value in row.items() if ":" in name and value is not None}
        assert set(row["evidence"]) == stated
