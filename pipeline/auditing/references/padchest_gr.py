"""PadChest-GR's sentences, as radiologists labelled and placed them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from data_contracts.concepts import AFFIRMED, NEGATED
from data_contracts.quarantine import Rejected
from pipeline.auditing.references.coding import Coding
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.label_values import LabelValues, strip_prefix
from pipeline.labelling.label_columns import label_columns
from pipeline.lexicon.concepts import load_lexicon
from pipeline.published_labels.columns import concept_of
from pipeline.published_labels.places import PlaceReader
from pipeline.published_labels.records import LabelledReport, state
from pipeline.published_labels.tables import label_table
from pipeline.sources.padchest_gr import GroundedSentence, GroundedStudy, read_studies
from pipeline.sources.padchest_gr_sentences import sentence_id
from pipeline.sources.records import SourceError


def read_padchest_gr(path: Path, coding: Coding) -> LabelValues:
    """Read a sentence as a report, as the source `padchest_gr_sentences` does.

    A label of an abnormal sentence is 1, of another one 0; places count where the finding is one
    of the lung itself, as in our labels, and are read by the shipped lexicon.

    Args:
        path: `grounded_reports_*.json`, or the folder that holds it.
        coding: how ids are matched.

    Raises:
        AuditError: there is no such file, or it is no list of studies.
    """
    reading = _Reading()
    try:
        reports = list(reading.read(path))
    except SourceError as error:
        raise AuditError(str(error)) from None
    table = label_table(reports, reading.columns)
    names: list[str] = reading.columns.concept_ids.to_pylist()
    values = pd.DataFrame(
        {name: table[name].to_numpy().astype(np.float32) for name in names}
    ).dropna(axis="columns", how="all")
    ids = pd.Index(table["report_id"].to_pylist(), dtype=str)
    values.index = strip_prefix(ids, coding.report_id_prefix)
    return LabelValues(
        str(path), values, ids, unmapped=reading.unmapped, left_out=dict(reading.left_out)
    )


class _Reading:
    """One reading of a release: the lexicon that it is read by, and what could not be."""

    def __init__(self) -> None:
        lexicon = load_lexicon()
        self.columns = label_columns(lexicon)
        self.unmapped: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self._ids = frozenset(concept.concept_id for concept in lexicon.concepts)
        self._places = PlaceReader(lexicon, None)

    def read(self, path: Path) -> Iterator[LabelledReport]:
        for study in read_studies(path):
            if isinstance(study, Rejected):
                self.left_out[study.reason] += 1
                continue
            for sentence in study.sentences:
                yield self._report(study, sentence)

    def _report(self, study: GroundedStudy, sentence: GroundedSentence) -> LabelledReport:
        values: dict[str, int] = {}
        for label in sentence.labels:
            concept = concept_of(label, self._ids)
            if concept is None:
                self.unmapped[label.lower()] += 1
                continue
            value = AFFIRMED if sentence.abnormal else NEGATED
            state(values, concept, value)
            for place, worth in self._places.values(concept, value, sentence.places).items():
                state(values, place, worth)
        report_id = sentence_id(study.study_id, sentence.number)
        ids = (report_id, study.subject_id, study.study_id, study.split)
        return LabelledReport(study.location, *ids, values)
