"""Which reports to ask a second reader about, and why each: by columns over the tables.

The first reader is least sure where a report

- affirms a finding and denies or doubts it elsewhere (`disputed`);
- has a word beside a finding that the lexicon does not know and few reports have (`word`);
- was decided by a cue that no reviewer has looked at (`cue`).

Reasons take turns, and within a reason concepts, words and cues do, those of the most reports
first, so that every kind of doubt is asked about before any is asked about twice. Equal tables
give equal reports in equal order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa

from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.auditing.second_opinion.errors import SecondOpinionError
from pipeline.auditing.tables.database import Tables
from pipeline.labelling.decision import Decision
from pipeline.lexicon.concepts import Lexicon
from pipeline.lexicon.cues import load_cues
from pipeline.lexicon.grammar import load_grammar

Pick = Literal["least-sure", "random", "all"]
PICKS: Final[tuple[Pick, ...]] = ("least-sure", "random", "all")

#: Most reports in which a word that the lexicon lacks may stand beside a finding: one that stands
#: there more often is an ordinary word.
_RARE: Final = 3
#: How many words on either side of a finding are beside it, and the characters looked at for them.
_BESIDE, _AROUND = 2, 60
#: Things that a reason names at most.
_NAMED: Final = 3
_LOOKED_AT: Final = frozenset({"accept", "change", "remove"})


@dataclass(frozen=True, slots=True)
class Picked:
    """A report to ask about.

    Attributes:
        report_id: the report.
        why: why it was picked; may quote a word of it.
        text: its text.
        sections: its sections, as the reports table has them.
        study_id: its study.
    """

    report_id: str
    why: str
    text: str
    sections: list[dict[str, object]]
    study_id: str | None


def pick_reports(
    tables: Tables,
    pick: str,
    *,
    reports: int,
    seed: int,
    decisions: Iterable[Decision],
    lexicon: Lexicon,
    lexicon_folder: Path | None,
) -> list[Picked]:
    """Reports to ask about, in the order to ask.

    Args:
        tables: the run's tables.
        pick: `least-sure`, `random` or `all`.
        reports: how many at most; `all` heeds it not.
        seed: draws a random sample; the same seed draws the same.
        decisions: what reviewers have decided so far.
        lexicon: the lexicon that the reports were read with.
        lexicon_folder: where its cues and grammar are; None takes the shipped ones.

    Raises:
        SecondOpinionError: `pick` is none of the three.
        TablesError: a table is not there.
    """
    tables.need("reports", "mentions")
    if pick not in PICKS:
        raise SecondOpinionError(f"--pick {pick!r}: expected one of {', '.join(PICKS)}")
    if pick == "least-sure":
        _hold_doubts(tables, decisions, _known_words(lexicon, lexicon_folder))
        tables.keep("_picked", _LEAST_SURE, [reports])
    elif pick == "random":
        tables.keep(
            "_picked",
            "SELECT report_id, ? AS why, row_number() OVER (ORDER BY md5(report_id || ' ' || ?), "
            "report_id) AS place FROM reports QUALIFY place <= ?",
            [f"drawn at random, seed {seed}", str(seed), reports],
        )
    else:
        tables.keep(
            "_picked",
            "SELECT report_id, 'all reports' AS why, row_number() OVER () AS place FROM reports",
        )
    rows = tables.query(
        "SELECT report_id, why, text, sections, study_id FROM _picked JOIN reports USING "
        "(report_id) ORDER BY place"
    ).to_pylist()
    return [Picked(**row) for row in rows]


def _hold_doubts(tables: Tables, decisions: Iterable[Decision], known: Iterable[str]) -> None:
    """Hold `_doubts`: (report, reason, thing), everything that a report is unsure for."""
    looked_at = {
        " ".join(one.cue.lower().split())
        for one in decisions
        if one.cue and one.action in _LOOKED_AT
    }
    tables.hold("_looked_at", pa.table({"cue": pa.array(sorted(looked_at), pa.string())}))
    tables.hold("_known", pa.table({"word": pa.array(sorted(known), pa.string())}))
    tables.keep("_stated", _STATED)
    tables.keep("_doubts", f"{_DISPUTED} UNION ALL {_CUES} UNION ALL {_WORDS}")


def _known_words(lexicon: Lexicon, folder: Path | None) -> set[str]:
    """Every word that stands anywhere in the lexicon."""
    grammar, cues = load_grammar(folder), load_cues(folder)
    lists = (grammar.words, grammar.zones, grammar.sentences)
    phrases: list[str] = [phrase for _, phrase in cues.entries]
    phrases += lexicon.excluded_phrases
    for concept in lexicon.concepts:
        phrases += [*concept.phrases, *concept.weak_phrases]
    for one in lists:
        for name in one.__slots__:
            phrases += getattr(one, name)
    return {word for phrase in phrases for word in phrase.lower().replace("-", " ").split()}


#: Findings that are stated of the image, which alone make labels.
_STATED: Final = (
    'SELECT report_id, concept_id, assertion, "start", "end", sentence_start, sentence_end, '
    "regexp_replace(lower(trim(cue)), '\\s+', ' ', 'g') AS cue FROM mentions "
    f"WHERE category = 'finding' AND section IN {ASSERTING_SECTIONS}"
)
_DISPUTED: Final = (
    "SELECT report_id, 'disputed' AS reason, concept_id AS thing FROM _stated "
    "GROUP BY report_id, concept_id HAVING bool_or(assertion = 'affirmed') "
    "AND bool_or(assertion IN ('negated', 'uncertain'))"
)
_CUES: Final = (
    "SELECT DISTINCT report_id, 'cue' AS reason, cue AS thing FROM _stated "
    "WHERE cue IS NOT NULL AND cue NOT IN (SELECT cue FROM _looked_at)"
)
# Of de-identification only x remains, and of a number nothing.
_WORDS: Final = f"""
    SELECT DISTINCT report_id, 'word' AS reason, word AS thing FROM (
        SELECT report_id, unnest(list_concat(
            regexp_extract_all(before, '\\pL{{3,}}')[-{_BESIDE}:],
            regexp_extract_all(behind, '\\pL{{3,}}')[:{_BESIDE}])) AS word
        FROM (
            SELECT m.report_id,
                lower(substring(text, greatest(sentence_start, "start" - {_AROUND}) + 1,
                    "start" - greatest(sentence_start, "start" - {_AROUND}))) AS before,
                lower(substring(text, "end" + 1,
                    least(sentence_end, "end" + {_AROUND}) - "end")) AS behind
            FROM _stated m JOIN reports r USING (report_id)
        )
    )
    WHERE word NOT IN (SELECT word FROM _known) AND NOT regexp_full_match(word, 'x+')
    QUALIFY count(DISTINCT report_id) OVER (PARTITION BY word) <= {_RARE}
