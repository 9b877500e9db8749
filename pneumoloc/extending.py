"""What packages from outside may add: bodies, region sources, losses, methods and readers.

A package names one of its modules in its `pyproject.toml`:

    [project.entry-points."pneumoloc.model"]
    toys = "toys.registration"

and that module says what there is, each as `module:name`, which is imported when it is used:

    from pneumoloc.extending import register_loss

    register_loss("flat", "toys.losses:flat")

Then `model.network.loss` may be `flat`. The module itself is to import nothing heavy.
"""

from model.images.sources.registry import register_image_source
from model.registries.losses import register_loss
from model.registries.outside_bodies import register_body
from model.registries.outside_methods import register_method
from model.registries.region_sources import register_region_source

__all__ = [
    "register_body",
    "register_image_source",
    "register_loss",
    "register_method",
    "register_region_source",
]
