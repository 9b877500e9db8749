"""brat's standoff format: per report a `.txt` and an `.ann`, and how brat shows them.

https://brat.nlplab.org/standoff.html. A phrase is a `T` line, its assertion an `A` line, and `R`
lines tell what belongs to what. `.ann` files have a line per annotation, so that brat parts a
phrase at line breaks; so do we, and join the parts again where nothing but blanks is between them.
"""

import itertools
import json
import re
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from data_contracts.concepts import ASSERTIONS, CATEGORIES
from pipeline.auditing.exchange.annotations import (
    Exported,
    Mark,
    Refused,
    Returned,
    Span,
    Stamp,
    checked_mark,
    relate,
    same_words,
    shown,
)
from pipeline.auditing.exchange.errors import ExchangeError, RefusedError
from pipeline.auditing.exchange.file_names import DistinctNames, is_file_name
from pipeline.lexicon.concepts import Concept, Lexicon

#: What belongs to which file; brat passes over it.
MANIFEST: Final = "reports.jsonl"
_COLOURS: Final = {
    "finding": "#ffccaa",
    "side": "#aaccff",
    "zone": "#b8e6b8",
    "descriptor": "#e0ccff",
}
#: One for each assertion; brat takes a hyphen for a comma here.
_GLYPHS: Final = "(yes)|(no)|(?)|(past)|(asked)"
_PHRASE: Final = re.compile(r"(\S+) (\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*) *")
_ATTRIBUTE: Final = re.compile(r"Assertion (T\S+) (\S+) *")
_RELATION: Final = re.compile(r"Of Arg1:(\S+) Arg2:(\S+) *")


def write(folder: Path, reports: Iterable[Exported], lexicon: Lexicon) -> None:
    """Write a brat collection into an empty folder."""
    (folder / "annotation.conf").write_text(_annotation_conf(lexicon), encoding="utf-8")
    (folder / "visual.conf").write_text(_visual_conf(lexicon), encoding="utf-8")
    names = DistinctNames()
    with (folder / MANIFEST).open("w", encoding="utf-8", newline="\n") as manifest:
        for report in reports:
            name = names.name(report.report_id)
            # Bytes, so that no system puts its own line ends.
            (folder / f"{name}.txt").write_bytes(shown(report.text).encode())
            (folder / f"{name}.ann").write_bytes(_annotations(report).encode())
            line = {"file": name, "report_id": report.report_id, "exported": report.stamp}
            manifest.write(json.dumps(line) + "\n")


def read(folder: Path, annotator: str | None) -> Iterator[Returned | Refused]:
    """Read a collection that `write` wrote and brat has changed.

    Args:
        folder: the collection.
        annotator: whose work; a brat collection has no such names.

    Raises:
        ExchangeError: it is no such collection.
    """
    if annotator is not None:
        raise ExchangeError("brat's files do not say who made them; leave --annotator away")
    listed = set()
    for line in _read_manifest(folder):
        listed.add(line["file"])
        try:
            stamp = Stamp.parse(line.get("exported"))
            text = _read_file(folder / f"{line['file']}.txt")
            lines = _read_file(folder / f"{line['file']}.ann").split("\n")
            yield Returned(stamp, text, _read_marks(lines, text))
        except RefusedError as refused:
            yield Refused(str(line["report_id"]), str(refused))
    for stray in sorted(folder.glob("*.ann")):
        if stray.stem not in listed:
            yield Refused(stray.name, f"{MANIFEST} does not list it; it was not exported from here")


def segments(text: str, start: int, end: int) -> list[Span]:
    """The parts of a phrase as brat makes them: a line each, without blanks around it."""
    parts = []
    for line in re.finditer(r"[^\n]+", text[start:end]):
        words = line[0].strip()
        if words:
            begin = start + line.start() + line[0].index(words)
            parts.append((begin, begin + len(words)))
    return parts


def type_name(concept_id: str) -> str:
    """A concept as a brat type, which may have no colon."""
    return concept_id.replace(":", "-", 1)


def _annotations(report: Exported) -> str:
    text = shown(report.text)
    lines = []
    for number, mark in enumerate(report.marks, start=1):
        # A phrase of blanks alone, which extraction never gives, stays one part.
        parts = segments(text, mark.start, mark.end) or [mark.span]
        offsets = ";".join(f"{start} {end}" for start, end in parts)
        words = " ".join(text[start:end] for start, end in parts)
        lines.append(f"T{number}\t{type_name(mark.concept_id)} {offsets}\t{words}")
        lines.append(f"A{number}\tAssertion T{number} {mark.assertion}")
    for number, (part, finding) in enumerate(report.relations, start=1):
        lines.append(f"R{number}\tOf Arg1:T{part + 1} Arg2:T{finding + 1}\t")
    return "".join(f"{line}\n" for line in lines)


