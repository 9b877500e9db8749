"""Stage crossvalidate: what weights are worth on other images, patients kept apart in folds."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import lightning
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch

from data_contracts.predictions import SCORES
from data_contracts.storage import write_table
from data_contracts.summary import StageSummary
from model.baselines.classifier import load_classifier
from model.baselines.maps import class_activation, gradient_activation
from model.baselines.reading import (
    Mapped,
    best_share,
    findings_at_random,
    findings_of_detector,
    findings_of_map,
    image_boxes,
    map_images,
)
from model.detector.candidates import CandidateFinder
from model.detector.keeping import load_detector
from model.detector.retinanet import Detector
from model.figures.severity_scatter import draw_severity
from model.figures.style import save
from model.images.pixels import read_pixels
from model.label_tables import LabelTables, read_label_tables
from model.network.keeping import TrainedNetwork, load_network
from model.network.learning import NetworkLearning
from model.network.network import LocalizationNetwork
from model.reading.findings import Findings
from model.reading.reader import RegionReader
from model.reading.severity import FEWEST, SeverityHead, fit_severity
from model.scoring.bootstrap import draw_patients
from model.scoring.calibration import best_threshold
from model.scoring.scorecard import ScoredImage, score_boxes, score_severity
from model.scoring.summary_table import score_row, summary_table
from model.settings import CohortSettings, ModelSettings
from model.stages.regions import write_regions
from model.tensors.attributes import attributes_of, rows_of
from model.tensors.cohorts import Cohort, CohortImage, open_cohort, severity_of
from model.tensors.label_values import label_values
from model.tensors.pictures import Pictures
from model.tensors.region_rows import ImageRegions, images_with_regions
from model.tensors.region_stream import RegionStream
from model.training.card import WeightsError
from model.training.fingerprint import fingerprint_of, weights_stamp
from model.training.fitting import fit, quieten

#: From which weights the method starts, by name of its rows.
PHANTOM: Final = "cross_attention"
AS_IS: Final = "cross_attention_as_is"
NONE: Final = "cross_attention_from_none"
_LUNGS: Final = ("Left Lung", "Right Lung")
_MAPS: Final = {"cam": class_activation, "grad_cam": gradient_activation}
_SUBJECTS: Final = ("geographic_extent", "opacity")
_HELD_BACK: Final = 8


class Fold(NamedTuple):
    """Images by id: to learn from, to stop the training by, and to score on."""

    number: int
    taught: frozenset[str]
    held_back: frozenset[str]
    scored: frozenset[str]


def crossvalidate(
    *,
    settings: ModelSettings,
    images: CohortSettings,
    targets: Sequence[str],
    tables: Path,
    models: Path,
    out: Path,
    folds: int = 5,
) -> StageSummary:
    """Score methods on images that no weight of theirs, and no threshold, has seen.

    Patients are dealt into folds. What learns from these images, their notes, their scores and,
    for thresholds, their boxes, learns from the other folds' patients.

    Args:
        settings: of regions, network and scores.
        images: the cohort.
        targets: labels of the boxes to find.
        tables: folder of the label tables of its notes.
        models: folder of a trained detector, network and classifier, here the phantoms'.
        out: folder for `scores.parquet`, `scores.md` and `severity.png`.
        folds: how many.

    Raises:
        CohortError: no image has a labelled note, or files are missing.
        WeightsError: `models` lacks something.
    """
    started = time.perf_counter()
    quieten()
    cohort = open_cohort("localization", images, targets)
    notes = read_label_tables(tables)
    severity = severity_of(images)
    dealt = list(deal(cohort, severity, folds, settings.evaluation.seed))
    found: dict[str, dict[str, Findings]] = {}
    for name, part in _methods(settings, cohort, notes, severity, dealt, tables, models, out):
        found.setdefault(name, {}).update({one.image_id: one for one in part})
    scored = {name: _scored(cohort, own, severity) for name, own in found.items()}
    for name, given in _severities(images, severity, dealt).items():
        scored[name] = _scored(cohort, given, severity)
    rows = [row for name, own in scored.items() for row in _rows(name, own, settings)]
    out.mkdir(parents=True, exist_ok=True)
    write_table(SCORES, pa.Table.from_pylist(rows, SCORES.schema()), out / "scores.parquet")
    (out / "scores.md").write_text(summary_table(rows), encoding="utf-8")
    figure = save(draw_severity(scored[PHANTOM]), out / "severity.png")
    return StageSummary(
        stage="crossvalidate",
        counts={
            "images": len(cohort.images),
            "patients": len({image.subject_id for image in cohort.images}),
            "images_with_boxes": len(cohort.boxes),
            "images_scored": len(severity),
            "folds": folds,
        },
        seconds=time.perf_counter() - started,
        outputs=(out / "scores.parquet", out / "scores.md", figure),
    )


def deal(cohort: Cohort, severity: Mapping[str, Any], folds: int, seed: int) -> Iterator[Fold]:
    """Patients dealt into folds, those whose images have boxes or scores as evenly as the rest.

    Args:
        cohort: the images.
        severity: scored images by id.
        folds: how many.
        seed: of the dealing.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    names = np.array([image.image_id for image in cohort.images])
    patients = np.array([image.subject_id for image in cohort.images])
    strata = [2 * (name in cohort.boxes) + (name in severity) for name in names]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for number, (rest, scored) in enumerate(splitter.split(names, strata, patients)):
        order = np.random.default_rng((seed, number)).permutation(np.unique(patients[rest]))
        apart = set(order[: max(len(order) // _HELD_BACK, 1)].tolist())
        held_back = [row for row in rest if patients[row] in apart]
        taught = [row for row in rest if patients[row] not in apart]
        yield Fold(
            number,
            frozenset(names[taught].tolist()),
            frozenset(names[held_back].tolist()),
            frozenset(names[scored].tolist()),
        )


_Named = Iterator[tuple[str, list[Findings]]]


def _methods(
    settings: ModelSettings,
    cohort: Cohort,
    notes: LabelTables,
    severity: Mapping[str, tuple[float, float]],
    dealt: Sequence[Fold],
    tables: Path,
    models: Path,
    out: Path,
) -> _Named:
    """Every method's findings on each fold's scored images, boxes below its threshold left out."""
    detector = load_detector(models / "detector")
    stamp = weights_stamp(models / "detector")
    regions = _regions(detector, settings, cohort, out / "regions.parquet", stamp)
    trained = load_network(models / "network")
    _check_columns(trained, notes, tables)
    known = replace(notes, concepts=trained.concepts, vectors=trained.network.vectors.numpy())
    for fold in dealt:
        head = _head(trained, settings, regions, severity, fold)
        reader = RegionReader(trained, settings.queries, head)
        yield AS_IS, _kept(list(reader.read(regions)), cohort, fold)
        fine = _taught(settings, cohort, known, trained, out / "regions.parquet", fold, out)
        head = _head(fine, settings, regions, severity, fold)
        reader = RegionReader(fine, settings.queries, head)
        yield PHANTOM, _kept(list(reader.read(regions)), cohort, fold)
        yield "detector", _kept([findings_of_detector(one) for one in regions], cohort, fold)
    yield from _from_none(settings, cohort, notes, severity, dealt, out)
    yield from _maps(settings, cohort, dealt, models)
    for fold in dealt:
        seed = settings.evaluation.seed
        others = (i for i in cohort.images if i.image_id not in fold.scored)
        rest = cohort.only(others, "in the other folds")
        yield "random", _kept(list(findings_at_random(cohort, rest, seed)), cohort, fold)


def _check_columns(trained: TrainedNetwork, notes: LabelTables, tables: Path) -> None:
    missing = [name for name in trained.concepts if name not in notes.labels.column_names]
    if missing:
        raise WeightsError(
            f"{tables}: labels have no column for {len(missing)} concepts of the weights' "
            f"vocabulary, such as {missing[0]}; label the notes with the lexicon that the weights "
            "were trained with"
        )


def _from_none(
    settings: ModelSettings,
    cohort: Cohort,
    notes: LabelTables,
    severity: Mapping[str, tuple[float, float]],
    dealt: Sequence[Fold],
    out: Path,
) -> _Named:
    """No weights at all: windows of a grid, read by a backbone as it is made, and the notes."""
    grid = settings.model_copy(
        update={"regions": settings.regions.model_copy(update={"source": "grid"})}
    )
    torch.manual_seed(settings.network.seed)
    bare = Detector(settings.backbone, settings.picture.size, ("any",)).eval()
    path = out / "windows.parquet"
    regions = _regions(bare, grid, cohort, path, {})
    labels = attributes_of(notes, settings.attributes)
    rows_of(settings.queries, labels.concepts)
    for fold in dealt:
        fresh = _taught(grid, cohort, labels, None, path, fold, out)
        head = _head(fresh, settings, regions, severity, fold)
        reader = RegionReader(fresh, settings.queries, head)
        yield NONE, _kept(list(reader.read(regions)), cohort, fold)


def _maps(settings: ModelSettings, cohort: Cohort, dealt: Sequence[Fold], models: Path) -> _Named:
    """Maps of the classifier that the phantoms taught."""
    pictures = Pictures(cohort, settings.picture.size)
    classifier = load_classifier(models / "classifier")
    mapped = list(map_images(classifier, _MAPS, settings.queries, pictures, settings.hardware))
    of_method = {name: [each[name] for each in mapped] for name in _MAPS}
    for name, own in of_method.items():
        for fold in dealt:
            share = best_share(_boxed(own, cohort, fold), pictures)
            yield name, _kept([findings_of_map(o, pictures, share) for o in own], cohort, fold)


def _boxed(mapped: Sequence[Mapped], cohort: Cohort, fold: Fold) -> list[Mapped]:
    names = [image.image_id for image in cohort.images]
    return [
        one
        for one in mapped
        if names[one.place] in cohort.boxes and names[one.place] not in fold.scored
    ]


def _regions(
    detector: Detector,
    settings: ModelSettings,
    cohort: Cohort,
    path: Path,
    stamp: Mapping[str, str],
) -> list[ImageRegions]:
    finder = CandidateFinder(detector, settings.regions).eval()
    fingerprint = fingerprint_of(
        {**settings.regions.model_dump(), **stamp, "images": [i.image_id for i in cohort.images]}
    )
    write_regions(finder, cohort, settings, path, fingerprint)
    return list(images_with_regions(path, cohort))


def _taught(
    settings: ModelSettings,
    cohort: Cohort,
    labels: LabelTables,
    start: TrainedNetwork | None,
    regions: Path,
    fold: Fold,
    out: Path,
) -> TrainedNetwork:
    """A network that has learnt from the notes of a fold's other patients."""
    own = settings.network
    lightning.seed_everything(own.seed, verbose=False)
    reports = frozenset(labels.labels["report_id"].to_pylist())
    noted = {i.image_id: p for p, i in enumerate(cohort.images) if i.report_id in reports}
    batch = min(own.batch_size, 32)

    def stream(names: frozenset[str], seed: int | None) -> RegionStream:
        places = {name: place for name, place in noted.items() if name in names}
        return RegionStream(regions, places, batch, seed)

    training = stream(fold.taught, own.seed)
    first = next(iter(training)).regions
    network = LocalizationNetwork(
        torch.nn.functional.normalize(torch.from_numpy(np.array(labels.vectors)), dim=1),
        first.shape[2],
        own.size,
        own.temperature,
        dropout=own.dropout,
        objectness=own.objectness,
    )
    if start is None:
        network.standardise(first.flatten(0, 1))
    else:
        network.load_state_dict(start.network.state_dict())
    values = label_values(cohort, labels)
    learning = own.model_copy(update={"learning_rate": own.learning_rate * (0.3 if start else 1)})
    fit(
        NetworkLearning(network, values, learning, len(training)),
        training,
        stream(fold.held_back, None),
        settings=learning,
        hardware=settings.hardware,
        folder=out / f".fold-{fold.number}.fit",
        fingerprint=fingerprint_of({"start": start is not None, "time": time.time_ns()}),
    )
    return TrainedNetwork(network.eval(), labels.concepts, own.region_weighting)


def _head(
    trained: TrainedNetwork,
    settings: ModelSettings,
    regions: Sequence[ImageRegions],
    severity: Mapping[str, tuple[float, float]],
    fold: Fold,
) -> SeverityHead | None:
    """Severity's head from a fold's other patients; None where too few of them are scored."""
    rest = fold.taught | fold.held_back
    own = [r for r in regions if r.image.image_id in severity and r.image.image_id in rest]
    if len(own) < FEWEST:
        return None
    features = RegionReader(trained, settings.queries, None).severity_features(own)
    return fit_severity(features, torch.tensor([severity[r.image.image_id] for r in own]))


def _kept(found: Sequence[Findings], cohort: Cohort, fold: Fold) -> list[Findings]:
    """A fold's scored images, with the boxes that reach the other folds' best threshold."""
    boxed = [o for o in found if o.image_id in cohort.boxes and o.image_id not in fold.scored]
    least, _ = best_threshold(image_boxes(boxed, cohort))
    return [
        replace(one, boxes=tuple(box for box in one.boxes if box.score >= least))
        for one in found
        if one.image_id in fold.scored
    ]


def _severities(
    images: CohortSettings,
    severity: Mapping[str, tuple[float, float]],
    dealt: Sequence[Fold],
) -> dict[str, dict[str, tuple[float, float]]]:
    """The floor that severity has to leave behind: the mean, and a line on lung intensity."""
    lungs = open_cohort("localization", images, _LUNGS)
    brightness = {
        image.image_id: _brightness(lungs, image)
        for image in lungs.images
        if image.image_id in severity
    }
    found: dict[str, dict[str, tuple[float, float]]] = {"mean_predictor": {}, "lung_intensity": {}}
    for fold in dealt:
        rest = [name for name in brightness if name not in fold.scored]
        x = np.array([brightness[name] for name in rest])
        y = np.array([severity[name] for name in rest])
        lines = [np.polyfit(x, y[:, column], 1) for column in range(y.shape[1])]
        mean = y.mean(axis=0)
        for name in fold.scored & set(brightness):
            extent, opacity = (float(np.polyval(line, brightness[name])) for line in lines)
            found["mean_predictor"][name] = (float(mean[0]), float(mean[1]))
            found["lung_intensity"][name] = (extent, opacity)
    return found


def _brightness(lungs: Cohort, image: CohortImage) -> float:
    """Mean intensity within the lungs' boxes, or of the whole image where they are not known."""
    picture = read_pixels(lungs.path(image))
    boxes = lungs.reference(image).round().astype(int)
    within: npt.NDArray[np.bool_] = np.full(picture.shape, not len(boxes))
    for left, upper, right, lower in boxes:
        within[upper:lower, left:right] = True
    return float(picture[within].mean())


def _scored(
    cohort: Cohort,
    found: Mapping[str, Findings | tuple[float, float]],
    severity: Mapping[str, tuple[float, float]],
) -> list[ScoredImage]:
    images = [image for image in cohort.images if image.image_id in found]
    return [_scored_image(cohort, image, found[image.image_id], severity) for image in images]


def _scored_image(
    cohort: Cohort,
    image: CohortImage,
    found: Findings | tuple[float, float],
    severity: Mapping[str, tuple[float, float]],
) -> ScoredImage:
    reference = dict(zip(_SUBJECTS, severity.get(image.image_id, ()), strict=False))
    if isinstance(found, tuple):
        nothing = Findings(image.image_id, (), {}, np.zeros((32, 32), np.float32), None, None, {})
        (boxes,) = image_boxes([nothing], cohort)
        given = dict(zip(_SUBJECTS, found, strict=True))
        return ScoredImage(
            boxes, image.width, image.height, severity=given, reference_severity=reference
        )
    (boxes,) = image_boxes([found], cohort)
    own = found.severity
    return ScoredImage(
        boxes,
        image.width,
        image.height,
        found.point,
        found.evidence,
        severity={name: getattr(own, name) for name in _SUBJECTS} if own else {},
        reference_severity=reference,
    )


def _rows(name: str, images: Iterable[ScoredImage], settings: ModelSettings) -> Iterator[Any]:
    """Localization on the images whose boxes are known, severity on those that are scored."""
    evaluation = settings.evaluation
    scored = [image for image in images if image.reference_severity and image.severity]
    boxed = [image for image in images if len(image.boxes.reference) and image.evidence is not None]
    for part, own in (("localization", boxed), ("severity", scored)):
        if not own:
            continue
        patients = [image.boxes.subject_id for image in own]
        draws = draw_patients(patients, evaluation.draws, evaluation.seed)
        scores = (
            score_boxes(own, 0.0, draws) if part == "localization" else (score_severity(own, draws))
        )
        for score in scores:
            yield score_row(name, part, settings.network.seed, score, len(set(patients)))
