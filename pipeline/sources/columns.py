"""Which column of a table holds what: those that the settings name, else those of usual names."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from data_contracts.quarantine import Location, Rejected
from pipeline.settings import ColumnMapping
from pipeline.sources.records import ReceivedReport, SourceError

Row = tuple[Location, Mapping[str, str]]

ID_COLUMNS: Final = ("report_id", "subject_id", "study_id", "split")
SECTION_COLUMNS: Final = ("indication", "comparison", "findings", "impression")
#: Names that columns usually have; case, blanks, dots, dashes and underscores in them are the same
#: to us. Of several ids the one named first here is taken, of several texts none.
USUAL_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "report_id": (
        *("report_id", "note_id", "report_number", "report_no", "uid", "id"),
        *("accession", "accession_number", "accession_no", "study_id", "study_instance_uid"),
        *("dicom_id", "dicom", "sop_instance_uid", "image_id"),
    ),
    "subject_id": ("subject_id", "patient_id", "deid_patient_id", "subject", "patient", "mrn"),
    "study_id": ("study_id", "study", "study_uid", "study_instance_uid"),
    "split": ("split", "data_split", "dataset_split"),
    "text": (
        *("text", "report", "report_text", "report_body", "body", "full_text", "full_report"),
        *("radiology_report", "raw_text", "raw_report", "note_text", "content"),
    ),
    "indication": ("indication", "indications", "clinical_indication", "section_indication"),
    "comparison": ("comparison", "comparisons", "section_comparison"),
    "findings": ("findings", "findings_text", "report_findings", "section_findings"),
    "impression": (
        *("impression", "impressions", "impression_text", "report_impression"),
        *("section_impression", "conclusion", "conclusions"),
    ),
}
#: What may be taken of several: two texts may say different things, two ids both tell apart.
_RANKED: Final = ("report_id", "subject_id", "study_id", "split", "indication", "comparison")
_CONTENT: Final = ("text", *SECTION_COLUMNS)
_IN_PARAMS: Final = "in params.yaml: source.columns"
# A column's name, as against a sentence: up to four words and no stop behind the last.
_NAME: Final = re.compile(r"(?!.*\.$)(?=.{0,40}$)[^\s,;:]*(?: [^\s,;:]+){0,3}")


def find_columns(
    present: Sequence[str], wanted: ColumnMapping, file: object, *, all_known: bool = True
) -> ColumnMapping:
    """The file's columns by role.

    What the settings name is taken as it is, and an empty name says that there is none. Once they
    name a text or a section, no other is looked for; the ids and the split are, each by itself.

    Args:
        present: the file's columns.
        wanted: the settings.
        file: to name in errors.
        all_known: whether a column that is not `present` cannot come later.

    Raises:
        SourceError: a column of the settings is not there or there twice, no column holds a text,
            or several may.
    """
    named = {role: name for role, name in wanted if name}
    unnamed = {role for role, name in wanted if name is None}
    if all_known:
        check_present(present, list(named.values()), file)
    spelt = _by_plain_name(present)
    found = named | find_ids(present, named, [role for role in ID_COLUMNS if role in unnamed])
    if not any(role in named for role in _CONTENT):
        found |= _find_content(spelt, [role for role in _CONTENT if role in unnamed], file)
        if not {"text", "findings", "impression"} & found.keys():
            raise SourceError(
                f"{file}: none of its columns has a usual name for a report's text; they are "
                f"{list_columns(present)}; say which holds the whole report, --column text=NAME, "
                "or which hold sections, --column findings=NAME --column impression=NAME "
                f"({_IN_PARAMS})"
            )
    twice = [name for name in dict.fromkeys(found.values()) if list(present).count(name) > 1]
    if twice:
        raise SourceError(f"{file}: has several columns {', '.join(twice)}; rename all but one")
    return ColumnMapping(**found)


def find_ids(
    present: Sequence[str], named: Mapping[str, str], roles: Iterable[str] = ID_COLUMNS
) -> dict[str, str]:
    """The columns of ids and split that have usual names, by role.

    Args:
        present: the file's columns.
        named: the columns of other roles, which are not taken for these.
        roles: those to look for.
    """
    spelt = _by_plain_name(present)
    # A study's id may be the report's; a patient's is not, nor is what holds text.
    taken = {name for role, name in named.items() if role not in ("report_id", "study_id")}
    candidates = {
        role: [name for name in _candidates(role, spelt) if name not in taken] for role in roles
    }
    return {role: names[0] for role, names in candidates.items() if names}


def _by_plain_name(present: Sequence[str]) -> dict[str, list[str]]:
    spelt: dict[str, list[str]] = {}
    for name in dict.fromkeys(present):
        spelt.setdefault(_plain(name), []).append(name)
    return spelt


def is_usual(name: str) -> bool:
    """Whether some role's column is usually named so."""
    return _plain(name) in _USUAL


