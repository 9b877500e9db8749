"""Every layout, as a user has it on disk, becomes the same tables."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from data_contracts.published_names import concept_named
from model.images.sources.records import ImageSourceError
from model.stages.images import images

Write = Callable[..., Path]
Read = Callable[..., Any]


def corners(box: dict[str, Any]) -> tuple[float, ...]:
    return tuple(box[edge] for edge in ("x", "y", "width", "height"))


def test_rsna(tmp_path: Path, write_dicom: Write, read: Read) -> None:
    root, folder = tmp_path / "rsna", tmp_path / "rsna" / "stage_2_train_images"
    for name, view in (("a", "PA"), ("b", "AP"), ("side", "LL"), ("stray", "PA")):
        write_dicom(folder / f"{name}.dcm", tags={"ViewPosition": view})
    (root / "stage_2_train_labels.csv").write_text(
        "patientId,x,y,width,height,Target\n"
        "a,,,,,0\n"
        "b,512,512,256,256,1\n"
        "b,0,0,ten,10,1\n"
        "side,1,1,9,9,1\n"
        "gone,,,,,0\n"
        "a,1,1,9,9,1\n"
        "../../b,,,,,0\n"
        "short,1\n"
    )
    table, stray = "stage_2_train_labels.csv", "stage_2_train_images/stray.dcm"
    result = read("rsna", root, tmp_path / "out")
    assert result.ids == ["a", "b"]
    assert result.boxes == []
    assert result.against == {
        (table, 3): "size_mismatch",  # these files are 80 x 70, not the challenge's 1024 x 1024
        (table, 4): "malformed_box",
        (table, 5): "lateral image_not_used",
        (table, 6): "missing_image",
        (table, 7): "contradiction",
        (table, 8): "unsafe_path",
        (table, 9): "malformed_row",
        (stray, 0): "not_listed",
    }


MAPPINGS = "pneumonia-challenge-dataset-mappings_2018.json"


@pytest.mark.parametrize("beside", [True, False])
def test_the_mappings_of_rsna_name_the_patient_and_the_report(
    tmp_path: Path, write_dicom: Write, read: Read, beside: bool
) -> None:
    root = tmp_path / "rsna"
    for name in ("a", "b", "c"):
        write_dicom(root / f"stage_2_train_images/{name}.dcm")
    (root / "stage_2_train_labels.csv").write_text(
        "patientId,x,y,width,height,Target\na,,,,,0\nb,,,,,0\nc,,,,,0\n"
    )
    path = root / MAPPINGS if beside else tmp_path / "elsewhere.json"
    path.write_text(
        json.dumps(
            [
                {"subset_img_id": "a", "img_id": "00000013_005.png"},
                {"subset_img_id": "b", "img_id": "00000013_026.png"},
                {"subset_img_id": "c", "img_id": "a name"},
            ]
        )
    )
    result = read("rsna", root, tmp_path / "out", annotations=None if beside else path)
    assert [(row["subject_id"], row["report_id"]) for row in result.images] == [
        ("13", "00000013_005.png"), ("13", "00000013_026.png"), ("c", None),
    ]  # fmt: skip
    assert result.against == {(path.name, 3): "malformed_row"}
    assert result.counts["patients_not_known"] == 1
    (notice,) = result.notices
    assert "the patient of 1 images is not known" in notice
    assert MAPPINGS in notice


def test_rsna_without_mappings_says_so(tmp_path: Path, write_dicom: Write, read: Read) -> None:
    write_dicom(tmp_path / "stage_2_train_images/a.dcm")
    (tmp_path / "stage_2_train_labels.csv").write_text(
        "patientId,x,y,width,height,Target\na,,,,,0\n"
    )
    result = read("rsna", tmp_path, tmp_path / "out")
    assert result.images[0]["subject_id"] == "a"
    assert result.counts["patients_not_known"] == len(result.notices) == 1


def write_mimic(root: Path, write_image: Write, gzipped: bool) -> Path:
    study = root / "files/p10/p10000032/s50414267"
    for salt, name in enumerate(("front", "lying", "side", "unknown")):
        write_image(study / f"{name}.jpg", salt=salt * 60, quality=95)
    tables = {
        "metadata": "dicom_id,subject_id,study_id,ViewPosition,"
        "PatientOrientationCodeSequence_CodeMeaning\n"
        "front,10000032,50414267,PA,Erect\nlying,10000032,50414267,AP,Recumbent\n"
        "side,10000032,50414267,LL,\nunknown,10000032,50414267,,\nodd,x,y,PA,\n",
        "split": "dicom_id,study_id,subject_id,split\nfront,50414267,10000032,test\n",
    }
    for name, text in tables.items():
        path = root / f"mimic-cxr-2.0.0-{name}.csv"
        if gzipped:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(text.encode()))
        else:
            path.write_text(text)
    return root


@pytest.mark.parametrize("gzipped", [False, True])
def test_mimic_cxr_jpg(tmp_path: Path, write_image: Write, gzipped: bool, read: Read) -> None:
    root = write_mimic(tmp_path / "mimic", write_image, gzipped)
    result = read("mimic_cxr_jpg", root, tmp_path / "out")
    assert result.ids == ["front", "lying"]
    assert [row["view"] for row in result.images] == ["PA", "AP_SUPINE"]
    first = result.images[0]
    assert (first["subject_id"], first["study_id"], first["report_id"], first["split"]) == (
        "10000032", "50414267", "s50414267", "test",
    )  # fmt: skip
    assert set(result.against.values()) == {"lateral", "other_view", "missing_id"}
    everything = read("mimic_cxr_jpg", root, tmp_path / "all", all_views=True)
    assert [row["view"] for row in everything.images][2:] == ["LATERAL", "OTHER"]


def test_chestxray14(tmp_path: Path, write_image: Write, read: Read) -> None:
    write_image(tmp_path / "images_001/images/00000001_000.png")
    (tmp_path / "Data_Entry_2017.csv").write_text(
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,"
        "View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n"
        "00000001_000.png,Mass,0,1,57,M,PA,2000,2000,0.2,0.2,\n"
    )
    (tmp_path / "BBox_List_2017.csv").write_text(
        "Image Index,Finding Label,Bbox [x,y,w,h],,,\n"
        "00000001_000.png,Mass,10,10,50,50,,,\n00000009_000.png,Mass,1,1,5,5,,,\n"
    )
    (tmp_path / "test_list.txt").write_text("00000001_000.png\n")
    result = read("chestxray14", tmp_path, tmp_path / "out")
    row = result.images[0]
    assert (row["path"], row["split"], row["view"]) == (
        "images_001/images/00000001_000.png", "test", "PA",
    )  # fmt: skip
    assert (row["subject_id"], row["report_id"]) == ("1", "00000001_000.png")
    assert (row["spacing_x"], row["spacing_y"]) == (400 / 80, 400 / 70)
    assert result.against[("BBox_List_2017.csv", 3)] == "unknown_image"


def test_boxes_of_chestxray14_name_the_concept_that_its_labels_name(
    tmp_path: Path, write_image: Write, read: Read, picture: NDArray[np.uint8]
) -> None:
    write_image(tmp_path / "images/00000001_000.png", picture[:64, :64])
    (tmp_path / "Data_Entry_2017.csv").write_text(
        "Image Index,Finding Labels,Patient ID,View Position\n00000001_000.png,Infiltration,1,PA\n"
    )
    (tmp_path / "BBox_List_2017.csv").write_text(
        "Image Index,Finding Label,Bbox [x,y,w,h],,,\n00000001_000.png,Infiltrate,16,16,32,32,,,\n"
    )
    (box,) = read("chestxray14", tmp_path, tmp_path / "out").boxes
    assert (box["label"], *corners(box)) == (concept_named("Infiltration"), 1, 1, 2, 2)


def test_covid(tmp_path: Path, write_image: Write, read: Read) -> None:
    for salt, name in enumerate(("a.png", "b.png", "side.png")):
        write_image(tmp_path / "images" / name, salt=salt)
    (tmp_path / "metadata.csv").write_text(
        "patientid,view,modality,folder,filename,clinical_notes,Unnamed: 4\n"
        '1,PA,X-ray,images,a.png,"Two lines,\nof notes",\n'
        "1,AP Supine,X-ray,images,b.png,,\n"
        "2,L,X-ray,images,side.png,,\n"
        "2,Axial,CT,volumes,c.nii.gz,,\n"
        "1,PA,X-ray,images,a.png,,\n"
    )
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations/covid-severity-scores.csv").write_text(
        "## Means of three, see the paper\nfilename,geographic_mean,opacity_mean\n"
        "a.png,6.0,4.0\nb.png,9.0,1.0\nnone.png,1,1\n"
    )
    (tmp_path / "annotations/opacity-boxes.csv").write_text(
        "filename,label,x,y,width,height\na.png,ggo,1.5,2,30,40\na.png,opacity,60,60,90,90\n"
    )
    (tmp_path / "annotations/brixia-scores.csv").write_text(
        "filename,S-A,S-B,S-C,S-D,S-E,S-F,S-Global,J-A,J-B,J-C,J-D,J-E,J-F,J-Global\n"
        "a.png,0,1,2,3,0,1,7,1,1,1,4,,1,8\n"
        "a.png,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n"
        "none.png,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n"
    )
    result = read("covid", tmp_path, tmp_path / "out")
    assert [(row["image_id"], row["view"], row["report_id"]) for row in result.images] == [
        ("a.png", "PA", "a.png"), ("b.png", "AP_SUPINE", "b.png"),
    ]  # fmt: skip
    assert [corners(box) for box in result.boxes] == [(1.5, 2, 30, 40), (60, 60, 20, 10)]
    assert result.counts["boxes_clipped"] == 1
    # What no concept is known for keeps the source's name.
    assert [box["label"] for box in result.boxes] == ["ggo", "finding:opacity"]
    of_senior = [(row["zone"], row["score"]) for row in result.zones[:6]]
    assert of_senior == [
        ("right_upper", 0), ("right_middle", 1), ("right_lower", 2),
        ("left_upper", 3), ("left_middle", 0), ("left_lower", 1),
    ]  # fmt: skip
    assert {row["annotator"] for row in result.zones[:6]} == {"senior radiologist"}
    of_junior = [(row["zone"], row["annotator"]) for row in result.zones[6:]]
    assert of_junior == [
        (zone, "junior radiologist")
        for zone in ("right_upper", "right_middle", "right_lower", "left_lower")
    ]
    zones = "annotations/brixia-scores.csv"
    assert result.scores == [{"image_id": "a.png", "geographic_extent": 6.0, "opacity": 4.0}]
    scores = "annotations/covid-severity-scores.csv"
    assert result.against == {
        (scores, 3): "malformed_score",
        (scores, 4): "unknown_image",
        (zones, 2): "malformed_score",
        (f"{zones} #2", 2): "malformed_score",
        (zones, 3): "duplicate_score",
        (zones, 4): "unknown_image",
        ("metadata.csv", 4): "lateral",
        ("metadata.csv", 5): "not_radiograph",
        ("metadata.csv", 6): "duplicate_id",
    }


def test_ms_cxr(tmp_path: Path, write_image: Write, read: Read) -> None:
    path = "files/p10/p10000032/s50414267/abc.jpg"
    write_image(tmp_path / path)
    box = {"image_id": 7, "category_id": 1, "bbox": [10, 10, 20, 20], "label_text": "a phrase"}
    content = {
        "categories": [{"id": 1, "name": "Pneumonia"}],
        "images": [
            {"id": 7, "path": path, "width": 160, "height": 140},
            {"id": 8, "path": "x.jpg"},
        ],
        "annotations": [box, {**box, "bbox": [1, 2]}, {**box, "image_id": 99}, {**box}],
    }
    (tmp_path / "MS_CXR_Local_Alignment_v1.0.0.json").write_text(json.dumps(content))
    result = read("ms_cxr", tmp_path, tmp_path / "out")
    assert (result.ids, result.images[0]["report_id"]) == (["abc"], "s50414267")
    assert corners(result.boxes[0]) == (5, 5, 10, 10)
    assert (result.boxes[0]["phrase"], result.boxes[0]["label"]) == (
        "a phrase", "finding:pneumonia",
    )  # fmt: skip
    name = "MS_CXR_Local_Alignment_v1.0.0.json"
    assert result.against == {
        (f"{name}#annotations", 2): "malformed_box",
        (f"{name}#annotations", 3): "unknown_image",
        (f"{name}#annotations", 4): "duplicate_box",
        (f"{name}#images", 2): "missing_id",
    }


def test_a_folder_with_a_table(
    tmp_path: Path, write_image: Write, write_dicom: Write, read: Read
) -> None:
    root = tmp_path / "mine"
    write_image(root / "a.png")
    write_image(root / "deep/b.JPG", salt=200)
    write_dicom(root / "deep/1.2.3")
    (root / "notes.txt").write_text("no image")
    (root / "boxes.csv").write_text(
        "image_id,x,y,width,height,label,subject_id,view,geographic_extent,opacity\n"
        "a,1,2,3,4,mass,p1,PA,2,1\na.png,5,6,7,8,mass,p1,PA,2,1\n"
        "deep/b,,,,,,p2,lateral,,\nnone,1,2,3,4,mass,,,,\n../a.png,1,2,3,4,mass,,,,\n"
    )
    result = read("folder", root, tmp_path / "out")
    assert result.ids == ["a", "deep/1.2"]
    assert [box["box_id"] for box in result.boxes] == ["a/0", "a/1"]
    assert result.scores == [{"image_id": "a", "geographic_extent": 2.0, "opacity": 1.0}]
    assert result.counts["other_files"] == 1
    assert result.against == {
        ("boxes.csv", 5): "missing_image",
        ("boxes.csv", 6): "unsafe_path",
        ("deep/b.JPG", 0): "lateral",
    }


def test_annotators_of_any_kind_are_merged_where_asked(
    tmp_path: Path, write_image: Write, read: Read
) -> None:
    write_image(tmp_path / "mine/a.png")
    (tmp_path / "mine/boxes.csv").write_text(
        "image_id,x,y,width,height,label,annotator\n"
        "a,10,10,20,20,mass,anna\na,12,10,20,20,mass,bert\na,50,40,9,9,mass,bert\n"
    )
    apart = read("folder", tmp_path / "mine", tmp_path / "apart")
    assert [box["annotator"] for box in apart.boxes] == ["anna", "bert", "bert"]
    assert "boxes_merged_away" not in apart.counts
    merged = read("folder", tmp_path / "mine", tmp_path / "merged", merge_annotators=True)
    assert [(box["annotator"], *corners(box)) for box in merged.boxes] == [
        ("consensus", 11, 10, 20, 20)
    ]
    assert merged.counts["boxes_merged_away"] == 2


def test_a_folder_with_coco(tmp_path: Path, write_image: Write, read: Read) -> None:
    write_image(tmp_path / "mine/a.png")
    content = {
        "categories": [{"id": 1, "name": "mass"}],
        "images": [{"id": "i", "file_name": "a.png"}],
        "annotations": [{"image_id": "i", "category_id": 1, "bbox": [1, 2, 3, 4]}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(content))
    result = read("folder", tmp_path / "mine", tmp_path / "out", annotations=tmp_path / "coco.json")
    assert corners(result.boxes[0]) == (1, 2, 3, 4)


def test_equal_files_and_links_out_are_set_aside(
    tmp_path: Path, write_image: Write, read: Read
) -> None:
    write_image(tmp_path / "mine/a.png")
    write_image(tmp_path / "mine/b.png")
    write_image(tmp_path / "secret.png", salt=9)
    (tmp_path / "mine/c.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "mine/d.png").write_bytes(b"nothing")
    result = read("folder", tmp_path / "mine", tmp_path / "out")
    assert result.ids == ["a"]
    assert result.against == {
        ("b.png", 0): "duplicate_image",
        ("c.png", 0): "unsafe_path",
        ("d.png", 0): "not_an_image",
    }


def test_pictures_that_show_next_to_nothing_are_kept_counted_and_named(
    tmp_path: Path, write_image: Write, write_dicom: Write, read: Read
) -> None:
    faint = np.tile(np.arange(80, dtype=np.uint8) // 10, (70, 1))
    write_image(tmp_path / "scans" / "black.png", faint)
    write_image(tmp_path / "scans" / "flat.png", faint + np.uint8(100))
    write_image(tmp_path / "scans" / "sound.png")
    empty = Dataset()
    empty.LUTDescriptor = [256, 0, 16]
    empty.add_new(0x00283006, "OW", b"")
    tags = {"VOILUTSequence": Sequence([empty]), "ViewPosition": "PA"}
    write_dicom(tmp_path / "scans" / "table.dcm", tags=tags)
    result = read("folder", tmp_path / "scans", tmp_path / "out")
    assert len(result.images) == 4
    (black, flat, table) = (
        next(one for one, of in result.notes if of == note)
        for note in ("nearly_black", "nearly_flat", "display_table_unusable")
    )
    assert len(result.notes) == 3
    assert "black" in black
    assert "flat" in flat
    assert "table" in table
    assert (result.counts["nearly_black"], result.counts["nearly_flat"]) == (1, 1)
    told = " ".join(result.notices)
    assert (
        f"1 images come out nearly black; look at them before training (image_notes): {black}"
        in told
    )
    assert table in told


def test_workers_change_nothing(tmp_path: Path, write_image: Write) -> None:
    for salt in range(20):
        write_image(tmp_path / f"mine/{salt}.png", salt=salt)
    for workers in (1, 2):
        images(kind="folder", path=tmp_path / "mine", out=tmp_path / str(workers), workers=workers)
    for name in ("images", "boxes", "severity", "quarantine"):
        one, two = (tmp_path / str(workers) / f"{name}.parquet" for workers in (1, 2))
        assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("dicoms", "there are .*covid, vindr_cxr, .*ms_cxr, nvidia_mimic, folder"),
        ("rsna", r"has no stage_2_train_labels\.csv"),
        ("chestxray14", "has no Data_Entry_2017"),
        ("covid", r"has no metadata\.csv"),
        ("mimic_cxr_jpg", "has no mimic-cxr-"),
        ("ms_cxr", "expected one"),
        ("nvidia_mimic", "expected one"),
        ("vindr_cxr", r"has no annotations/annotations_train\.csv"),
        ("padchest_gr", r"has no master_table\.csv"),
        ("chexlocalize", r"has no gt_annotations_val\.json"),
        ("folder", "holds no DICOM, PNG or JPEG"),
    ],
)
def test_a_folder_of_another_layout_is_named(tmp_path: Path, kind: str, message: str) -> None:
    with pytest.raises(ImageSourceError, match=message):
        images(kind=kind, path=tmp_path, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_table_without_a_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text("A note of a patient,b\n1,2\n")
    with pytest.raises(ImageSourceError, match=r"metadata\.csv: has no column patientid") as caught:
        images(kind="covid", path=tmp_path, out=tmp_path / "out")
    assert "note" not in str(caught.value)


def test_of_a_list_only_what_is_listed_is_read(
    tmp_path: Path, write_image: Write, read: Read
) -> None:
    for salt, name in enumerate(("a", "b", "c")):
        write_image(tmp_path / "mine" / f"{name}.png", salt=salt)
    (tmp_path / "mine/boxes.csv").write_text(
        "image_id,x,y,width,height,label\na,1,2,3,4,Lung Opacity\nb,,,,,\nz,1,2,3,4,mass\n"
    )
    result = read("listed", tmp_path / "mine", tmp_path / "out")
    assert result.ids == ["a", "b"]
    assert [box["label"] for box in result.boxes] == ["finding:lung_opacity_any"]
    assert result.counts["not_listed"] == 1
    assert result.against == {("boxes.csv", 4): "missing_image"}


def test_a_list_that_names_nothing_of_a_folder_is_refused(
    tmp_path: Path, write_image: Write, read: Read
) -> None:
    write_image(tmp_path / "mine/a.png")
    (tmp_path / "mine/boxes.csv").write_text("image_id,x,y,width,height,label\nz,1,2,3,4,mass\n")
    with pytest.raises(ImageSourceError, match="list none of its 1 images; name the file"):
        read("listed", tmp_path / "mine", tmp_path / "out")
