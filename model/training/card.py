"""Weights as safetensors with a card beside them that says what they belong to."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from data_contracts.placing import placed_folder
from model.training.trained_on import TrainedOn

#: Files of a folder of weights.
WEIGHTS_FILE: Final = "weights.safetensors"
CARD_FILE: Final = "card.json"
#: What `save_weights` writes.
WEIGHT_FILES: Final = (WEIGHTS_FILE, CARD_FILE)
#: Most pixels of a picture's side, and most values of a vector, that a card may tell of.
LARGEST_PICTURE: Final = 4096
WIDEST: Final = 16_384
#: Of what a card says, where another type would only be met later.
_TYPES: Final = {
    "sizes": dict,
    "vocabulary": list,
    "contracts": dict | None,
    "sha256": str | None,
    "pretrained": str | None,
}
#: Changes whenever a network's tensors change their meaning.
FORMAT: Final = 5


class WeightsError(ValueError):
    """Weights are missing, damaged or of something else; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Card:
    """What weights belong to.

    Attributes:
        kind: the network, such as `detector`.
        sizes: arguments that build the network again.
        vocabulary: concept ids in the order of the outputs; empty where there are none.
        contracts: versions, by name, of the tables that it was trained on.
        format: release of the weights' layout.
        trained_on: the images, by cohort; empty of weights that an older release trained.
        pretrained: the weights that training started from, as the settings name them.
        sha256: of the file of weights, in hexadecimal; None of an older release's.
        digest: of the card's own content, likewise.
    """

    kind: str
    sizes: dict[str, Any]
    vocabulary: tuple[str, ...] = ()
    contracts: dict[str, int] | None = None
    format: int = FORMAT
    trained_on: tuple[TrainedOn, ...] = ()
    pretrained: str | None = None
    sha256: str | None = field(default=None, compare=False)
    digest: str | None = field(default=None, compare=False)


def save_weights(network: nn.Module, card: Card, folder: Path) -> None:
    """Put a network's weights and their card into `folder`, both or neither."""
    state = {name: value.detach().cpu().contiguous() for name, value in _state(network).items()}
    write_weights(state, card, folder)


def write_weights(state: Mapping[str, Tensor], card: Card, folder: Path) -> None:
    """Put tensors, by name, and their card into `folder`, both or neither."""
    weights = save(dict(state))
    card = replace(card, sha256=hashlib.sha256(weights).hexdigest())
    content = asdict(card)
    content["digest"] = _digest_of(content)
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    with placed_folder(folder, lambda entry: entry.name in WEIGHT_FILES) as new:
        (new / WEIGHTS_FILE).write_bytes(weights)
        (new / CARD_FILE).write_text(text, encoding="utf-8")


def read_card(folder: Path, kind: str, contracts: Mapping[str, int] | None = None) -> Card:
    """Read what the weights in `folder` belong to.

    Args:
        folder: where `save_weights` put them.
        kind: the network that they must be of.
        contracts: versions of tables that they must have been trained on.

    Raises:
        WeightsError: there is no card, or it is of another kind, format or contract version.
    """
    path = folder / CARD_FILE
    _check_file(path)
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw.get("digest") not in (None, _digest_of(raw)):
            raise ValueError("its content is not what was written")
        for name, kind_of in _TYPES.items():
            if not isinstance(raw.get(name), kind_of):
                raise TypeError(f"{name} is of another type")
        vocabulary = tuple(raw["vocabulary"])
        # Weights that were trained before cards told of it are read as well.
        trained_on = tuple(TrainedOn(**one) for one in raw.get("trained_on", ()))
        if not all(_is_counted(one) for one in trained_on):
            raise TypeError("trained_on counts no images")
        card = Card(**{**raw, "vocabulary": vocabulary, "trained_on": trained_on})
    except FileNotFoundError:
        raise WeightsError(
            f"{path}: no {kind} weights here; train them first, or give the folder that has them"
        ) from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise WeightsError(f"{path}: is no card of weights ({error}); train again") from None
    if (card.kind, card.format) != (kind, FORMAT):
        raise WeightsError(
            f"{path}: weights of a {card.kind}, format {card.format}; expected a {kind}, format "
            f"{FORMAT}; train again with this release"
        )
    for name, version in (contracts or {}).items():
        found = (card.contracts or {}).get(name)
        if found != version:
            raise WeightsError(
                f"{path}: trained on table '{name}' version {found}; this release has version "
                f"{version}; train again"
            )
    return card


