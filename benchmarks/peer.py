"""The peer: what one would write with spaCy and negspacy in an afternoon."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import spacy
from negspacy.negation import Negex  # registers the component
from spacy.language import Language

from data_contracts.storage import read_parts
from data_contracts.tables import REPORTS
from pipeline.lexicon.concepts import load_lexicon
from pipeline.settings import SHIPPED_LEXICON

_ = Negex
_SCHEMA = pa.schema(
    [
        ("report_id", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("text", pa.string()),
        ("concept_id", pa.string()),
        ("negated", pa.bool_()),
    ]
)


def build_peer() -> Language:
    """Sentencizer, entity ruler over our lexicon's phrases, and negex with its own terms."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns(  # type: ignore[attr-defined]
        [
            {"label": concept.concept_id, "pattern": phrase}
            for concept in load_lexicon(SHIPPED_LEXICON).concepts
            for phrase in concept.phrases
        ]
    )
    nlp.add_pipe("negex")
    return nlp


def write_entities(nlp: Language, reports: Path, out: Path, total: int) -> int:
    """Write the entities of the first `total` reports; returns how many there are."""
    found = 0
    with pq.ParquetWriter(out, _SCHEMA, compression="zstd") as writer:
        for part in read_parts(REPORTS, reports, ("report_id", "text")):
            part = part.slice(0, total)
            total -= part.num_rows
            rows = []
            texts = zip(part["text"].to_pylist(), part["report_id"].to_pylist(), strict=True)
            for doc, report_id in nlp.pipe(texts, as_tuples=True):
                for entity in doc.ents:
                    start, end = entity.start_char, entity.end_char
                    negated = entity._.negex
                    rows.append((report_id, start, end, entity.text, entity.label_, negated))
            columns = zip(*rows, strict=True) if rows else ([] for _ in _SCHEMA)
            arrays = [
                pa.array(values, field.type) for values, field in zip(columns, _SCHEMA, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=_SCHEMA))
            found += len(rows)
            if not total:
                break
    return found
