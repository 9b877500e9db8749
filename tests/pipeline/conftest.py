"""Reports made up sentence by sentence, with the tables that extraction would make of them."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from data_contracts.concepts import category_of
from data_contracts.storage import PartedTable
from data_contracts.tables import FINDINGS, MENTIONS, REPORTS
from pipeline.extraction.batch.extractor import Extractor, load_extractor
from pipeline.extraction.reference import Reader, load_reader
from pipeline.lexicon.concepts import Concept, Lexicon, load_lexicon
from pipeline.settings import LabelSettings, Settings
from pipeline.stages.label import label
from pipeline.stages.run import run

#: (report_id, section, sentence, assertion, phrase -> concept id; the finding's phrase first)
Statement = tuple[str, str, str, str, Mapping[str, str]]
BuildTables = Callable[[Sequence[Statement]], dict[str, pa.Table]]
WriteTables = Callable[..., dict[str, Path]]

_LEXICON_FILES = {
    "findings.txt": """
        [finding:lung_opacity_any]
        lung: yes
        [finding:opacity]
        implies: finding:lung_opacity_any
        lung: yes
        opacit(y|ies)
        [finding:pneumonia]
        implies: finding:lung_opacity_any
        lung: yes
        pneumonia
        [finding:atelectasis]
        lung: yes
        atelectasis
        [finding:pleural_effusion]
        (pleural |)effusion(s|)
    """,
    "places.txt": """
        [side:left]
        left
        [side:right]
        right
        [zone:base]
        (lung |)base
        [zone:lower_lobe]
        lower lobe
    """,
    "descriptors.txt": """
        [descriptor:patchy]
        patchy
        [descriptor:small]
        small
    """,
    "cues.txt": "",
}


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    """Of the shipped rules; it keeps no state that a test could change."""
    return load_extractor()


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The reference, by the shipped rules; it keeps no state either."""
    return load_reader()


@pytest.fixture
def lexicon_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "lexicon"
    folder.mkdir()
    for name, text in _LEXICON_FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def lexicon(lexicon_folder: Path) -> Lexicon:
    return load_lexicon(lexicon_folder)


@pytest.fixture
def concepts(lexicon: Lexicon) -> tuple[Concept, ...]:
    return lexicon.concepts


@pytest.fixture
def build_tables() -> BuildTables:
    return _build_tables


@pytest.fixture
def write_tables() -> WriteTables:
    return _write_tables


