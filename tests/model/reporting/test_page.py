"""A page of results says what was scored, and keeps apart what others have published."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.reporting.page import Results, write_results
from model.reporting.published import PublishedError, read_published

PUBLISHED = """
published:
  - method: Others 2017
    source: a journal, table 4
    about: On other images.
    iou:
      0.1: {accuracy: 0.5, false_positives: 1.25}
      0.3: {accuracy: 0.25}
  - method: Graders 2020
    source: another journal
    about: On more images.
    severity:
      geographic_extent: {mae: 1.14, pearson: 0.81}
"""


def row(method: str, score: str, value: float, **more: Any) -> dict[str, Any]:
    return {
        "method": method,
        "seed": 0,
        "cohort": "localization",
        "score": score,
        "subject": "boxes",
        "overlap": "iou",
        "threshold": 0.3,
        "at_false_positives": 0.0,
        "value": value,
        "low": value - 0.1,
        "high": value + 0.1,
        "images": 59,
        "patients": 58,
        **more,
    }


def results(tmp_path: Path, **more: Any) -> Results:
    path = tmp_path / "published.yaml"
    path.write_text(PUBLISHED, encoding="utf-8")
    rows = [
        one
        for method, value in (("mean_boxes", 0.2), ("cross_attention", 0.4), ("own_trial", 0.3))
        for one in (
            row(method, "sensitivity", value, at_false_positives=0.25),
            row(method, "accuracy", value),
            row(method, "false_positives", 1.5),
            row(method, "pointing", value, overlap="none", threshold=0.0),
        )
    ]
    differences = [row("mean_boxes", "sensitivity", -0.2, at_false_positives=0.25)]
    given: dict[str, Any] = {
        "title": "Pneumonia in ChestX-ray14",
        "command": "uv run dvc repro",
        "data": "chestxray14",
        "machine": "a processor, 2 cores, precision 32-true",
        "rows": rows,
        "differences": [{**one, "compared_with": "cross_attention"} for one in differences],
        "published": read_published(path),
        **more,
    }
    return Results(**given)


def section(page: str, title: str) -> str:
    (found,) = (one for one in page.split("\n## ") if one.startswith(title))
    return found


def test_it_says_what_was_scored_where_and_how(tmp_path: Path) -> None:
    page = write_results(results(tmp_path))
    assert page.startswith("# Pneumonia in ChestX-ray14\n\n    uv run dvc repro\n")
    assert "Real radiographs: chestxray14; 59 images of 58 patients." in page
    assert "Machine: a processor, 2 cores, precision 32-true. Seed 0;" in page


def test_methods_stand_in_the_lists_order_with_intervals_and_their_difference_to_ours(
    tmp_path: Path,
) -> None:
    found = section(write_results(results(tmp_path)), "Sensitivity at IoU 0.3")
    names = [line.split("|")[1].strip() for line in found.splitlines() if line.startswith("| ")]
    assert names == [
        "method",
        "---",
        "**cross attention**",
        "mean boxes",
        "own trial",
        "method",
        "---",
        "mean boxes",
    ]
    assert "| **cross attention** | 0.400 (0.30 to 0.50) |" in found
    assert "Less cross attention:" in found
    assert "| mean boxes | -0.200 (-0.30 to -0.10) |" in found


def test_accuracy_stands_with_its_false_positives_and_published_rows_apart(tmp_path: Path) -> None:
    found = section(write_results(results(tmp_path)), "Accuracy and false positives by IoU")
    measured, published = found.split("**Published**, not measured here:")
    assert "| mean boxes |  |  | 0.200 (0.10 to 0.30) / 1.50 |" in measured
    assert "Others" not in measured
    assert "| Others 2017 (published) | 0.500 / 1.25 |  | 0.250 |" in published
    assert "- Others 2017: a journal, table 4. On other images." in published
    assert "Published" not in section(
        write_results(results(tmp_path)), "Accuracy and false positives by IoBB"
    )


def severity_rows() -> list[dict[str, Any]]:
    of_images = {"overlap": "none", "threshold": 0.0, "images": 57, "patients": 41}
    return [
        row(method, score, value, cohort="severity", subject="geographic_extent", **of_images)
        for method, value in (("mean_predictor", 2.0), ("cross_attention", 1.5))
        for score in ("mae", "r2")
    ]


def test_severity_stands_beside_what_others_published_of_it_alone(tmp_path: Path) -> None:
    given = results(tmp_path)
    page = write_results(replace(given, rows=[*given.rows, *severity_rows()]))
    measured, published = section(page, "Geographic extent, 0 to 8").split("**Published**")
    assert "57 images of 41 patients" in measured
    assert "| **cross attention** | 1.500 (1.40 to 1.60) |  | 1.500 (1.40 to 1.60) |  |" in measured
    assert measured.index("cross attention") < measured.index("mean predictor")
    assert "| Graders 2020 (published) | 1.14 | 0.81 |  |  |" in published
    assert "Others 2017" not in published
    assert "Graders" not in section(page, "Accuracy and false positives by IoU")
    assert "Degree of opacity" not in page
    assert "without figures" not in page


def test_zones_stand_with_their_difference_to_ours(tmp_path: Path) -> None:
    of_zones = {
        "cohort": "zones",
        "subject": "brixia",
        "overlap": "none",
        "threshold": 0.0,
        "images": 75,
        "patients": 55,
    }
    told = [row(name, "zone_auroc", 0.6, **of_zones) for name in ("cam", "cross_attention")]
    less = row("cam", "zone_auroc", -0.2, **of_zones, compared_with="cross_attention")
    given = results(tmp_path)
    assert "Zones" not in write_results(given)
    page = write_results(
        replace(given, rows=[*given.rows, *told], differences=[*given.differences, less])
    )
    found = section(page, "Zones of the lungs")
    assert "graded 0 to 3 by a senior radiologist" in found
    assert "75 images of 55 patients" in found
    assert "| **cross attention** | 0.600 (0.50 to 0.70) |  |" in found
    assert "| CAM | -0.200 (-0.30 to -0.10) |  |" in found


def test_what_is_published_without_figures_here_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(
        "published: [{method: Others 2021, source: a book, about: Not read.}]", encoding="utf-8"
    )
    page = write_results(results(tmp_path, published=read_published(path)))
    found = section(page, "Published, without figures here")
    assert "- Others 2021: a book. Not read." in found
    assert "**Published**" not in page
    assert "without figures" not in write_results(results(tmp_path))


def test_seeds_are_averaged_and_told(tmp_path: Path) -> None:
    rows = [
        row("cross_attention", "accuracy", 0.4),
        row("cross_attention", "accuracy", 0.6, seed=1),
        row("cross_attention", "false_positives", 1.0),
    ]
    page = write_results(results(tmp_path, rows=rows, differences=[]))
    assert "Mean over seeds 0, 1; in brackets the widest of the seeds' 95% intervals" in page
    assert "0.500 (0.30 to 0.70) / 1.00" in page
    assert "Less" not in page


def test_equal_results_give_equal_pages(tmp_path: Path) -> None:
    assert write_results(results(tmp_path)) == write_results(results(tmp_path))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("published: []", "published"),
        ("published: [{method: A, source: B}]", r"published\.0\.about"),
        (PUBLISHED.replace("0.5,", "50,"), r"published\.0\.iou\.0\.1\.accuracy"),
        (PUBLISHED.replace("0.1:", "10:"), r"published\.0\.iou\.10"),
        (PUBLISHED.replace("pearson: 0.81", "pearson: 81"), r"geographic_extent\.pearson"),
        ("published: [", "not valid YAML"),
    ],
)
def test_a_wrong_entry_is_told_by_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "published.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PublishedError, match=told) as raised:
        read_published(path)
    assert str(path) in str(raised.value)


def test_the_rows_that_are_shipped_can_be_read() -> None:
    folder = Path(__file__).parents[3] / "reproductions" / "chestxray8"
    wang, li = read_published(folder / "published.yaml")
    assert wang.iou[0.5].accuracy == 0.0333
    # As the page says: what is counted are cases of 120 and false positives over 984 boxes.
    for score in (*wang.iou.values(), *wang.iobb.values()):
        assert score.false_positives is not None
        assert abs(score.accuracy * 120 - round(score.accuracy * 120)) < 0.013
        assert abs(score.false_positives * 984 - round(score.false_positives * 984)) < 0.1
    assert not li.iobb
