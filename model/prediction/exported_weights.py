"""Gathers what prediction needs of a trained model into a small folder, with its card."""

import os
import shutil
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final

from command_line.json_files import write_json
from data_contracts.predictions import SCORES
from data_contracts.storage import read_table
from model.methods.registry import OURS
from model.prediction.card_page import card_page
from model.prediction.predictor import PredictionError, load_predictor
from model.prediction.provenance import network_card, networks_in, trained_parts
from model.prediction.weights_card import (
    CARD_FILE,
    NETWORKS,
    PAGE_FILE,
    THRESHOLD_FILE,
    About,
    KeptScore,
    TrainedPart,
    WeightsCard,
    digests,
    read_about,
)
from model.scoring.summary_table import main_scores
from model.settings import ModelSettings
from model.tensors.attributes import rows_of
from model.training.half_precision import halve_weights

_MEGABYTE: Final = 1_000_000


def export_weights(
    *,
    models: Path,
    settings: ModelSettings,
    about: Path,
    scores: Sequence[Path],
    out: Path,
    limit: float,
) -> WeightsCard:
    """Write a model's weights in half precision, with a card for programs and one for people.

    Args:
        models: folder that the stages have written to.
        settings: those that they were run with.
        about: YAML file of what a person says of the weights; see `About`.
        scores: files `scores.parquet` of their evaluations.
        out: folder to write, whole or not at all; kept weights that it holds are replaced.
        limit: most megabytes that all files may take.

    Returns:
        The card.

    Raises:
        PredictionError: the weights cannot be passed on as they are; the message says why.
        WeightsError: something is not trained, or of another release.
        SettingsError: the file `about` lacks something.
        LabelTablesError: none of the queries is an attribute of the network.
        TableNotFoundError: there are no scores.
    """
    said = read_about(about)
    predictor = load_predictor(models, settings)
    if not settings.regions.need_detector:
        raise PredictionError(
            "only models whose regions are a detector's can be kept, and model.regions.source is "
            f"'{settings.regions.source}'"
        )
    rows_of(settings.queries, predictor.reader.trained.concepts)
    networks = networks_in(models, detector=True)
    trained_on = _trained_on(models, networks, said, about)
    kept_scores = _scores(scores, said, about)
    _check_place(out)
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    for name in networks:
        kind = network_card(models, name).kind
        halve_weights(models / NETWORKS[name], partial / NETWORKS[name], kind)
    write_json({"least_score": predictor.least_score}, partial / THRESHOLD_FILE, indent=None)
    card = WeightsCard(
        about=said,
        exported=date.today().isoformat(),  # noqa: DTZ011 - the day where it is written
        release=version("pneumoloc"),
        trained_on=trained_on,
        regions=settings.regions,
        queries=settings.queries,
        least_score=predictor.least_score,
        scores=kept_scores,
        files=digests(partial),
    )
    write_json(card.model_dump(mode="json"), partial / CARD_FILE)
    (partial / PAGE_FILE).write_text(card_page(card), encoding="utf-8")
    _check_size(partial, limit)
    load_predictor(partial)
    shutil.rmtree(out, ignore_errors=True)
    os.replace(partial, out)
    return card


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _trained_on(
    models: Path, networks: Sequence[str], said: About, about: Path
) -> tuple[TrainedPart, ...]:
    parts = []
    for name in networks:
        own = trained_parts(models, name)
        if not own:
            raise PredictionError(
                f"{models / NETWORKS[name]}: its card does not say what it was trained on, since "
                "an older release trained it; train again"
            )
        parts += own
        pretrained = network_card(models, name).pretrained
        if pretrained and said.pretrained is None:
            raise PredictionError(
                f"{about}: lacks 'pretrained' with its licence; the {name} was trained from "
                f"{pretrained}"
            )
    missing = sorted({one.cohort for one in parts} - set(said.data))
    if missing:
        raise PredictionError(
            f"{about}: 'data' lacks {', '.join(missing)}, which the weights were trained on; say "
            "title, licence and source of each"
        )
    return tuple(parts)


def _scores(paths: Sequence[Path], said: About, about: Path) -> tuple[KeptScore, ...]:
    """The main scores of our method on all that was scored, each of which must be described."""
    rows = [row for path in paths for row in read_table(SCORES, path).to_pylist()]
    found = tuple(
        KeptScore(
            title=title,
            part=row["cohort"],
            **{name: row[name] for name in ("value", "low", "high", "images", "patients")},
        )
        for title, row in main_scores(row for row in rows if row["method"] == OURS)
    )
    scored, described = {one.part for one in found}, set(said.tested_on)
    if scored != described:
        raise PredictionError(
            f"{about}: 'tested_on' describes {', '.join(sorted(described))}; the scores of {OURS} "
            f"are on {', '.join(sorted(scored)) or 'nothing'}. Describe each of these"
        )
    return found


def _check_place(out: Path) -> None:
    if out.exists() and not (out / CARD_FILE).is_file() and any(out.iterdir()):
        raise PredictionError(f"{out}: holds something else than kept weights; name a new folder")


def _check_size(folder: Path, limit: float) -> None:
    size = folder_size(folder) / _MEGABYTE
    if size > limit:
        shutil.rmtree(folder)
        raise PredictionError(
            f"the weights take {size:.1f} MB in half precision; at most {limit:g} MB are kept "
            "(--limit). Train a smaller model.backbone"
        )
