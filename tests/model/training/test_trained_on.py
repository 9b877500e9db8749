"""A card says of which cohorts, images and patients its weights are."""

from pathlib import Path
from typing import NamedTuple

from model.training.trained_on import TrainedOn, trained_on


class Image(NamedTuple):
    cohort: str
    subject_id: str


def test_images_and_patients_are_counted_by_cohort() -> None:
    images = [Image("rsna", "1"), Image("covid", "1"), Image("rsna", "1"), Image("rsna", "2")]
    assert trained_on(images, Path("data/mixed")) == (
        TrainedOn("covid", 1, 1),
        TrainedOn("rsna", 3, 2),
    )


def test_images_of_a_list_are_named_by_the_folder_of_their_tables() -> None:
    images = [Image("listed", "1"), Image("folder", "2")]
    assert trained_on(images, Path("data/ward_3")) == (TrainedOn("ward_3", 2, 2),)