def check_present(present: Sequence[str], required: Sequence[str], file: object) -> None:
    """See that columns which the settings name are there.

    Raises:
        SourceError: one is not.
    """
    missing = [name for name in dict.fromkeys(required) if name not in present]
    if missing:
        near = {_plain(name): name for name in present if name not in required}
        meant = [difflib.get_close_matches(_plain(name), near, n=1) for name in missing]
        asked = [near[close[0]] for close in meant if close and _may_be_name(near[close[0]])]
        hint = f" (did you mean {', '.join(asked)}?)" if asked else ""
        raise SourceError(
            f"{file}: has no column {', '.join(missing)}{hint}; its columns are "
            f"{list_columns(present)}; set source.columns in params.yaml, or --column, to the "
            "names that the file uses"
        )


def list_columns(names: Sequence[str]) -> str:
    """Names of columns for a message.

    Where a file has no header its first row stands here. Once one of its cells reads like a
    sentence or a number, all may be a patient's, and they are only counted but for usual names.
    """
    is_header = all(map(_may_be_name, names))
    return ", ".join(
        name
        if is_header or is_usual(name)
        else f"({len(name):,} characters: is the header missing?)"
        for name in names
    )


def _may_be_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and (not name or re.search(r"[^\W\d_]", name) is not None)


def map_rows(
    rows: Iterable[Row | Rejected], columns: ColumnMapping, tallies: Counter[str] | None = None
) -> Iterator[ReceivedReport | Rejected]:
    """Give each row's cells the meaning that the mapping states.

    Args:
        rows: of a file, or what of it cannot be used.
        columns: the file's columns by role. Without one of ids, rows are numbered, those that
            cannot be used among them.
        tallies: is told how many rows have something in each column.
    """
    for number, row in enumerate(rows, start=1):
        if isinstance(row, Rejected):
            yield row
            continue
        location, cells = row
        if tallies is not None:
            for role, name in columns:
                if name is not None:
                    tallies[f"{role}_from_{name}"] += bool(cells.get(name, "").strip())
            if columns.report_id is None:
                tallies["report_id_from_row_number"] += 1
        yield _received(location, cells, columns, number)


def _received(
    location: Location, cells: Mapping[str, str], columns: ColumnMapping, number: int
) -> ReceivedReport:
    def cell(column: str | None) -> str | None:
        return (cells.get(column) or None) if column is not None else None

    content: str | tuple[tuple[str, str], ...]
    if columns.text is not None:
        content = cells.get(columns.text) or ""
    else:
        named = [(name, cell(getattr(columns, name))) for name in SECTION_COLUMNS]
        content = tuple((name, text) for name, text in named if text is not None)
    return ReceivedReport(
        location=location,
        report_id=f"row-{number}" if columns.report_id is None else cell(columns.report_id),
        subject_id=cell(columns.subject_id),
        study_id=cell(columns.study_id),
        split=cell(columns.split),
        content=content,
    )


def _find_content(
    spelt: Mapping[str, Sequence[str]], roles: Sequence[str], file: object
) -> dict[str, str]:
    found: dict[str, str] = {}
    for role in roles:
        candidates = _candidates(role, spelt)
        if len(candidates) > 1 and role not in _RANKED:
            options = " or ".join(f"--column {role}={name}" for name in candidates)
            raise SourceError(
                f"{file}: {' and '.join(candidates)} may each hold the {_SAID[role]}; say which: "
                f"{options} ({_IN_PARAMS}.{role})"
            )
        if candidates:
            found[role] = candidates[0]
    apart = [role for role in ("findings", "impression") if role in found]
    if "text" in found and apart:
        sections = " ".join(f"--column {role}={found[role]}" for role in apart)
        raise SourceError(
            f"{file}: {found['text']} may hold the whole report, and "
            f"{' and '.join(found[role] for role in apart)} its sections; say which to read: "
            f"--column text={found['text']} or {sections} ({_IN_PARAMS})"
        )
    return {"text": found["text"]} if "text" in found else found


_SAID: Final = {"text": "whole report", "findings": "findings", "impression": "impression"}


def _candidates(role: str, spelt: Mapping[str, Sequence[str]]) -> list[str]:
    """The columns of a role's usual names, the likeliest first."""
    plain = dict.fromkeys(map(_plain, USUAL_NAMES[role]))
    return [name for usual in plain for name in spelt.get(usual, ())]


def _plain(name: str) -> str:
    """`Report ID`, `reportId` and `REPORT_ID` are one name."""
    return re.sub(r"[\W_]+", "", name).casefold()


_USUAL: Final = frozenset(_plain(name) for names in USUAL_NAMES.values() for name in names)
