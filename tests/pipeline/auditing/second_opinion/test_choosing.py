"""Which reports are asked about, in which order, and why each."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_contracts.storage import write_table
from data_contracts.tables import MENTIONS
from pipeline.auditing.second_opinion.choosing import Picked, pick_reports
from pipeline.auditing.second_opinion.errors import SecondOpinionError
from pipeline.auditing.tables.database import Tables
from pipeline.labelling.decision import Decision
from pipeline.lexicon.concepts import Lexicon

OPACITY = {"opacity": "finding:opacity"}
STATEMENTS = [
    ("plain", "findings", "There is an opacity.", "affirmed", OPACITY),
    ("disputed", "findings", "There is an opacity.", "affirmed", OPACITY),
    ("disputed", "impression", "An opacity.", "uncertain", OPACITY),
    ("asked", "findings", "There is an opacity.", "affirmed", OPACITY),
    ("asked", "indication", "An opacity.", "uncertain", OPACITY),
    ("odd", "findings", "Quagga zebraic opacity, xxxx, 2 cm.", "affirmed", OPACITY),
    *((f"usual{n}", "findings", "Wispy opacity.", "affirmed", OPACITY) for n in range(4)),
]


@pytest.fixture
def folder(tmp_path: Path, label_run: Callable[..., Path]) -> Path:
    """Made-up reports, of which some were decided by cues."""
    run = label_run(tmp_path / "run", STATEMENTS)
    rows = [
        row
        for part in sorted((run / "mentions.parquet").iterdir())
        if part.suffix == ".parquet"
        for row in pq.read_table(part).to_pylist()
    ]
    for row in rows:
        if row["report_id"] in ("usual0", "usual1"):
            row["cue"] = "Maybe\n so"
        elif row["report_id"] == "usual2":
            row["cue"] = "reads like"
    write_table(
        MENTIONS, pa.Table.from_pylist(rows, schema=MENTIONS.schema()), run / "mentions.parquet"
    )
    return run


@pytest.fixture
def picked(folder: Path, lexicon: Lexicon, lexicon_folder: Path) -> Callable[..., list[Picked]]:
    def pick(how: str = "least-sure", **more: Any) -> list[Picked]:
        settings = {"reports": 100, "seed": 0, "decisions": [], **more}
        with Tables(folder) as tables:
            return pick_reports(
                tables, how, lexicon=lexicon, lexicon_folder=lexicon_folder, **settings
            )

    return pick


def reasons(picked: list[Picked]) -> dict[str, str]:
    return {one.report_id: one.why for one in picked}


def test_reasons_take_turns_and_are_told(picked: Callable[..., list[Picked]]) -> None:
    told = reasons(picked())
    assert told == {
        "disputed": "affirmed and doubted: finding:opacity",
        "odd": "beside a finding, unknown to the lexicon: “quagga”, “zebraic”",
        "usual0": "cues that nobody has reviewed: “maybe so”",
        "usual1": "cues that nobody has reviewed: “maybe so”",
        "usual2": "cues that nobody has reviewed: “reads like”",
    }
    first, second, third, *cues = told
    assert (first, second) == ("disputed", "odd")
    # The cue of the most reports first, and every cue once before any twice.
    assert third in ("usual0", "usual1")
    assert cues[0] == "usual2"


def test_a_cue_that_was_reviewed_is_no_reason_any_more(picked: Callable[..., list[Picked]]) -> None:
    seen = Decision(correction_id="1", time=datetime(2026, 1, 1, tzinfo=UTC), reviewer="ada",
                    action="accept", report_id="usual0", report_digest="", start=0, end=1,
                    before_concept="finding:opacity", cue="maybe so", lexicon="")  # fmt: skip
    assert list(reasons(picked(decisions=[seen]))) == ["disputed", "odd", "usual2"]


def test_equal_tables_give_equal_reports(picked: Callable[..., list[Picked]]) -> None:
    assert picked() == picked()
    assert [one.report_id for one in picked(reports=2)] == ["disputed", "odd"]


def test_a_random_sample_is_drawn_by_its_seed(picked: Callable[..., list[Picked]]) -> None:
    first = picked("random", reports=5)
    assert first == picked("random", reports=5)
    assert {one.why for one in first} == {"drawn at random, seed 0"}
    others = [picked("random", reports=5, seed=seed) for seed in range(1, 6)]
    assert any(reasons(one).keys() != reasons(first).keys() for one in others)
    assert len(picked("random", reports=100)) == len(picked("all")) == 8


def test_another_way_to_pick_is_refused(picked: Callable[..., list[Picked]]) -> None:
    with pytest.raises(SecondOpinionError, match="least-sure, random, all"):
        picked("most-sure")
