"""What is held back is not trained on: patients, files and pictures are kept apart."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_contracts.images import BOXES, IMAGES
from data_contracts.regions import REGIONS
from data_contracts.storage import read_table, write_table
from model.settings import CohortSettings, CohortsSettings, ModelSettings
from model.stages.detector import detector
from model.stages.regions import regions
from model.tensors.apart import joined_patients, left_out, open_part
from model.tensors.cohorts import CohortError, list_images
from model.tensors.scored import scored_cohorts

PARTS = ("detector", "training", "localization", "severity")


class Tables:
    """Tables of images of the four parts, a folder each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rows: dict[str, list[dict[str, Any]]] = {part: [] for part in PARTS}

    def add(self, part: str, image_id: str, subject: str | None, **more: Any) -> None:
        """An image whose file and picture are its own unless they are given."""
        number = sum(map(len, self.rows.values()))
        own = {
            "image_id": image_id,
            "subject_id": subject,
            "study_id": None,
            "report_id": None,
            "cohort": "chestxray14",
            "split": None,
            "path": f"{image_id}.png",
            "view": "PA",
            "width": 64,
            "height": 64,
            "spacing_x": None,
            "spacing_y": None,
            "checksum": f"file {number}",
            "picture_hash": bytes((37 * number + 101 * byte**2) % 251 for byte in range(32)).hex(),
        }
        self.rows[part].append(own | more)

    def settings(self, **more: Any) -> ModelSettings:
        for part, rows in self.rows.items():
            images = pa.Table.from_pylist(rows, IMAGES.schema())
            write_table(IMAGES, images, self.root / part / "images.parquet")
            none = pa.Table.from_pylist([], BOXES.schema())
            write_table(BOXES, none, self.root / part / "boxes.parquet")
        cohorts = {part: {"tables": self.root / part} for part in PARTS}
        return ModelSettings.model_validate({"cohorts": {**cohorts, **more}})


@pytest.fixture
def listed(tmp_path: Path) -> Tables:
    """Twenty patients to train on with either part, and two to score on with either other."""
    made = Tables(tmp_path)
    for part in PARTS[:2]:
        for number in range(20):
            made.add(part, f"{part}-{number}", str(number), split="val" if number < 4 else "train")
    for part in PARTS[2:]:
        for number in range(2):
            made.add(part, f"{part}-{number}", f"{part} {number}")
    return made


def ids(settings: ModelSettings, part: str, split: str) -> set[str]:
    return {image.image_id for image in open_part(part, settings).of_split(split).images}


def refusal(settings: ModelSettings, part: str = "training") -> str:
    with pytest.raises(CohortError) as caught:
        open_part(part, settings)
    return str(caught.value)


def test_cohorts_apart_are_opened_whole(listed: Tables) -> None:
    settings = listed.settings()
    assert open_part("training", settings).left_out == 0
    assert ids(settings, "training", "train") == {f"training-{n}" for n in range(4, 20)}
    assert len(open_part("localization", settings).images) == 2


def test_a_patient_who_is_scored_is_not_trained_on(listed: Tables) -> None:
    listed.add("localization", "later", "7")
    settings = listed.settings()
    message = refusal(settings)
    assert (
        "cohorts 'training' (split train) and 'localization': 1 of 16 images of the first are "
        "also in the second (1 of one patient), such as training-7 and later (one patient)"
    ) in message
    assert "cohorts 'detector' (split train) and 'localization'" in message
    assert "set model.cohorts.shared_patients to leave_out" in message
    assert refusal(settings, "detector") == message


def test_the_same_picture_under_another_name_is_not_trained_on(listed: Tables) -> None:
    shown = listed.rows["training"][9]["picture_hash"]
    listed.add("severity", "copy", None, cohort="covid", picture_hash=f"{shown[:-1]}f")
    differing = (int(shown[-1], 16) ^ 15).bit_count()
    assert (
        "(1 of one picture), such as training-9 and copy "
        f"(one picture: {differing} of 256 bits differ)"
    ) in refusal(listed.settings())
    assert ids(listed.settings(same_picture=0), "training", "train") >= {"training-9"}


