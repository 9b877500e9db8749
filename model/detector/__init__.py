"""Backbone, detector and the candidate regions that they give."""

import model.lean_torchvision  # noqa: F401 - before all that imports torchvision
