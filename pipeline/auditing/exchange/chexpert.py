"""CheXpert's columns: the labels table as `mimic-cxr-2.0.0-chexpert.csv` has labels."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from command_line.settings_files import NOT_YAML
from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN, is_concept_id
from pipeline.auditing.exchange.errors import ExchangeError

#: MIMIC-CXR-JPG's columns behind the ids, in its order.
OBSERVATIONS: Final = (
    "Atelectasis",
    "Cardiomegaly",
    "Consolidation",
    "Edema",
    "Enlarged Cardiomediastinum",
    "Fracture",
    "Lung Lesion",
    "Lung Opacity",
    "No Finding",
    "Pleural Effusion",
    "Pleural Other",
    "Pneumonia",
    "Pneumothorax",
    "Support Devices",
)
NO_FINDING: Final = "No Finding"
HEADER: Final = ("subject_id", "study_id", *OBSERVATIONS)
_SHIPPED: Final = "chexpert.yaml"
#: Values by strength; the first stands for blank.
_WRITTEN: Final = ("", f"{NEGATED:.1f}", f"{UNCERTAIN:.1f}", f"{AFFIRMED:.1f}")
_NEGATED, _UNCERTAIN, _AFFIRMED = 1, 2, 3


class ChexpertMapping(BaseModel):
    """The data file: what each column is in our labels.

    Attributes:
        about: what it is, in plain words.
        columns: the concepts of each column but No Finding; none leaves it blank.
        no_finding_ignores: findings that a report without finding may have.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    columns: dict[str, tuple[str, ...]]
    no_finding_ignores: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> "ChexpertMapping":
        expected = [name for name in OBSERVATIONS if name != NO_FINDING]
        missing = [name for name in expected if name not in self.columns]
        unknown = [name for name in self.columns if name not in expected]
        if missing or unknown:
            raise ValueError(
                "; ".join(
                    [f"columns misses {name!r}" for name in missing]
                    + [f"columns has the unknown {name!r}" for name in unknown]
                )
            )
        named = [one for concepts in self.columns.values() for one in concepts]
        for concept_id in (*named, *self.no_finding_ignores):
            if not is_concept_id(concept_id):
                raise ValueError(f"{concept_id!r} is no concept id, such as 'finding:opacity'")
        return self


@dataclass(frozen=True, slots=True)
class Told:
    """What of the mapping the labels lack.

    Attributes:
        blank: columns that stay blank, and why.
        missing: concepts of the mapping that the labels have no column for.
    """

    blank: dict[str, str]
    missing: tuple[str, ...]


def load_mapping(path: Path | None = None) -> ChexpertMapping:
    """Read the data file: `path`, or the one that is shipped.

    Raises:
        ExchangeError: it is missing or breaks its rules.
    """
    file = path or resources.files("pipeline.auditing.exchange") / _SHIPPED
    try:
        raw: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ExchangeError(f"{file}: no such file; expected a mapping to CheXpert") from None
    except NOT_YAML as error:
        raise ExchangeError(f"{file}: not readable as YAML: {error}") from None
    try:
        return ChexpertMapping.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ExchangeError(f"{file}: {f'key {key!r}: ' if key else ''}{first['msg']}") from None


def what_is_missing(mapping: ChexpertMapping, concept_ids: Iterable[str]) -> Told:
    """What stays blank because the mapping or the labels have nothing for it."""
    known = set(concept_ids)
    blank = {}
    for column, concepts in mapping.columns.items():
        if not concepts:
            blank[column] = "no concept stands for it"
        elif not known.intersection(concepts):
            blank[column] = f"the labels lack {', '.join(concepts)}"
    named = [one for concepts in mapping.columns.values() for one in concepts]
    missing = dict.fromkeys(one for one in named if one not in known)
    return Told(blank, tuple(missing))


def chexpert_rows(labels: pa.Table, mapping: ChexpertMapping) -> Iterator[dict[str, str]]:
    """Rows of the CSV, in the order of the labels.

    A report without study id goes by its own id.

    Args:
        labels: rows of the labels table with `report_id`, `subject_id` and `study_id`.
        mapping: what the columns are.
    """
    findings = [name for name in labels.column_names if name.startswith("finding:")]
    strength = {name: _strengths(labels[name]) for name in findings}
    shape = labels.num_rows
    columns = {
        column: _highest([strength[one] for one in concepts if one in strength], shape)
        for column, concepts in mapping.columns.items()
    }
    found = [strength[one] for one in findings if one not in mapping.no_finding_ignores]
    is_clear = _highest(found, shape) < _UNCERTAIN
    columns[NO_FINDING] = np.where(is_clear, _AFFIRMED, 0)
    ids = labels.select(["report_id", "subject_id", "study_id"]).to_pylist()
    for i, row in enumerate(ids):
        values: Mapping[str, str] = {name: _WRITTEN[columns[name][i]] for name in OBSERVATIONS}
        yield {
            "subject_id": row["subject_id"] or "",
            "study_id": row["study_id"] or row["report_id"],
            **values,
        }


def _strengths(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    values = column.cast(pa.float32()).to_numpy()
    strengths = np.select(
        [values == AFFIRMED, values == UNCERTAIN, values == NEGATED],
        [_AFFIRMED, _UNCERTAIN, _NEGATED],
        default=0,
    )
    return strengths.astype(np.int64)


def _highest(strengths: list[npt.NDArray[np.int64]], reports: int) -> npt.NDArray[np.int64]:
    highest: npt.NDArray[np.int64] = np.zeros(reports, dtype=np.int64)
    for one in strengths:
        highest = np.maximum(highest, one)
    return highest
