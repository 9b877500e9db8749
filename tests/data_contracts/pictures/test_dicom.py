"""DICOM files as a workstation shows them: bright is dense, the patient's right is left."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from pydicom import config, dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import UID, JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from data_contracts.pictures.dicom import read_dicom
from data_contracts.pictures.pixels import read_facts, read_pixels
from data_contracts.pictures.unreadable import UnreadableImageError

Write = Callable[..., Path]
Values = NDArray[np.uint8]


def reason(path: Path) -> str:
    with pytest.raises(UnreadableImageError) as caught:
        read_pixels(path)
    return caught.value.reason


def twelve(picture: Values) -> NDArray[np.uint16]:
    return picture.astype(np.uint16) * np.uint16(16)


def test_8_bits_are_shown_as_stored(tmp_path: Path, write_dicom: Write, picture: Values) -> None:
    read = read_pixels(write_dicom(tmp_path / "a.dcm"))
    assert read.dtype == np.float32
    assert np.abs(read - picture / 255).max() < 1e-6


def test_monochrome1_is_inverted(tmp_path: Path, write_dicom: Write, picture: Values) -> None:
    tags = {"PhotometricInterpretation": "MONOCHROME1"}
    read = read_pixels(write_dicom(tmp_path / "a.dcm", 255 - picture, tags=tags))
    assert np.abs(read - picture / 255).max() < 1e-6


def test_the_first_window_decides(tmp_path: Path, write_dicom: Write, picture: Values) -> None:
    tags = {"WindowCenter": [2048, 10], "WindowWidth": [1001, 20]}
    read = read_pixels(write_dicom(tmp_path / "a.dcm", twelve(picture), 12, tags))
    stored = twelve(picture).astype(float)
    assert np.abs(read - np.clip((stored - 2047.5) / 1000 + 0.5, 0, 1)).max() < 1e-5


def test_the_window_counts_rescaled_values(
    tmp_path: Path, write_dicom: Write, picture: Values
) -> None:
    tags = {
        "RescaleSlope": 2,
        "RescaleIntercept": -1000,
        "WindowCenter": 3000,
        "WindowWidth": 4000,
        "VOILUTFunction": "LINEAR_EXACT",
    }
    read = read_pixels(write_dicom(tmp_path / "a.dcm", twelve(picture), 12, tags))
    expected = np.clip((twelve(picture) * 2.0 - 1000 - 1000) / 4000, 0, 1)
    assert np.abs(read - expected).max() < 1e-5


def test_a_sigmoid_window_has_its_middle_at_a_half(
    tmp_path: Path, write_dicom: Write, picture: Values
) -> None:
    tags = {"WindowCenter": 1600, "WindowWidth": 800, "VOILUTFunction": "SIGMOID"}
    read = read_pixels(write_dicom(tmp_path / "a.dcm", twelve(picture), 12, tags))
    assert np.allclose(read[twelve(picture) == 1600], 0.5)
    assert ((read > 0.5) == (twelve(picture) > 1600)).all()


def test_a_table_of_values_is_followed(tmp_path: Path, write_dicom: Write, picture: Values) -> None:
    table = Dataset()
    table.LUTDescriptor = [256, 0, 16]
    table.LUTData = np.arange(65535, -1, -257, dtype=np.uint16).tobytes()
    table.add_new(0x00283006, "OW", table.LUTData)
    path = write_dicom(tmp_path / "a.dcm", tags={"VOILUTSequence": Sequence([table])})
    assert np.abs(read_pixels(path) - (1 - picture / 255)).max() < 0.01


def lookup_table(descriptor: list[int], data: bytes, vr: str = "OW") -> Sequence:
    table = Dataset()
    table.LUTDescriptor = descriptor
    table.add_new(0x00283006, vr, data)
    return Sequence([table])


def test_a_table_of_65536_entries_is_followed_though_written_as_unknown(
    tmp_path: Path, write_dicom: Write, picture: Values
) -> None:
    falling = np.arange(65535, -1, -1, dtype=np.uint16).tobytes()
    tags = {"VOILUTSequence": lookup_table([0, 0, 16], falling, "UN")}
    path = write_dicom(tmp_path / "a.dcm", picture.astype(np.uint16) * 257, 16, tags)
    assert np.abs(read_pixels(path) - (1 - picture / 255)).max() < 0.01
    assert read_facts(path).notes == ()


def test_a_table_of_8_bits_serves_pictures_of_12(
    tmp_path: Path, write_dicom: Write, picture: Values
) -> None:
    rising = (np.arange(4096) // 16).astype(np.uint8).tobytes()
    tags = {"VOILUTSequence": lookup_table([4096, 0, 8], rising)}
    path = write_dicom(tmp_path / "a.dcm", twelve(picture), 12, tags)
    assert np.abs(read_pixels(path) - picture / 255).max() < 0.01


TEN_OF_16 = (np.arange(4096) // 4).astype(np.uint16).tobytes()


@pytest.mark.parametrize(
    ("descriptor", "data"),
    [
        ([4096, 0, 16], b""),
        ([4096, 0, 16], TEN_OF_16[:1000]),
        ([0, 0, 16], TEN_OF_16),
        ([4096, 0, 16], TEN_OF_16),
        ([4096, 0, 77], TEN_OF_16),
    ],
)
@pytest.mark.parametrize("vr", ["OW", "UN"])
def test_a_table_that_cannot_be_used_leaves_the_picture_to_the_window_and_is_noted(
    tmp_path: Path, write_dicom: Write, picture: Values, descriptor: list[int], data: bytes, vr: str
) -> None:
    tags: dict[str, Any] = {"VOILUTSequence": lookup_table(descriptor, data, vr)}
    window = {"WindowCenter": 2048, "WindowWidth": 4096, "VOILUTFunction": "LINEAR_EXACT"}
    windowed = write_dicom(tmp_path / "a.dcm", twelve(picture), 12, {**tags, **window})
    assert np.abs(read_pixels(windowed) - picture / 256).max() < 0.01
    stretched = write_dicom(tmp_path / "b.dcm", twelve(picture), 12, tags)
    assert np.corrcoef(read_pixels(stretched).ravel(), picture.ravel())[0, 1] > 0.99
    assert read_pixels(stretched).max() == 1
    assert read_facts(stretched).notes == ("display_table_unusable",)


def test_a_broken_table_of_the_modality_costs_no_picture_either(
    tmp_path: Path, write_dicom: Write, picture: Values
) -> None:
    tags = {"ModalityLUTSequence": lookup_table([4096, 0, 16], b"")}
    path = write_dicom(tmp_path / "a.dcm", twelve(picture), 12, tags)
    assert np.corrcoef(read_pixels(path).ravel(), picture.ravel())[0, 1] > 0.99
    assert read_facts(path).notes == ("display_table_unusable",)


@pytest.mark.parametrize("window", [None, (60_000, 10), (100, 0)])
def test_without_a_useful_window_the_stored_range_is_stretched(
    tmp_path: Path, write_dicom: Write, picture: Values, window: tuple[int, int] | None
) -> None:
    tags = {} if window is None else {"WindowCenter": window[0], "WindowWidth": window[1]}
    values = twelve(picture)
    values[0, 0] = 4095  # a marker
    read = read_pixels(write_dicom(tmp_path / "a.dcm", values, 12, tags))
    assert (read.min(), read.max()) == (0, 1)
    assert np.corrcoef(read.ravel()[1:], picture.ravel()[1:])[0, 1] > 0.99


def test_padding_is_black_and_leaves_the_range_alone(
    tmp_path: Path, write_dicom: Write, picture: Values
) -> None:
    values = twelve(picture) + 100
    values[:, :20] = 0
    tags = {"PhotometricInterpretation": "MONOCHROME1", "PixelPaddingValue": 0}
    read = read_pixels(write_dicom(tmp_path / "a.dcm", values, 12, tags))
    assert (read[:, :20] == 0).all()
    assert read[:, 20:].max() == 1


@pytest.mark.parametrize(
    ("directions", "stored"),
    [
        (["L", "F"], lambda p: p),
        (["R", "F"], lambda p: p[:, ::-1]),
        (["L", "H"], lambda p: p[::-1]),
        (["RF", "HL"], lambda p: p[::-1, ::-1]),
        (["F", "L"], lambda p: p.T),
        (["F", "R"], lambda p: p[:, ::-1].T),
        (["H", "L"], lambda p: p[::-1].T),
        (["X"], lambda p: p),
        (["A", "F"], lambda p: p),
    ],
)
def test_the_patient_faces_the_reader_however_the_picture_is_stored(
    tmp_path: Path,
    write_dicom: Write,
    picture: Values,
    directions: list[str],
    stored: Callable[[Values], Values],
) -> None:
    tags = {"PatientOrientation": directions}
    path = write_dicom(tmp_path / "a.dcm", np.ascontiguousarray(stored(picture)), tags=tags)
    facts = read_facts(path)
    assert (facts.height, facts.width) == picture.shape
    assert np.abs(read_pixels(path) - picture / 255).max() < 1e-6


def test_the_header_tells_spacing_and_view(tmp_path: Path, write_dicom: Write) -> None:
    tags = {"ImagerPixelSpacing": [0.2, 0.1], "ViewPosition": "AP"}
    facts = read_facts(write_dicom(tmp_path / "a.dcm", tags=tags))
    assert (facts.width, facts.height, facts.spacing, facts.view) == (80, 70, (0.1, 0.2), "AP")
    sideways = read_facts(
        write_dicom(tmp_path / "b.dcm", tags={**tags, "PatientOrientation": ["F", "L"]})
    )
    assert (sideways.width, sideways.height, sideways.spacing) == (70, 80, (0.2, 0.1))


def test_rows_from_front_to_back_are_a_lateral_view(tmp_path: Path, write_dicom: Write) -> None:
    path = write_dicom(tmp_path / "a.dcm", tags={"PatientOrientation": ["A", "F"]})
    assert read_facts(path).view == "LATERAL"


def test_a_spacing_of_zero_is_none(tmp_path: Path, write_dicom: Write) -> None:
    path = write_dicom(tmp_path / "a.dcm", tags={"PixelSpacing": [0, 0]})
    assert read_facts(path).spacing is None


def test_run_lengths_are_decoded(tmp_path: Path, write_dicom: Write, picture: Values) -> None:
    dataset = dcmread(write_dicom(tmp_path / "a.dcm", twelve(picture)))
    dataset.compress(RLELossless)
    dataset.save_as(tmp_path / "b.dcm")
    assert np.array_equal(read_pixels(tmp_path / "a.dcm"), read_pixels(tmp_path / "b.dcm"))


@pytest.mark.parametrize(
    ("syntax", "name", "error"),
    [(JPEGBaseline8Bit, "JPEG", 0.05), (JPEG2000Lossless, "JPEG2000", 1e-6)],
)
def test_jpeg_inside_is_decoded(
    tmp_path: Path, write_dicom: Write, picture: Values, syntax: UID, name: str, error: float
) -> None:
    frame = io.BytesIO()
    Image.fromarray(picture).save(frame, format=name)
    dataset = dcmread(write_dicom(tmp_path / "a.dcm"))
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([frame.getvalue()])
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(tmp_path / "b.dcm")
    assert np.abs(read_pixels(tmp_path / "b.dcm") - picture / 255).max() < error


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"NumberOfFrames": 2}, "multi_frame"),
        ({"Modality": "CT"}, "not_radiograph"),
        ({"Rows": 40}, "too_small"),
        ({"Rows": 60_000, "Columns": 60_000}, "too_large"),
        ({"Rows": 700}, "truncated"),
        ({"PhotometricInterpretation": "MONOCHROME3"}, "damaged"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    tmp_path: Path, write_dicom: Write, tags: dict[str, Any], expected: str
) -> None:
    assert reason(write_dicom(tmp_path / "a.dcm", tags=tags)) == expected


def test_a_file_cut_off_is_refused(tmp_path: Path, write_dicom: Write) -> None:
    path = write_dicom(tmp_path / "a.dcm")
    path.write_bytes(path.read_bytes()[:-1000])
    assert reason(path) == "truncated"


def test_text_by_the_name_of_a_dicom_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_text("this is no image, and long enough to be read as one" * 10)
    assert reason(tmp_path / "a.dcm") in ("not_an_image", "damaged", "truncated")


@settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_damage_never_ends_in_a_strange_error(
    tmp_path: Path, write_dicom: Write, data: st.DataObject
) -> None:
    path = write_dicom(tmp_path / "a.dcm", tags={"PixelSpacing": [0.1, 0.1]})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(132, 700))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(200, len(content)))])
    try:
        read = read_dicom(path)
    except UnreadableImageError as error:
        if not error.detail:
            raise
    else:
        assert read.ndim == 2


@pytest.mark.parametrize("slope", ["nan", "inf", "1E38", "1E-320"])
def test_rescaling_that_gives_no_numbers_is_damage(
    tmp_path: Path, write_dicom: Write, picture: Values, slope: str
) -> None:
    tags = {"RescaleSlope": slope, "RescaleIntercept": "0"}
    path = tmp_path / "a.dcm"
    with config.disable_value_validation():
        write_dicom(path, twelve(picture), 12, tags)
    assert reason(path) == "damaged"


@pytest.mark.parametrize(
    ("center", "width", "function"),
    [
        ("0", "1e-300", "LINEAR"),
        ("1e16", "1", "LINEAR"),
        ("1e17", "1.5", "LINEAR"),
        ("1e15", "1e-3", "LINEAR_EXACT"),
        ("2048", "1e-320", "LINEAR_EXACT"),
        ("2048", "1e-320", "SIGMOID"),
    ],
)
def test_a_window_without_width_costs_no_picture(
    tmp_path: Path, write_dicom: Write, picture: Values, center: str, width: str, function: str
) -> None:
    tags = {"WindowCenter": center, "WindowWidth": width, "VOILUTFunction": function}
    read = read_pixels(write_dicom(tmp_path / "a.dcm", twelve(picture), 12, tags))
    without = read_pixels(write_dicom(tmp_path / "b.dcm", twelve(picture), 12))
    assert np.isfinite(read).all()
    assert set(np.unique(read)) <= {0.0, 1.0} or (read == without).all()


def test_a_modality_that_is_none_is_not_repeated(tmp_path: Path, write_dicom: Write) -> None:
    """Whoever wrote the file may have put anything there."""
    for modality, said in (("CT", "of modality CT"), ("DOE JOHN", "of another modality")):
        path = write_dicom(tmp_path / "a.dcm", tags={"Modality": modality})
        with pytest.raises(UnreadableImageError, match=said) as caught:
            read_pixels(path)
        assert "DOE" not in str(caught.value)
