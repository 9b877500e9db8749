"""The list of all methods, in the order of figures. A new method is a module and a line here.

Methods of installed packages follow those listed here; see `model/registries/outside_methods.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from model.methods.ablations import ABLATIONS
from model.methods.class_maps import CAM, GRAD_CAM, HIDE_AND_SEEK, LAYER_CAM
from model.methods.cross_attention import CROSS_ATTENTION
from model.methods.detector_alone import DETECTOR
from model.methods.lung_zones import LUNG_ZONES
from model.methods.mean_boxes import MEAN_BOXES
from model.methods.method import CrossValidate, Limits, Method, Read, Training
from model.methods.random_boxes import RANDOM
from model.registries.outside import ExtensionError
from model.registries.outside_methods import OUTSIDE_METHODS
from model.registries.registry import resolve
from model.settings import ModelSettings

METHODS: tuple[Method, ...] = (
    CROSS_ATTENTION,
    DETECTOR,
    CAM,
    GRAD_CAM,
    LAYER_CAM,
    HIDE_AND_SEEK,
    *ABLATIONS,
    LUNG_ZONES,
    MEAN_BOXES,
    RANDOM,
)
#: Name of the method that `predict` uses and that the others are compared with.
OURS: Final = CROSS_ATTENTION.name
_OTHER_COLOUR: Final = "#AAAAAA"


def all_methods() -> tuple[Method, ...]:
    """The methods listed here, and those from outside.

    Raises:
        ExtensionError: one from outside cannot be imported, or would take another's place.
    """
    found = list(METHODS)
    for name, reference in OUTSIDE_METHODS.items():
        found.append(_from_outside(name, reference, found))
    return tuple(found)


def trainings(settings: ModelSettings) -> Iterator[Training]:
    """How all weights are trained, each once, but those that settings make equal to others."""
    listed = dict.fromkeys(method.training for method in all_methods() if method.training)
    yield from (training for training in listed if training.differs(settings))


def reads() -> Iterator[Read]:
    """The functions that read images, each once."""
    yield from dict.fromkeys(method.read for method in all_methods())


def cross_validations() -> Iterator[CrossValidate]:
    """The functions that cross-validate, each once."""
    yield from dict.fromkeys(
        method.crossvalidate for method in all_methods() if method.crossvalidate
    )


def limits() -> Iterator[Limits]:
    """The functions that tell what methods' resolution allows, each once."""
    yield from dict.fromkeys(method.limits for method in all_methods() if method.limits)


def drawn_methods() -> list[str]:
    """Names of the methods that have a line of their own in figures, in their order."""
    return [method.name for method in all_methods() if method.colour]


def in_listed_order(names: Iterable[str]) -> list[str]:
    """The names of listed methods in the list's order, then all others by the alphabet."""
    given = set(names)
    listed = [method.name for method in all_methods() if method.name in given]
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
    return next((method for method in all_methods() if method.name == name), None)


def _from_outside(name: str, reference: str, others: Sequence[Method]) -> Method:
    """A method that an installed package has registered, once it is sure to stand by itself."""
    method = resolve(reference)
    where = f"'{reference}', which a package from outside has registered as the method '{name}',"
    if not isinstance(method, Method) or method.name != name:
        shown = repr(method.name) if isinstance(method, Method) else type(method).__name__
        raise ExtensionError(f"{where} is {shown}; expected a model.methods.method.Method '{name}'")
    if name in {other.name for other in others}:
        raise ExtensionError(f"{where} has the name of another method; take another name")
    own = method.training
    for other in (one.training for one in others if one.training and one.training != own):
        if own and (own.name == other.name or own.folder == other.folder):
            raise ExtensionError(
                f"{where} trains weights '{own.name}' in '{own.folder}', as another method does; "
                "take another name and folder"
            )
    return method
