"""Stage propose: phrases that a named-entity model finds and the lexicon does not know."""

import time
from pathlib import Path

from rich.console import Console

from command_line.summary import StageSummary
from data_contracts.audit_tables import PROPOSALS
from data_contracts.locking import one_run
from data_contracts.storage import write_table
from pipeline.settings import NlpSettings


@one_run
def propose(*, settings: NlpSettings, reports: Path, mentions: Path, out: Path) -> StageSummary:
    """Write `out/proposals.parquet`: phrases to consider for the lexicon, most frequent first.

    The model reads each distinct sentence of the asserting sections once. Where `nlp.model` is not
    set, as by default, the table is empty and a line on stderr says what to set.

    Args:
        settings: the model and the lexicon.
        reports: the reports table.
        mentions: the mentions table that extraction made of it.
        out: folder to write to.

    Raises:
        ModelError: the model is not there, cannot be loaded, or finds no entities.
        LexiconError: a lexicon file breaks its rules.
        TableNotFoundError: a table is not there.
        ContractError: a table breaks its contract.
        ForeignRowsError: a mention is of a report that is not there.
    """
    started = time.perf_counter()
    console = Console(stderr=True)
    path = out / "proposals.parquet"
    if settings.model is None:
        console.print(
            "propose: nlp.model is not set, so no phrases are proposed; set it to an installed "
            "scispaCy model such as en_core_sci_sm, or to a model's folder",
            style="yellow",
            highlight=False,
        )
        counts = {"reports": 0, "distinct_sentences": 0, "entities": 0, "entities_uncovered": 0}
        proposals = PROPOSALS.schema().empty_table()
    else:
        # Loads spaCy with all that its models need, which nobody wants who has none.
        from pipeline.auditing.proposals.proposing import propose_phrases

        proposals, counts = propose_phrases(
            settings.model, settings.lexicon, reports, mentions, console
        )
    write_table(PROPOSALS, proposals, path)
    return StageSummary(
        stage="propose",
        counts={**counts, "proposals": proposals.num_rows},
        seconds=time.perf_counter() - started,
        outputs=(path,),
    )
