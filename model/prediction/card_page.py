"""The card of kept weights as a page to read."""

from collections.abc import Iterator

from model.prediction.provenance import NO_DEVICE
from model.prediction.weights_card import KeptScore, WeightsCard, set_digest
from model.scoring.summary_table import write_score


def card_page(card: WeightsCard) -> str:
    """Markdown: what the weights are for, scores, data, where they fail, and licences."""
    about = card.about
    sections = (
        [f"# {about.name}", f"**{NO_DEVICE}**", about.use],
        ["## How good they are", *_scores(card), _how_scored(card)],
        ["## What they were trained on", "\n".join(_trained_on(card))],
        ["## Where they fail", "\n".join(f"- {one}" for one in about.fails)],
        ["## Licences", "\n".join(_licences(card))],
        ["## Which these are", "\n".join(_identity(card))],
    )
    return "\n\n".join(part for section in sections for part in section) + "\n"


def _scores(card: WeightsCard) -> Iterator[str]:
    for part, images in card.about.tested_on.items():
        own = [score for score in card.scores if score.part == part]
        of = f"{own[0].images:,} images of {own[0].patients:,} patients"
        rows = "\n".join(f"| {score.title} | {_interval(score)} |" for score in own)
        yield f"On {images} ({of}):"
        yield f"| score | value (95% interval over patients) |\n| --- | ---: |\n{rows}"


def _interval(score: KeptScore) -> str:
    return write_score({"value": score.value, "low": score.low, "high": score.high})


def _how_scored(card: WeightsCard) -> str:
    return (
        "FROC is the mean sensitivity at 0.25, 0.5, 1 and 2 false positives an image. Scores are "
        "of weights in full precision, and of all boxes, before nested ones are merged. Boxes are "
        f"shown from a score of {card.least_score:.3f} on, which was chosen on other images."
    )


def _trained_on(card: WeightsCard) -> Iterator[str]:
    yield "| network | cohort | images | patients |"
    yield "| --- | --- | ---: | ---: |"
    for one in card.trained_on:
        title = card.about.data[one.cohort].title
        yield f"| {one.network} | {title} | {one.images:,} | {one.patients:,} |"
    if card.about.pretrained:
        yield f"\nTraining started from {card.about.pretrained.title}."


def _licences(card: WeightsCard) -> Iterator[str]:
    yield f"- These weights: {card.about.licence}"
    used = {one.cohort for one in card.trained_on}
    sources = [source for cohort, source in card.about.data.items() if cohort in used]
    for source in (*sources, *([card.about.pretrained] if card.about.pretrained else [])):
        yield f"- {source.title}: {source.licence.rstrip('.')}. {source.source}"


def _identity(card: WeightsCard) -> Iterator[str]:
    yield f"- Digest (SHA-256): `{set_digest(card.files)}`"
    yield f"- Written on {card.exported} by pneumoloc {card.release}, matrices in half precision"
    yield f"- Regions: {card.regions.source}, at most {card.regions.per_image} an image"
    yield f"- Boxes are what these attend to: {', '.join(card.queries)}"
    yield "\n`card.json` has the same for programs, with a digest of each file."