def _read_manifest(folder: Path) -> list[dict[str, Any]]:
    path = folder / MANIFEST
    if not path.is_file():
        raise ExchangeError(
            f"{path} is not there; expected a folder that `export brat` wrote, with the .ann files "
            "that brat has changed since"
        )
    lines = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            read = json.loads(line)
        except (ValueError, RecursionError):
            read = None
        if not (
            isinstance(read, dict)
            and isinstance(read.get("report_id"), str)
            and isinstance(read.get("file"), str)
            and is_file_name(read["file"])
        ):
            raise ExchangeError(f"{path}, line {number}: was changed since the export wrote it")
        lines.append(read)
    return lines


def _read_file(path: Path) -> str:
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise RefusedError(f"{path.name} is no plain file")
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise RefusedError(f"{path.name} is not UTF-8") from None
    except OSError:
        raise RefusedError(f"{path.name} is not there or cannot be read") from None


def _read_marks(lines: list[str], text: str) -> tuple[Mark, ...]:
    phrases: dict[str, tuple[str, Span]] = {}
    assertions: dict[str, str] = {}
    relations: list[tuple[Hashable, Hashable]] = []
    for number, line in enumerate(lines, start=1):
        name, _, rest = line.rstrip("\r").partition("\t")
        try:
            if name.startswith("T"):
                phrases[name] = _read_phrase(rest, text)
            elif name.startswith("R") and rest.startswith("Of "):
                relations.append(_matched(_RELATION, rest.partition("\t")[0]))
            elif name.startswith("A") and rest.startswith("Assertion "):
                target, assertion = _matched(_ATTRIBUTE, rest.partition("\t")[0])
                if assertions.setdefault(target, assertion) != assertion:
                    raise RefusedError("a phrase has two assertions")
        except RefusedError as refused:
            raise RefusedError(f"line {number} of its .ann: {refused}") from None
    marks: dict[Hashable, Mark] = {
        name: checked_mark(*span, concept_id, assertions.get(name), text)
        for name, (concept_id, span) in phrases.items()
    }
    return relate(marks, relations)


def _read_phrase(data: str, text: str) -> tuple[str, Span]:
    head, _, words = data.partition("\t")
    kind, offsets = _matched(_PHRASE, head)
    parts = sorted(_span(part) for part in offsets.split(";"))
    start, end = parts[0][0], parts[-1][1]
    for (_, before), (after, _) in itertools.pairwise(parts):
        if text[before:after].strip():
            raise RefusedError(
                "a phrase is in pieces with other words between; mark it in one piece"
            )
    if not same_words(words, text[start:end]):
        raise RefusedError("the words are not those at the offsets")
    return kind.replace("-", ":", 1), (start, end)


def _span(offsets: str) -> Span:
    start, end = offsets.split(" ")
    return int(start), int(end)


def _matched(form: re.Pattern[str], data: str) -> tuple[str, str]:
    found = form.fullmatch(data)
    if found is None:
        raise RefusedError("is not of brat's form")
    return found[1], found[2]


def _annotation_conf(lexicon: Lexicon) -> str:
    concepts = _by_category(lexicon)
    entities = [
        line
        for category in CATEGORIES
        for line in (
            f"!{category}",
            *(f"\t{type_name(one.concept_id)}" for one in concepts[category]),
        )
    ]
    parts = [one for category in CATEGORIES[1:] for one in concepts[category]]
    return "\n".join(
        [
            "[entities]",
            *entities,
            "",
            "[relations]",
            "# A side, zone or descriptor belongs to a finding.",
            f"Of\tArg1:{_any_of(parts)}, Arg2:{_any_of(concepts['finding'])}",
            "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>",
            "",
            "[events]",
            "",
            "[attributes]",
            f"Assertion\tArg:<ENTITY>, Value:{'|'.join(ASSERTIONS)}",
            "",
        ]
    )


def _visual_conf(lexicon: Lexicon) -> str:
    labels = [f"{type_name(c.concept_id)} | {c.preferred_name}" for c in lexicon.concepts]
    colours = [f"{type_name(c.concept_id)}\tbgColor:{_COLOURS[c.category]}"
               for c in lexicon.concepts]  # fmt: skip
    return "\n".join(
        [
            "[labels]",
            *labels,
            "Of | of",
            "",
            "[drawing]",
            "SPAN_DEFAULT\tfgColor:black, bgColor:#ffffff, borderColor:darken",
            "ARC_DEFAULT\tcolor:black, dashArray:-, arrowHead:triangle-5",
            *colours,
            f"Assertion\tglyph:{_GLYPHS}, position:left",
            "",
        ]
    )


def _by_category(lexicon: Lexicon) -> dict[str, list[Concept]]:
    return {
        category: [one for one in lexicon.concepts if one.category == category]
        for category in CATEGORIES
    }


def _any_of(concepts: Iterable[Concept]) -> str:
    return "|".join(type_name(one.concept_id) for one in concepts) or "<ENTITY>"
