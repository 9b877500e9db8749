"""How a reference codes reports, and how a hedged label is read beside it: data files, checked."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from command_line.settings_files import NOT_YAML
from data_contracts.concepts import CATEGORIES, category_of, is_concept_id
from pipeline.auditing.references.errors import AuditError

ReferenceKind = Literal[
    "openi_mesh", "openi_gold", "chexpert", "padchest_gr", "second_opinion", "table"
]
REFERENCE_KINDS: Final[tuple[ReferenceKind, ...]] = (
    "openi_mesh",
    "openi_gold",
    "chexpert",
    "padchest_gr",
    "second_opinion",
    "table",
)
_SHIPPED: Final[dict[str, str]] = {
    "openi_mesh": "openi_mesh.yaml",
    "openi_gold": "openi_mesh.yaml",
    "chexpert": "chexpert.yaml",
    "padchest_gr": "padchest_gr.yaml",
    "second_opinion": "second_opinion.yaml",
    "table": "table.yaml",
}

#: How an uncertain value is read: as a positive, as no positive, not at all, or as the hedged
#: concepts that it follows are read.
Reading = Literal["positive", "negative", "ignore", "follow"]
READINGS: Final[tuple[Reading, ...]] = ("positive", "negative", "ignore", "follow")


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Heading(_Frozen):
    """What a code's heading stands for.

    Attributes:
        labels: concept ids that it gives.
        lung: whether it is a lung finding, whose qualifiers give sides, zones and descriptors.
        only_with: qualifier that must stand beside it, or the code gives nothing.
    """

    labels: tuple[str, ...]
    lung: bool = False
    only_with: str | None = None


class Coding(_Frozen):
    """A reference's data file.

    Attributes:
        about: the reference in plain words.
        report_id_prefix: what ids may start with on one side and not on the other.
        report_key: column of a label table that holds the reference's ids.
        headings: headings of codes and what they stand for.
        qualifiers: a code's further terms and the concept each names.
        not_coded: headings of reports that no coder has read.
        silent: headings and qualifiers that say nothing a label could hold.
        lists_alternatives: whether its coders put down both of "scar or atelectasis".
        columns: a reference table's columns and the concept each names.
        uncertain: reading of our -1 by concept id or category; the concept id goes first.
        reference_uncertain: the same for the reference's own -1.
        follows: for `follow`: the concepts whose hedges decide, by concept id or category.
    """

    about: str
    report_id_prefix: str = ""
    report_key: Literal["report_id", "study_id"] = "report_id"
    headings: dict[str, Heading] = {}
    qualifiers: dict[str, str] = {}
    not_coded: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    lists_alternatives: bool = False
    columns: dict[str, str] = {}
    uncertain: dict[str, Reading] = {}
    reference_uncertain: dict[str, Reading] = {}
    follows: dict[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _names_concepts(self) -> "Coding":
        named = [label for heading in self.headings.values() for label in heading.labels]
        named += [*self.qualifiers.values(), *self.columns.values()]
        named += [concept for leaders in self.follows.values() for concept in leaders]
        for concept_id in named:
            category_of(concept_id)
        for key in (*self.uncertain, *self.reference_uncertain, *self.follows):
            if key not in CATEGORIES:
                category_of(key)
        for key, reading in self.uncertain.items():
            if reading == "follow" and not {key, key.partition(":")[0]} & self.follows.keys():
                raise ValueError(f"'{key}' is to follow, but 'follows' does not say what")
        if "follow" in self.reference_uncertain.values():
            raise ValueError("'follow' reads our own hedges; the reference's take another reading")
        for leader in {concept for leaders in self.follows.values() for concept in leaders}:
            if self.reading(leader) == "follow":
                raise ValueError(f"'{leader}' is followed, so it cannot follow others itself")
        return self

    def reading(self, concept_id: str) -> Reading:
        """How our -1 of a concept is read; `negative` where the file says nothing."""
        return _look_up(self.uncertain, concept_id)

    def reference_reading(self, concept_id: str) -> Reading:
        """How the reference's -1 of a concept is read; `negative` where the file says nothing."""
        return _look_up(self.reference_uncertain, concept_id)

    def leaders(self, concept_id: str) -> tuple[str, ...]:
        """The concepts whose hedges decide how a hedge of `concept_id` is read."""
        return self.follows.get(concept_id) or self.follows[category_of(concept_id)]

    def with_readings(
        self, uncertain: dict[str, Reading], reference_uncertain: dict[str, Reading]
    ) -> "Coding":
        """The same coding with some readings replaced.

        Raises:
            AuditError: a key is to follow, but the file does not say what.
        """
        changed = self.model_dump()
        # A category given anew speaks for all of its concepts but those given anew themselves.
        changed["uncertain"] = _override(self.uncertain, uncertain)
        changed["reference_uncertain"] = _override(self.reference_uncertain, reference_uncertain)
        return _validate(changed, "--uncertain")


def load_coding(kind: ReferenceKind, path: Path | None = None) -> Coding:
    """Read the data file of a reference kind: `path`, or the one that is shipped.

    Raises:
        AuditError: the kind is unknown, or the file is missing or breaks its rules.
    """
    if kind not in REFERENCE_KINDS:
        raise AuditError(
            f"'{kind}' is no kind of reference; the kinds are {', '.join(REFERENCE_KINDS)}"
        )
    file = path or resources.files("pipeline.auditing.references") / "codings" / _SHIPPED[kind]
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AuditError(f"{file}: no such file; expected the coding of '{kind}'") from None
    except NOT_YAML as error:
        raise AuditError(f"{file}: not readable as YAML: {error}") from None
    return _validate(raw, str(file))


def parse_readings(texts: Sequence[str]) -> dict[str, Reading]:
    """Read `finding:opacity=positive` or `side=ignore`, one per text.

    Raises:
        AuditError: a text is not of that form; the message names what is allowed.
    """
    readings: dict[str, Reading] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        known = next((reading for reading in READINGS if reading == value), None)
        if not equals or known is None or not (key in CATEGORIES or is_concept_id(key)):
            raise AuditError(
                f"'{text}' is no reading of uncertain labels; expected a concept id or one of "
                f"{', '.join(CATEGORIES)}, then = and one of {', '.join(READINGS)}, "
                "such as finding:opacity=positive"
            )
        readings[key] = known
    return readings


def _look_up(readings: dict[str, Reading], concept_id: str) -> Reading:
    return readings.get(concept_id) or readings.get(category_of(concept_id), "negative")


def _override(old: dict[str, Reading], new: dict[str, Reading]) -> dict[str, Reading]:
    kept = {
        key: reading
        for key, reading in old.items()
        if key in CATEGORIES or category_of(key) not in new
    }
    return kept | new


def _validate(raw: Any, where: str) -> Coding:
    try:
        return Coding.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise AuditError(f"{where}: {f'key {key!r}: ' if key else ''}{first['msg']}") from None
