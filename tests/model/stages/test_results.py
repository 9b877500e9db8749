"""The stage results writes a page of real images alone."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from data_contracts.images import IMAGES
from data_contracts.predictions import DIFFERENCES, SCORES
from data_contracts.storage import write_table
from model.cli import app
from model.settings import ModelSettings
from model.stages.results import ResultsError, results


def row(method: str, score: str, **more: Any) -> dict[str, Any]:
    return {
        "method": method,
        "seed": 0,
        "cohort": "localization",
        "score": score,
        "subject": "boxes",
        "overlap": "iou",
        "threshold": 0.5,
        "at_false_positives": 0.0,
        "value": 0.25,
        "low": 0.125,
        "high": 0.5,
        "images": 3,
        "patients": 2,
        **more,
    }


def write_evaluation(folder: Path, **more: Any) -> Path:
    rows = [
        row(method, score, **more)
        for method in ("cross_attention", "cam")
        for score in ("accuracy", "false_positives")
    ]
    less = [{**row("cam", "accuracy", **more), "compared_with": "cross_attention"}]
    for contract, own in ((SCORES, rows), (DIFFERENCES, less)):
        path = folder / f"{contract.name}.parquet"
        write_table(contract, pa.Table.from_pylist(own, contract.schema()), path)
    return folder


def settings_of(tmp_path: Path, cohort: str) -> ModelSettings:
    images = {"image_id": "i", "cohort": cohort, "path": "i.png", "width": 9, "height": 9,
              "checksum": "0", "picture_hash": "00" * 32}  # fmt: skip
    table = pa.Table.from_pylist([images], IMAGES.schema())
    write_table(IMAGES, table, tmp_path / "images" / "images.parquet")
    own = {"localization": {"tables": str(tmp_path / "images"), "name": None}}
    return ModelSettings.model_validate({"cohorts": own, "targets": ["finding:pneumonia"]})


def write_page(tmp_path: Path, *folders: Path, cohort: str = "chestxray14") -> str:
    results(
        settings=settings_of(tmp_path, cohort),
        evaluations=folders,
        published=None,
        title="A page",
        command="uv run something",
        out=tmp_path / "page.md",
    )
    return (tmp_path / "page.md").read_text(encoding="utf-8")


def test_a_page_of_an_evaluation_says_which_images_and_boxes(tmp_path: Path) -> None:
    page = write_page(tmp_path, write_evaluation(tmp_path / "one"))
    assert "Real radiographs: chestxray14, boxes of finding:pneumonia; 3 images of 2" in page
    assert "0.250 (0.12 to 0.50) / 0.25" in page


def test_phantoms_have_no_page(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="phantom_localization; pages of results are for real"):
        write_page(tmp_path, write_evaluation(tmp_path / "one"), cohort="phantom_localization")


def test_several_seeds_are_put_together_and_one_seed_twice_is_an_error(tmp_path: Path) -> None:
    first = write_evaluation(tmp_path / "one")
    second = write_evaluation(tmp_path / "two", seed=1)
    assert "Mean over seeds 0, 1;" in write_page(tmp_path, first, second)
    with pytest.raises(ResultsError, match="hold scores of the same seed"):
        write_page(tmp_path, first, first)


def test_methods_that_saw_different_images_are_not_put_into_one_table(tmp_path: Path) -> None:
    first = write_evaluation(tmp_path / "one")
    second = write_evaluation(tmp_path / "two", seed=1, images=4)
    with pytest.raises(ResultsError, match=r"on 3, .* on 4"):
        write_page(tmp_path, first, second)


def test_scores_of_severity_alone_make_no_page(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no scores of the cohort 'localization'"):
        write_page(tmp_path, write_evaluation(tmp_path / "one", cohort="severity"))


def test_the_command_writes_the_page_and_names_what_is_missing(tmp_path: Path) -> None:
    settings_of(tmp_path, "chestxray14")
    folder = write_evaluation(tmp_path / "one")
    out = ["--title", "A", "--out", str(tmp_path / "page.md")]
    images = f"model.cohorts.localization={{tables: {tmp_path / 'images'}}}"
    more = ["--set", images, "--metrics", str(tmp_path / "results.json")]
    done = CliRunner().invoke(app, ["results", str(folder), *out, *more])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "page.md").is_file()
    missing = CliRunner().invoke(app, ["results", str(tmp_path / "nowhere"), *out])
    assert missing.exit_code == 2
    assert "Next: python -m model evaluate" in missing.output


def test_findings_stand_behind_with_their_images(tmp_path: Path) -> None:
    own: list[dict[str, Any]] = [
        {"cohort": "finding:nodule", "score": "accuracy", "images": 79},
        {"cohort": "finding:nodule", "score": "mean_sensitivity", "threshold": 0.3, "value": 0.5},
    ]
    rows = [row(method, **one) for method in ("cross_attention", "cam") for one in own]
    less = [{**row("cam", **own[1]), "value": -0.25, "compared_with": "cross_attention"}]
    for contract, written in ((SCORES, rows), (DIFFERENCES, less)):
        path = tmp_path / "findings" / f"{contract.name}.parquet"
        write_table(contract, pa.Table.from_pylist(written, contract.schema()), path)
    results(
        settings=settings_of(tmp_path, "chestxray14"),
        evaluations=[write_evaluation(tmp_path / "scores")],
        published=None,
        title="Pneumonia",
        command="evaluate",
        out=tmp_path / "page.md",
        findings=tmp_path / "findings",
    )
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    behind = page.partition("## Finding by finding")[2]
    assert "| method | nodule (79) |" in behind
    assert "| **cross attention** | 0.500 (0.12 to 0.50) |" in behind
    assert (
        "Less cross attention:\n\n| method | nodule (79) |\n| --- | ---: |\n| CAM | -0.250"
        in behind
    )
