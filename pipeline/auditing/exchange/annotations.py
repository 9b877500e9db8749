"""A report's mentions as any annotation tool holds them: marked phrases, and their findings."""

import json
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from data_contracts.concepts import ASSERTIONS, category_of, is_concept_id
from pipeline.auditing.exchange.errors import ExchangeError, RefusedError
from pipeline.labelling.applying import digest_text

Span = tuple[int, int]

#: Whatever some program takes for the end of a line, but `\n`, which all of them know.
_OTHER_LINE_ENDS: Final = re.compile("[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A marked phrase.

    Attributes:
        start: its start, in characters of the report's text.
        end: its end.
        concept_id: what it names.
        assertion: what the report says of it.
        findings: of a place or descriptor, where the findings stand that it belongs to, sorted.
    """

    start: int
    end: int
    concept_id: str
    assertion: str
    findings: tuple[Span, ...] = ()

    @property
    def span(self) -> Span:
        """Where it stands."""
        return (self.start, self.end)

    @property
    def category(self) -> str:
        """The category of its concept."""
        return category_of(self.concept_id)

    def __str__(self) -> str:
        return f"{self.concept_id} at characters {self.start} to {self.end}"


class Stamp(BaseModel):
    """What was exported of a report: it travels with the file, so that edits can be told.

    Attributes:
        report_id: the report.
        digest: digest of its text.
        lexicon: fingerprint of the lexicon that found the mentions.
        mentions: start, end, concept, assertion and findings' spans of each, in text order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    report_id: str
    digest: str
    lexicon: str
    mentions: tuple[tuple[int, int, str, str, tuple[Span, ...]], ...]

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read what `Exported.stamp` gave.

        Raises:
            RefusedError: it is none.
        """
        if not isinstance(text, str):
            raise RefusedError("it lacks what the export wrote beside its text as 'exported'")
        try:
            stamp = cls.model_validate_json(text)
        except ValidationError:
            stamp = None
        if stamp is None or not all(
            is_concept_id(concept_id) and assertion in ASSERTIONS
            for _, _, concept_id, assertion, _ in stamp.mentions
        ):
            raise RefusedError("what the export wrote beside its text as 'exported' was changed")
        return stamp

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The mentions that were exported."""
        return tuple(Mark(*mention) for mention in self.mentions)


@dataclass(frozen=True, slots=True)
class Exported:
    """A report on its way out.

    Attributes:
        report_id: the report.
        text: its text.
        marks: its mentions, in text order.
        lexicon: fingerprint of the lexicon that found them.
    """

    report_id: str
    text: str
    marks: tuple[Mark, ...]
    lexicon: str

    @property
    def stamp(self) -> str:
        """What `Stamp.parse` reads; it holds no text of the report."""
        stamp = Stamp(
            report_id=self.report_id,
            digest=digest_text(self.text),
            lexicon=self.lexicon,
            mentions=tuple(
                (one.start, one.end, one.concept_id, one.assertion, one.findings)
                for one in self.marks
            ),
        )
        return json.dumps(stamp.model_dump(), separators=(",", ":"))

    @property
    def relations(self) -> list[tuple[int, int]]:
        """Positions in `marks`: of a place or descriptor, and of a finding that it belongs to."""
        finding = {one.span: i for i, one in enumerate(self.marks) if one.category == "finding"}
        return [(i, finding[span]) for i, one in enumerate(self.marks) for span in one.findings]


@dataclass(frozen=True, slots=True)
class Returned:
    """A report as a tool gave it back.

    Attributes:
        stamp: what was exported of it.
        text: its text as the tool has it.
        marks: its mentions now.
        related: whether the tool told what belongs to what.
    """

    stamp: Stamp
    text: str
    marks: tuple[Mark, ...]
    related: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """A report that was not taken over.

    Attributes:
        name: its id, or where it stands in the file.
        reason: why; never its text.
    """

    name: str
    reason: str


def shown(text: str) -> str:
    """A report's text as tools are given it: as long, every line end but the line feed a blank.

    Some programs join carriage return and line feed into one character, and others part lines at a
    form feed; either way offsets would count something else.
    """
    return _OTHER_LINE_ENDS.sub(" ", text)


def exported(
    report_id: str, text: str, mentions: Iterable[Mapping[str, Any]], lexicon: str
) -> Exported:
    """A report and its rows of the mentions table, ready to be written.

    Raises:
        ExchangeError: the mentions are not of this text.
    """
    rows = list(mentions)
    spans = {row["mention_id"]: (row["start"], row["end"]) for row in rows}
    marks = set()
    for row in rows:
        if row["end"] <= row["start"] or text[row["start"] : row["end"]] != row["text"]:
            raise ExchangeError(
                "mentions and reports do not belong together: a mention's phrase is not at its "
                "offsets; run extract again on these reports"
            )
        findings = sorted({spans[one] for one in row["finding_ids"] if one in spans})
        marks.add(
            Mark(row["start"], row["end"], row["concept_id"], row["assertion"], tuple(findings))
        )
    return Exported(report_id, text, tuple(sorted(marks)), lexicon)


def relate(
    marks: Mapping[Hashable, Mark], relations: Iterable[tuple[Hashable, Hashable]]
) -> tuple[Mark, ...]:
    """Marks with the findings they belong to, each once, in text order.

    A relation has one meaning alone, so that it may be drawn either way.

    Args:
        marks: marks by the names that the relations know them by.
        relations: pairs of such names.

    Raises:
        RefusedError: a relation makes no sense, or one phrase has two assertions.
    """
    findings: dict[Hashable, set[Span]] = {name: set(mark.findings) for name, mark in marks.items()}
    for pair in relations:
        ends = [one for one in pair if one in marks]
        owners = [one for one in ends if marks[one].category == "finding"]
        parts = [one for one in ends if one not in owners]
        if not (len(owners) == len(parts) == 1):
            raise RefusedError(
                "a relation joins something else than a place or descriptor and its finding"
            )
        findings[parts[0]].add(marks[owners[0]].span)
    related: dict[tuple[int, int, str], Mark] = {}
    for name, mark in marks.items():
        key = (mark.start, mark.end, mark.concept_id)
        twin = related.get(key)
        if twin is not None and twin.assertion != mark.assertion:
            raise RefusedError(f"{mark} is marked twice, as {twin.assertion} and {mark.assertion}")
        all_findings = findings[name].union(twin.findings if twin else ())
        related[key] = replace(mark, findings=tuple(sorted(all_findings)))
    return tuple(sorted(related.values()))


def checked_mark(start: object, end: object, concept_id: str, assertion: object, text: str) -> Mark:
    """A mark that a tool gives, once it makes sense.

    Raises:
        RefusedError: offsets, concept or assertion are none; the message quotes no label, as
            people write into labels what they like.
    """
    if not (
        isinstance(start, int)
        and isinstance(end, int)
        and not isinstance(start, bool)
        and 0 <= start < end <= len(text)
    ):
        raise RefusedError("a phrase has offsets that are not within the text")
    place = f"the phrase at characters {start} to {end}"
    if not is_concept_id(concept_id):
        raise RefusedError(f"{place} has a label that is no concept")
    if assertion not in ASSERTIONS:
        raise RefusedError(f"{place} has no assertion; choose one of {', '.join(ASSERTIONS)}")
    return Mark(start, end, concept_id, str(assertion))


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in blanks alone, a line feed that a tool writes out being one."""
    return _blankless(one) == _blankless(other)


def _blankless(text: str) -> str:
    return re.sub(r"(\s|\\n)+", "", text)
