"""The commands of `reproductions/mimic`, run in their order on a small tree of the same layout."""

import gzip
import json
import shlex
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pytest
import yaml
from dvc.parsing import DataResolver
from dvc.repo import Repo
from dvc.utils.serialize import load_yaml
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid
from typer.testing import CliRunner

from data_contracts.images import BOXES, IMAGES
from data_contracts.predictions import SCORES
from data_contracts.regions import REGIONS
from data_contracts.storage import read_table
from model.cli import app as model_app
from model.settings import load_settings as load_model_settings
from model.tensors.apart import open_part
from pipeline.cli import app as pipeline_app

SHIPPED: Final = Path(__file__).parents[2] / "reproductions" / "mimic"
APPS: Final = {"model": model_app, "pipeline": pipeline_app}
SIDE: Final = 96

#: What makes it small: everything else is as shipped.
SMALL: Final[dict[str, Any]] = {
    "nlp": {"workers": 1},
    "vocabulary": {"min_reports": 2},
    "embed": {"dimensions": 8, "epochs": 1, "min_count": 1},
    "model": {
        "attributes": {"min_reports": 2},
        "hardware": {"accelerator": "cpu", "workers": 0, "precision": "32-true"},
        "picture": {"size": 64},
        "backbone": {"name": "resnet10t", "weights": None, "channels": 16, "freeze_norms": False},
        "detector": {"epochs": 1, "batch_size": 4},
        "regions": {"per_image": 4},
        "network": {"epochs": 1, "batch_size": 8, "size": 16},
        "classifier": {"epochs": 1, "batch_size": 8},
        "evaluation": {"draws": 10},
    },
}
PHRASES: Final = (
    "Opacity in the left lower lobe, likely pneumonia.",
    "Right upper lobe consolidation.",
    "Small right pleural effusion.  No pneumonia.",
    "Bibasilar atelectasis.",
    "The lungs are clear.  No focal consolidation or effusion.",
)


class Study(NamedTuple):
    """A study of MIMIC-CXR, of one frontal picture."""

    subject: int
    study: int
    split: str

    @property
    def dicom(self) -> str:
        return f"{self.study:08x}-0000"


#: 24 patients of two studies each, split as MIMIC-CXR's are: by patient, most of them to train on.
STUDIES: Final = tuple(
    Study(10000030 + patient, 50414000 + 10 * patient + visit, split)
    for patient in range(24)
    for split in ("validate" if patient < 3 else "test" if patient < 5 else "train",)
    for visit in range(2)
)
#: Boxes are on patients of every split.
BOXED: Final = STUDIES[1:15:3]


