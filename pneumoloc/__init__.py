"""The front door: what reports say, and where on the image, in one import.

Reports need the extra `pneumoloc[pipeline]`, images `pneumoloc[model]`. Libraries are loaded when
they are first needed, so that the import itself takes no time.
"""

from typing import TYPE_CHECKING, Any, Literal

from pneumoloc.extras import needs

if TYPE_CHECKING:
    import os

    import pandas as pd

    from pneumoloc.explanation import Explanation
    from pneumoloc.given_texts import Texts
    from pneumoloc.labelled_images import LabelledImages
    from pneumoloc.trained_model import TrainedModel

__all__ = ["LabelledImages", "__version__", "explain", "findings", "labels", "load"]


def findings(texts: "Texts", *, lexicon: "str | os.PathLike[str] | None" = None) -> "pd.DataFrame":
    """What reports state: a row for each finding, in the order of the texts.

    >>> import pneumoloc
    >>> found = pneumoloc.findings("Patchy right lower lobe opacity may represent pneumonia.")
    >>> found[["finding", "assertion", "cue", "zones"]]
                 finding  assertion            cue              zones
    0    finding:opacity   affirmed           None  [zone:lower_lobe]
    1  finding:pneumonia  uncertain  may represent                 []

    Args:
        texts: whole reports, whose sections are found by their headings, or single sentences: one
            string, several of them, a mapping from id to text, or a pandas Series. None and NaN
            are empty texts.
        lexicon: folder of lexicon files; None takes the shipped one.

    Returns:
        A frame with the columns `text` (the text's place among the given ones, from 0), `id` (its
        id, where a mapping or a Series gave ids), `section`, `finding`, `assertion` (affirmed,
        negated, uncertain, historical or hypothetical), `cue` (the words that decided it, or
        None), `sides`, `zones`, `descriptors` (lists of concept ids), `inherited_sides`,
        `inherited_zones`, `implied_sides` (of places that it does not state itself, see
        docs/extraction.md), `interprets` (the rows of those findings that are taken for it),
        `phrase`, and its `start` and `end` in the given text.

    Raises:
        TextsError: something given is no text.
        LexiconError: a lexicon file breaks its rules.
        ExtractionError: a text could not be analysed; the message has its place, never its words.
    """
    with needs("pipeline"):
        from pneumoloc.given_texts import given_texts
        from pneumoloc.reports import findings_of
    return findings_of(given_texts(texts), lexicon)


def labels(
    texts: "Texts",
    *,
    lexicon: "str | os.PathLike[str] | None" = None,
    conflict: Literal["affirmed_wins", "impression_wins"] = "affirmed_wins",
) -> "pd.DataFrame":
    """One row a text, one column a concept: 1 affirmed, 0 negated, -1 uncertain, else null.

    >>> import pneumoloc
    >>> reports = {"a": "Left basilar atelectasis. No pneumonia.", "b": "Possible pneumonia."}
    >>> pneumoloc.labels(reports)[["finding:atelectasis", "finding:pneumonia", "side:left"]]
       finding:atelectasis  finding:pneumonia  side:left
    a                    1                  0          1
    b                 <NA>                 -1       <NA>

    The rule is that of the labels table, see docs/labels.md: indications and histories give no
    value, and sides, zones and descriptors are those of the lungs' findings.

    Args:
        texts: as `findings` takes them.
        lexicon: folder of lexicon files; None takes the shipped one.
        conflict: whose word counts where findings and impression disagree.

    Returns:
        A frame with a column of type Int8 for every concept of the lexicon. Its index is that of
        the given Series, the keys of the given mapping, or counts from 0.

    Raises:
        TextsError: something given is no text.
        ConflictError: `conflict` is none of the two.
        LexiconError: a lexicon file breaks its rules.
        ExtractionError: a text could not be analysed; the message has its place, never its words.
    """
    with needs("pipeline"):
        from pneumoloc.given_texts import given_texts
        from pneumoloc.reports import labels_of
    return labels_of(given_texts(texts), lexicon, conflict)


def explain(text: str, *, lexicon: "str | os.PathLike[str] | None" = None) -> "Explanation":
    """Show how one text is read: its phrases marked, and what decided each.

    A notebook shows it in colour; printed, it is plain text.

    >>> import pneumoloc
    >>> print(pneumoloc.explain("No focal consolidation. Bibasilar opacities are unchanged."))
    No focal consolidation. Bibasilar opacities are unchanged.
    -- body
      "consolidation"  finding:consolidation, negated by "No" (cue:negated before)
        "focal"  descriptor:focal
      "opacities"  finding:opacity, affirmed by "are unchanged" (cue:affirmed after)
        "Bibasilar"  side:bilateral
        "Bibasilar"  zone:base

    Args:
        text: a whole report, or a sentence.
        lexicon: folder of lexicon files; None takes the shipped one.

    Raises:
        TextsError: it is no text, or more than one.
        LexiconError: a lexicon file breaks its rules.
        ExtractionError: the text could not be analysed.
    """
    with needs("pipeline"):
        from pneumoloc.explanation import explanation_of
        from pneumoloc.given_texts import one_text
    return explanation_of(one_text(text), lexicon)


def load(
    models: "str | os.PathLike[str] | None" = None,
    *,
    params: "str | os.PathLike[str] | None" = None,
) -> "TrainedModel":
    """A trained model, which reads images without any report.

    >>> import pneumoloc
    >>> model = pneumoloc.load("data")
    >>> reading = model.read("chest.png")
    >>> all(0 <= box.score <= 1 for box in reading.boxes)
    True
    >>> overlay = reading.overlay()    # a PIL image; in a notebook, `reading` shows it

    Args:
        models: the folder that `dvc repro` writes to: of `detector`, `network` and `evaluation`;
            None takes the weights that are kept in the repository.
        params: settings file; None takes `params.yaml` in the working directory where there is
            one, else the defaults. Kept weights bring their own settings.

    Raises:
        KeptWeightsError: none are kept here, or they are others than their card tells of.
        MissingModelError: something there is not trained; the message says what to run.
        WeightsError: it is damaged, or of another release.
    """
    with needs("model"):
        from pneumoloc.trained_model import load_model
    return load_model(models, params)


def __getattr__(name: str) -> Any:
    if name == "LabelledImages":
        with needs("model"):
            from pneumoloc.labelled_images import LabelledImages
        return LabelledImages
    if name == "__version__":
        from importlib.metadata import version

        return version("pneumoloc")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
