"""ChestX-ray14: the labels of `Data_Entry_2017`.

Wang et al., "ChestX-ray8: Hospital-scale Chest X-ray Database and Benchmarks on Weakly-Supervised
Classification and Localization of Common Thorax Diseases", CVPR 2017. Each report was searched for
the same 14 findings, so that one that is not listed is denied; `No Finding` lists none.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from data_contracts.concepts import AFFIRMED, NEGATED
from data_contracts.quarantine import Rejected
from pipeline.published_labels.columns import concept_of
from pipeline.published_labels.files import find_table
from pipeline.published_labels.records import LabelledReport, LabelRequest, LabelSource
from pipeline.sources.delimited import read_rows

_IMAGE, _LABELS, _PATIENT = "Image Index", "Finding Labels", "Patient ID"
_NONE: Final = "No Finding"
_JUDGED: Final = (
    *("Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Effusion", "Emphysema"),
    *("Fibrosis", "Hernia", "Infiltration", "Mass", "Nodule", "Pleural_Thickening"),
    *("Pneumonia", "Pneumothorax"),
)
_SPLITS: Final = (("train_val_list.txt", "train_val"), ("test_list.txt", "test"))
_REMEDY: Final = "expected ChestX-ray14's Data_Entry_2017_v2020.csv"


def open_labels(request: LabelRequest) -> LabelSource:
    """A row an image, named as its file, with the split of the lists beside the table.

    Raises:
        SourceError: the folder holds no such table, or it lacks a column.
    """
    without_concept: Counter[str] = Counter()
    file = find_table(request.path, "Data_Entry_2017*.csv")
    return LabelSource(_read(file, request.concept_ids, without_concept), without_concept)


def _read(
    file: Path, concept_ids: frozenset[str], without_concept: Counter[str]
) -> Iterator[LabelledReport | Rejected]:
    concepts = {name: concept_of(name, concept_ids) for name in _JUDGED}
    absent = [name for name, concept in concepts.items() if concept is None]
    splits = _read_splits(file.parent)
    known: dict[str, dict[str, int] | None] = {}
    for row in read_rows(file, (_IMAGE, _LABELS, _PATIENT), _REMEDY):
        if isinstance(row, Rejected):
            yield row
            continue
        location, cells = row
        image, listed = cells[_IMAGE].strip(), cells[_LABELS]
        if listed not in known:
            known[listed] = _values(listed, concepts)
        values = known[listed]
        if values is None:
            detail = f"expected {_NONE} or some of the 14 findings, with | between them"
            yield Rejected(location, image, "wrong_value", detail)
            continue
        without_concept.update(absent)
        subject, split = cells[_PATIENT].strip() or None, splits.get(image)
        yield LabelledReport(location, image, subject, None, split, values)


def _values(listed: str, concepts: Mapping[str, str | None]) -> dict[str, int] | None:
    """Values by concept; None where the cell lists something else than the findings judged."""
    names = {name.strip() for name in listed.split("|")}
    if not names <= {*concepts, _NONE} or (_NONE in names and len(names) > 1):
        return None
    return {
        concept: AFFIRMED if name in names else NEGATED
        for name, concept in concepts.items()
        if concept is not None
    }


def _read_splits(folder: Path) -> dict[str, str]:
    """The split of each image, by the lists that lie in a folder; a list may be missing."""
    return {
        image: split
        for name, split in _SPLITS
        if (folder / name).is_file()
        for image in (folder / name).read_text(encoding="utf-8", errors="replace").split()
    }
