"""What was found before attention's own boxes were learnt from; see the stage teach."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from model.methods.cross_attention import read_network
from model.methods.detector_alone import DETECTOR
from model.methods.method import Method, PartFindings, ReadingInputs

_ATTENTION: Final = "before_teaching"
_DETECTOR: Final = "detector_before_teaching"
#: Folder of the regions and weights that teach, below that of those that were taught.
FIRST: Final = "first"


def _read(inputs: ReadingInputs) -> Iterator[PartFindings]:
    first = replace(inputs, models=inputs.models / FIRST)
    network = first.models / "network"
    if not (network / "card.json").is_file():
        return
    yield from read_network(_ATTENTION, network, first)
    for _, part, found in DETECTOR.read(first):
        yield _DETECTOR, part, found


BEFORE_TEACHING: Final = Method(name=_ATTENTION, read=_read)
DETECTOR_BEFORE_TEACHING: Final = Method(name=_DETECTOR, read=_read)
