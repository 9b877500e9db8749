"""Stage predictions: what every method finds on the images that are to be scored."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from data_contracts.progress import progress_bar
from data_contracts.summary import StageSummary
from model.baselines.classifier import load_classifier
from model.baselines.maps import class_activation, gradient_activation
from model.baselines.reading import (
    MakeMap,
    best_share,
    findings_at_random,
    findings_of_detector,
    findings_of_map,
    map_images,
)
from model.network.checkpoint import load_network
from model.reading.findings import Findings
from model.reading.reader import RegionReader
from model.reading.severity import load_severity
from model.reading.tables import write_findings
from model.settings import ModelSettings
from model.tensors.cohorts import Cohort, open_cohort
from model.tensors.pictures import Pictures
from model.tensors.region_rows import images_with_regions
from model.tensors.scored import PARTS, scored_cohorts

#: Folder of networks trained otherwise, to see what each part of the method is worth.
ABLATIONS: Final = "ablations"
_SAMPLE: Final = 24
#: Maps that are read off each classifier, by its folder.
_MAPS: Final[dict[str, dict[str, MakeMap]]] = {
    "classifier": {"cam": class_activation, "grad_cam": gradient_activation},
    "hide_and_seek": {"hide_and_seek": class_activation},
}

Found = Iterator[tuple[str, str, list[Findings]]]


def predictions(*, settings: ModelSettings, models: Path, out: Path) -> StageSummary:
    """Write what each method finds to `out/METHOD/PART/`.

    Args:
        settings: cohorts, and what is asked for.
        models: folder of the regions and of the trained networks; those that are there are used.
        out: folder to write to.

    Raises:
        WeightsError: there is no trained network, or one is of another release.
        CohortError: a cohort is empty, or regions are of other images.
    """
    started = time.perf_counter()
    cohorts = scored_cohorts(settings)
    methods: set[str] = set()
    with progress_bar("methods") as progress:
        bar = progress.add_task("predictions", total=None)
        for method, part, found in _all(settings, models, cohorts):
            write_findings(method, found, out / method / part)
            methods.add(method)
            progress.advance(bar)
    counts: dict[str, int | float] = {
        f"images_{part}": len(cohort.images) for part, cohort in cohorts.items()
    }
    counts["methods"] = len(methods)
    return StageSummary("predictions", counts, time.perf_counter() - started, (out,))


def _all(settings: ModelSettings, models: Path, cohorts: dict[str, Cohort]) -> Found:
    yield from _by_network("cross_attention", settings, models / "network", models, cohorts)
    for folder in sorted((models / ABLATIONS).glob("*")):
        yield from _by_network(folder.name, settings, folder, models, cohorts)
    for part, cohort in cohorts.items():
        images = images_with_regions(models / "regions" / f"{part}.parquet", cohort)
        yield "detector", part, [findings_of_detector(image) for image in images]
    for folder_name, mappings in _MAPS.items():
        if (models / folder_name).is_dir():
            yield from _by_maps(mappings, settings, models / folder_name, cohorts)
    sizes_from = open_cohort("detector", settings.cohorts.detector, settings.targets)
    for part, cohort in cohorts.items():
        found = findings_at_random(cohort, sizes_from.of_split("train"), settings.evaluation.seed)
        yield "random", part, list(found)


def _by_network(
    method: str, settings: ModelSettings, folder: Path, models: Path, cohorts: dict[str, Cohort]
) -> Found:
    has_head = (folder / "severity").is_dir()
    head = load_severity(folder / "severity") if has_head else None
    reader = RegionReader(load_network(folder), settings.queries, head)
    for part, cohort in cohorts.items():
        images = list(images_with_regions(models / "regions" / f"{part}.parquet", cohort))
        # Maps of single concepts are there to be looked at; a sample is enough.
        shown = reader.read(images[:_SAMPLE], reader.trained.concepts)
        yield method, part, [*shown, *reader.read(images[_SAMPLE:])]


def _by_maps(
    mappings: Mapping[str, MakeMap],
    settings: ModelSettings,
    folder: Path,
    cohorts: dict[str, Cohort],
) -> Found:
    trained = load_classifier(folder)
    shares: dict[str, float] = {}
    for part, cohort in cohorts.items():
        pictures = Pictures(cohort, settings.picture.size)
        mapped = list(map_images(trained, mappings, settings.queries, pictures, settings.hardware))
        for method in mappings:
            own = [of_image[method] for of_image in mapped]
            if part == PARTS[0]:
                shares[method] = best_share(own, pictures)
            yield method, part, [findings_of_map(one, pictures, shares[method]) for one in own]