"""
_LEAST_SURE: Final = f"""
    WITH turns AS (
        SELECT *, row_number() OVER (PARTITION BY reason, thing ORDER BY md5(report_id), report_id)
            AS turn, count(*) OVER (PARTITION BY reason, thing) AS reports
        FROM _doubts
    ),
    ranked AS (
        SELECT *, row_number() OVER (PARTITION BY reason ORDER BY turn, reports DESC, thing)
            AS rank
        FROM turns
    ),
    listed AS (
        SELECT *, row_number() OVER (PARTITION BY report_id, reason ORDER BY rank) AS named
        FROM ranked
    ),
    told AS (
        SELECT report_id, reason, min(rank) AS rank, CASE reason
            WHEN 'disputed' THEN 'affirmed and doubted: ' ||
                string_agg(thing, ', ' ORDER BY named) FILTER (named <= {_NAMED})
            WHEN 'word' THEN 'beside a finding, unknown to the lexicon: ' ||
                string_agg('“' || thing || '”', ', ' ORDER BY named) FILTER (named <= {_NAMED})
            ELSE 'cues that nobody has reviewed: ' ||
                string_agg('“' || thing || '”', ', ' ORDER BY named) FILTER (named <= {_NAMED})
            END AS words
        FROM listed GROUP BY report_id, reason
    ),
    placed AS (
        SELECT report_id, reason, words, row_number() OVER (PARTITION BY reason ORDER BY rank)
            AS rank, CASE reason WHEN 'disputed' THEN 0 WHEN 'word' THEN 1 ELSE 2 END AS first
        FROM told
    ),
    reports AS (
        SELECT report_id, string_agg(words, '; ' ORDER BY first) AS why,
            min(rank) AS rank, arg_min(first, (rank, first)) AS first
        FROM placed GROUP BY report_id
    )
    SELECT report_id, why, row_number() OVER (ORDER BY rank, first, report_id) AS place
    FROM reports QUALIFY place <= ?
"""
