"""A study is put together from the tables that are there."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from command_line.study_view.opening import StudyError, open_studies
from command_line.study_view.pictures import PictureError
from data_contracts.errors import ContractError

Write = Callable[..., Path]


def test_an_image_is_shown_with_what_people_and_methods_have_marked(
    tmp_path: Path, write_study: Write
) -> None:
    studies = open_studies(write_study(tmp_path))
    assert studies.images_of("r1", None) == ["i1"]
    image = studies.show("i1")
    assert [(box.label, box.annotator) for box in image.references] == [("finding:opacity", "ada")]
    ours, cam = image.readings
    assert (ours.method, cam.method) == ("cross_attention", "cam")
    assert [region.shares for region in ours.regions] == [
        {"side:left": pytest.approx(0.8)},
        {"side:left": pytest.approx(0.2)},
    ]
    assert (ours.extent, ours.probabilities["side:left"]) == (2.0, 0.9)
    assert list(cam.maps) == ["all"]
    assert set(cam.maps["all"]) == {128}
    json.dumps(studies.png("i1")[:4].hex())


def test_boxes_count_by_their_methods_threshold_or_as_the_most_certain(
    tmp_path: Path, write_study: Write
) -> None:
    ours, cam = open_studies(write_study(tmp_path)).show("i1").readings
    assert (ours.least_score, [box.counts for box in ours.boxes]) == (0.3, [True, False])
    assert (cam.least_score, [box.counts for box in cam.boxes]) == (None, [True])


def test_a_report_without_images_of_its_own_has_those_of_its_study(
    tmp_path: Path, write_study: Write
) -> None:
    studies = open_studies(write_study(tmp_path, report_id=None, study_id="s1"))
    assert studies.images_of("r1", "s1") == ["i1"]
    assert studies.images_of("r1", None) == []
    assert studies.images_of("r1", "") == []


def test_images_may_lie_elsewhere_than_their_table(tmp_path: Path, write_study: Write) -> None:
    write_study(tmp_path / "run")
    (tmp_path / "run" / "radiographs" / "pictures").rename(tmp_path / "pictures")
    with pytest.raises(PictureError, match="--images-root"):
        open_studies(tmp_path / "run").png("i1")
    assert open_studies(tmp_path / "run", root=tmp_path).png("i1")


def test_images_that_no_table_lists_are_not_shown(tmp_path: Path, write_study: Write) -> None:
    studies = open_studies(write_study(tmp_path))
    for wanted in ("pictures/i1.png", "../i1", "i2", ""):
        for ask in (studies.show, studies.png):
            with pytest.raises(StudyError, match="no images table lists"):
                ask(wanted)


def test_tables_that_list_one_image_twice_are_told_apart(
    tmp_path: Path, write_study: Write
) -> None:
    write_study(tmp_path)
    copy = tmp_path / "more"
    copy.mkdir()
    (copy / "images.parquet").write_bytes((tmp_path / "radiographs/images.parquet").read_bytes())
    with pytest.raises(StudyError, match="name one folder with --images"):
        open_studies(tmp_path)
    assert len(open_studies(tmp_path, images=copy)) == 1


def test_without_images_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="python -m model images"):
        open_studies(tmp_path)


def test_thresholds_that_are_none_are_told(tmp_path: Path, write_study: Write) -> None:
    write_study(tmp_path)
    (tmp_path / "evaluation" / "threshold.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ContractError, match="run the stage evaluate"):
        open_studies(tmp_path)
