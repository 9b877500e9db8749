"""PadChest-GR: sentences of reports grounded by boxes, by up to two readers each.

Castro et al., "PadChest-GR: A Bilingual Chest X-ray Dataset for Grounded Radiology Report
Generation", arXiv:2411.05085, 2024.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from data_contracts.published_names import concept_named
from data_contracts.quarantine import Location, Rejected
from model.images.sources.delimited import read_rows
from model.images.sources.fields import box_between
from model.images.sources.json_files import read_json
from model.images.sources.records import (
    SHARES,
    DrawnBox,
    ImageSource,
    ImageSourceError,
    ListedImage,
)
from model.images.sources.tables import required_table

_IMAGES: Final = "Padchest_GR_files/PadChest_GR"
# Earlier studies of the same patients lie in a folder of their own, without boxes.
_EARLIER: Final = "prior_studies"
_READERS: Final = {"boxes": "first reader", "extra_boxes": "second reader"}


def open_padchest_gr(root: Path) -> ImageSource:
    """The images with boxes for each positive sentence, kept apart by reader.

    A box has its English sentence as phrase, and one row for each finding that the sentence is
    labelled with. Boxes are shares of the picture. All images are frontal; an image's report is its
    study's. Sentences that nobody boxed, such as negative ones, add nothing.

    Args:
        root: folder of `grounded_reports_*.json`, `master_table.csv` and the PNG files, in
            `Padchest_GR_files/PadChest_GR` or any other folder.

    Raises:
        ImageSourceError: the JSON or the table is not there, or cannot be read.
    """
    table = required_table(root, "master_table.csv")
    found = sorted(root.glob("grounded_reports_*.json"))
    if len(found) != 1:
        raise ImageSourceError(
            f"{root}: has {len(found)} files grounded_reports_*.json; expected one"
        )
    entries = read_json(found[0])
    if not isinstance(entries, list):
        raise ImageSourceError(f"{found[0]}: is no list of studies; fetch it anew")
    return ImageSource(root, _records(root, table, found[0].name, entries))


class _Study(NamedTuple):
    subject_id: str | None
    split: str | None


def _records(
    root: Path, table: Path, file: str, entries: list[Any]
) -> Iterator[ListedImage | Rejected]:
    studies: dict[str, _Study] = {}
    for row in read_rows(table, ("StudyID", "PatientID", "split"), root):
        if isinstance(row, Rejected):
            yield row
        else:  # the table has a row for each label of a study
            fields = row[1]
            study = _Study(fields["PatientID"] or None, fields["split"] or None)
            studies.setdefault(fields["StudyID"], study)
    files = _files(root)
    for number, entry in enumerate(entries, start=1):
        location = Location(file, number)
        ids = entry if isinstance(entry, dict) else {}
        name, study_id = ids.get("ImageID"), ids.get("StudyID")
        if not (isinstance(name, str) and name and isinstance(study_id, str) and study_id):
            yield Rejected(location, None, "missing_id", "expected an ImageID and a StudyID")
        elif study_id not in studies:
            detail = f"{table.name} does not list its study; fetch the table anew"
            yield Rejected(location, name, "not_listed", detail)
        else:
            boxes, rejected = _boxes(location, name, entry)
            yield from rejected
            study = studies[study_id]
            yield ListedImage(
                location,
                name,
                files.get(name, f"{_IMAGES}/{name}"),
                subject_id=study.subject_id,
                study_id=study_id,
                report_id=study_id,
                split=study.split,
                view="FRONTAL",
                frame=SHARES,
                boxes=tuple(boxes),
            )


def _files(root: Path) -> dict[str, str]:
    """Where each PNG lies below `root`, by name."""
    files: dict[str, str] = {}
    for file in sorted(root.rglob("*.png")):
        path = file.relative_to(root).as_posix()
        if _EARLIER not in path:
            files.setdefault(file.name, path)
    return files


def _boxes(
    location: Location, name: str, entry: Mapping[str, Any]
) -> tuple[list[DrawnBox], list[Rejected]]:
    boxes: list[DrawnBox] = []
    rejected: list[Rejected] = []
    findings = entry.get("findings")
    for finding in findings if isinstance(findings, list) else ():
        if not isinstance(finding, dict):
            detail = "expected findings with sentences, labels and boxes"
            rejected.append(Rejected(location, name, "malformed_row", detail))
            continue
        for drawn in _of_finding(location, name, finding):
            if isinstance(drawn, Rejected):
                rejected.append(drawn)
            else:
                boxes.append(drawn)
    return boxes, rejected


def _of_finding(
    location: Location, name: str, finding: Mapping[str, Any]
) -> Iterator[DrawnBox | Rejected]:
    labels = _labels(finding.get("labels"))
    sentence = finding.get("sentence_en")
    phrase = sentence.strip() or None if isinstance(sentence, str) else None
    for key, reader in _READERS.items():
        drawn = finding.get(key)
        for corners in drawn if isinstance(drawn, list) else ():
            if not labels:
                detail = "a finding with boxes has no labels; expected one or more"
                yield Rejected(location, name, "unknown_label", detail)
            edges = [_number(edge) for edge in corners] if isinstance(corners, list) else []
            for label in labels:
                yield box_between(
                    location, name, edges, label=label, annotator=reader, phrase=phrase
                )


def _labels(given: object) -> list[str]:
    """The names of a finding, of those that mean one concept the first."""
    names = [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
    return list({concept_named(name) or name: name for name in reversed(names)}.values())[::-1]


def _number(value: object) -> float | None:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain else None  # type: ignore[arg-type]
