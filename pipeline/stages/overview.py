"""Stage overview: one page of what a run has made."""

import time
from pathlib import Path
from typing import Final

from command_line.summary import StageSummary
from data_contracts.storage import read_table
from data_contracts.tables import EMBEDDINGS
from data_contracts.whole_files import whole_file
from pipeline.auditing.overview.concept_map import place_concepts
from pipeline.auditing.overview.contents import (
    count_cohorts,
    count_totals,
    count_values,
    kept_concepts,
    name_concepts,
)
from pipeline.auditing.overview.cooccurrence import count_places
from pipeline.auditing.overview.drawing import as_picture, draw_cooccurrence, draw_map, read_picture
from pipeline.auditing.overview.evaluation import read_evaluation
from pipeline.auditing.overview.identity import identify
from pipeline.auditing.overview.page import Overview, render_page
from pipeline.auditing.overview.problems import find_problems
from pipeline.auditing.overview.quality import measure_reviews, read_comparison, read_phantom_score
from pipeline.auditing.overview.stamp import NAMELESS, made_now, name_stamp, write_stamp
from pipeline.auditing.tables.counting import (
    DIMENSIONS,
    count_along,
    count_concepts,
    count_labels,
    section_agreement,
)
from pipeline.auditing.tables.database import Tables
from pipeline.embeddings.neighbours import Neighbour, nearest_to_concepts
from pipeline.settings import Settings

#: Words near a concept, and occurrences below which a word is not shown.
_NEAREST: Final = 6
_LEAST: Final = 50


def overview(
    *,
    settings: Settings,
    tables: Path,
    sample: Path,
    corrections: Path,
    phantom_score: Path | None,
    comparison: Path | None,
    evaluation: Path,
    out: Path,
    dated: bool = False,
) -> StageSummary:
    """Write `out`: one HTML file that needs no network, and quotes no report.

    What a run lacks is left out, and the page says what would make it. Its date and the commit are
    in a small picture beside it, so that equal runs give equal pages; see `stamp`.

    Args:
        settings: those that the tables were made with.
        tables: folder of a run's tables; reports, mentions, findings and labels must be there.
        sample: the sample that was reviewed, where there is one.
        corrections: folder of the corrections.
        phantom_score: what the stage score_phantom wrote.
        comparison: folder that `audit compare` wrote to.
        evaluation: folder that the model's stage evaluate wrote to.
        out: the HTML file.
        dated: put date and commit into the page itself.

    Raises:
        TablesError: a table is missing.
        ContractError: a table breaks its contract.
        PhantomScoreError: `phantom_score` is something else.
    """
    started = time.perf_counter()
    with Tables(tables) as database:
        database.need("reports", "mentions", "findings", "labels")
        names = name_concepts(database)
        placed = count_places(database)
        concept_map, nearest = _words(tables / "embeddings.parquet", names)
        kept = kept_concepts(database)
        reviewed = measure_reviews(sample, corrections)
        evaluated = read_evaluation(evaluation)
        made = made_now()
        kinds = [str(kind) for kind, _ in count_values(database, "reports", "source")]
        page = Overview(
            identity=identify(kinds, settings),
            made=made.words if dated else None,
            checked=find_problems(database),
            names=names,
            totals=count_totals(database),
            cohorts=count_cohorts(database),
            concepts=count_concepts(database),
            labels=count_labels(database),
            along={name: count_along(database, name) for name in DIMENSIONS},
            agreements=section_agreement(database),
            outcomes=count_values(database, "correction_outcomes", "outcome"),
            cooccurrence=as_picture(draw_cooccurrence(placed, names)) if placed.findings else None,
            concept_map=concept_map,
            neighbours={concept: near for concept, near in nearest.items() if concept in kept},
            least=_LEAST,
            phantom=read_phantom_score(phantom_score),
            reviewed=reviewed,
            reliability=as_picture(reviewed.figure) if reviewed else None,
            compared=read_comparison(comparison),
            evaluated=evaluated,
            figures=[
                (title, description, read_picture(path))
                for title, description, path in (evaluated.figures if evaluated else ())
            ],
        )
    written = render_page(page)
    stamp = out.with_name(name_stamp(written, out))
    written = written.replace(NAMELESS, stamp.name)
    with whole_file(out) as partial:
        partial.write_text(written, encoding="utf-8")
    if not dated:
        write_stamp(made, stamp, out)
    outputs = (out,) if dated else (out, stamp)
    shown: dict[str, int | float] = {
        "concepts": len(page.concepts),
        "concepts_on_the_map": len(nearest) if concept_map else 0,
        "methods_scored": len(evaluated.methods) if evaluated else 0,
        "figures": written.count("<figure>"),
        "bytes": len(written.encode()),
    }
    return StageSummary("overview", shown, time.perf_counter() - started, outputs)


def _words(
    path: Path, names: dict[str, str]
) -> tuple[str | None, dict[str, tuple[Neighbour, ...]]]:
    if not path.exists():
        return None, {}
    embeddings = read_table(EMBEDDINGS, path)
    placed = place_concepts(embeddings)
    picture = as_picture(draw_map(placed, names)) if placed else None
    return picture, nearest_to_concepts(embeddings, count=_NEAREST, least=_LEAST)
