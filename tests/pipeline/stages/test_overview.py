"""The page of a run: everything in one file, nothing of a patient in it."""

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

from data_contracts.audit_tables import SCORES
from data_contracts.corrections import CORRECTION_OUTCOMES, REVIEW_SAMPLE
from data_contracts.images import IMAGES
from data_contracts.predictions import SCORES as MODEL_SCORES
from data_contracts.storage import read_table, write_table
from data_contracts.tables import EMBEDDINGS, QUARANTINE, REPORTS
from pipeline.auditing.corrections.log import append_decisions
from pipeline.auditing.overview.quality import PhantomScoreError
from pipeline.auditing.overview.stamp import Made
from pipeline.auditing.tables.errors import TablesError
from pipeline.labelling.decision import Decision
from pipeline.settings import Settings
from pipeline.stages import overview as stage

OPACITY = {"opacity": "finding:opacity", "left": "side:left"}
STATEMENTS = [
    ("r1", "findings", "An opacity on the left of Zebulon.", "affirmed", OPACITY),
    ("r2", "findings", "No opacity on the left.", "negated", OPACITY),
    ("r3", "impression", "There is pneumonia.", "affirmed", {"pneumonia": "finding:pneumonia"}),
]
FIGURES = {f"{what}_{ratio}": 0.987 for what in ("mention", "relation", "statement")
           for ratio in ("precision", "recall", "f1")}  # fmt: skip


