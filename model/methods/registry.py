"""The list of all methods, in the order of figures. A new method is a module and a line here."""

from collections.abc import Iterable, Iterator
from typing import Final

from model.methods.ablations import ABLATIONS
from model.methods.class_maps import CAM, GRAD_CAM, HIDE_AND_SEEK
from model.methods.cross_attention import CROSS_ATTENTION
from model.methods.detector_alone import DETECTOR
from model.methods.mean_boxes import MEAN_BOXES
from model.methods.method import CrossValidate, Method, Read, Training
from model.methods.random_boxes import RANDOM

METHODS: tuple[Method, ...] = (
    CROSS_ATTENTION,
    DETECTOR,
    CAM,
    GRAD_CAM,
    HIDE_AND_SEEK,
    *ABLATIONS,
    MEAN_BOXES,
    RANDOM,
)
#: Name of the method that `predict` uses and that the others are compared with.
OURS: Final = CROSS_ATTENTION.name
_OTHER_COLOUR: Final = "#AAAAAA"


def trainings() -> Iterator[Training]:
    """How all weights are trained, each once."""
    yield from dict.fromkeys(method.training for method in METHODS if method.training)


def reads() -> Iterator[Read]:
    """The functions that read images, each once."""
    yield from dict.fromkeys(method.read for method in METHODS)


def cross_validations() -> Iterator[CrossValidate]:
    """The functions that cross-validate, each once."""
    yield from dict.fromkeys(method.crossvalidate for method in METHODS if method.crossvalidate)


def drawn_methods() -> list[str]:
    """Names of the methods that have a line of their own in figures, in their order."""
    return [method.name for method in METHODS if method.colour]


def in_listed_order(names: Iterable[str]) -> list[str]:
    """The names of listed methods in the list's order, then all others by the alphabet."""
    given = set(names)
    listed = [method.name for method in METHODS if method.name in given]
    return [*listed, *sorted(given - set(listed))]


def colour_of(name: str) -> str:
    """A method's colour, `#RRGGBB`, the same in every figure; grey where it has none."""
    method = _listed(name)
    return method.colour if method and method.colour else _OTHER_COLOUR


def label_of(name: str) -> str:
    """A method's name as figures show it; of an unlisted one the name with spaces."""
    method = _listed(name)
    return method.shown_name if method else name.replace("_", " ")


def _listed(name: str) -> Method | None:
    """The method of that name; None for weights that a user trained under another one."""
    return next((method for method in METHODS if method.name == name), None)
