"""Who a patient is stands where it may stand, and nowhere else: not in figures, pages or messages.

Names, numbers and sentences are planted in reports, columns, file names and DICOM headers; after a
run, and after every kind of failure, all that was written and said is looked through for them.
"""

import json
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid
from typer.testing import CliRunner

import data_contracts
from data_contracts.contract import METADATA_KEY, Contract
from model.cli import app as model_app
from pipeline.cli import app as pipeline_app

SURNAME, NUMBER, REMARK = "Quackenbush", "MRN9917263", "keeps seven tame otters"
PLANTED = (SURNAME, NUMBER, REMARK)
SETTINGS = ("--set", "nlp.workers=1", "--set", "vocabulary.min_reports=0", "--set",
            "embed.min_count=2", "--set", "embed.epochs=1")  # fmt: skip
HEADER = "report_id,subject_id,split,patient_name,findings,impression"
REPORTS = [
    f"r1,p1,train,{SURNAME},{SURNAME} {NUMBER} {REMARK}. Patchy opacity in the left base.,",
    "r2,p2,validate,,The lungs are clear. No effusion. Patchy opacity.,No pneumonia.",
    "r3,p3,test,,Small left effusion.,Likely pneumonia in the right base.",
]


def contracts() -> dict[str, Contract]:
    """Every table by its name."""
    found: dict[str, Contract] = {}
    for module in pkgutil.walk_packages(data_contracts.__path__, "data_contracts."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, Contract):
                found[value.name] = value
    return found


CONTRACTS = contracts()


def told_apart(table: pa.Table, name: str) -> str:
    """All that a table holds in columns that may not quote a report."""
    private = {column.name for column in CONTRACTS[name].columns if column.private}
    rows = table.select([column for column in table.column_names if column not in private])
    return json.dumps([rows.schema.names, rows.to_pylist()], default=str)


def leaks(folder: Path, given: set[Path]) -> list[str]:
    """Files, but for those that were given, in which an identifier stands where it may not."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path in given:
            continue
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            name = json.loads(table.schema.metadata[METADATA_KEY])["name"]
            said = told_apart(table, name)
        else:
            said = path.read_bytes().decode("utf-8", errors="replace")
        found += [f"{path.relative_to(folder)}: {word}" for word in PLANTED if word in said]
    return found


def call(app: Any, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, arguments, prog_name="python -m pipeline")
    return done.exit_code, f"{done.output}{done.stderr}{done.exception!r}"


def write_csv(path: Path, rows: list[str], header: str = HEADER) -> None:
    path.write_text("\n".join([header, *rows]), encoding="utf-8")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "reports.csv", REPORTS)
    return tmp_path


def test_a_whole_run_tells_of_nobody(here: Path) -> None:
    status, said = call(pipeline_app, "run", "csv", "reports.csv", "--out", "data", *SETTINGS)
    assert status == 0, said
    for command in (
        ("audit", "summary", "--tables", "data", "--out", "audit"),
        ("audit", "rules", "--tables", "data", "--out", "audit"),
        ("audit", "sample", "--tables", "data", "--out", "audit/sample.parquet"),
        ("overview", "--tables", "data", "--out", "overview.html"),
        ("export", "chexpert", "--tables", "data", "--out", "labels.csv"),
    ):
        status, more = call(pipeline_app, *command)
        assert status == 0, (command, more)
        said += more
    assert not [word for word in PLANTED if word in said]
    assert leaks(here, {here / "reports.csv"}) == []
    # They are there to be found.
    held = str(pq.read_table(here / "data" / "reports.parquet").to_pylist())
    assert all(word in held for word in PLANTED)


UNUSABLE = {
    "an id that comes twice": [*REPORTS, REPORTS[0]],
    "a row without an id": [*REPORTS, f",p9,train,{SURNAME},{NUMBER} {REMARK},"],
    "a row without text": [*REPORTS, f"r9,p9,train,{SURNAME} {NUMBER},,"],
    "a quotation that does not end": [*REPORTS, f'r9,p9,train,{SURNAME},"{NUMBER} {REMARK}'],
    "too many fields": [*REPORTS, f"r9,p9,train,{SURNAME},{NUMBER},{REMARK},{SURNAME},{NUMBER}"],
    "characters of no encoding": [*REPORTS, f"r9,p9,train,\x00{SURNAME},{NUMBER} \x00{REMARK},"],
}


@pytest.mark.parametrize("rows", UNUSABLE.values(), ids=UNUSABLE)
def test_rows_that_cannot_be_used_are_told_of_without_their_text(
    here: Path, rows: list[str]
) -> None:
    write_csv(here / "reports.csv", rows)
    _, said = call(pipeline_app, "run", "csv", "reports.csv", "--out", "data", *SETTINGS)
    assert not [word for word in PLANTED if word in said]
    assert leaks(here, {here / "reports.csv"}) == []


def test_a_stage_that_breaks_over_a_report_does_not_repeat_it(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_over(text: str) -> str:
        raise ValueError(f"cannot read {text!r}")

    status, said = call(pipeline_app, "run", "csv", "reports.csv", "--out", "data", *SETTINGS)
    assert status == 0, said
    with monkeypatch.context() as broken:
        broken.setattr("pipeline.extraction.batch.token_columns.readable", break_over)
        # What a part had already is kept, so that only other rules read it anew.
        lexicon = here / "lexicon"
        lexicon.mkdir()
        for file in Path(data_contracts.__path__[0]).parent.glob("pipeline/lexicon/files/*.txt"):
            (lexicon / file.name).write_bytes(file.read_bytes() + b"\n# mine\n")
        status, said = call(
            pipeline_app, "extract", "--tables", "data", "--out", "data",
            "--set", f"nlp.lexicon={lexicon}", "--set", "nlp.workers=1",
        )  # fmt: skip
    assert status != 0
    assert not [word for word in PLANTED if word in said]
    assert leaks(here, {here / "reports.csv"}) == []


def write_dicom(path: Path, pixels: bytes, size: int) -> None:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.1")
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[path.name])
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.PatientName, data.PatientID = f"{SURNAME}^Zephyrine", NUMBER
    data.ImageComments = REMARK
    data.Rows = data.Columns = size
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    data.PixelData = pixels
    pydicom.dcmwrite(path, data, enforce_file_format=True)


def test_headers_of_images_are_left_in_the_images(here: Path) -> None:
    folder = here / "films"
    folder.mkdir()
    picture = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8).tobytes()
    write_dicom(folder / "whole.dcm", picture, 64)
    write_dicom(folder / "cut.dcm", picture[:100], 64)
    whole = (folder / "whole.dcm").read_bytes()
    (folder / "broken.dcm").write_bytes(whole[: len(whole) // 2])
    status, said = call(model_app, "images", "folder", "films", "--out", "images")
    assert status == 0, said
    assert re.search(r"images\W+1\b", said), said
    status, more = call(model_app, "predict", "films/whole.dcm", "--out", "found")
    assert status == 0, more
    _, worse = call(model_app, "predict", "films/broken.dcm", "--out", "none")
    assert not [word for word in PLANTED if word in said + more + worse]
    assert leaks(here, {here / "reports.csv", *folder.iterdir()}) == []
