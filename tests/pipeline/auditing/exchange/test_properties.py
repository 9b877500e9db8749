"""Whatever ids and texts a source has: what is exported and not touched gives no decision."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.storage import write_table
from data_contracts.tables import MENTIONS, REPORTS
from pipeline.stages.export_mentions import export_mentions
from pipeline.stages.import_mentions import import_mentions

FINDINGS = ("finding:opacity", "finding:pneumonia", "finding:atelectasis")
OTHERS = ("side:left", "zone:base", "descriptor:patchy")
ASSERTIONS = ("affirmed", "negated", "uncertain", "historical", "hypothetical")
#: Scripts, emoji of several characters, line ends of every kind, markup, separators of the formats.
CHARACTERS = st.one_of(
    st.sampled_from(
        list("ab .,:;|\t\n\r\x0b\x0c\x1c\x85\u2028\u2029\ufeff\u200d<>&\"'\\/{}[]%_-ÄéТ")
    ),
    st.sampled_from(["🫁", "👩\u200d⚕️", "\r\n", "\n\n", "e\u0301", "T1\t", "\\n", "&amp;", "שלום"]),
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
)
TEXTS = st.lists(CHARACTERS, min_size=1, max_size=40).map("".join)
IDS = st.one_of(
    st.sampled_from(["../../etc/passwd", "a/b", "A/B", "a_2fb", "CON", "nul", "-rf", ".", "..",
                     "x" * 128, "ä" * 128, "r1", "R1", "[red]x", "a\nb", "=1+1", "a.ann",
                     "reports"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1,
            max_size=128).map(str.strip).filter(bool),
)  # fmt: skip


@st.composite
def reports(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A text and mentions in it, such as extraction gives: no blanks at their ends."""
    text = draw(TEXTS)
    mentions: dict[tuple[int, int, str], dict[str, Any]] = {}
    for concept in draw(st.lists(st.sampled_from([*FINDINGS, *OTHERS]), max_size=6)):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        words = text[start:end]
        start += len(words) - len(words.lstrip())
        end = start + len(words.strip())
        # A phrase names one concept of a category.
        key = (start, end, concept.partition(":")[0])
        if start < end and key not in mentions:
            mentions[key] = {
                "start": start,
                "end": end,
                "text": text[start:end],
                "concept_id": concept,
                "assertion": draw(st.sampled_from(ASSERTIONS)),
            }
    found = list(mentions.values())
    findings = [i for i, one in enumerate(found) if one["concept_id"] in FINDINGS]
    for one in found:
        owners = st.lists(st.sampled_from(findings or [0]), unique=True, max_size=len(findings))
        one["owners"] = [] if one["concept_id"] in FINDINGS else draw(owners)
    return text, found


@pytest.mark.parametrize("tool", ["brat", "doccano", "label-studio"])
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(made=st.dictionaries(IDS, reports(), min_size=1, max_size=4))
def test_what_nobody_touched_gives_no_decision(
    tool: str, lexicon_folder: Path, made: dict[str, tuple[str, list[dict[str, Any]]]]
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write_tables(folder, made)
        out = folder / "below" / "exported"
        shared: dict[str, Any] = {
            "tool": tool,
            "reports": folder / "reports.parquet",
            "mentions": folder / "mentions.parquet",
            "lexicon": lexicon_folder,
        }
        export_mentions(**shared, wanted=None, out=out)
        assert {path.name for path in folder.rglob("*") if path.is_file()} == {
            "reports.parquet",
            "mentions.parquet",
            *(path.name for path in out.iterdir()),
        }
        source = {"brat": out, "doccano": out / "reports.jsonl", "label-studio": out / "tasks.json"}
        if tool == "label-studio":
            _annotate(source[tool])
        imported = import_mentions(
            **shared, source=source[tool], reviewer="ada", annotator=None,
            corrections=folder / "corrections", done=False, take_back=False, dry_run=False,
        )  # fmt: skip
        assert imported.refused == []
        assert imported.summary.counts["decisions"] == 0
        assert imported.summary.counts["reports_unchanged"] == len(made)
        # Every mention was there to be judged: all of them are accepted.
        imported = import_mentions(
            **shared, source=source[tool], reviewer="ada", annotator=None,
            corrections=folder / "corrections", done=True, take_back=True, dry_run=False,
        )  # fmt: skip
        assert imported.summary.counts.get("accepted", 0) == sum(len(m) for _, m in made.values())


def _annotate(path: Path) -> None:
    """Open and submit every task, as a person would who finds nothing to change."""
    import json

    tasks = json.loads(path.read_text())
    for task in tasks:
        task["annotations"] = [{"id": 1, "completed_by": 1, "was_cancelled": False,
                                "result": task["predictions"][0]["result"]}]  # fmt: skip
    path.write_text(json.dumps(tasks, ensure_ascii=False))


def _write_tables(folder: Path, made: dict[str, tuple[str, list[dict[str, Any]]]]) -> None:
    rows = [{"report_id": report_id, "source": "csv", "text": text, "sections": []}
            for report_id, (text, _) in made.items()]  # fmt: skip
    mentions = [
        {
            **{key: value for key, value in one.items() if key != "owners"},
            "mention_id": f"{report_id}/{i}",
            "report_id": report_id,
            "section": "findings",
            "sentence": 0,
            "sentence_start": 0,
            "sentence_end": len(text),
            "category": one["concept_id"].partition(":")[0],
            "finding_ids": [f"{report_id}/{owner}" for owner in one["owners"]],
            "rule": "made up",
        }
        for report_id, (text, found) in made.items()
        for i, one in enumerate(found)
    ]
    for contract, table in ((REPORTS, rows), (MENTIONS, mentions)):
        write_table(
            contract,
            pa.Table.from_pylist(table, schema=contract.schema()),
            folder / f"{contract.name}.parquet",
        )
