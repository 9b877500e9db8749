"""Reports that were exported, and the files that each tool would save after a person's edits.

The savers write what the tools themselves export, by their published formats, and share no code
with the readers that are tested.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from data_contracts.corrections import CORRECTION_OUTCOMES
from data_contracts.storage import read_table
from data_contracts.tables import LABELS, REPORTS
from pipeline.auditing.corrections.log import read_log
from pipeline.labelling.decision import Decision
from pipeline.settings import LabelSettings
from pipeline.stages.export_mentions import export_mentions
from pipeline.stages.import_mentions import Imported, import_mentions
from pipeline.stages.label import label

OPACITY, EFFUSION = "finding:opacity", "finding:pleural_effusion"
#: Other scripts, a character beyond 16 bits, a phrase over two lines, overlapping phrases.
STATEMENTS = [
    (
        "s/1 ö",
        "findings",
        "Naïve 🫁: patchy opacity, left\nlower lobe. An effusion, not seen before.",
        "affirmed",
        {
            "opacity": OPACITY,
            "patchy": "descriptor:patchy",
            "left": "side:left",
            "lower lobe": "zone:lower_lobe",
            "left\nlower lobe": "zone:base",
        },
    ),
    ("s/1 ö", "impression", "No pneumonia.", "negated", {"pneumonia": "finding:pneumonia"}),
    ("r2", "findings", "Small effusion.", "affirmed",
     {"effusion": EFFUSION, "Small": "descriptor:small"}),
    ("r3", "findings", "Clear lungs.", "affirmed", {}),
]  # fmt: skip
TOOLS = ("brat", "doccano", "label-studio")


@dataclass
class Phrase:
    """A marked phrase as a person sees it."""

    words: str
    concept: str
    assertion: str
    of: list["Phrase"] = field(default_factory=list)


class Exchange:
    """A run, exported to a tool, saved by it, and imported again."""

    def __init__(self, tool: str, run: Path, lexicon: Path, folder: Path) -> None:
        self.tool, self.run, self.lexicon, self.folder = tool, run, lexicon, folder
        self.corrections = folder / "corrections"
        rows = read_table(REPORTS, run / "reports.parquet").to_pylist()
        self.texts = {row["report_id"]: row["text"] for row in rows}

    def export(self, wanted: Path | None = None) -> Path:
        out = self.folder / "exported"
        self.counts = export_mentions(
            tool=self.tool,
            reports=self.run / "reports.parquet",
            mentions=self.run / "mentions.parquet",
            lexicon=self.lexicon,
            wanted=wanted,
            out=out,
        ).counts
        return out

    def load(self, source: Path, **chosen: Any) -> Imported:
        options: dict[str, Any] = {
            "reviewer": "ada", "annotator": None, "done": False, "take_back": False,
            "dry_run": False,
        }  # fmt: skip
        return import_mentions(
            tool=self.tool,
            source=source,
            reports=self.run / "reports.parquet",
            mentions=self.run / "mentions.parquet",
            lexicon=self.lexicon,
            corrections=self.corrections,
            **{**options, **chosen},
        )

    def log(self) -> list[Decision]:
        return read_log(self.corrections)

    def label(self) -> tuple[dict[str, dict[str, Any]], list[str]]:
        """Labels under the corrections, and what became of these."""
        paths = {name: self.run / f"{name}.parquet" for name in ("reports", "mentions", "findings")}
        out = self.folder / "labelled"
        label(
            settings=LabelSettings(corrections=self.corrections),
            lexicon=self.lexicon,
            out=out,
            **paths,
        )
        labels = read_table(LABELS, out / "labels.parquet").to_pylist()
        outcomes = read_table(CORRECTION_OUTCOMES, out / "correction_outcomes.parquet")
        return {row["report_id"]: row for row in labels}, outcomes["outcome"].to_pylist()

    def phrases(self, report_id: str = "s/1 ö") -> dict[str, Phrase]:
        """What was exported of a report, by its words."""
        found: dict[str, Phrase] = {}
        for owner, _, _, assertion, phrases in STATEMENTS:
            if owner == report_id:
                made = [Phrase(words, concept, assertion) for words, concept in phrases.items()]
                for one in made[1:]:
                    one.of = [made[0]]
                found.update({one.words: one for one in made})
        return found

    def save(self, exported: Path, report_id: str, phrases: Sequence[Phrase]) -> Path:
        """Write what the tool would, had a person left these phrases in a report."""
        text = self.texts[report_id]
        spans = [(start := text.index(one.words), start + len(one.words)) for one in phrases]
        pairs = [
            (i, next(j for j, other in enumerate(phrases) if other is owner))
            for i, one in enumerate(phrases)
            for owner in one.of
        ]
        saver = {"brat": _save_brat, "doccano": _save_doccano, "label-studio": _save_label_studio}
        return saver[self.tool](exported, report_id, text, phrases, spans, pairs)

    def untouched(self, exported: Path) -> Path:
        """The file as the tool saves it where nobody changed anything."""
        for report_id in self.texts:
            source = self.save(exported, report_id, list(self.phrases(report_id).values()))
        return source


@pytest.fixture(params=TOOLS)
def exchange(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    label_run: Callable[..., Path],
    lexicon_folder: Path,
) -> Exchange:
    """Each of the tools in turn."""
    return Exchange(
        request.param, label_run(tmp_path / "run", STATEMENTS), lexicon_folder, tmp_path
    )


def _save_brat(
    folder: Path, report_id: str, text: str, phrases: Any, spans: Any, pairs: Any
) -> Path:
    listed = [json.loads(line) for line in (folder / "reports.jsonl").read_text().splitlines()]
    (name,) = [one["file"] for one in listed if one["report_id"] == report_id]
    # brat's ids run on, so that they have gaps once something was deleted.
    lines = []
    for i, (phrase, (start, end)) in enumerate(zip(phrases, spans, strict=True)):
        number, parts, position = 3 * i + 7, [], start
        for part in text[start:end].split("\n"):
            parts.append((position, position + len(part)))
            position += len(part) + 1
        offsets = ";".join(f"{a} {b}" for a, b in parts)
        words = " ".join(text[a:b] for a, b in parts)
        kind = phrase.concept.replace(":", "-")
        lines.append(f"T{number}\t{kind} {offsets}\t{words}")
        lines.append(f"A{number + 1}\tAssertion T{number} {phrase.assertion}")
    lines += [f"R{i + 2}\tOf Arg1:T{3 * a + 7} Arg2:T{3 * b + 7}\t"
              for i, (a, b) in enumerate(pairs)]  # fmt: skip
    lines.append("#1\tAnnotatorNotes T7\ta note")
    (folder / f"{name}.ann").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _save_doccano(
    folder: Path, report_id: str, text: str, phrases: Any, spans: Any, pairs: Any
) -> Path:
    source = folder.parent / "ada.jsonl"
    first = source if source.exists() else folder / "reports.jsonl"
    rows = [json.loads(line) for line in first.read_text().splitlines()]
    (row,) = [one for one in rows if one["report_id"] == report_id]

    def units(characters: int) -> int:
        return len(text[:characters].encode("utf-16-le")) // 2

    saved = {
        "id": 41,
        "text": row["text"],
        "report_id": row["report_id"],
        "exported": row["exported"],
        "entities": [
            {
                "id": 900 - i,
                "label": f"{phrase.concept} {phrase.assertion}",
                "start_offset": units(start),
                "end_offset": units(end),
            }
            for i, (phrase, (start, end)) in enumerate(zip(phrases, spans, strict=True))
        ],
        "relations": [
            {"id": 70 + i, "from_id": 900 - a, "to_id": 900 - b, "type": "of"}
            for i, (a, b) in enumerate(pairs)
        ],
        "Comments": [],
    }
    lines = [json.dumps(saved if one is row else one, ensure_ascii=False) for one in rows]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return source


def _save_label_studio(
    folder: Path, report_id: str, text: str, phrases: Any, spans: Any, pairs: Any
) -> Path:
    source = folder.parent / "export.json"
    first = source if source.exists() else folder / "tasks.json"
    tasks = json.loads(first.read_text())
    (task,) = [one for one in tasks if one["data"]["report_id"] == report_id]
    result: list[dict[str, Any]] = []
    for i, (phrase, (start, end)) in enumerate(zip(phrases, spans, strict=True)):
        value = {"start": start, "end": end, "text": text[start:end].replace("\n", "\\n")}
        shared = {"id": f"Dx_{i}", "to_name": "text", "origin": "manual"}
        result.append({**shared, "from_name": "concept", "type": "labels",
                       "value": {**value, "labels": [phrase.concept]}})  # fmt: skip
        result.append({**shared, "from_name": "assertion", "type": "choices",
                       "value": {**value, "choices": [phrase.assertion]}})  # fmt: skip
    # Drawn the other way round, which people do.
    result += [{"from_id": f"Dx_{b}", "to_id": f"Dx_{a}", "type": "relation", "direction": "left"}
               for a, b in pairs]  # fmt: skip
    task |= {
        "id": 1,
        "annotations": [
            {
                "id": 1001,
                "completed_by": 10,
                "result": result,
                "was_cancelled": False,
                "ground_truth": False,
                "created_at": "2026-11-09T22:16:08.728353Z",
                "lead_time": 4.288,
            }
        ],
        "drafts": [],
        "meta": {},
        "project": 83,
    }
    source.write_text(json.dumps(tasks), encoding="utf-8")
    return source
