"""Keeps patients and pictures apart: what is held back is not trained on, in whatever cohort."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Final, Literal, NamedTuple, get_args

import numpy as np

from model.images.picture_hash import BITS, near_pairs
from model.settings import CohortsSettings, ModelSettings
from model.tensors.cohorts import Cohort, CohortError, CohortImage, list_images, open_cohort
from model.tensors.splits import TEST, TRAIN, VALIDATE, divide

#: Parts that are trained on.
TRAINED: Final = ("detector", "training")
#: Parts that are scored, whole.
_SCORED: Final = ("localization", "severity")
_SHOWN: Final = 3

#: Data sets that number their patients as another one does.
_NUMBERED_AS: Final = {
    "rsna": "chestxray14",
    "ms_cxr": "mimic_cxr_jpg",
    "nvidia_mimic": "mimic_cxr_jpg",
}
_PHANTOM: Final = "phantom_"
#: Whose numbers a user's own folder holds is not known: they are held against all.
_ANY: Final = frozenset({"folder", "listed"})

How = Literal["patient", "file", "picture"]
_HOW: Final[tuple[How, ...]] = get_args(How)


class Shared(NamedTuple):
    """An image to train on, and one that is held back and is of its patient or shows the same.

    Attributes:
        image_id: of the image to train on.
        held_back: id of the other one.
        how: what they share; a patient goes before a file, a file before a picture.
        distance: bits of 256 in which the pictures' hashes differ; 0 for a patient.
    """

    image_id: str
    held_back: str
    how: How
    distance: int


class _Side(NamedTuple):
    part: str
    split: str | None
    images: Sequence[CohortImage]

    def __str__(self) -> str:
        return f"'{self.part}'" + (f" (split {self.split})" if self.split else "")


def open_part(part: str, settings: ModelSettings, targets: Sequence[str] = ()) -> Cohort:
    """A cohort of the settings: one to score whole, one to train on divided and apart.

    Of a cohort to train on, `split` says what each image is used for. No image of `train` or
    `validate` shares patient, file or picture with one that is scored, or with the test split of
    the same cohort, and none of `train` with one of `validate`, its own or the other cohort's.

    Args:
        part: the part that it plays, as `params.yaml` names it.
        settings: all cohorts, and what becomes of images that are shared.
        targets: labels of the boxes to keep; empty keeps all.

    Raises:
        TableNotFoundError: a cohort has no table of images or boxes.
        ContractError: a table was written by another release.
        CohortError: it has no image, a path leads out of its root, or images are shared and
            `model.cohorts.shared_patients` refuses them.
    """
    cohorts = settings.cohorts
    cohort = open_cohort(part, cohorts.parts()[part], targets)
    if part not in TRAINED:
        return cohort
    without = left_out(cohorts)[part]
    divided = divide(cohort.images, cohorts.validation_share)
    kept = cohort.only(
        (image for image in divided if image.image_id not in without),
        "whose patient and picture is not held back to be scored",
    )
    return replace(kept, left_out=len(without))


def left_out(cohorts: CohortsSettings) -> dict[str, set[str]]:
    """Ids of the images that are not trained on, by part, since they are shared.

    Raises:
        CohortError: there are some, and `shared_patients` refuses them.
    """
    dropped: dict[str, set[str]] = {part: set() for part in TRAINED}
    refused = []
    for trained, held_back in _pairs(cohorts):
        found = shared_images(
            _without(trained, dropped), _without(held_back, dropped), cohorts.same_picture
        )
        if found:
            dropped[trained.part].update(one.image_id for one in found)
            refused.append(_told(trained, held_back, found))
    if refused and cohorts.shared_patients == "refuse":
        raise CohortError(
            "\n".join(refused) + "\nList cohorts with patients apart, or set "
            "model.cohorts.shared_patients to leave_out, which trains without these images"
        )
    return dropped


def shared_images(
    images: Sequence[CohortImage], held_back: Sequence[CohortImage], same_picture: int
) -> list[Shared]:
    """The images that share patient, file or picture with one that is held back, each once.

    Args:
        images: to train on.
        held_back: those that are not to be seen.
        same_picture: most bits in which the hashes of one picture differ.
    """
    patients, files = _by(held_back, "subject_id"), _by(held_back, "checksum")
    pictures = _pictures(images, held_back, same_picture)
    found = []
    for image in images:
        if other := _of_same_patient(image, patients):
            found.append(Shared(image.image_id, other, "patient", 0))
        elif same := files.get(image.checksum):
            found.append(Shared(image.image_id, same[0].image_id, "file", 0))
        elif image.image_id in pictures:
            found.append(pictures[image.image_id])
    return found


def joined_patients(images: Sequence[CohortImage], same_picture: int) -> list[str]:
    """Each image's patient, the same for patients that share a picture.

    Collections of published images list some twice, under two patients.

    Args:
        images: N images.
        same_picture: most bits in which the hashes of one picture differ.

    Returns:
        [N] patient of each image; of patients that are one, the first.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    patients = list(dict.fromkeys(image.subject_id for image in images))
    number = {patient: row for row, patient in enumerate(patients)}
    of_image = np.array([number[image.subject_id] for image in images])
    hashes = [image.picture_hash for image in images]
    pairs = [(near.row, near.other) for near in near_pairs(hashes, hashes, same_picture)]
    ends = of_image[np.array(pairs, dtype=np.int64).reshape(-1, 2)]
    edges = coo_array((np.ones(len(ends)), ends.T), shape=(len(patients), len(patients)))
    _, group = connected_components(edges, directed=False)
    first: dict[int, str] = {}
    for patient, own in zip(patients, group.tolist(), strict=True):
        first.setdefault(own, patient)
    return [first[group[row]] for row in of_image.tolist()]


