"""What the process that runs are forked from loads beside the text stages."""

from importlib import import_module

import torch

import model.cli  # noqa: F401

IMAGES = ("radiographs", "images", "detector", "regions", "network", "classifier", "predictions",
          "evaluate", "predict")  # fmt: skip

for _name in IMAGES:
    import_module(f"model.stages.{_name}")
torch.set_num_threads(1)
