"""From reports to phrases that a model finds and the lexicon lacks, the most frequent first."""

from pathlib import Path

import pyarrow as pa
from rich.console import Console
from rich.progress import track

from data_contracts.storage import part_paths
from data_contracts.tables import MENTIONS, REPORTS
from pipeline.auditing.proposals.entity_model import load_entity_model
from pipeline.auditing.proposals.phrases import LexiconPhrases
from pipeline.auditing.proposals.ranking import Entity, find_entities, rank_phrases, uncovered
from pipeline.auditing.proposals.sentences import MENTION_COLUMNS, REPORT_COLUMNS, SentenceInventory
from pipeline.language.sentences import load_splitter
from pipeline.lexicon.concepts import load_lexicon
from pipeline.report_batches import WantedTable, read_batches


def propose_phrases(
    model: str, lexicon_folder: Path, reports: Path, mentions: Path, console: Console
) -> tuple[pa.Table, dict[str, int]]:
    """Rows of the table `proposals`, and what was read for them.

    Args:
        model: a spaCy model's name or folder.
        lexicon_folder: folder of lexicon files.
        reports: the reports table.
        mentions: the mentions table that extraction made of it.
        console: shows how far it is.

    Raises:
        ModelError: the model is not there, cannot be loaded, or finds no entities.
    """
    nlp = load_entity_model(model)
    lexicon = LexiconPhrases(load_lexicon(lexicon_folder))
    inventory = SentenceInventory(load_splitter(lexicon_folder))
    _read_sentences(inventory, reports, mentions, console)
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


def _read_sentences(
    inventory: SentenceInventory, reports: Path, mentions: Path, console: Console
) -> None:
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
