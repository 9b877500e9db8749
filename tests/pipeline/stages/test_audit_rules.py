"""Lines of the lexicon are counted over a run, and judged by reviews and by a coded reference."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_contracts.audit_tables import RULE_USE
from data_contracts.storage import read_table
from pipeline.auditing.corrections.log import append_decisions
from pipeline.labelling.decision import Decision
from pipeline.settings import LabelSettings, NlpSettings, SourceSettings
from pipeline.stages.audit_rules import CodedReference, audit_rules
from pipeline.stages.extract import extract
from pipeline.stages.ingest import ingest
from pipeline.stages.label import label

REPORTS = (
    "report_id,text\n"
    "a,No effusion. Patchy opacity in the left base.\n"
    "b,No pneumonia. Possible opacity.\n"
    "c,No opacity.\n"
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    source = tmp_path / "reports.csv"
    source.write_text(REPORTS, encoding="utf-8")
    data = tmp_path / "data"
    ingest(settings=SourceSettings(kind="csv", path=source), out=data)
    extract(settings=NlpSettings(workers=1), reports=data / "reports.parquet", out=data)
    label(
        settings=LabelSettings(corrections=tmp_path / "none"),
        lexicon=None,
        reports=data / "reports.parquet",
        mentions=data / "mentions.parquet",
        findings=data / "findings.parquet",
        out=data,
    )
    return data


def of(rows: list[dict[str, Any]], heading: str, entry: str) -> dict[str, Any]:
    (row,) = (row for row in rows if (row["heading"], row["entry"]) == (heading, entry))
    return row


def test_every_line_is_counted_and_the_unused_come_first(run: Path, tmp_path: Path) -> None:
    done = audit_rules(tables=run, corrections=tmp_path / "none", out=tmp_path)
    rows = done.rows.to_pylist()
    no = of(rows, "negated before", "no")
    assert (no["decided"], no["reports"], no["negated"], no["judged"]) == (3, 3, 3, 0)
    opacity = of(rows, "finding:opacity", "opacit(y|ies|ites|ie|ys)")
    counts = [opacity[name] for name in ("affirmed", "negated", "uncertain")]
    assert (opacity["decided"], counts) == (3, [1, 1, 1])
    assert of(rows, "negated before", "never")["decided"] == 0
    used = [row["decided"] > 0 for row in rows]
    assert used == sorted(used)
    assert read_table(RULE_USE, tmp_path / "rule_use.parquet").num_rows == len(rows)


def test_a_line_that_reviewers_find_wrong_comes_first(run: Path, tmp_path: Path) -> None:
    text = "No opacity."
    start = text.index("opacity")
    decision = Decision(
        correction_id="1",
        time=datetime(2026, 1, 1, tzinfo=UTC),
        reviewer="ada",
        action="change",
        report_id="c",
        report_digest="0",
        start=start,
        end=start + len("opacity"),
        phrase="opacity",
        before_concept="finding:opacity",
        before_assertion="negated",
        after_concept="finding:opacity",
        after_assertion="affirmed",
        lexicon="0",
    )
    append_decisions(tmp_path / "corrections", [decision])
    rows = audit_rules(tables=run, corrections=tmp_path / "corrections").rows.to_pylist()
    assert (rows[0]["heading"], rows[0]["entry"]) == ("negated before", "no")
    assert (rows[0]["judged"], rows[0]["right"]) == (1, 0)
    phrase = of(rows, "finding:opacity", "opacit(y|ies|ites|ie|ys)")
    assert (phrase["judged"], phrase["right"]) == (1, 1)


def test_a_coded_reference_judges_the_labels_mentions(run: Path, tmp_path: Path) -> None:
    reference = tmp_path / "coded.csv"
    reference.write_text("report_id,finding:opacity\na,1\nb,\nc,1\n", encoding="utf-8")
    coded = CodedReference("table", reference, run / "labels.parquet")
    done = audit_rules(tables=run, corrections=tmp_path / "none", reference=coded)
    phrase = of(done.rows.to_pylist(), "finding:opacity", "opacit(y|ies|ites|ie|ys)")
    assert (phrase["judged"], phrase["right"]) == (3, 2)
    assert done.summary.counts["lines_judged"] > 0


def test_of_two_halves_the_reference_judges_the_one_that_rules_are_written_on(
    run: Path, tmp_path: Path
) -> None:
    reference = tmp_path / "coded.csv"
    reference.write_text("report_id,finding:opacity\na,1\nb,\nc,1\n", encoding="utf-8")
    coded = CodedReference("table", reference, run / "labels.parquet", half_a=True)
    rows = audit_rules(tables=run, corrections=tmp_path / "none", reference=coded).rows.to_pylist()
    phrase = of(rows, "finding:opacity", "opacit(y|ies|ites|ie|ys)")
    # Of the three reports "a" alone is in half A.
    assert (phrase["decided"], phrase["judged"], phrase["right"]) == (3, 1, 1)
    assert of(rows, "negated before", "no")["judged"] == 0