def _pairs(cohorts: CohortsSettings) -> Iterator[tuple[_Side, _Side]]:
    """What is trained on and what it must be apart from; what is scored comes first."""
    parts = cohorts.parts()
    listed = {part: list_images(part, own) for part, own in parts.items()}
    trained = {part: divide(listed[part], cohorts.validation_share) for part in TRAINED}
    sides = {
        (part, split): _Side(part, split, [one for one in images if one.split == split])
        for part, images in trained.items()
        for split in (TRAIN, VALIDATE, TEST)
    }
    for part in _SCORED:
        if part in parts:
            held_back = _Side(part, None, listed[part])
            yield from ((sides[own, s], held_back) for own in TRAINED for s in (TRAIN, VALIDATE))
    for own in TRAINED:
        yield from ((sides[own, split], sides[own, TEST]) for split in (TRAIN, VALIDATE))
        yield sides[own, TRAIN], sides[own, VALIDATE]
    for own, other in permutations(TRAINED, 2):
        yield sides[own, TRAIN], sides[other, VALIDATE]


def _without(side: _Side, dropped: Mapping[str, set[str]]) -> list[CohortImage]:
    gone = dropped.get(side.part, frozenset[str]())
    return [image for image in side.images if image.image_id not in gone]


def _by(images: Sequence[CohortImage], key: str) -> dict[str, list[CohortImage]]:
    """Images by an attribute of theirs, in their order."""
    found: defaultdict[str, list[CohortImage]] = defaultdict(list)
    for image in images:
        found[getattr(image, key)].append(image)
    return dict(found)


def _of_same_patient(
    image: CohortImage, patients: Mapping[str, Sequence[CohortImage]]
) -> str | None:
    """Id of an image of the same patient: the same number, given by the same hospital."""
    own = _numbering(image)
    for other in patients.get(image.subject_id, ()):
        if own == _numbering(other) or _ANY & {own, _numbering(other)}:
            return other.image_id
    return None


def _numbering(image: CohortImage) -> str:
    """Whose patient numbers an image has."""
    if image.cohort.startswith(_PHANTOM):
        return _PHANTOM
    return _NUMBERED_AS.get(image.cohort, image.cohort)


def _pictures(
    images: Sequence[CohortImage], held_back: Sequence[CohortImage], same_picture: int
) -> dict[str, Shared]:
    """By image id, the picture held back that is nearest to it, where one is near."""
    hashes = [image.picture_hash for image in images]
    found: dict[str, Shared] = {}
    for near in near_pairs(hashes, [other.picture_hash for other in held_back], same_picture):
        own, other = images[near.row].image_id, held_back[near.other].image_id
        if own not in found or near.distance < found[own].distance:
            found[own] = Shared(own, other, "picture", near.distance)
    return found


def _told(trained: _Side, held_back: _Side, found: Sequence[Shared]) -> str:
    """What is wrong between two sides, in a line."""
    counts = Counter(one.how for one in found)
    how = ", ".join(f"{counts[name]} of one {name}" for name in _HOW if counts[name])
    return (
        f"cohorts {trained} and {held_back}: {len(found)} of {len(trained.images)} images of the "
        f"first are also in the second ({how}), such as "
        + ", ".join(_example(one) for one in found[:_SHOWN])
    )


def _example(shared: Shared) -> str:
    pair = f"{shared.image_id} and {shared.held_back}"
    if shared.how == "picture":
        return f"{pair} (one picture: {shared.distance} of {BITS} bits differ)"
    return f"{pair} (one {shared.how})"
