"""Stage propose: phrases that a named-entity model finds and the lexicon does not know."""

import time
from pathlib import Path

import pyarrow as pa
from rich.console import Console
from rich.progress import track

from data_contracts.audit_tables import PROPOSALS
from data_contracts.storage import part_paths, write_table
from data_contracts.summary import StageSummary
from data_contracts.tables import MENTIONS, REPORTS
from pipeline.extraction.lexicon import load_lexicon
from pipeline.proposals.entity_model import load_entity_model
from pipeline.proposals.phrases import LexiconPhrases
from pipeline.proposals.ranking import Entity, find_entities, rank_phrases, uncovered
from pipeline.proposals.sentences import MENTION_COLUMNS, REPORT_COLUMNS, SentenceInventory
from pipeline.report_batches import WantedTable, read_batches
from pipeline.settings import NlpSettings


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
        proposals, counts = _propose(settings, settings.model, reports, mentions, console)
    write_table(PROPOSALS, proposals, path)
    return StageSummary(
        stage="propose",
        counts={**counts, "proposals": proposals.num_rows},
        seconds=time.perf_counter() - started,
        outputs=(path,),
    )


def _propose(
    settings: NlpSettings, model: str, reports: Path, mentions: Path, console: Console
) -> tuple[pa.Table, dict[str, int]]:
    nlp = load_entity_model(model)
    lexicon = LexiconPhrases(load_lexicon(settings.lexicon))
    inventory = _read_sentences(reports, mentions, console)
    sentences = inventory.texts
    covered = inventory.covered()
    unknown: list[Entity] = []
    entities = 0
    for found in track(
        find_entities(nlp, sentences),
        description="propose",
        total=len(sentences),
        console=console,
        disable=not console.is_terminal,
    ):
        entities += len(found)
        unknown.extend(uncovered(found, covered))
    counts = {
        "reports": inventory.reports,
        "distinct_sentences": len(sentences),
        "entities": entities,
        "entities_uncovered": len(unknown),
    }
    return rank_phrases(unknown, sentences, inventory.occurrences(), lexicon), counts


def _read_sentences(reports: Path, mentions: Path, console: Console) -> SentenceInventory:
    inventory = SentenceInventory()
    batches = read_batches(
        WantedTable(REPORTS, reports, REPORT_COLUMNS),
        WantedTable(MENTIONS, mentions, MENTION_COLUMNS),
    )
    for batch in track(
        batches,
        description="read sentences",
        total=len(part_paths(REPORTS, reports)),
        console=console,
        disable=not console.is_terminal,
    ):
        inventory.add(*batch)
    return inventory
