"""`nlp.add_pipe("pneumoloc")`: what a report says, in any spaCy pipeline.

The component reads `doc.text` by the reference (`extraction/reference.py`), whatever tokenizer the
pipeline has, and puts what it finds onto the document:

    doc.spans["pneumoloc"]   a span a mention, its label the concept: "finding:opacity"
    span._.concept, .assertion, .cue, .cue_rule, .rule, .section
    span._.sides, .zones, .descriptors    of a finding: concept ids
    span._.interprets        of a finding: the spans of those that are taken for it
    span._.inherited_sides, .inherited_zones, .implied_sides    places that it does not state
    span._.findings          of a side, zone or descriptor: the spans that it belongs to
    doc._.labels             concept to 1 (affirmed), 0 (negated) or -1 (uncertain)

A span covers the tokens that its phrase touches; `doc.user_data["pneumoloc"]` has exact offsets.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypedDict

import pyarrow as pa
from spacy.language import Language
from spacy.tokens import Doc, Span

from data_contracts.tables import FINDINGS, MENTIONS, REPORTS
from pipeline.extraction.reference import Reader, load_reader
from pipeline.labelling.aggregation import label_reports
from pipeline.labelling.claims import ReportBatch
from pipeline.labelling.label_columns import LabelColumns, label_columns
from pipeline.lexicon.concepts import load_lexicon
from pipeline.rules.values import PassageFinding, PassageText
from pipeline.sources.sections import split_sections

#: The component, and where a document keeps what it found.
NAME: Final = "pneumoloc"
_ID: Final = "doc"
_UNSTATED: Final = ("inherited_sides", "inherited_zones", "implied_sides")
#: What is told of the places of mentions that are no findings.
_NO_PLACES: Final = PassageFinding(-1, (), (), (), ())


class MentionRow(TypedDict):
    """A mention as `doc.user_data` keeps it: plain data, so that documents can be stored."""

    start: int
    end: int
    concept: str
    section: str
    assertion: str
    cue: str | None
    cue_start: int | None
    cue_end: int | None
    cue_rule: str | None
    rule: str
    findings: list[int]
    sides: list[str]
    zones: list[str]
    descriptors: list[str]
    interprets: list[int]
    inherited_sides: list[str]
    inherited_zones: list[str]
    implied_sides: list[str]


@Language.factory(
    NAME,
    default_config={"lexicon": None, "conflict": "affirmed_wins"},
    assigns=["doc.spans", "doc._.labels"],
)
class Pneumoloc:
    """Reads documents.

    Args:
        nlp: the pipeline.
        name: of the component in it, under which the spans go into `doc.spans`.
        lexicon: folder of lexicon files; None takes those that are shipped.
        conflict: whose word counts for `doc._.labels` where findings and impression disagree:
            affirmed_wins or impression_wins.

    Raises:
        LexiconError: a lexicon file breaks its rules.
        ValueError: `conflict` is neither.
    """

    def __init__(self, nlp: Language, name: str, lexicon: str | None, conflict: str) -> None:
        del nlp
        if conflict not in ("affirmed_wins", "impression_wins"):
            raise ValueError(f"conflict: expected affirmed_wins or impression_wins, not {conflict}")
        folder = Path(lexicon) if lexicon is not None else None
        self._name = name
        self._reader: Reader = load_reader(folder)
        self._columns: LabelColumns = label_columns(load_lexicon(folder))
        self._conflict: Any = conflict
        _add_extensions()

    def __call__(self, doc: Doc) -> Doc:
        """Put what the document says onto it."""
        rows = list(_mentions(self._reader, doc.text))
        doc.spans[self._name] = [_span(doc, row, number) for number, row in enumerate(rows)]
        doc.user_data[NAME] = {
            "mentions": rows,
            "labels": _labels(doc.text, rows, self._columns, self._conflict),
        }
        return doc


def _mentions(reader: Reader, text: str) -> Iterator[MentionRow]:
    """The mentions of a report in text order; links to others count from the report's first."""
    known = reader.find_abbreviations(text)
    first = 0
    for section in split_sections(text):
        body = text[section.start : section.end]
        for start, end, sentences in reader.splitter.passages(body):
            base, own = section.start + start, body[start:end]
            used = tuple([pair for pair in known if pair[0] in own])
            later = tuple([begin - start for begin, _ in sentences[1:]])
            analysis = reader.read(PassageText(own, section.name, later, used))
            places = {finding.mention: finding for finding in analysis.findings}
            for index, mention in enumerate(analysis.mentions):
                cue = mention.cue
                of = places.get(index, _NO_PLACES)
                yield MentionRow(
                    start=base + mention.start,
                    end=base + mention.end,
                    concept=mention.concept_id,
                    section=section.name,
                    assertion=mention.assertion,
                    cue=own[cue[0] : cue[1]] if cue is not None else None,
                    cue_start=base + cue[0] if cue is not None else None,
                    cue_end=base + cue[1] if cue is not None else None,
                    cue_rule=mention.cue_rule,
                    rule=mention.rule,
                    findings=[first + owner for owner in mention.findings],
                    sides=list(of.sides),
                    zones=list(of.zones),
                    descriptors=list(of.descriptors),
                    interprets=[first + one for one in of.interprets],
                    inherited_sides=list(of.inherited_sides),
                    inherited_zones=list(of.inherited_zones),
                    implied_sides=list(of.implied_sides),
                )
            first += len(analysis.mentions)


