"""Our method with one part taken away, or one put in, to see what the part is worth."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from command_line.summary import StageSummary
from model.methods import cross_attention
from model.methods.method import Method, PartFindings, ReadingInputs, Training, TrainingInputs
from model.settings import ModelSettings

_FOLDER: Final = "ablations"


def _train(update: Mapping[str, Any], inputs: TrainingInputs, out: Path) -> StageSummary:
    own = inputs.settings.network.model_copy(update=update)
    settings = inputs.settings.model_copy(update={"network": own})
    return cross_attention.train(replace(inputs, settings=settings), out)


def _differs(update: Mapping[str, Any], settings: ModelSettings) -> bool:
    """Whether our method has the part that is taken away, or lacks the one that is put in."""
    return any(getattr(settings.network, name) != value for name, value in update.items())


def _read(inputs: ReadingInputs) -> Iterator[PartFindings]:
    """Read with every network in the folder, also with those that a user has put there."""
    for folder in sorted((inputs.models / _FOLDER).glob("*")):
        yield from cross_attention.read_network(folder.name, folder, inputs)


def _ablation(name: str, update: Mapping[str, Any], **shown: Any) -> Method:
    """An ablation.

    Args:
        name: of the method.
        update: settings of the network that differ from those of our method.
        shown: other attributes of the method.
    """
    training = Training(
        name, f"{_FOLDER}/{name}", partial(_train, update), partial(_differs, update)
    )
    return Method(name=name, read=_read, training=training, **shown)


ABLATIONS: Final = (
    _ablation("shuffled_reports", {"reports": "shuffled"}, colour="#56B4E9"),
    _ablation("without_text", {"matching": 0.0, "vectors": "one_hot"}, colour="#7A5195"),
    _ablation("with_objectness", {"objectness": True}),
    _ablation("without_objectness", {"objectness": False}),
    _ablation("without_coordinates", {"coordinates": False}),
    _ablation("without_text_attention", {"text_attention": False}),
    _ablation("without_region_weighting", {"region_weighting": False}),
)
