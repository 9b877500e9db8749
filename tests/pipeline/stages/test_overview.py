"""The page of a run: everything in one file, nothing of a patient in it."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

from data_contracts.audit_tables import SCORES
from data_contracts.corrections import REVIEW_SAMPLE
from data_contracts.storage import read_table, write_table
from data_contracts.tables import EMBEDDINGS, REPORTS
from pipeline.auditing.corrections.log import append_decisions
from pipeline.auditing.overview.quality import PhantomScoreError
from pipeline.auditing.tables.errors import TablesError
from pipeline.labelling.decision import Decision
from pipeline.stages.overview import overview

OPACITY = {"opacity": "finding:opacity", "left": "side:left"}
STATEMENTS = [
    ("r1", "findings", "An opacity on the left of Zebulon.", "affirmed", OPACITY),
    ("r2", "findings", "No opacity on the left.", "negated", OPACITY),
    ("r3", "impression", "There is pneumonia.", "affirmed", {"pneumonia": "finding:pneumonia"}),
]


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


def write_page(folder: Path, **given: Path) -> str:
    paths: dict[str, Path | None] = {
        "sample": folder / "sample.parquet",
        "corrections": folder / "corrections",
        "phantom_score": None,
        "comparison": None,
        "evaluation": folder / "evaluation",
        **given,
    }
    overview(tables=folder, out=folder / "overview.html", **paths)  # type: ignore[arg-type]
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
    assert all(re.match(r"#|data:image/", address) for address in page.addresses)
    assert "script" not in page.tags


def test_equal_runs_give_equal_pages(folder: Path) -> None:
    rows = [
        {"kind": "concept", "key": f"finding:{name}", "count": 9, "vector": [i, i % 3, 1.0]}
        for i, name in enumerate("abcdefgh")
    ]
    write_table(EMBEDDINGS, pa.Table.from_pylist(rows, EMBEDDINGS.schema()),
                folder / "embeddings.parquet")  # fmt: skip
    first = write_page(folder)
    assert "A map of the concepts" in first
    assert write_page(folder) == first


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
    figures = {f"{what}_{ratio}": 0.987 for what in ("mention", "relation", "statement")
               for ratio in ("precision", "recall", "f1")}  # fmt: skip
    score = tmp_path / "score.json"
    score.write_text(
        json.dumps({"reports_compared": 3, "assertion_accuracy_negated": 1, **figures})
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