def _span(doc: Doc, row: MentionRow, number: int) -> Span:
    span = doc.char_span(
        row["start"],
        row["end"],
        label=row["concept"],
        span_id=str(number),
        alignment_mode="expand",
    )
    # Every mention has a character that is no blank, and every such character is in a token.
    assert span is not None
    return span


def _labels(
    text: str, rows: list[MentionRow], columns: LabelColumns, conflict: Any
) -> dict[str, int]:
    """The report's labels by the rule of the stage `label`; concepts not spoken of are left out."""
    mentions = [
        {
            "mention_id": str(number),
            "report_id": _ID,
            "section": row["section"],
            "start": row["start"],
            "end": row["end"],
            "concept_id": row["concept"],
            "category": row["concept"].partition(":")[0],
            "assertion": row["assertion"],
        }
        for number, row in enumerate(rows)
    ]
    findings = [
        {
            "report_id": _ID,
            "mention_id": str(number),
            "section": row["section"],
            "finding": row["concept"],
            "assertion": row["assertion"],
            "sides": row["sides"],
            "zones": row["zones"],
            "descriptors": row["descriptors"],
            "mention_ids": [str(number), *_owned(rows, number)],
            "interprets": [str(one) for one in row["interprets"]],
            **{name: row[name] for name in _UNSTATED},
        }
        for number, row in enumerate(rows)
        if row["concept"].startswith("finding:")
    ]
    report = {"report_id": _ID, "text": text}
    batch = ReportBatch(
        pa.Table.from_pylist([report], schema=REPORTS.schema()),
        pa.Table.from_pylist(mentions, schema=MENTIONS.schema()),
        pa.Table.from_pylist(findings, schema=FINDINGS.schema()),
    )
    (labels,) = label_reports(batch, columns, conflict).to_pylist()
    names: list[str] = columns.concept_ids.to_pylist()
    return {name: labels[name] for name in names if labels[name] is not None}


def _owned(rows: list[MentionRow], finding: int) -> list[str]:
    return [str(number) for number, row in enumerate(rows) if finding in row["findings"]]


def _add_extensions() -> None:
    """Make the attributes known to spaCy; they look into `doc.user_data` and hold nothing."""
    if not Doc.has_extension("labels"):
        Doc.set_extension("labels", getter=_doc_labels)
    for name in ("concept", "assertion", "cue", "cue_rule", "rule", "section"):
        if not Span.has_extension(name):
            Span.set_extension(name, getter=_getter(name, None))
    for name in ("sides", "zones", "descriptors", *_UNSTATED):
        if not Span.has_extension(name):
            Span.set_extension(name, getter=_getter(name, ()))
    for name in ("findings", "interprets"):
        if not Span.has_extension(name):
            Span.set_extension(name, getter=_linked(name))


def _doc_labels(doc: Doc) -> dict[str, int]:
    return dict(_found(doc).get("labels", {}))


def _found(doc: Doc) -> Mapping[str, Any]:
    found: Mapping[str, Any] = doc.user_data.get(NAME, {})
    return found


def _row_of(span: Span) -> MentionRow | None:
    """The mention of one of our spans; None for others."""
    rows: list[MentionRow] = _found(span.doc).get("mentions", [])
    number = int(span.id_) if span.id_.isdecimal() else len(rows)
    if number >= len(rows) or rows[number]["concept"] != span.label_:
        return None
    return rows[number]


def _getter(name: str, otherwise: Any) -> Any:
    def get(span: Span) -> Any:
        row = _row_of(span)
        return otherwise if row is None else row[name]  # type: ignore[literal-required]

    return get


def _linked(name: str) -> Any:
    """A getter of the spans that one of ours is linked to."""

    def get(span: Span) -> list[Span]:
        row = _row_of(span)
        if row is None:
            return []
        rows: list[MentionRow] = _found(span.doc)["mentions"]
        numbers: list[int] = row[name]  # type: ignore[literal-required]
        return [_span(span.doc, rows[number], number) for number in numbers]

    return get
