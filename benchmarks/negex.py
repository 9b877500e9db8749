"""How often negspacy's NegEx, with our terms, says of a finding what our rules say.

    uv run python benchmarks/negex.py data

Reads a run's reports and mentions. NegEx knows one assertion, so that only negated and not negated
are told apart; it gets the phrases of `cues.txt` that negate, and our findings as entities.
"""

import sys
from collections import Counter
from pathlib import Path

from negspacy.negation import Negex
from rich.console import Console
from rich.table import Table
from spacy.tokens import Doc, Span

from data_contracts.storage import read_parts
from data_contracts.tables import MENTIONS, REPORTS
from pipeline.language.tokens import blank_pipeline, tokenize
from pipeline.lexicon.cues import load_cues


def termset() -> dict[str, list[str]]:
    """The phrases that negate, as NegEx sorts them."""
    cues = load_cues()
    negating = {
        key
        for key, entry in cues.entries.items()
        if any(r.assertion == "negated" for r in entry[1])
    }
    return {
        "pseudo_negations": cues.phrases("pseudo"),
        "preceding_negations": [phrase for kind, phrase in negating if kind == "preceding"],
        "following_negations": [phrase for kind, phrase in negating if kind == "following"],
        "termination": cues.phrases("termination"),
    }


def main(folder: Path) -> None:
    """Count, by what our rules say, how often NegEx negates."""
    nlp = blank_pipeline()
    negex = Negex(nlp, "negex", termset())
    texts: dict[str, str] = {}
    for part in read_parts(REPORTS, folder / "reports.parquet", ("report_id", "text")):
        texts.update(zip(*(part[n].to_pylist() for n in ("report_id", "text")), strict=True))
    sentences: dict[tuple[str, int, int], list[tuple[int, int, str]]] = {}
    for part in read_parts(MENTIONS, folder / "mentions.parquet"):
        for row in part.to_pylist():
            if row["category"] == "finding" and row["section"] in ("findings", "impression"):
                key = (row["report_id"], row["sentence_start"], row["sentence_end"])
                sentences.setdefault(key, []).append((row["start"], row["end"], row["assertion"]))
    counts: Counter[tuple[str, bool]] = Counter()
    for (report_id, begin, end), found in sentences.items():
        tokens = tokenize(nlp, texts[report_id][begin:end])
        doc = Doc(nlp.vocab, words=[token.word for token in tokens])
        for index, token in enumerate(doc):
            token.is_sent_start = index == 0
        spans = []
        for start, stop, assertion in found:
            own = [i for i, t in enumerate(tokens) if start <= begin + t.start < stop]
            if own:
                spans.append((Span(doc, own[0], own[-1] + 1, label="finding"), assertion))
        doc.spans["sc"] = [span for span, _ in spans]
        negex.span_keys = {"sc"}
        negex(doc)
        counts.update((assertion, bool(span._.negex)) for span, assertion in spans)
    table = Table("our rules say", "findings", "NegEx negates", "share")
    for assertion in ("negated", "affirmed", "uncertain", "historical", "hypothetical"):
        yes, total = counts[assertion, True], counts[assertion, True] + counts[assertion, False]
        share = f"{yes / total:.3f}" if total else ""
        table.add_row(assertion, f"{total:,}", f"{yes:,}", share)
    Console().print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
