"""Stage label: from mentions and findings to one value per report and concept."""

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.progress import track

from command_line.summary import StageSummary
from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN
from data_contracts.corrections import CORRECTION_OUTCOMES, UNAPPLIED
from data_contracts.file_digests import file_sha256
from data_contracts.locking import one_run
from data_contracts.storage import PartedTable, part_paths, read_parts, write_table
from data_contracts.tables import FINDINGS, LABELS, MENTIONS, REPORTS
from data_contracts.together import place_together, waiting
from pipeline.auditing.corrections.log import corrections_file, read_log
from pipeline.labelling.claims import (
    FINDING_COLUMNS,
    MENTION_COLUMNS,
    REPORT_COLUMNS,
    ReportBatch,
)
from pipeline.labelling.corrected import Texts, correct_batch, label_corrected
from pipeline.labelling.decision import Decision, Standing, which_stand
from pipeline.labelling.label_columns import label_columns
from pipeline.lexicon.concepts import load_lexicon
from pipeline.report_batches import WantedTable, read_batches
from pipeline.settings import LabelSettings

#: Outcomes that say nothing of a text: a log that has no others was made for other reports.
_OF_NO_TEXT: Final = frozenset({"report_missing", "text_changed", "overruled", "withdrawn"})


@one_run
def label(
    *,
    settings: LabelSettings,
    lexicon: Path | None,
    reports: Path,
    mentions: Path,
    findings: Path,
    out: Path,
) -> StageSummary:
    """Write `out/labels.parquet`: one row per report, in the order of `reports`.

    The rule is stated in `pipeline.labelling.aggregation` and in docs/labels.md. Reviewers'
    corrections are applied first; `out/correction_outcomes.parquet` says what became of each.

    Args:
        settings: whose word counts where findings and impression disagree, and the folder of
            the corrections.
        lexicon: folder of lexicon files; None takes the shipped one.
        reports: the reports table.
        mentions: the mentions table that extraction made of them.
        findings: the findings table that extraction made of them.
        out: folder to write to.

    Raises:
        LexiconError: a lexicon file breaks its rules.
        TableNotFoundError: a table is not there.
        ContractError: a table breaks its contract.
        ForeignRowsError: a mention or finding is of a report that is not there.
        LabellingError: findings and mentions do not belong together, or not to this lexicon.
    """
    started = time.perf_counter()
    known = load_lexicon(lexicon)
    columns = label_columns(known)
    names: list[str] = columns.concept_ids.to_pylist()
    parts = [
        *part_paths(REPORTS, reports),
        *part_paths(MENTIONS, mentions),
        *part_paths(FINDINGS, findings),
    ]
    corrections = corrections_file(settings.corrections)
    parts += [corrections] if corrections.exists() else []
    fingerprint = _fingerprint(parts, f"{settings.conflict} {known.fingerprint}")
    made = which_stand(read_log(settings.corrections))
    decisions = _by_report(made)
    texts = _read_texts(reports, decisions)
    table = PartedTable(LABELS, out / "labels.parquet", fingerprint)
    counts: Counter[str] = Counter(concepts=len(columns))
    outcomes: dict[str, str] = {}
    batches = read_batches(
        WantedTable(REPORTS, reports, REPORT_COLUMNS),
        WantedTable(MENTIONS, mentions, MENTION_COLUMNS),
        WantedTable(FINDINGS, findings, FINDING_COLUMNS),
    )
    console = Console(stderr=True)
    written = 0
    for batch in track(
        batches,
        description="label",
        total=len(part_paths(REPORTS, reports)),
        console=console,
        disable=not console.is_terminal,
    ):
        corrected = correct_batch(ReportBatch(*batch), decisions, texts, columns)
        for one in corrected.reports.values():
            outcomes.update(one.outcomes)
        if table.has_part(written):
            labels = table.read_finished(written, names)
        else:
            labels = label_corrected(corrected, columns, settings.conflict)
            table.write_part(written, labels)
        counts.update(_count(labels.select(names)))
        written += 1
    table.finish(written)
    rows = _outcome_rows(made, outcomes)
    became = out / "correction_outcomes.parquet"
    write_table(CORRECTION_OUTCOMES, rows, waiting(became))
    place_together([table.path, became])
    return StageSummary(
        stage="label",
        counts={**counts, **_count_outcomes(rows)},
        seconds=time.perf_counter() - started,
        outputs=(table.path, became),
        notices=_tell_foreign(rows, settings.corrections),
    )


def _by_report(made: Standing) -> Mapping[str, list[Decision]]:
    decisions: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in made.standing:
        decisions[decision.report_id].append(decision)
    return dict(decisions)


def _read_texts(reports: Path, decisions: Mapping[str, list[Decision]]) -> Texts:
    """Text and sections of the reports that have decisions."""
    if not decisions:
        return {}
    wanted = pa.array(list(decisions), pa.string())
    texts = {}
    for part in read_parts(REPORTS, reports, ("report_id", "text", "sections")):
        chosen = part.filter(pc.is_in(part["report_id"], value_set=wanted))
        texts.update({row["report_id"]: row for row in chosen.to_pylist()})
    return texts


def _outcome_rows(made: Standing, outcomes: Mapping[str, str]) -> pa.Table:
    """What became of every decision, in the order of reports and then of decisions."""
    became = [(one, outcomes.get(one.correction_id, "report_missing")) for one in made.standing]
    became += [(one, "overruled") for one in made.overruled]
    became += [(one, "withdrawn") for one in made.withdrawn]
    became.sort(key=lambda pair: (pair[0].report_id, pair[0].time, pair[0].correction_id))
    return pa.Table.from_pylist(
        [
            {
                "correction_id": decision.correction_id,
                "report_id": decision.report_id,
                "reviewer": decision.reviewer,
                "outcome": outcome,
            }
            for decision, outcome in became
        ],
        schema=CORRECTION_OUTCOMES.schema(),
    )


def _count_outcomes(rows: pa.Table) -> dict[str, int]:
    counted = Counter(rows["outcome"].to_pylist())
    return {
        "corrections": rows.num_rows,
        "corrections_applied": counted["applied"],
        "corrections_that_no_longer_fit": sum(counted[outcome] for outcome in UNAPPLIED),
    }


def _tell_foreign(rows: pa.Table, corrections: Path) -> tuple[str, ...]:
    """A notice where no decision is on a text of this cohort."""
    if not rows.num_rows or set(rows["outcome"].to_pylist()) - _OF_NO_TEXT:
        return ()
    notice = (
        f"none of the {rows.num_rows:,} decisions in {corrections} is on the text of a report that "
        "is here, and none was applied; they may have been made for another cohort"
    )
    return (notice,)


def _count(labels: pa.Table) -> dict[str, int]:
    values = np.column_stack(
        [column.cast(pa.float32()).to_numpy() for column in labels.itercolumns()]
    )
    return {
        "reports": len(values),
        "reports_with_a_label": int((~np.isnan(values)).any(axis=1).sum()),
        "affirmed": int((values == AFFIRMED).sum()),
        "uncertain": int((values == UNCERTAIN).sum()),
        "negated": int((values == NEGATED).sum()),
    }


def _fingerprint(parts: list[Path], rules: str) -> str:
    """A digest of the input, the settings and the labelling's own code."""
    digest = hashlib.sha256(rules.encode())
    for package in ("pipeline.labelling", "pipeline.auditing.corrections"):
        for module in sorted(resources.files(package).iterdir(), key=lambda entry: entry.name):
            if module.name.endswith(".py"):
                digest.update(module.read_bytes())
    for part in parts:
        digest.update(file_sha256(part).encode())
    return digest.hexdigest()
