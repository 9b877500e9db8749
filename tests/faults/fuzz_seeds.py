"""Files that readers can read, to be changed here and there, and what to change them by."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

Seeds = Callable[[], tuple[bytes, ...]]

#: What readers look for, and names that lead out of a folder.
TOKENS: Final = (
    b"report_id", b"text", b"findings", b"FINDINGS:", b"IMPRESSION:", b"no ", b"opacity", b"left",
    b'"', b"'", b",", b"\t", b";", b"\r\n", b"\n\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"(",
    b")", b"___", b"\xed\xa0\x80", b"\xf0\x9f\xab\x81", b"\xe2\x80\xa8", b"-1", b"1e400", b"NaN",
    b"null", b"[]", b"{}", b"[" * 300, b"../secret/s.png", b"/etc/passwd", b"<!ENTITY x SYSTEM",
    b"PK\x03\x04", b"PAR1", b"DICM", b"IHDR", b"0" * 40,
)  # fmt: skip


REPORT: Final = (
    b"FINDINGS: Patchy opacity in the left lower lobe (LLL). No effusion.\n\nIMPRESSION: 1. ___"
)
CSV: Final = b'report_id,text,Pneumonia\nr1,"FINDINGS: Left opacity.",1\nr2,No effusion.,0\n'
OPENI: Final = (
    b"uid,MeSH,Problems,image,indication,comparison,findings,impression\n1,,,x,,,Clear.,\n"
)
MAPLEZ: Final = b"image_id,report\n1.png,FINDINGS: Clear.\n"
JSONL: Final = b'{"report_id": "r1", "text": "FINDINGS: Left opacity."}\n'
XML: Final = (
    b'<?xml version="1.0"?><eCitation><uId id="CXR1"/><MedlineCitation><Article><Abstract>'
    b'<AbstractText Label="FINDINGS">Clear.</AbstractText></Abstract></Article>'
    b"</MedlineCitation></eCitation>"
)
GROUNDED: Final = (
    b'[{"StudyID": "1", "ImageID": "1.png", "PatientID": "p", "findings": [{"sentence_en": '
    b'"Opacity.", "boxes": [[0.1, 0.1, 0.5, 0.5]], "abnormal": true, "labels": ["opacity"]}]}]'
)
LABEL_ROWS: Final = (
    b"Image Index,Finding Labels,Follow-up #,Patient ID,Path,No Finding,subject_id,study_id,"
    b"ImageID,StudyID,PatientID,Labels,image_index\n1.png,Effusion|Mass,0,1,a/patient1/study1/v.jpg,"
    b"1.0,1,2,1.png,1,1,\"['opacity']\",1.png\n"
)
IMAGE_ROWS: Final = (
    b"patientId,x,y,width,height,Target,Image Index,Patient ID,View Position,patientid,filename,"
    b"folder,modality,view,image_id,x_min,y_min,x_max,y_max,class_name,rad_id,dicom_id,path\n"
    b"1,5,6,20,30,1,1.png,1,PA,1,1.png,images,X-ray,PA,1,1,2,30,40,Opacity,R1,1,images/1.png\n"
)


def png() -> bytes:
    """A picture that images have the size of."""
    import numpy as np
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray((np.arange(4900) % 251).reshape(70, 70).astype("uint8")).save(file, "PNG")
    return file.getvalue()


def dicom() -> bytes:
    """A small DICOM file."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.Rows, dataset.Columns = "DX", 64, 64
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.WindowCenter, dataset.WindowWidth = "2000", "3000"
    dataset.PixelData = bytes(range(256)) * 32
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def reports_table() -> bytes:
    """A table of a few reports."""
    from data_contracts.storage import write_table
    from data_contracts.tables import REPORTS
    from pipeline.phantom.cohort import make_partition

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "reports.parquet")
        write_table(REPORTS, make_partition(0, 0, 4).reports, path)
        return path.read_bytes()


def workbook() -> bytes:
    """An Excel workbook of one report."""
    from openpyxl import Workbook

    book, file = Workbook(), io.BytesIO()
    for row in (("report_id", "text"), ("r1", "FINDINGS: Left opacity.")):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def of_source(kind: str) -> tuple[bytes, ...]:
    """Files of a kind of source."""
    made: dict[str, Callable[[], bytes]] = {"parquet": reports_table, "xlsx": workbook}
    if kind in made:
        return (made[kind](),)
    known = {"jsonl": JSONL, "openi_xml": XML, "padchest_gr": GROUNDED, "mimic_cxr": REPORT,
             "padchest_gr_sentences": GROUNDED}  # fmt: skip
    return (known[kind],) if kind in known else (CSV, OPENI, MAPLEZ)
