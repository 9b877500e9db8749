"""PadChest-GR: reports as lists of sentences, each about one finding; read in English.

Castro et al., "PadChest-GR: A Bilingual Chest X-ray Dataset for Grounded Radiology Report
Generation", arXiv 2411.05085, 2024.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from data_contracts.quarantine import Location, Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.contents import BROKEN_FILE, open_bytes
from pipeline.sources.delimited import read_rows
from pipeline.sources.records import ReceivedReport, Source, SourceError

_SAID: Final = "PadChest-GR's grounded_reports_*.json, a list of studies"
_TABLE: Final = "master_table.csv"
_TABLE_REMEDY: Final = "fetch PadChest-GR's table anew, or take the file away"
_PLACE: Final = "loc "


@dataclass(frozen=True, slots=True)
class GroundedSentence:
    """A sentence and how radiologists labelled it.

    Attributes:
        number: its place among the study's sentences, from 1.
        text: in English, as published.
        abnormal: whether it states something that is there.
        labels: PadChest's names of findings.
        places: where, in PadChest's words, without their `loc`.
    """

    number: int
    text: str
    abnormal: bool
    labels: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroundedStudy:
    """A study; `location` counts the studies of the file from 1."""

    location: Location
    study_id: str
    subject_id: str | None
    split: str | None
    sentences: tuple[GroundedSentence, ...]


class _Patient(NamedTuple):
    subject_id: str | None
    split: str | None


def open_reports(settings: SourceSettings) -> Source:
    """A report a study, its sentences one a line.

    Raises:
        SourceError: there is no such file, or it is no list of studies.
    """
    return Source(_reports(settings.path))


def _reports(path: Path) -> Iterator[ReceivedReport | Rejected]:
    for study in read_studies(path):
        if isinstance(study, Rejected):
            yield study
            continue
        text = "\n".join(sentence.text for sentence in study.sentences)
        ids = (study.study_id, study.subject_id, study.study_id, study.split)
        yield ReceivedReport(study.location, *ids, (("findings", text),))


def read_studies(path: Path) -> Iterator[GroundedStudy | Rejected]:
    """The studies of a release, with patient and split where `master_table.csv` lies beside it.

    Args:
        path: the JSON, or the folder that holds it.

    Raises:
        SourceError: there is no such file, several are there, or it is no list of studies.
    """
    file = _find(path)
    studies = _load(file)
    patients: dict[str, _Patient] = {}
    table = file.parent / _TABLE
    if table.is_file():
        for row in read_rows(table, ("StudyID", "PatientID", "split"), _TABLE_REMEDY):
            if isinstance(row, Rejected):
                yield row
            else:
                cells = row[1]
                patient = _Patient(cells["PatientID"] or None, cells["split"] or None)
                patients.setdefault(cells["StudyID"], patient)
    for number, entry in enumerate(studies, start=1):
        yield _study(Location(file.name, number), entry, patients)


def _find(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = sorted(path.glob("grounded_reports*.json"))
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise SourceError(f"{path}: expected one of {_SAID}; there is {names}; name the file")
    return found[0]


def _load(file: Path) -> list[Any]:
    try:
        with open_bytes(file) as opened:
            loaded = json.loads(opened.read())
    except SourceError:
        raise
    except (*BROKEN_FILE, ValueError, RecursionError):
        raise SourceError(f"{file}: is not readable as JSON; expected {_SAID}") from None
    if not isinstance(loaded, list):
        raise SourceError(f"{file}: is no list; expected {_SAID}")
    return loaded


def _study(
    location: Location, entry: Any, patients: Mapping[str, _Patient]
) -> GroundedStudy | Rejected:
    study = entry.get("StudyID") if isinstance(entry, dict) else None
    if not isinstance(study, str) or not study.strip():
        return Rejected(location, None, "missing_id", "expected an object with a StudyID")
    findings = entry.get("findings")
    if not isinstance(findings, list):
        detail = "findings: expected a list of sentences"
        return Rejected(location, study, "malformed_row", detail)
    sentences = [_sentence(number, one) for number, one in enumerate(findings, start=1)]
    whole = tuple(sentence for sentence in sentences if sentence is not None)
    if len(whole) < len(sentences):
        detail = "findings: expected objects with sentence_en, abnormal, labels and locations"
        return Rejected(location, study, "malformed_row", detail)
    patient = patients.get(study, _Patient(None, None))
    return GroundedStudy(location, study, *patient, whole)


def _sentence(number: int, finding: Any) -> GroundedSentence | None:
    """The sentence; None where the entry is none."""
    if not isinstance(finding, dict):
        return None
    text, abnormal = finding.get("sentence_en"), finding.get("abnormal")
    labels, places = (finding.get(key) or [] for key in ("labels", "locations"))
    if not isinstance(text, str) or not isinstance(abnormal, bool):
        return None
    if not all(isinstance(words, list) for words in (labels, places)):
        return None
    if not all(isinstance(word, str) for word in (*labels, *places)):
        return None
    named = tuple(place.strip().removeprefix(_PLACE) for place in places)
    return GroundedSentence(number, text.strip(), abnormal, tuple(labels), named)
