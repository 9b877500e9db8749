"""Splits are what sources name, and else of patients."""

from hypothesis import given
from hypothesis import strategies as st

from model.tensors.cohorts import CohortImage
from model.tensors.splits import divide, split_of_patient


def image(number: int, subject: str, split: str | None = None) -> CohortImage:
    return CohortImage(f"i{number}", subject, None, split, f"{number}.png", 100, 100)


def splits(images: tuple[CohortImage, ...]) -> list[str | None]:
    return [one.split for one in images]


def test_names_of_published_splits_are_known() -> None:
    named = ("train", "Training", "validate", "val", "VALID", "test", "challenge")
    images = [image(number, f"p{number}", split) for number, split in enumerate(named)]
    expected = ["train", "train", "validate", "validate", "validate", "test", "challenge"]
    assert splits(divide(images, 0.5)) == expected


def test_without_a_validation_split_patients_of_the_training_split_are_taken() -> None:
    images = [image(number, f"p{number // 2}", "train_val") for number in range(400)]
    images += [image(number, f"q{number}", "test") for number in range(400, 500)]
    images += [image(500, "p0"), image(501, "r0")]
    found = divide(images, 0.25)
    assert set(splits(found[:400])) == {"train", "validate"}
    assert set(splits(found[400:500])) == {"test"}
    assert splits(found[500:]) == [None, None]
    by_split = {
        split: {one.subject_id for one in found if one.split == split}
        for split in ("train", "validate")
    }
    assert not by_split["train"] & by_split["validate"]


def test_a_patient_has_the_same_split_in_every_cohort_and_order() -> None:
    one = divide([image(number, f"p{number}") for number in range(200)], 0.125)
    other = divide([image(number, f"p{number}") for number in reversed(range(100))], 0.125)
    first = {found.subject_id: found.split for found in one}
    assert {found.subject_id: found.split for found in other}.items() <= first.items()


def test_patients_stay_where_releases_have_put_them() -> None:
    """Weights and scores of other releases were made with these splits."""
    found = [number for number in range(40) if split_of_patient(str(number), 0.125) == "validate"]
    assert found == [9, 39]


@given(st.text(max_size=20), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_larger_share_keeps_the_patients_of_a_smaller_one(
    subject: str, one: float, other: float
) -> None:
    smaller, larger = sorted((one, other))
    assert split_of_patient(subject, smaller) == split_of_patient(subject, smaller)
    if split_of_patient(subject, smaller) == "validate":
        assert split_of_patient(subject, larger) == "validate"


@given(st.integers(0, 1_000_000), st.sampled_from([0.05, 0.125, 0.5]))
def test_the_share_is_about_right(first: int, share: float) -> None:
    found = [split_of_patient(f"s{first + number}", share) for number in range(2000)]
    assert abs(found.count("validate") / 2000 - share) < 0.06
