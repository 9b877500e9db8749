"""From MeSH codes such as `Opacity/lung/base/left/patchy` to labels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.auditing.references.coding import Coding


@dataclass(frozen=True, slots=True)
class CodeReading:
    """What one code stands for.

    Attributes:
        labels: concept ids, sorted.
        unmapped: its heading, where that gives no label, or those of a lung finding's qualifiers
            that name no concept.
    """

    labels: tuple[str, ...]
    unmapped: tuple[str, ...]


def read_code(code: str, coding: Coding) -> CodeReading:
    """Read one code: a heading and its qualifiers, parted by slashes.

    Only a lung finding's qualifiers are read: the side of an effusion is no side of a pneumonia.
    """
    heading_term, *qualifiers = (" ".join(term.split()) for term in code.split("/"))
    heading = coding.headings.get(heading_term)
    if heading is None or (heading.only_with and heading.only_with not in qualifiers):
        silent = not heading_term or heading_term in coding.silent
        return CodeReading((), () if silent else (heading_term,))
    labels = set(heading.labels)
    unmapped: tuple[str, ...] = ()
    if heading.lung:
        labels.update(coding.qualifiers[q] for q in qualifiers if q in coding.qualifiers)
        known = {*coding.qualifiers, *coding.silent}
        unmapped = tuple(f"{heading_term}/{q}" for q in qualifiers if q not in known)
    return CodeReading(tuple(sorted(labels)), unmapped)


def is_coded(codes: Sequence[str], coding: Coding) -> bool:
    """Whether a coder has read the report at all."""
    return not any(code.strip() in coding.not_coded for code in codes)


def read_codes(
    codes: Sequence[Sequence[str]], coding: Coding
) -> tuple[list[tuple[str, ...]], dict[str, int]]:
    """Read the codes of many reports, each distinct code once.

    Args:
        codes: (reports,) each report's codes.
        coding: the headings and qualifiers.

    Returns:
        (reports,) sorted concept ids, and the terms that give none with the number of reports
        that have them, most frequent first.
    """
    distinct = {code for report in codes for code in report}
    readings = {code: read_code(code, coding) for code in distinct}
    labels = [
        tuple(sorted({label for code in report for label in readings[code].labels}))
        for report in codes
    ]
    terms = Counter(
        term for report in codes for term in {t for code in report for t in readings[code].unmapped}
    )
    ranked = sorted(terms.items(), key=lambda item: (-item[1], item[0]))
    return labels, dict(ranked)


def label_frame(ids: pd.Index, labels: Sequence[Sequence[str]]) -> pd.DataFrame:
    """(reports, concepts) of 1 where a report has a label, NaN where it is not coded."""
    pairs = pd.Series(list(labels), index=range(len(ids)), dtype=object).explode().dropna()
    values = pd.crosstab(pairs.index, pairs).clip(upper=1).astype("float32")
    values = values.where(values > 0).reindex(range(len(ids)))
    values.index = ids
    values.columns = pd.Index(values.columns.astype(str))
    return values
