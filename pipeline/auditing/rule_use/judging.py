"""Which mentions were right: by reviewers' decisions, or by a reference that was coded by hand."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.auditing.references.coding import Coding
from pipeline.auditing.references.halves import in_half_a
from pipeline.auditing.references.label_values import LabelValues
from pipeline.auditing.references.reading import decide, decide_reference
from pipeline.labelling.decision import Decision, which_stand


class Judgement(NamedTuple):
    """What is known of a mention; None where nothing is.

    Attributes:
        phrase: whether it names what its phrase was taken for.
        cue: whether its assertion is right.
    """

    phrase: bool | None
    cue: bool | None


#: A mention by its report, its offsets in the text and its concept.
Place = tuple[str, int, int, str]


def by_reviews(decisions: Sequence[Decision]) -> dict[Place, Judgement]:
    """What reviewers decided of mentions; of several decisions on one the last counts."""
    judged: dict[Place, Judgement] = {}
    for one in which_stand(decisions).standing:
        if one.before_concept is None or one.start is None or one.end is None:
            continue
        kept = one.after_concept == one.before_concept
        said = one.after_assertion == one.before_assertion if kept else None
        judged[one.report_id, one.start, one.end, one.before_concept] = Judgement(kept, said)
    return judged


def by_coding(
    labels: LabelValues, reference: LabelValues, coding: Coding, *, half_a: bool = False
) -> dict[str, Judgement]:
    """Mentions, by id, behind labels that a reference has too: whether the two agree.

    A mention is judged by the label of its own concept alone, over the reports and concepts that
    the reference uses. Labels that either side leaves open are left out.

    Args:
        labels: our side, with the mentions behind each value.
        reference: the reference.
        coding: how hedges are read on either side.
        half_a: whether only reports of half A are judged, so that half B stays unseen.
    """
    index = labels.frame.index
    chosen = index.isin(reference.frame.index)
    rows = np.flatnonzero(chosen & in_half_a(index) if half_a else chosen)
    ours = labels.frame.iloc[rows]
    truth = reference.frame.loc[ours.index]
    concepts = [str(name) for name in truth.columns[truth.notna().any()]]
    known, read = (
        decide_reference(truth, concepts, coding, "affirmed"),
        decide(ours, concepts, coding, "affirmed"),
    )
    right = known.positive == read.positive
    counted = ~(known.ignored | read.ignored)
    return {
        mention: Judgement(bool(right[row, column]), bool(right[row, column]))
        for row, concept, mention in _evidence(labels, rows)
        if concept in concepts and counted[row, column := concepts.index(concept)]
    }


def _evidence(
    labels: LabelValues, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> Iterator[tuple[int, str, str]]:
    """Row among `rows`, concept and mention behind each value of our labels."""
    if labels.evidence is None:
        return
    for row, index in enumerate(rows.tolist()):
        for concept, mentions in labels.evidence[index].as_py() or ():
            for mention in mentions:
                yield row, concept, mention
