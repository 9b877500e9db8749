"""Stage detector: train RetinaNet on the cohort with boxes."""

import time
from pathlib import Path

import lightning
import torch
from torchvision.ops import box_iou

from command_line.summary import StageSummary, helped
from data_contracts.locking import one_run
from data_contracts.ranks import is_first_process
from model.detector.checkpoint import save_detector
from model.detector.module import DetectorModule
from model.detector.retinanet import Detector
from model.settings import ModelSettings
from model.tensors.apart import open_part
from model.tensors.cohorts import Cohort, CohortError, check_files
from model.tensors.pictures import CachedPictures, Pictures, in_order, shared_in_order, shuffled
from model.training.fingerprint import fingerprint_of, stamps
from model.training.fitting import FitFiles, fit, silence_hints
from model.training.trained_on import trained_on

_FIND = 0.5


@one_run
def detector(*, settings: ModelSettings, out: Path, record: Path | None = None) -> StageSummary:
    """Train the detector, and count how many boxes its candidates find.

    Args:
        settings: cohorts, backbone and training.
        out: folder for the weights and their card.
        record: folder for the record of every epoch.

    Raises:
        CohortError: the cohort is empty, has no boxes, lacks files, or shares patients or pictures
            with one that is held back.
        BackboneError: pretrained weights cannot be used.
    """
    started = time.perf_counter()
    silence_hints()
    cohort = open_part("detector", settings)
    cohort.check_boxes()
    _check_targets(cohort, settings)
    check_files(cohort)
    own = settings.detector
    size, workers = settings.picture.size, settings.hardware.workers
    training = shuffled(
        CachedPictures(cohort.of_split("train"), size), own.batch_size, own.seed, workers
    )
    validation = CachedPictures(cohort.of_split("validate"), size)
    lightning.seed_everything(own.seed, verbose=False)
    network = Detector(settings.backbone, size, cohort.kinds, settings.targets)
    fingerprint = fingerprint_of(
        settings.model_dump(mode="json", include={"picture", "backbone", "detector", "targets"})
        | stamps(settings.cohorts.detector.tables, "images", "boxes")
        | {"images": cohort.assigned}
    )
    files = FitFiles(out.with_name(f".{out.name}.fit"), fingerprint, record, settings.tracking)
    epochs = fit(
        DetectorModule(network, own, len(training), settings.backbone.pace),
        training,
        shared_in_order(validation, own.batch_size, workers),
        settings=own,
        hardware=settings.hardware,
        files=files,
    )
    if not is_first_process():
        return helped("detector", started)
    images = cohort.of_split("train").images
    learnt = trained_on(images, settings.cohorts.detector.tables)
    save_detector(network, settings.backbone, out, learnt)
    files.finish()
    recall = _recall(network, validation, settings)
    return StageSummary(
        stage="detector",
        counts={
            "images": len(images),
            "left_out_shared": cohort.left_out,
            "epochs": epochs,
            "validation_images": len(validation),
            "validation_recall_iou_50": round(recall, 4),
        },
        seconds=time.perf_counter() - started,
        outputs=(out,),
    )


def _check_targets(cohort: Cohort, settings: ModelSettings) -> None:
    unknown = [name for name in settings.targets if name not in cohort.kinds]
    if unknown and len(unknown) == len(settings.targets):
        raise CohortError(
            f"cohort 'detector': no box is labelled {', '.join(unknown)}; its labels are "
            f"{', '.join(cohort.kinds)}. Set model.targets to some of them, or to [] for all"
        )


@torch.inference_mode()
def _recall(network: Detector, pictures: Pictures, settings: ModelSettings) -> float:
    """Share of the reference boxes that any candidate overlaps by IoU 0.5; NaN without boxes."""
    found: list[torch.Tensor] = []
    regions = settings.regions
    for batch in in_order(pictures, settings.detector.batch_size):
        candidates = network.propose(
            network.features(batch.pixels), regions.per_image, regions.overlap
        )
        for own, reference in zip(candidates, batch.boxes, strict=True):
            if len(reference):
                found.append(box_iou(reference[:, :4], own.boxes).amax(dim=1) >= _FIND)
    return float(torch.cat(found).float().mean()) if found else float("nan")