def test_the_same_file_is_told_as_such(listed: Tables) -> None:
    same = {name: listed.rows["detector"][5][name] for name in ("checksum", "picture_hash")}
    listed.add("localization", "again", "someone", **same)
    assert "detector-5 and again (one file)" in refusal(listed.settings())


def test_left_out_images_are_in_no_split_and_are_counted(listed: Tables) -> None:
    listed.add("localization", "later", "7")
    listed.add("severity", "too", "2")
    settings = listed.settings(shared_patients="leave_out")
    for part in ("detector", "training"):
        assert ids(settings, part, "train") == {f"{part}-{n}" for n in range(4, 20) if n != 7}
        assert ids(settings, part, "validate") == {f"{part}-{n}" for n in (0, 1, 3)}
        assert open_part(part, settings).left_out == 2
    scored = scored_cohorts(settings)
    assert len(scored["localization"].images) == 3
    assert {image.image_id for image in scored["detector"].images} == {
        "detector-0",
        "detector-1",
        "detector-3",
    }


def test_a_patient_of_two_splits_is_validated_on_alone(listed: Tables) -> None:
    listed.add("training", "second visit", "3", split="train")
    message = refusal(listed.settings())
    assert "cohorts 'training' (split train) and 'training' (split validate)" in message
    leaving = listed.settings(shared_patients="leave_out")
    assert left_out(leaving.cohorts) == {"detector": set(), "training": {"second visit"}}


def test_a_test_split_is_held_back_from_its_own_cohort(listed: Tables) -> None:
    listed.add("detector", "tested", "11", split="test")
    settings = listed.settings(shared_patients="leave_out")
    assert left_out(settings.cohorts) == {"detector": {"detector-11"}, "training": set()}


def test_what_is_left_out_holds_nothing_back_itself(listed: Tables) -> None:
    """The validation image goes, since it is scored; so its patient's other picture may stay."""
    shown = listed.rows["training"][0]["picture_hash"]
    listed.add("localization", "scored", None, picture_hash=shown)
    listed.add("training", "other visit", "0", split="train")
    listed.rows["detector"] = listed.rows["detector"][1:]
    settings = listed.settings(shared_patients="leave_out")
    assert left_out(settings.cohorts) == {"detector": set(), "training": {"training-0"}}


@pytest.mark.parametrize(
    ("cohort", "shared"), [("covid", 0), ("rsna", 2), ("folder", 2), ("chestxray14", 2)]
)
def test_equal_numbers_of_two_hospitals_are_two_patients(
    listed: Tables, cohort: str, shared: int
) -> None:
    listed.add("severity", "other", "12", cohort=cohort)
    found = left_out(listed.settings(shared_patients="leave_out").cohorts)
    assert sum(map(len, found.values())) == shared


@pytest.mark.parametrize("cohort", ["mimic_cxr_jpg", "ms_cxr", "nvidia_mimic"])
def test_boxes_on_mimic_are_of_patients_of_mimic(listed: Tables, cohort: str) -> None:
    listed.add("training", "of a study", "10000032", cohort="mimic_cxr_jpg", split="train")
    listed.add("localization", "with boxes", "10000032", cohort=cohort)
    leaving = listed.settings(shared_patients="leave_out")
    assert left_out(leaving.cohorts) == {"detector": set(), "training": {"of a study"}}


def test_a_cohort_that_is_all_held_back_cannot_be_trained_on(listed: Tables) -> None:
    for number in range(20):
        listed.add("localization", f"held {number}", str(number))
    settings = listed.settings(shared_patients="leave_out")
    assert "cohort 'training' has no image whose patient and picture" in refusal(settings)


