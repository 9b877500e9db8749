"""Small images of every kind, made by the tests that need them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    ExplicitVRLittleEndian,
    generate_uid,
)

Write = Callable[..., Path]


def ramp(width: int = 80, height: int = 70) -> NDArray[np.uint8]:
    """[H, W] that grows darker to the left and, slowly, to the top."""
    columns = np.linspace(0, 200, width)[None, :]
    rows = np.linspace(0, 55, height)[:, None]
    return (columns + rows).astype(np.uint8)


@pytest.fixture
def picture() -> NDArray[np.uint8]:
    return ramp()


@pytest.fixture
def write_image() -> Write:
    def write(path: Path, values: NDArray[Any] | None = None, **options: Any) -> Path:
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
    def write(
        path: Path,
        values: NDArray[Any] | None = None,
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
