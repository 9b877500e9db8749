"""Stage gallery: studies as one page that can be sent."""

import base64
import hashlib
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from command_line.progress import progress_bar
from command_line.study_view.opening import Studies
from command_line.study_view.pictures import PictureError
from command_line.study_view.report_text import read_reports, reports_of_studies
from command_line.study_view.studies import ShownImage
from command_line.summary import StageSummary
from model.reporting.gallery_page import Exhibit, gallery_html

#: Pixels of an embedded picture's longer side, so that the page can be sent.
_LONGEST_SIDE: Final = 768


class GalleryError(ValueError):
    """There is nothing to show; the message says what to do."""


def gallery(
    *,
    tables: Path,
    studies: Studies,
    reports: Sequence[str],
    most: int,
    seed: int,
    title: str,
    out: Path,
) -> StageSummary:
    """Write the page; it holds patients' text and images.

    Args:
        tables: folder of the tables `reports` and `mentions`.
        studies: the images, and what methods found on them.
        reports: ids of the reports to show; where there are none, some are drawn of those whose
            images a method has read.
        most: how many are drawn.
        seed: the same seed draws the same ones.
        title: of the page.
        out: HTML file to write.

    Raises:
        GalleryError: a report is not there or has no image, or no report's image has been read.
        TableNotFoundError: a table is not there.
        ContractError: a table is of another release.
    """
    started = time.perf_counter()
    of_report = dict(reports_of_studies(tables))
    chosen = list(reports) or _draw(_read_reports(studies, of_report), most, seed)
    if not chosen:
        raise GalleryError(
            "no report's image has been read by any method; run python -m model predictions, or "
            "name reports with --report"
        )
    shown = read_reports(tables, chosen)
    exhibits = []
    without = 0
    with progress_bar("studies") as progress:
        for report_id in progress.track(chosen, description="gallery"):
            if report_id not in shown:
                raise GalleryError(f"{tables}: has no report '{report_id}'")
            ids = studies.images_of(report_id, of_report[report_id])
            if not ids:
                raise GalleryError(f"no image of report '{report_id}' is listed; see --images")
            images = [_with_picture(studies, image_id) for image_id in ids]
            without += sum(image.picture is None for image in images)
            exhibits.append(Exhibit(shown[report_id], images))
    _write(gallery_html(title, exhibits, studies.names), out)
    return StageSummary(
        stage="gallery",
        counts={"studies": len(exhibits), "images_without_picture": without},
        seconds=time.perf_counter() - started,
        outputs=(out,),
    )


def _read_reports(studies: Studies, of_report: dict[str, str | None]) -> list[str]:
    """Reports whose images a method has read."""
    by_study: dict[str, list[str]] = {}
    for report_id, study_id in of_report.items():
        if study_id is not None:
            by_study.setdefault(study_id, []).append(report_id)
    found: dict[str, None] = {}
    for _, listed, study_id in studies.images_read():
        own = by_study.get(study_id or "", []) if listed is None else [listed]
        found.update(dict.fromkeys(one for one in own if one in of_report))
    return list(found)


def _draw(reports: Iterable[str], most: int, seed: int) -> list[str]:
    """Some of the reports, in the order of their ids; which ones, hangs on seed and ids alone."""

    def place(report_id: str) -> bytes:
        return hashlib.sha256(f"{seed} {report_id}".encode()).digest()

    return sorted(sorted(reports, key=place)[:most])


def _with_picture(studies: Studies, image_id: str) -> ShownImage:
    image = studies.show(image_id)
    try:
        png = studies.png(image_id, _LONGEST_SIDE)
    except PictureError as error:
        return replace(image, problem=str(error))
    return replace(image, picture=f"data:image/png;base64,{base64.b64encode(png).decode()}")


def _write(page: str, out: Path) -> None:
    """Put the page in its place whole, for its owner's eyes."""
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.partial")
    try:
        partial.touch(mode=0o600)
        partial.write_text(page, encoding="utf-8")
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)
