"""The detector and the candidate regions that it gives."""

import model.lean_timm  # noqa: F401 - before all that imports torchvision or timm