def test_without_severity_nothing_is_held_back_for_it(listed: Tables) -> None:
    listed.add("severity", "later", "7")
    settings = listed.settings(severity=None)
    assert open_part("training", settings).left_out == 0
    assert list(scored_cohorts(settings)) == ["detector", "localization"]


def test_patients_that_share_a_picture_are_one(listed: Tables) -> None:
    same = "ab" * 32
    for image_id, patient, shown in (
        ("a", "78", same),
        ("b", "201", same),
        ("c", "201", "cd" * 32),
        ("d", "9", "0f" * 32),
    ):
        listed.add("severity", image_id, patient, cohort="covid", picture_hash=shown)
    images = list_images("severity", listed.settings().cohorts.parts()["severity"])
    assert joined_patients(images, 12)[2:] == ["78", "78", "78", "9"]


def test_the_detector_is_trained_without_shared_images(
    small_settings: ModelSettings, tmp_path: Path
) -> None:
    """Patients of the scored phantoms are put under two images of the detector's cohort."""
    drawn = small_settings.cohorts.detector.tables
    rows = read_table(IMAGES, drawn / "images.parquet").to_pylist()
    scored = next(row["subject_id"] for row in rows if row["cohort"] == "phantom_localization")
    ours = [row for row in rows if row["cohort"] == "phantom_detector" and row["split"] == "train"]
    for row in ours[:2]:
        row["subject_id"] = scored
    changed = pa.Table.from_pylist(rows, IMAGES.schema())
    write_table(IMAGES, changed, tmp_path / "images.parquet")
    write_table(BOXES, read_table(BOXES, drawn / "boxes.parquet"), tmp_path / "boxes.parquet")
    cohorts = {
        part: {"tables": tmp_path, "root": drawn, "name": f"phantom_{part}"} for part in PARTS
    }
    refusing = small_settings.model_copy(
        update={"cohorts": CohortsSettings.model_validate(cohorts)}
    )
    with pytest.raises(CohortError, match=r"2 of \d+ images of the first .*2 of one patient"):
        detector(settings=refusing, out=tmp_path / "detector")
    leaving = CohortsSettings.model_validate({**cohorts, "shared_patients": "leave_out"})
    settings = refusing.model_copy(update={"cohorts": leaving})
    counts = detector(settings=settings, out=tmp_path / "detector").counts
    assert counts["left_out_shared"] == 2
    assert counts["images"] == len(ours) - 2
    regions(settings=settings, detector=tmp_path / "detector", out=tmp_path / "regions")
    found = read_table(REGIONS, tmp_path / "regions" / "detector.parquet")["image_id"].to_pylist()
    assert not set(found) & {row["image_id"] for row in ours[:2]}
    assert set(found) >= {row["image_id"] for row in ours[2:]}


def test_a_cohort_may_be_those_with_a_box_of_a_label(listed: Tables) -> None:
    settings = listed.settings()
    tables = settings.cohorts.localization.tables
    first, *_ = list_images("localization", settings.cohorts.localization)
    box = {
        "box_id": "b",
        "image_id": first.image_id,
        "x": 1.0,
        "y": 1.0,
        "width": 9.0,
        "height": 9.0,
        "label": "finding:pneumonia",
        "phrase": None,
        "annotator": "radiologist",
    }
    write_table(BOXES, pa.Table.from_pylist([box], BOXES.schema()), tables / "boxes.parquet")
    pneumonia = CohortSettings(tables=tables, boxed=("finding:pneumonia",))
    assert list_images("localization", pneumonia) == (first,)
    nodules = CohortSettings(tables=tables, boxed=("finding:nodule",))
    with pytest.raises(CohortError, match="no image has a box of finding:nodule; labels there: "):
        list_images("localization", nodules)


def test_a_listed_folders_patients_are_held_against_all(listed: Tables) -> None:
    listed.add("detector", "of_a_list", "of everybody", cohort="listed", split="train")
    listed.add("localization", "elsewhere", "of everybody")
    assert "of_a_list and elsewhere (one patient)" in refusal(listed.settings(), "detector")
