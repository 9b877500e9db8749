"""Losses of attributes: `model.network.loss`. A new loss is a line here."""

from typing import Final

from model.registries.registry import Registry

_ROOM: Final = "model.network.losses"
#: Name to `module:name` of its function, a `model.network.losses.attributes.AttributeLoss`.
LOSSES: Final = Registry(
    "loss",
    {
        "cross_entropy": f"{_ROOM}.cross_entropy:cross_entropy",
        "asymmetric": f"{_ROOM}.asymmetric:asymmetric",
    },
)


def register_loss(name: str, loss: str) -> None:
    """Add a loss of attributes, which `model.network.loss` may name.

    Args:
        name: as settings have it.
        loss: `module:name` of its function, which is imported when a network is trained; see
            `model.network.losses.attributes.AttributeLoss`.

    Raises:
        ExtensionError: the name is taken.
    """
    LOSSES.register(name, loss)
