"""How often each line of the lexicon decided, in how many reports, and how often it was right."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import pandas as pd
import pyarrow as pa

from data_contracts.audit_tables import RULE_USE
from data_contracts.concepts import ASSERTIONS
from pipeline.auditing.rule_use.judging import Judgement, Place
from pipeline.auditing.rule_use.lines import LexiconLines, Line
from pipeline.auditing.tables.database import Tables

_COLUMNS: Final = (
    'mention_id, report_id, start, "end", concept_id, assertion, rule, '
    "lower(text) AS text, cue_rule, lower(cue) AS cue"
)


def count_use(
    tables: Tables,
    lines: LexiconLines,
    by_place: Mapping[Place, Judgement],
    by_mention: Mapping[str, Judgement],
) -> pa.Table:
    """Rows of the rule use table: the harmful first, then the unused, then the others by use.

    Args:
        tables: a run's tables.
        lines: the lexicon's lines, and which found or decided what.
        by_place: what is known of mentions at their places.
        by_mention: what is known of mentions by their id; a place goes first.
    """
    mentions = tables.query(f"SELECT {_COLUMNS} FROM mentions")
    places = _keys(mentions, "report_id", "start", "end", "concept_id")
    nothing = Judgement(None, None)
    known = [
        by_place.get(place) or by_mention.get(mention, nothing)
        for place, mention in zip(places, mentions["mention_id"].to_pylist(), strict=True)
    ]
    found = _lines_by(mentions, ["concept_id", "rule", "text"], lines.of_phrase)
    decided = _lines_by(mentions, ["cue_rule", "cue"], lines.of_cue)
    uses = pd.concat(
        [
            _uses(mentions, found, [one.phrase for one in known]),
            _uses(mentions, decided, [one.cue for one in known]),
        ]
    )
    rows = _rows(uses)
    unused = [_row(line, None) for line in lines.lines if line not in rows]
    return pa.Table.from_pylist(
        sorted([*rows.values(), *unused], key=_worst_first), schema=RULE_USE.schema()
    )


def _keys(mentions: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(mentions[name].to_pylist() for name in names), strict=True))


def _lines_by(
    mentions: pa.Table, names: list[str], line_of: Callable[..., Line]
) -> list[Line | None]:
    """The line of each mention, asked once for each of the distinct values of some columns.

    Args:
        mentions: of the mentions table.
        names: the columns; where the first is missing there is no line.
        line_of: a line from their values.
    """
    keys = _keys(mentions, *names)
    known = {key: line_of(*key) if key[0] is not None else None for key in dict.fromkeys(keys)}
    return [known[key] for key in keys]


def _uses(mentions: pa.Table, lines: list[Line | None], right: list[bool | None]) -> pd.DataFrame:
    uses = mentions.select(["report_id", "assertion"]).to_pandas()
    uses = uses.assign(
        line=pd.Series(lines, dtype=object),
        judged=[one is not None for one in right],
        right=[bool(one) for one in right],
    )
    return uses[uses["line"].notna()]


def _rows(uses: pd.DataFrame) -> dict[Line, dict[str, Any]]:
    groups = ((cast("Line", line), own) for line, own in uses.groupby("line", sort=False))
    return {line: _row(line, own) for line, own in groups}


def _row(line: Line, uses: pd.DataFrame | None) -> dict[str, Any]:
    count = 0 if uses is None else len(uses)
    said = {} if uses is None else uses["assertion"].value_counts().to_dict()
    judged, right = (
        (0, 0) if uses is None else (int(uses["judged"].sum()), int(uses["right"].sum()))
    )
    return {
        **line._asdict(),
        "decided": count,
        "reports": 0 if uses is None else int(uses["report_id"].nunique()),
        **{assertion: int(said.get(assertion, 0)) for assertion in ASSERTIONS},
        "judged": judged,
        "right": right,
    }


def _worst_first(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Harmful: wrong more often than right. Then what no report needed, then the most wrong."""
    wrong = row["judged"] - row["right"]
    harmful = wrong > row["right"]
    kind = 0 if harmful else 1 if row["decided"] == 0 else 2
    return kind, -wrong, -row["decided"], row["file"], row["heading"], row["entry"]