class Page(HTMLParser):
    """What a browser would load, run and show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(html)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [str(value) for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"


@pytest.fixture
def folder(tmp_path: Path, label_run: Callable[..., Path]) -> Path:
    return label_run(tmp_path / "run", STATEMENTS)


def write_page(
    folder: Path, settings: Settings | None = None, *, dated: bool = False, **given: Path
) -> str:
    paths: dict[str, Path | None] = {
        "sample": folder / "sample.parquet",
        "corrections": folder / "corrections",
        "phantom_score": None,
        "comparison": None,
        "evaluation": folder / "evaluation",
        **given,
    }
    stage.overview(
        settings=settings or Settings(),
        tables=folder,
        out=folder / "overview.html",
        dated=dated,
        **paths,  # type: ignore[arg-type]
    )
    return (folder / "overview.html").read_text(encoding="utf-8")


def test_a_text_run_says_what_would_make_the_rest(folder: Path) -> None:
    page = Page(write_page(folder))
    assert "opacity" in page.words
    assert "There are no vectors. Next: python -m pipeline embed" in page.words
    assert "Nothing has measured it yet" in page.words
    assert "The model has not been evaluated" in page.words


def test_nothing_is_loaded_and_nothing_runs(folder: Path) -> None:
    page = Page(write_page(folder))
    assert page.addresses
    beside = r"overview\.[0-9a-f]{10}\.svg$"
    assert all(re.match(rf"#|data:image/|{beside}", address) for address in page.addresses)
    assert "script" not in page.tags


def test_equal_runs_give_equal_pages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"kind": "concept", "key": f"finding:{name}", "count": 9, "vector": [i, i % 3, 1.0]}
        for i, name in enumerate("abcdefgh")
    ]
    write_table(EMBEDDINGS, pa.Table.from_pylist(rows, EMBEDDINGS.schema()),
                folder / "embeddings.parquet")  # fmt: skip
    first = write_page(folder)
    assert "A map of the concepts" in first
    # Whenever, and from whatever commit, they are made.
    later = Made(datetime(2031, 1, 2, 3, 4, tzinfo=UTC), "commit 0123456789")
    monkeypatch.setattr(stage, "made_now", lambda: later)
    assert write_page(folder) == first


def stamps(folder: Path) -> list[Path]:
    return sorted(folder.glob("overview.*.svg"))


def test_date_and_commit_are_beside_the_page_of_these_contents_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Made(datetime(2031, 1, 2, 3, 4, tzinfo=UTC), "commit 0123456789")
    monkeypatch.setattr(stage, "made_now", lambda: made)
    page = Page(write_page(folder))
    (stamp,) = stamps(folder)
    assert stamp.name in page.addresses
    assert "2 January 2031, 03:04 UTC · commit 0123456789" in stamp.read_text(encoding="utf-8")
    # Another page has another one, and the former is gone.
    page = Page(write_page(folder, settings=Settings.model_validate({"source": {"kind": "csv"}})))
    (other,) = stamps(folder)
    assert other.name != stamp.name
    assert other.name in page.addresses


def test_a_page_to_pass_on_holds_date_and_commit_itself(folder: Path) -> None:
    page = Page(write_page(folder, dated=True))
    assert stamps(folder) == []
    assert all(re.match(r"#|data:image/", address) for address in page.addresses)
    assert re.search(r"\d+ \w+ \d{4}, \d\d:\d\d UTC · (commit [0-9a-f]{10}|release )", page.words)


def test_the_page_begins_with_the_cohort_what_there_is_and_what_went_wrong(folder: Path) -> None:
    words = Page(write_page(folder)).words
    order = ["Reports of a CSV file", "3 reports", "findings", "What went wrong", "Mentions per"]
    places = [words.index(one.replace("3 reports", "reports 3")) for one in order]
    assert places == sorted(places)
    assert "generated reports" not in words


def test_settings_that_are_not_the_defaults_are_named(folder: Path) -> None:
    given = {"source": {"kind": "csv", "path": "/somewhere/chest.csv"}, "embed": {"window": 3},
             "nlp": {"workers": 7}}  # fmt: skip
    words = Page(write_page(folder, settings=Settings.model_validate(given))).words
    assert "Reports of a CSV file: chest.csv" in words
    assert "embed.window 3 5" in words
    assert "nlp.workers" not in words
    # Those of a phantom do not belong to these reports.
    assert "Not known: the settings at hand" in Page(write_page(folder)).words


def as_phantoms(folder: Path) -> None:
    path = folder / "reports.parquet"
    reports = read_table(REPORTS, path)
    sources = pa.array(["phantom"] * reports.num_rows)
    place = reports.column_names.index("source")
    reports = reports.set_column(place, REPORTS.schema().field("source"), sources)
    shutil.rmtree(path)
    write_table(REPORTS, reports, path)


def test_scores_on_phantoms_are_said_to_be_on_generated_reports(
    folder: Path, tmp_path: Path
) -> None:
    as_phantoms(folder)
    row = {"method": "cam", "seed": 0, "cohort": "localization", "score": "pointing",
           "subject": "boxes", "overlap": "none", "threshold": 0.0, "at_false_positives": 0.0,
           "value": 0.5, "images": 2, "patients": 2}  # fmt: skip
    write_table(MODEL_SCORES, pa.Table.from_pylist([row], MODEL_SCORES.schema()),
                folder / "evaluation" / "scores.parquet")  # fmt: skip
    write_images(folder / "radiographs", "phantom_localization")
    score = tmp_path / "score.json"
    score.write_text(json.dumps({"reports_compared": 3, **FIGURES}), encoding="utf-8")
    words = Page(write_page(folder, phantom_score=score)).words
    assert "Phantom cohort generated reports" in words
    assert "These scores are on generated reports of the phantom cohort" in words
    assert "3 phantom reports, generated : not scores on real ones" in words
    assert "All scores are on generated radiographs of the phantom cohort" in words


def write_images(folder: Path, cohort: str) -> None:
    rows = [
        {"image_id": f"i{number}", "report_id": report_id, "cohort": cohort, "path": "i.png",
         "width": 9, "height": 9, "checksum": "0", "picture_hash": "0" * 64}
        for number, report_id in enumerate(["r1", None, "elsewhere"])
    ]  # fmt: skip
    write_table(IMAGES, pa.Table.from_pylist(rows, IMAGES.schema()), folder / "images.parquet")


def write_quarantine(folder: Path, *reasons: str) -> None:
    rows = [
        {"file": "f", "row": row, "record_id": "Zebulon", "reason": reason, "detail": "Zebulon"}
        for row, reason in enumerate(reasons)
    ]
    write_table(QUARANTINE, pa.Table.from_pylist(rows, QUARANTINE.schema()),
                folder / "quarantine.parquet")  # fmt: skip


def test_what_went_wrong_is_told_with_its_reasons(folder: Path) -> None:
    words = Page(write_page(folder)).words
    assert "Nothing: all corrections could be used." in words
    write_quarantine(folder, "duplicate_id", "empty_text", "duplicate_id")
    write_images(folder / "rsna", "rsna")
    write_quarantine(folder / "rsna", "truncated")
    outcomes = [
        {"correction_id": str(number), "report_id": "r1", "reviewer": "ada", "outcome": outcome}
        for number, outcome in enumerate(["applied", "text_changed", "mention_gone"])
    ]
    write_table(CORRECTION_OUTCOMES, pa.Table.from_pylist(outcomes, CORRECTION_OUTCOMES.schema()),
                folder / "correction_outcomes.parquet")  # fmt: skip
    html = write_page(folder)
    words = Page(html).words
    assert (
        "records of the source that could not be used: 3 , of them duplicate id 2, empty" in words
    )
    assert "images or boxes on them that could not be used: 1 , of them truncated 1" in words
    assert "images that name a report that is not here: 1" in words
    assert "corrections that no longer fit: 2 , of them mention gone 1, text changed 1" in words
    assert "images 3" in words
    assert "Zebulon" not in html


def test_it_quotes_no_report_and_shows_foreign_words_as_text(folder: Path) -> None:
    path = folder / "reports.parquet"
    reports = read_table(REPORTS, path)
    hostile = pa.array(["<img src=x onerror=alert(1)>"] * reports.num_rows)
    place = reports.column_names.index("split")
    reports = reports.set_column(place, REPORTS.schema().field("split"), hostile)
    write_table(REPORTS, reports, folder / "other.parquet")
    for part in path.glob("*"):
        part.unlink()
    path.rmdir()
    (folder / "other.parquet").rename(path)
    html = write_page(folder)
    assert "Zebulon" not in html
    assert "<img src=x" not in html
    assert "<img src=x onerror=alert(1)>" in Page(html).words


def test_reviews_comparisons_and_truth_are_shown_where_there_are_any(
    folder: Path, tmp_path: Path
) -> None:
    strata = [
        {"report_id": "r1", "by": "concept", "stratum": "all", "stratum_reports": 3, "seed": 0}
    ]
    write_table(REVIEW_SAMPLE, pa.Table.from_pylist(strata, REVIEW_SAMPLE.schema()),
                folder / "sample.parquet")  # fmt: skip
    made = {
        "time": datetime(2026, 11, 1, tzinfo=UTC),
        "reviewer": "ada",
        "report_id": "r1",
        "report_digest": "d",
        "lexicon": "l",
    }
    wrong = Decision(
        correction_id="1",
        action="remove",
        start=3,
        end=10,
        phrase="opacity",
        before_concept="finding:opacity",
        before_assertion="affirmed",
        rule="lexicon:finding:opacity",
        **made,  # type: ignore[arg-type]
    )
    done = Decision(correction_id="2", action="done", **made)  # type: ignore[arg-type]
    append_decisions(folder / "corrections", [wrong, done])
    score = tmp_path / "score.json"
    score.write_text(
        json.dumps({"reports_compared": 3, "assertion_accuracy_negated": 1, **FIGURES})
    )
    micro = {"level": "micro", "group": "finding", "name": "finding", "precision": 0.5,
             "recall": 0.75, "f1": 0.6, "support": 4, "true_positives": 3, "false_positives": 3,
             "false_negatives": 1, "ignored": 0}  # fmt: skip
    write_table(SCORES, pa.Table.from_pylist([micro], SCORES.schema()),
                tmp_path / "audit" / "scores.parquet")  # fmt: skip
    html = write_page(folder, phantom_score=score, comparison=tmp_path / "audit")
    words = Page(html).words
    assert "By reviewers 1 of 1 sampled reports are done" in words
    assert "The next rules to mend rule reviewed wrong errors in all, estimated" in words
    assert "lexicon:finding:opacity" in words
    assert "3 phantom reports" in words
    assert "finding (micro) 0.500 0.750 0.600 4" in words


def test_a_folder_without_labels_is_told(tmp_path: Path, folder: Path) -> None:
    for part in (folder / "labels.parquet").glob("*"):
        part.unlink()
    with pytest.raises(TablesError, match="has no table labels"):
        write_page(folder)


def test_the_last_good_page_stays_where_a_new_one_fails(folder: Path, tmp_path: Path) -> None:
    before = write_page(folder)
    broken = tmp_path / "broken.json"
    for content in ("{", "[]", '{"reports_compared": 3}'):
        broken.write_text(content, encoding="utf-8")
        with pytest.raises(PhantomScoreError, match=r"broken\.json: is not what score-phantom"):
            write_page(folder, phantom_score=broken)
    assert (folder / "overview.html").read_text(encoding="utf-8") == before
