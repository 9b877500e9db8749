"""Bodies from timm, their pretrained weights, and the feature pyramid that stands on one."""

import model.lean_timm  # noqa: F401 - before all that imports timm