@pytest.fixture(scope="session")
def label_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of made-up reports that have been labelled before, by a digest of the reports."""
    return tmp_path_factory.mktemp("label_runs")


@pytest.fixture
def label_run(label_runs: Path, lexicon_folder: Path) -> Callable[..., Path]:
    """Write made-up reports, what was extracted from them, and their labels, to a folder."""

    def write(
        folder: Path, statements: Sequence[Statement], corrections: Path | None = None
    ) -> Path:
        # A few parts, however many reports.
        reports = len({report_id for report_id, *_ in statements})
        paths = _write_tables(folder, statements, reports_per_part=max(2, reports // 4))
        settings = LabelSettings(corrections=corrections or folder / "no corrections")
        label(settings=settings, lexicon=lexicon_folder, out=folder, **paths)
        return folder

    def write_once(
        folder: Path, statements: Sequence[Statement], corrections: Path | None = None
    ) -> Path:
        if corrections is not None:
            return write(folder, statements, corrections)
        made = label_runs / hashlib.sha256(repr(statements).encode()).hexdigest()
        if not made.exists():
            write(made, statements)
        shutil.copytree(made, folder, dirs_exist_ok=True)
        return folder

    return write_once


@pytest.fixture
def read_run() -> Callable[[Path, Mapping[str, str]], Path]:
    """Read reports by the shipped rules, and write all tables to a folder."""

    def write(folder: Path, texts: Mapping[str, str]) -> Path:
        folder.mkdir(parents=True)
        source = folder / "reports.jsonl"
        lines = [json.dumps({"report_id": name, "text": text}) for name, text in texts.items()]
        source.write_text("\n".join(lines), encoding="utf-8")
        chosen = Settings.model_validate({"source": {"kind": "jsonl"}, "nlp": {"workers": 1}})
        for _ in run(settings=chosen, source=source, out=folder):
            pass
        return folder

    return write


def _build_tables(statements: Sequence[Statement]) -> dict[str, pa.Table]:
    reports: dict[str, dict[str, object]] = {}
    mentions: list[dict[str, object]] = []
    findings: list[dict[str, object]] = []
    for report_id, section, sentence, assertion, phrases in statements:
        report = reports.setdefault(
            report_id, {"report_id": report_id, "source": "csv", "text": "", "sections": []}
        )
        text = str(report["text"]) + f"{section.upper()}: "
        start = len(text)
        text += sentence
        spans = report["sections"]
        assert isinstance(spans, list)
        spans.append({"name": section, "start": start, "end": len(text)})
        report["text"] = text + "\n"
        number = sum(m["report_id"] == report_id for m in mentions)
        ids = {concept: f"{report_id}/{number + i}" for i, concept in enumerate(phrases.values())}
        for phrase, concept_id in phrases.items():
            begin = text.index(phrase, start)
            mentions.append(
                {
                    "mention_id": ids[concept_id],
                    "report_id": report_id,
                    "section": section,
                    "sentence": len(spans) - 1,
                    "sentence_start": start,
                    "sentence_end": len(text),
                    "start": begin,
                    "end": begin + len(phrase),
                    "text": phrase,
                    "concept_id": concept_id,
                    "category": category_of(concept_id),
                    "assertion": assertion,
                    "finding_ids": []
                    if concept_id.startswith("finding:")
                    else [next(iter(ids.values()))],
                    "rule": "lexicon",
                }
            )
        if phrases:
            findings.append(_finding(report_id, section, assertion, ids))
    for report in reports.values():
        report["subject_id"] = f"patient of {report['report_id']}"
    return {
        "reports": pa.Table.from_pylist(list(reports.values()), schema=REPORTS.schema()),
        "mentions": pa.Table.from_pylist(mentions, schema=MENTIONS.schema()),
        "findings": pa.Table.from_pylist(findings, schema=FINDINGS.schema()),
    }


def _finding(
    report_id: str, section: str, assertion: str, ids: Mapping[str, str]
) -> dict[str, object]:
    finding, *attributes = ids

    def of(category: str) -> list[str]:
        return sorted(a for a in attributes if category_of(a) == category)

    return {
        "report_id": report_id,
        "mention_id": ids[finding],
        "section": section,
        "finding": finding,
        "assertion": assertion,
        "sides": of("side"),
        "zones": of("zone"),
        "descriptors": of("descriptor"),
        "mention_ids": list(ids.values()),
        "interprets": [],
        "inherited_sides": [],
        "inherited_zones": [],
        "implied_sides": [],
    }


def _write_tables(
    folder: Path, statements: Sequence[Statement], *, reports_per_part: int = 1
) -> dict[str, Path]:
    """Write the tables in parts; mentions and findings are cut where the reports are."""
    tables = _build_tables(statements)
    ids = tables["reports"]["report_id"].to_pylist()
    cuts = [ids[i : i + reports_per_part] for i in range(0, len(ids), reports_per_part)]
    contracts = {"reports": REPORTS, "mentions": MENTIONS, "findings": FINDINGS}
    paths = {name: folder / f"{name}.parquet" for name in contracts}
    for name, contract in contracts.items():
        parted = PartedTable(contract, paths[name], "made up")
        for index, cut in enumerate(cuts):
            rows = [report_id in cut for report_id in tables[name]["report_id"].to_pylist()]
            parted.write_part(index, tables[name].filter(pa.array(rows, pa.bool_())))
        parted.commit(len(cuts))
    return paths
