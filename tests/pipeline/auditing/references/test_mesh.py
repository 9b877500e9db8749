"""Expert codes read as labels."""

import pandas as pd
import pytest

from pipeline.auditing.references.coding import Coding, load_coding
from pipeline.auditing.references.mesh import is_coded, label_frame, read_code, read_codes


@pytest.fixture(scope="module")
def coding() -> Coding:
    return load_coding("openi_mesh")


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("Opacity/lung/base/left/patchy", "opacity left base patchy"),
        ("Airspace Disease/lung/lower lobe/right/mild", "airspace_disease right lower_lobe mild"),
        ("Infiltrate/lung/hilum", "infiltrate hilar"),
        ("Pneumonia", "pneumonia"),
        ("Consolidation / lung /  upper  lobe", "consolidation upper_lobe"),
    ],
)
def test_a_lung_findings_qualifiers_are_its_places_and_descriptors(
    code: str, labels: str, coding: Coding
) -> None:
    found = {label.partition(":")[2] for label in read_code(code, coding).labels}
    assert found == {"lung_opacity_any", *labels.split()}


def test_an_atelectasis_is_no_opacity(coding: Coding) -> None:
    labels = read_code("Pulmonary Atelectasis/base/bilateral", coding).labels
    assert labels == ("finding:atelectasis", "side:bilateral", "zone:base")


def test_the_side_of_an_effusion_is_no_side_of_a_pneumonia(coding: Coding) -> None:
    assert read_code("Pleural Effusion/left/small", coding).labels == ("finding:pleural_effusion",)


def test_a_density_is_an_opacity_in_the_lung_alone(coding: Coding) -> None:
    assert "finding:opacity" in read_code("Density/lung/apex/right", coding).labels
    in_the_bone = read_code("Density/ribs/left", coding)
    assert (in_the_bone.labels, in_the_bone.unmapped) == ((), ("Density",))


def test_terms_that_give_no_label_are_counted_by_report(coding: Coding) -> None:
    reports = [
        ["Cardiomegaly/mild", "Cardiomegaly", "Opacity/lung/supracardiac"],
        ["Cardiomegaly"],
        ["normal"],
        [],
    ]
    labels, unmapped = read_codes(reports, coding)
    assert labels == [("finding:lung_opacity_any", "finding:opacity"), (), (), ()]
    assert unmapped == {"Cardiomegaly": 2, "Opacity/supracardiac": 1}
    assert list(unmapped) == ["Cardiomegaly", "Opacity/supracardiac"]


def test_a_report_without_indexing_was_never_read(coding: Coding) -> None:
    assert not is_coded(["No Indexing"], coding)
    assert is_coded(["normal"], coding)


def test_reports_without_a_label_keep_their_row() -> None:
    frame = label_frame(pd.Index(["4", "9", "12"]), [("finding:opacity",), (), ("side:left",)])
    assert frame.index.tolist() == ["4", "9", "12"]
    assert frame["finding:opacity"].fillna(0).tolist() == [1, 0, 0]
    assert frame["side:left"].fillna(0).tolist() == [0, 0, 1]
    assert label_frame(pd.Index(["4"]), [()]).shape == (1, 0)
