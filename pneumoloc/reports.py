"""Texts read as the pipeline reads reports, and what they say as frames."""

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast, get_args

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

import pipeline.language.lean_spacy  # noqa: F401 - before all that imports spaCy
from data_contracts.tables import REPORTS
from pipeline.extraction.batch.assembly import extract_reports
from pipeline.extraction.batch.extractor import Extractor, load_extractor
from pipeline.extraction.batch.occurrences import REPORT_COLUMNS
from pipeline.extraction.batch.passage_store import PassageStore
from pipeline.extraction.running.lexicon_version import lexicon_version
from pipeline.labelling import claims
from pipeline.labelling.aggregation import Conflict, label_reports
from pipeline.labelling.label_columns import label_columns
from pipeline.sources.sections import split_sections
from pneumoloc.given_texts import GivenTexts

_LISTS: Final = (
    "sides",
    "zones",
    "descriptors",
    "inherited_sides",
    "inherited_zones",
    "implied_sides",
)
_SEEN: Final = "interprets"
# Ids of mentions, which a frame has rows for.
_LINKS: Final = ("mention_id", _SEEN)
# As many as the pipeline puts into a part by default.
_AT_ONCE: Final = 5_000
# An extractor must not serve two threads at once.
_ONE_AT_A_TIME: Final = threading.Lock()


class ConflictError(ValueError):
    """There is no such way to settle what findings and impression disagree on."""


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """Some of the given texts and all that they say.

    Attributes:
        reports: the texts, `report_id` being their place among the given ones.
        mentions: rows of the mentions table.
        findings: rows of the findings table.
    """

    reports: pa.Table
    mentions: pa.Table
    findings: pa.Table


def read_texts(texts: Sequence[str], lexicon: str | os.PathLike[str] | None) -> Iterator[ReadTexts]:
    """Read texts in their order, some thousands at a time; at least once, be it of none.

    Raises:
        LexiconError: a lexicon file breaks its rules.
        ExtractionError: a text could not be analysed.
    """
    extractor = _extractor(lexicon)
    # A new one each time, so that no patient's text outlives the call.
    store = PassageStore(extractor)
    for first in range(0, max(len(texts), 1), _AT_ONCE):
        reports = _reports(texts[first : first + _AT_ONCE], first)
        with _ONE_AT_A_TIME:
            extracted = extract_reports(reports, store)
        yield ReadTexts(reports, extracted.mentions, extracted.findings)


def findings_of(given: GivenTexts, lexicon: str | os.PathLike[str] | None) -> pd.DataFrame:
    """See `pneumoloc.findings`."""
    frame = findings_frame(read_texts(given.texts, lexicon))
    if given.ids is not None:
        ids = given.ids.take(frame["text"].to_numpy())
        if isinstance(ids, pd.MultiIndex):
            ids = pd.Index(ids.tolist(), tupleize_cols=False)
        frame.insert(1, "id", pd.Series(ids, index=frame.index))
    return frame


def findings_frame(parts: Iterable[ReadTexts]) -> pd.DataFrame:
    """What texts state, without their ids; there is at least one part."""
    read = pa.concat_tables([_stated(part) for part in parts])
    # Plain Python values in lists, as a notebook shows them; to_pandas would give arrays.
    frame: pd.DataFrame = read.drop_columns([*_LISTS, *_LINKS]).to_pandas()
    row_of = {mention_id: row for row, mention_id in enumerate(read["mention_id"].to_pylist())}
    seen = [[row_of[one] for one in ids] for ids in read[_SEEN].to_pylist()]
    for name, lists in {**{name: read[name].to_pylist() for name in _LISTS}, _SEEN: seen}.items():
        values = pd.Series(lists, index=frame.index, dtype=object)
        frame.insert(list(frame.columns).index("phrase"), name, values)
    return frame


def labels_of(
    given: GivenTexts, lexicon: str | os.PathLike[str] | None, conflict: str
) -> pd.DataFrame:
    """See `pneumoloc.labels`."""
    if conflict not in get_args(Conflict):
        raise ConflictError(f"conflict={conflict!r}; expected {' or '.join(get_args(Conflict))}")
    columns = label_columns(_extractor(lexicon).lexicon)
    labelled = [
        label_reports(
            claims.ReportBatch(
                _with_ids(part.reports),
                part.mentions.select(claims.MENTION_COLUMNS),
                part.findings.select(claims.FINDING_COLUMNS),
            ),
            columns,
            cast("Conflict", conflict),
        ).select(columns.concept_ids.to_pylist())
        for part in read_texts(given.texts, lexicon)
    ]
    frame: pd.DataFrame = pa.concat_tables(labelled).to_pandas(
        types_mapper={pa.int8(): pd.Int8Dtype()}.get
    )
    return frame if given.ids is None else frame.set_axis(given.ids, axis="index")


def _stated(part: ReadTexts) -> pa.Table:
    findings, mentions = part.findings, part.mentions
    own = mentions.take(
        pc.index_in(findings["mention_id"], value_set=mentions["mention_id"].combine_chunks())
    )
    return pa.table(
        {
            "text": findings["report_id"].cast(pa.int64()),
            **{name: findings[name] for name in ("section", "finding", "assertion")},
            "cue": own["cue"],
            **{name: findings[name] for name in (*_LISTS, *_LINKS)},
            "phrase": own["text"],
            "start": own["start"].cast(pa.int64()),
            "end": own["end"].cast(pa.int64()),
        }
    )


def _reports(texts: Sequence[str], first: int) -> pa.Table:
    rows: list[dict[str, Any]] = [
        {
            "report_id": str(number),
            "text": text,
            "sections": [section._asdict() for section in split_sections(text)],
        }
        for number, text in enumerate(texts, start=first)
    ]
    schema = REPORTS.schema()
    return pa.Table.from_pylist(rows, pa.schema([schema.field(name) for name in REPORT_COLUMNS]))


def _with_ids(reports: pa.Table) -> pa.Table:
    unknown = pa.nulls(reports.num_rows, pa.string())
    known = dict.fromkeys(claims.REPORT_COLUMNS, unknown)
    return pa.table({**known, "report_id": reports["report_id"]})


def _extractor(lexicon: str | os.PathLike[str] | None) -> Extractor:
    """The extractor of a lexicon as it stands; of an edited one a new one."""
    if lexicon is None:
        return _shipped()
    version = lexicon_version(Path(lexicon))
    return _loaded(version.lexicon, version.digest)


@lru_cache(maxsize=1)
def _shipped() -> Extractor:
    return load_extractor()


@lru_cache(maxsize=2)
def _loaded(lexicon: Path, digest: str) -> Extractor:  # noqa: ARG001 - tells its states apart
    return load_extractor(lexicon)
