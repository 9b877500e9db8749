"""The cohort in partitions: any of them can be made by itself, and always comes out the same."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
import pyarrow as pa

from data_contracts.checking import check_table
from data_contracts.phantom import LESIONS, STUDIES
from data_contracts.tables import REPORTS
from pipeline.phantom.phrasebook import load_phrasebook
from pipeline.phantom.places import ZONES_OF_PLACE
from pipeline.phantom.report import write_report
from pipeline.phantom.studies import (
    PhantomStudy,
    detector_studies,
    geographic_extent,
    opacity_score,
    reported_studies,
    study_id_of,
)
from pipeline.phantom.truth import Rows, add_truth, new_rows, report_row
from pipeline.phantom.wording import descriptors_of

#: Studies with reports for each study of the detector's cohort, which has none.
REPORTED_PER_DETECTOR: Final = 4


@dataclass(frozen=True, slots=True)
class Partition:
    """Some studies' rows of every table of the cohort."""

    studies: pa.Table
    lesions: pa.Table
    reports: pa.Table
    truth_mentions: pa.Table
    truth_findings: pa.Table


def phantom_partitions(studies: int, seed: int, partition_rows: int = 5_000) -> Iterator[Partition]:
    """The cohort's rows, some studies at a time, each depending on the seed and its number alone.

    Args:
        studies: studies with a report; a quarter as many without one, the detector's, are added.
        seed: another seed, another cohort.
        partition_rows: most reports in a partition.
    """
    for first in range(0, studies, partition_rows):
        yield make_partition(seed, first, min(first + partition_rows, studies))


def phantom_reports(studies: int, seed: int = 0, partition_rows: int = 5_000) -> Iterator[pa.Table]:
    """The reports alone, as tables of the contract `reports`; see `phantom_partitions`."""
    book = load_phrasebook()
    for first in range(0, studies, partition_rows):
        rows = Rows(REPORTS)
        for study in reported_studies(seed, first, min(first + partition_rows, studies)):
            rows.add(report_row(study, write_report(book, seed, study)))
        yield check_table(REPORTS, rows.table(), "phantom reports")


def make_partition(seed: int, first: int, last: int) -> Partition:
    """The rows of studies `first` to `last - 1`, and of the detector's studies among them."""
    book = load_phrasebook()
    studies, lesions = Rows(STUDIES), Rows(LESIONS)
    reports, mentions, findings = new_rows()
    for study in reported_studies(seed, first, last):
        report = write_report(book, seed, study)
        reports.add(report_row(study, report))
        _add_study(studies, lesions, study, add_truth(mentions, findings, study.report_id, report))
    for study in detector_studies(seed, _detectors(first), _detectors(last)):
        _add_study(studies, lesions, study, {})
    return Partition(
        studies.table(), lesions.table(), reports.table(), mentions.table(), findings.table()
    )


def cohort_fingerprint(studies: int, seed: int, partition_rows: int) -> str:
    """A digest of all that the cohort's rows depend on: settings, phrases and this package."""
    digest = hashlib.sha256(f"{studies} {seed} {partition_rows} {np.__version__}".encode())
    package = resources.files("pipeline.phantom")
    for folder in (package, package.joinpath("phrases")):
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith((".py", ".txt")):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _detectors(reported: int) -> int:
    return -(-reported // REPORTED_PER_DETECTOR)


def _add_study(
    studies: Rows, lesions: Rows, study: PhantomStudy, mention_ids: dict[int, list[str]]
) -> None:
    prior = study.prior
    studies.add(
        (
            study.study_id,
            study.subject_id,
            study.report_id if study.has_report else None,
            study.has_report,
            study.role,
            study.split,
            None if prior is None else study_id_of(prior, has_report=study.has_report),
            study.draw_seed,
            study.view,
            study.heart_ratio,
            study.lung_volume,
            list(study.devices),
            geographic_extent(study),
            opacity_score(study),
        )
    )
    for number, row in enumerate(_lesion_rows(study, mention_ids)):
        lesions.add((f"{study.study_id}/{number}", study.study_id, *row))


def _lesion_rows(
    study: PhantomStudy, mention_ids: dict[int, list[str]]
) -> Iterator[tuple[Any, ...]]:
    for group in study.groups:
        descriptors = list(descriptors_of(group))
        for lesion in group.lesions:
            yield (
                group.number,
                group.finding,
                group.kind,
                group.age,
                f"side:{lesion.side}",
                sorted(ZONES_OF_PLACE[lesion.place]),
                descriptors,
                lesion.x,
                lesion.y,
                lesion.width,
                lesion.height,
                lesion.extent,
                lesion.density,
                mention_ids.get(group.number, []),
            )