def picture(seed: int) -> NDArray[np.uint8]:
    """[H, W] of its own coarse clouds, as alike another one as two patients are."""
    clouds = np.random.default_rng(seed).integers(0, 256, (16, 16), dtype=np.uint8)
    return np.asarray(Image.fromarray(clouds).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def write_reports(folder: Path) -> None:
    """`mimic-cxr-reports.zip`, with the tree in it."""
    folder.mkdir()
    with zipfile.ZipFile(folder / "mimic-cxr-reports.zip", "w") as archive:
        for number, (subject, study, _) in enumerate(STUDIES):
            text = f"FINAL REPORT\n FINDINGS:\n {PHRASES[number % len(PHRASES)]}\n"
            archive.writestr(f"files/p{str(subject)[:2]}/p{subject}/s{study}.txt", text)


def write_jpg_tree(folder: Path) -> None:
    """MIMIC-CXR-JPG: a frontal and, for the first, a lateral picture, and its three tables."""
    metadata = ["dicom_id,subject_id,study_id,ViewPosition"]
    splits = ["dicom_id,study_id,subject_id,split"]
    labels = ["subject_id,study_id,Pneumonia"]
    for number, one in enumerate(STUDIES):
        subject, study, split = one
        place = folder / f"files/p{str(subject)[:2]}/p{subject}/s{study}"
        place.mkdir(parents=True)
        Image.fromarray(picture(number)).save(place / f"{one.dicom}.jpg", quality=95)
        metadata.append(f"{one.dicom},{subject},{study},{'PA' if number % 2 else 'AP'}")
        splits.append(f"{one.dicom},{study},{subject},{split}")
        labels.append(f"{subject},{study},")
    metadata.append(f"lateral,{STUDIES[0].subject},{STUDIES[0].study},LATERAL")
    for name, rows in (("metadata", metadata), ("split", splits), ("chexpert", labels)):
        table = folder / f"mimic-cxr-2.0.0-{name}.csv.gz"
        table.write_bytes(gzip.compress("\n".join([*rows, ""]).encode()))


def write_boxes(folder: Path) -> None:
    """NVIDIA's JSON, which names pictures by their DICOM id and has their reports in it."""
    folder.mkdir()
    size = {"width": SIDE, "height": SIDE}
    images = [
        {"id": number, "path": f"/datasets/{one.dicom}.jpg", "report": PHRASES[0], **size}
        for number, one in enumerate(BOXED)
    ]
    boxes = [
        {
            "image_id": number,
            "category_id": 1 + (number == 0),
            "bbox": [8 + 4 * number, 40, 30, 36],
            "label_text_start": 0,
            "label_text_end": len("Opacity"),
        }
        for number, _ in enumerate(BOXED)
    ]
    kinds = [{"id": 1, "name": "pneumonia"}, {"id": 2, "name": "pneumothorax"}]
    content = {"images": images, "annotations": boxes, "categories": kinds}
    (folder / "annotations.json").write_text(json.dumps(content))


def write_rsna(folder: Path) -> None:
    """The challenge: 24 DICOM files, half of them with a box, of 12 patients of ChestX-ray14."""
    rows, mappings = ["patientId,x,y,width,height,Target"], []
    for number in range(24):
        name = f"{number:08d}-rsna"
        write_dicom(folder / f"stage_2_train_images/{name}.dcm", picture(1000 + number))
        # Of 1024 x 1024 pixels, whatever the file has.
        rows.append(f"{name},{'200.0,400.0,300.0,350.0,1' if number % 2 else ',,,,0'}")
        mappings.append({"subset_img_id": name, "img_id": f"{number // 2 + 1:08d}_000.png"})
    (folder / "stage_2_train_labels.csv").write_text("\n".join([*rows, ""]))
    named = folder / "pneumonia-challenge-dataset-mappings_2018.json"
    named.write_text(json.dumps(mappings))


def write_dicom(path: Path, values: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[path.name])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.ViewPosition = "CR", "PA"
    dataset.Rows, dataset.Columns = values.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.PixelData = values.tobytes()
    dataset.save_as(path, enforce_file_format=True)


def put(values: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Settings with others put over them, section by section."""
    merged = dict(values)
    for key, value in over.items():
        below = values.get(key)
        merged[key] = put(below, value) if isinstance(below, dict) else value
    return merged


def resolved_stages(folder: Path) -> dict[str, dict[str, Any]]:
    """The stages of a `dvc.yaml`, in its order, as DVC resolves them."""
    repo = Repo(str(folder), uninitialized=True)
    resolver = DataResolver(repo, str(folder), load_yaml(folder / "dvc.yaml"))
    stages: dict[str, dict[str, Any]] = resolver.resolve()["stages"]
    return stages


def paths(entries: list[Any]) -> list[str]:
    return [next(iter(one)) if isinstance(one, dict) else one for one in entries]


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What the commands left behind.

    Attributes:
        folder: the copy of `reproductions/mimic`.
        lacking: by stage, the inputs that were not there before it, and the outputs after it.
    """

    folder: Path
    lacking: dict[str, list[str]]


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Reproduced:
    """A run of all stages, with the data sets where the settings say that they lie."""
    beside = tmp_path_factory.mktemp("beside")
    write_reports(beside / "mimic-cxr")
    write_jpg_tree(beside / "mimic-cxr-jpg")
    write_boxes(beside / "mimic-cxr-annotations")
    write_rsna(beside / "rsna-pneumonia")
    folder = beside / "project" / "reproductions" / "mimic"
    folder.mkdir(parents=True)
    for name in ("dvc.yaml", "params.yaml", "published.yaml"):
        shutil.copy(SHIPPED / name, folder)
    params = put(yaml.safe_load((folder / "params.yaml").read_text()), SMALL)
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    lacking: dict[str, list[str]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, stage in resolved_stages(folder).items():
            python, flag, package, *arguments = shlex.split(stage["cmd"])
            assert (python, flag) == ("python", "-m")
            # Code is the project's, not the copy's; test_reproductions.py looks at it.
            needed = [path for path in paths(stage["deps"]) if not path.startswith("../../")]
            before = [path for path in needed if not Path(path).exists()]
            # A pool of processes for a few dozen pictures would cost more than it brings.
            alone = [one if one != "8" else "1" for one in arguments]
            done = CliRunner().invoke(APPS[package], alone)
            assert done.exit_code == 0, f"{name}: {done.output}"
            made = paths(stage["outs"])
            lacking[name] = before + [path for path in made if not Path(path).exists()]
    return Reproduced(folder, lacking)


def rows(reproduced: Reproduced, contract: Any, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_table(contract, reproduced.folder / path).to_pylist()
    return found


def test_each_stage_finds_its_inputs_and_leaves_its_outputs(reproduced: Reproduced) -> None:
    assert {name: gone for name, gone in reproduced.lacking.items() if gone} == {}
    assert "results" in reproduced.lacking


def test_every_data_set_is_read(reproduced: Reproduced) -> None:
    images = {
        name: rows(reproduced, IMAGES, f"data/{name}/images.parquet")
        for name in ("rsna", "mimic_cxr_jpg", "nvidia_mimic")
    }
    assert {name: len(found) for name, found in images.items()} == {
        "rsna": 24,
        "mimic_cxr_jpg": len(STUDIES),
        "nvidia_mimic": len(BOXED),
    }
    assert {row["subject_id"] for row in images["rsna"]} == {str(n) for n in range(1, 13)}
    boxes = rows(reproduced, BOXES, "data/nvidia_mimic/boxes.parquet")
    assert {row["label"] for row in boxes} == {"finding:pneumonia", "finding:pneumothorax"}
    assert {row["phrase"] for row in boxes} == {"Opacity"}


def test_no_patient_with_boxes_of_the_test_is_trained_on(
    reproduced: Reproduced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(reproduced.folder)
    held_back = {str(one.subject) for one in BOXED}
    settings = load_model_settings(None)
    for part in ("detector", "training"):
        cohort = open_part(part, settings)
        for split in ("train", "validate"):
            patients = {image.subject_id for image in cohort.of_split(split).images}
            assert patients
            assert not patients & held_back
    # All their studies, not only those with a box, are out of what the network reads; MIMIC's own
    # test split is there, but in no split to train or to validate on.
    listed = {row["image_id"] for row in rows(reproduced, REGIONS, "data/regions/training.parquet")}
    used = [one for one in STUDIES if one.split != "test"]
    kept = {one.dicom for one in used if str(one.subject) not in held_back}
    assert listed & {one.dicom for one in used} == kept
    counts = json.loads(Path("metrics/network.json").read_text())
    assert counts["left_out_shared"] > 0


def test_every_method_is_scored_on_all_boxed_images(reproduced: Reproduced) -> None:
    found = rows(reproduced, SCORES, "data/evaluation/scores.parquet")
    located = [row for row in found if row["cohort"] == "localization"]
    assert {row["method"] for row in located} >= {
        "cross_attention",
        "detector",
        "cam",
        "grad_cam",
        "mean_boxes",
        "random",
    }
    assert {row["images"] for row in located if row["score"] == "accuracy"} == {len(BOXED)}
    assert not [row for row in found if row["cohort"] == "severity"]


def test_the_page_names_what_was_scored_and_what_is_published(reproduced: Reproduced) -> None:
    page = (reproduced.folder / "results.md").read_text(encoding="utf-8")
    assert page.startswith("# NVIDIA's boxes on MIMIC-CXR\n")
    assert "Real radiographs: nvidia_mimic" in page
    assert "Bhalodia et al. 2021" in page
    assert "arXiv:2110.03094" in page
