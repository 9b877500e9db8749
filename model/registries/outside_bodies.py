"""Bodies from outside; all others are timm's."""

from typing import Final

from model.registries.registry import Registry

#: Name to `module:name` of the function that makes the body.
OUTSIDE_BODIES: Final = Registry[str]("body from outside", {})


def register_body(name: str, makes: str) -> None:
    """Add a body, which `model.backbone.name` may then be.

    Args:
        name: of the body, none that timm has.
        makes: `module:name` of a function of that name that makes it as timm's own do, such as
            one under `timm.models.register_model`; it is imported when the body is made, and takes
            `features_only`, `out_indices`, `in_chans` and `num_classes`.

    Raises:
        ExtensionError: the name is taken by another body from outside.
    """
    OUTSIDE_BODIES.register(name, makes)
