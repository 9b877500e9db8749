"""PadChest: the labels and places of its reports.

Bustos et al., "PadChest: A large chest x-ray image dataset with multi-label annotated reports",
Medical Image Analysis 2020. A report's labels are what it affirms: one that is not listed may be
denied or never mentioned, so it has no value. Only a report that is `normal` and nothing else
denies, and then every finding that the data set has a name for.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from data_contracts.concepts import AFFIRMED, NEGATED
from data_contracts.published_names import PADCHEST_NAMES
from data_contracts.quarantine import Rejected
from pipeline.published_labels.columns import concept_of
from pipeline.published_labels.files import find_table
from pipeline.published_labels.records import LabelledReport, LabelRequest, LabelSource, state
from pipeline.sources.columns import Row
from pipeline.sources.delimited import read_rows

_STUDY, _PATIENT = "StudyID", "PatientID"
_LABELS, _BY_SENTENCE = "Labels", "LabelsLocalizationsBySentence"
_PLACE: Final = "loc "
_NORMAL: Final = "normal"
#: Reports that nobody labelled.
_EXCLUDED: Final = "exclude"
#: Labels that name no finding and so do not stand against `normal`.
_NO_FINDING: Final = frozenset({_NORMAL, "unchanged", "suboptimal study", ""})
# No report has as many; a longer cell is a broken one, and costly to read.
_LONGEST_CELL: Final = 20_000
# Labels without a concept are named in the counts, where no report's text may stand.
_LONGEST_LABEL: Final = 80
_REMEDY: Final = "expected PadChest's PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv"

#: What a sentence says: labels, and the places that follow each.
_Stated = list[tuple[str, list[str]]]


def open_labels(request: LabelRequest) -> LabelSource:
    """A row a study, `StudyID`: its images have the same labels.

    Raises:
        SourceError: the folder holds no such table, or it lacks a column.
    """
    without_concept: Counter[str] = Counter()
    tallies: Counter[str] = Counter()
    file = find_table(request.path, "PADCHEST_chest_x_ray_images_labels*.csv")
    return LabelSource(_read(file, request, without_concept, tallies), without_concept, tallies)


def _read(
    file: Path, request: LabelRequest, without_concept: Counter[str], tallies: Counter[str]
) -> Iterator[LabelledReport | Rejected]:
    concept_ids = request.concept_ids
    named = {concept_of(name, concept_ids) for name in PADCHEST_NAMES} - {None}
    normal = dict.fromkeys(sorted(map(str, named)), NEGATED)
    for row in read_rows(file, (_STUDY, _PATIENT, _LABELS, _BY_SENTENCE), _REMEDY):
        if isinstance(row, Rejected):
            yield row
            continue
        location, cells = row
        study = cells[_STUDY].strip()
        stated = _stated(row)
        if isinstance(stated, Rejected):
            yield stated
            continue
        values = _values(stated, request, without_concept, tallies)
        if _is_normal(stated):
            values = normal
        yield LabelledReport(
            location, study, cells[_PATIENT].strip() or None, study or None, None, values
        )


def _stated(row: Row) -> _Stated | Rejected:
    """The labels of a row, with their places where these are known."""
    location, cells = row
    study = cells[_STUDY].strip()
    labels = _read_list(cells[_LABELS])
    sentences = _read_list(cells[_BY_SENTENCE])
    if labels is None or sentences is None:
        column = _LABELS if labels is None else _BY_SENTENCE
        detail = f"{column}: expected a list of labels, such as ['normal']"
        return Rejected(location, study, "wrong_value", detail)
    names = {name for words in labels for name in words if name}
    if not names or _EXCLUDED in names:
        detail = "the data set gives this study no label, or excludes it"
        return Rejected(location, study, "not_labelled", detail)
    by_sentence = _with_places(sentences)
    placed = {label for label, _ in by_sentence}
    return [*((name, []) for name in sorted(names - placed)), *by_sentence]


def _read_list(cell: str) -> list[list[str]] | None:
    """The words of each sentence, in lower case; None where the cell is no such list."""
    text = cell.strip()
    if text in ("", "nan"):
        return []
    if len(text) > _LONGEST_CELL or not text.startswith("["):
        return None
    try:
        parsed = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    sentences = [part if isinstance(part, list) else [part] for part in parsed]
    words = [word for sentence in sentences for word in sentence]
    if not all(isinstance(word, str) and len(word) <= _LONGEST_LABEL for word in words):
        return None
    if not any(isinstance(part, list) for part in parsed):
        sentences = [words]
    return [[" ".join(word.lower().split()) for word in words] for words in sentences]


def _with_places(sentences: Sequence[Sequence[str]]) -> _Stated:
    """Each label with the places that follow it in its sentence."""
    stated: _Stated = []
    for words in sentences:
        current: list[str] | None = None
        for word in words:
            if not word:
                current = None  # the published lists part sentences so
            elif not word.startswith(_PLACE):
                current = []
                stated.append((word, current))
            elif current is not None:
                current.append(word.removeprefix(_PLACE))
    return stated


def _values(
    stated: _Stated, request: LabelRequest, without_concept: Counter[str], tallies: Counter[str]
) -> dict[str, int]:
    values: dict[str, int] = {}
    unknown: set[str] = set()
    for label, places in stated:
        concept = concept_of(label, request.concept_ids)
        if concept is None:
            unknown.add(label)
            continue
        state(values, concept, AFFIRMED)
        for place, value in request.places.values(concept, AFFIRMED, places).items():
            state(values, place, value)
        if places:
            tallies["findings_with_places"] += 1
    without_concept.update(unknown - _NO_FINDING)
    return values


def _is_normal(stated: _Stated) -> bool:
    names = {label for label, _ in stated}
    return _NORMAL in names and names <= _NO_FINDING