def _is_counted(one: Any) -> bool:
    counts = (one.images, one.patients)
    return isinstance(one.cohort, str) and all(type(count) is int for count in counts)


@contextmanager
def built_by_card(folder: Path) -> Iterator[None]:
    """Say whose fault it is where a network cannot be built from what a card says.

    Raises:
        WeightsError: it cannot.
    """
    try:
        yield
    except WeightsError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError) as e:
        said = next(iter(str(e).splitlines()), type(e).__name__)
        raise WeightsError(
            f"{folder / CARD_FILE}: no network can be built from what it says ({said}); take card "
            "and weights from one place, or train again"
        ) from None


def size_in(sizes: Mapping[str, Any], name: str, most: int) -> int:
    """A size that a card tells, at least 1.

    Raises:
        ValueError: it is no whole number, or more than any network of ours has.
    """
    found = sizes[name]
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= most:
        raise ValueError(f"{name} is {found!r}; expected a whole number up to {most:,}")
    return found


def _check_file(path: Path) -> None:
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise WeightsError(f"{path}: is no plain file; take card and weights from one place")


def _digest_of(content: Mapping[str, Any]) -> str:
    """Of all that a card says but this digest."""
    own = {name: value for name, value in content.items() if name != "digest"}
    return hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()


def check_vocabulary(card: Card, concepts: tuple[str, ...], where: Path) -> None:
    """Make sure that weights speak of the same concepts, in the same order, as the tables.

    Raises:
        WeightsError: they do not; the message names the first differences.
    """
    if card.vocabulary == concepts:
        return
    lost = [name for name in card.vocabulary if name not in concepts]
    new = [name for name in concepts if name not in card.vocabulary]
    said = [
        f"{len(names)} {what} ({', '.join(names[:3])})"
        for names, what in ((lost, "are no longer kept"), (new, "are new"))
        if names
    ]
    raise WeightsError(
        f"{where}: the weights' vocabulary differs from the tables': "
        f"{'; '.join(said) or 'another order'}; train again, or take the tables they came from"
    )


def load_weights(network: nn.Module, folder: Path) -> None:
    """Put the weights of `folder` into a network built by its card.

    Raises:
        WeightsError: they are missing, damaged, or do not fit the network.
    """
    path = folder / WEIGHTS_FILE
    state = read_weights(folder)
    own = _state(network)
    wrong = sorted(
        {*own, *state}
        - {name for name in own if name in state and own[name].shape == state[name].shape}
    )
    if wrong:
        raise WeightsError(
            f"{path}: {len(wrong)} tensors do not fit the network, such as {', '.join(wrong[:3])}; "
            "train again with this release"
        )
    network.load_state_dict(state)


def read_weights(folder: Path) -> dict[str, Tensor]:
    """The tensors of `folder` by name, once they are sure to be those that its card was written to.

    Raises:
        WeightsError: they are missing, damaged, or others than the card's.
    """
    path = folder / WEIGHTS_FILE
    _check_file(path)
    try:
        content = path.read_bytes()
        state = load(content)
    except FileNotFoundError:
        raise WeightsError(f"{path}: no weights beside the card; train again") from None
    except (SafetensorError, LookupError) as error:  # of a type that torch does not have, too
        raise WeightsError(f"{path}: is damaged ({error}); train again") from None
    expected = json.loads((folder / CARD_FILE).read_text(encoding="utf-8")).get("sha256")
    found = hashlib.sha256(content).hexdigest()
    if expected is not None and found != expected:
        raise WeightsError(
            f"{path}: has the digest {found[:12]}, and {CARD_FILE} beside it tells of weights with "
            f"{expected[:12]}; copy both from one place, or train again"
        )
    return state


def _state(network: nn.Module) -> dict[str, Tensor]:
    return dict(network.state_dict())
