"""How the tests are run: their examples, seeds and threads, and which of them share a process."""

import argparse
import gc
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from playwright.sync_api import Browser

Write = Callable[..., Path]

# Nothing hangs on how fast a machine is: an example may take its time. Examples are new on every
# machine but CI's, where equal code must fare equally.
for profile, derandomize in (("local", False), ("ci", True)):
    settings.register_profile(
        profile,
        derandomize=derandomize,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("ci" if os.environ.get("CI") else "local")

#: Files whose tests ask for one cohort that has gone through every stage; it is made once.
TOGETHER = {
    "tests/faults/test_changed_settings.py": "unbroken runs",
    "tests/faults/test_damage.py": "unbroken runs",
    "tests/faults/test_kills.py": "unbroken runs",
    "tests/faults/test_two_runs.py": "unbroken runs",
    "tests/model/methods/test_registry.py": "the trained cohort",
    "tests/model/network/test_training.py": "the trained cohort",
    "tests/model/prediction/test_kept_weights.py": "the trained cohort",
    "tests/model/prediction/test_predict.py": "the trained cohort",
    "tests/model/stages/test_all_stages.py": "the trained cohort",
    "tests/model/stages/test_disk_full.py": "the trained cohort",
    "tests/model/stages/test_killed.py": "the trained cohort",
    "tests/model/training/test_resuming.py": "the trained cohort",
    "tests/pneumoloc/test_examples.py": "the front door's cohort",
    "tests/pneumoloc/test_labelled_images.py": "the front door's cohort",
    "tests/pneumoloc/test_texts.py": "the front door's cohort",
    "tests/pneumoloc/test_trained_model.py": "the front door's cohort",
}

#: Who asks for one of these fixtures has a test that trains.
TRAINED = {"trained", "trained_model"}


class FileByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Each file's tests run in one process, which makes the file's fixtures once."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        return TOGETHER.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile:
    return FileByFile(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No processes for a file that is asked for alone, which all would go to one of."""
    files = {argument.partition("::")[0] for argument in config.args}
    return 0 if len(files) == 1 and Path(*files).is_file() else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options that only `.ci` gives: another seed for all that trains, and more threads."""
    parser.addoption("--seed-shift", type=int, default=0, help=argparse.SUPPRESS)
    parser.addoption("--threads", type=int, default=1, help=argparse.SUPPRESS)


def pytest_configure(config: pytest.Config) -> None:
    # Before any library is loaded that asks for it; what tests start inherits it. The processes
    # that the tests are spread over fill the cores already.
    os.environ["OMP_NUM_THREADS"] = str(config.getoption("threads"))


def pytest_unconfigure() -> None:
    # Extraction freezes what lives as long as its process, which is this one where a test extracts.
    # What is frozen is never taken apart, and libraries such as DuckDB's tell of that at the end.
    gc.unfreeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and TRAINED & set(item.fixturenames):
            item.add_marker("trains")


@pytest.fixture(scope="session")
def seed_shift(pytestconfig: pytest.Config) -> int:
    """What is added to every seed that a test trains with."""
    shift: int = pytestconfig.getoption("seed_shift")
    return shift


def ramp(width: int = 80, height: int = 70) -> "NDArray[np.uint8]":
    """[H, W] that grows darker to the left and, slowly, to the top."""
    import numpy as np

    columns = np.linspace(0, 200, width)[None, :]
    rows = np.linspace(0, 55, height)[:, None]
    return (columns + rows).astype(np.uint8)


@pytest.fixture
def picture() -> "NDArray[np.uint8]":
    return ramp()


@pytest.fixture
def write_image() -> Write:
    """Writes a PNG or JPEG, whatever the name's suffix."""
    from PIL import Image

    def write(path: Path, values: "NDArray[Any] | None" = None, **options: Any) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A mark of the file's name, since equal files are set aside as duplicates.
        values = ramp() if values is None else values
        if "salt" in options:
            values = values.copy()
            values[0, 0] = options.pop("salt")
        Image.fromarray(values).save(path, **options)
        return path

    return write


@pytest.fixture
def write_dicom() -> Write:
    """Writes a small DICOM file."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid

    def write(
        path: Path,
        values: "NDArray[Any] | None" = None,
        bits: int | None = None,
        tags: Mapping[str, Any] | None = None,
    ) -> Path:
        values = ramp() if values is None else values
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
        # The same on every run: property tests cut files at lengths that they chose before.
        meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[path.name])
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset = Dataset()
        dataset.file_meta = meta
        dataset.SOPClassUID = meta.MediaStorageSOPClassUID
        dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
        dataset.Modality = "DX"
        dataset.Rows, dataset.Columns = values.shape
        dataset.SamplesPerPixel = 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.BitsAllocated = values.dtype.itemsize * 8
        dataset.BitsStored = bits or dataset.BitsAllocated
        dataset.HighBit = dataset.BitsStored - 1
        dataset.PixelRepresentation = 0
        for name, value in (tags or {}).items():
            setattr(dataset, name, value)
        dataset.PixelData = values.tobytes()
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(path, enforce_file_format=True)
        return path

    return write


@pytest.fixture
def write_study(write_image: Write) -> Callable[..., Path]:
    """Writes a run's images, boxes and what two methods found, of one small X-ray.

    The attribute `side:left` attends to a region at the picture's right, which box 1 is.
    """
    import pyarrow as pa

    from data_contracts.contract import Contract
    from data_contracts.images import BOXES, IMAGES
    from data_contracts.predictions import ATTENTION, EVERYTHING, MAPS, PREDICTIONS, READINGS
    from data_contracts.storage import write_table

    left = {"x": 50.0, "y": 30.0, "width": 20.0, "height": 25.0}
    right = {"x": 8.0, "y": 20.0, "width": 18.0, "height": 22.0}

    def put(contract: Contract, path: Path, *rows: dict[str, Any]) -> None:
        table = pa.Table.from_pylist(list(rows), contract.schema())
        write_table(contract, table, path)

    def write(
        tables: Path,
        *,
        report_id: str | None = "r1",
        study_id: str | None = None,
        image_id: str = "i1",
        path: str = "pictures/i1.png",
    ) -> Path:
        folder = tables / "radiographs"
        image = {"image_id": image_id, "report_id": report_id, "study_id": study_id,
                 "cohort": "made", "path": path, "view": "PA", "width": 80, "height": 70,
                 "checksum": "0", "picture_hash": "0" * 64}  # fmt: skip
        put(IMAGES, folder / "images.parquet", image)
        reference = {"box_id": f"{image_id}/0", "image_id": image_id, **left,
                     "label": "finding:opacity", "annotator": "ada"}  # fmt: skip
        put(BOXES, folder / "boxes.parquet", reference)
        if not (folder / path).exists() and ".." not in path:
            write_image(folder / path)
        one = {"image_id": image_id}
        ours = {"method": "cross_attention", **one}
        found = tables / "predictions" / "cross_attention" / "localization"
        attributes = [("side:left", 0.9), ("finding:opacity", 0.8), ("finding:pneumonia", 0.6)]
        put(PREDICTIONS, found / "predictions.parquet",
            {**ours, "number": 0, **left, "score": 0.7, "attributes": attributes},
            {**ours, "number": 1, **right, "score": 0.1, "attributes": []})  # fmt: skip
        put(READINGS, found / "readings.parquet",
            {**ours, "geographic_extent": 2.0, "opacity": 1.5,
             "probabilities": attributes})  # fmt: skip
        regions = [
            {**ours, "number": number, **place, "score": score, "shares": [("side:left", share)]}
            for number, (place, score, share) in enumerate([(left, 0.7, 0.8), (right, 0.1, 0.2)])
        ]
        put(ATTENTION, found / "attention.parquet", *regions)
        cam = {"method": "cam", **one}
        other = tables / "predictions" / "cam" / "localization"
        put(PREDICTIONS, other / "predictions.parquet",
            {**cam, "number": 0, **right, "score": 0.4, "attributes": []})  # fmt: skip
        put(READINGS, other / "readings.parquet", {**cam, "probabilities": []})
        cells = pa.array([[0.5] * 1024], pa.list_(pa.float32())).cast(pa.list_(pa.float16()))
        maps = pa.table({"method": ["cam"], "image_id": [image_id], "concept_id": [EVERYTHING],
                         "values": cells}, MAPS.schema())  # fmt: skip
        write_table(MAPS, maps, other / "maps.parquet")
        evaluation = tables / "evaluation"
        evaluation.mkdir(exist_ok=True)
        thresholds = {"cross_attention": 0.3}
        (evaluation / "thresholds.json").write_text(json.dumps(thresholds), encoding="utf-8")
        return tables

    return write


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A Chromium to look at pages with."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next((found for name in names if (found := shutil.which(name))), None)
    if chromium is None:
        pytest.skip("no Chromium on this machine; apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()
