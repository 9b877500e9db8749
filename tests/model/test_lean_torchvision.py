"""Reading images does without torch's compiler; who wants it afterwards has it."""

import subprocess
import sys


def test_torchvision_is_loaded_without_the_compiler_which_can_be_loaded_after() -> None:
    script = """
import sys
import model.prediction.predictor
assert "torch._dynamo" not in sys.modules
import torch
from torchvision.ops import nms, roi_align
boxes = torch.tensor([[0.0, 0.0, 8.0, 8.0]])
assert nms(boxes, torch.ones(1), 0.5).tolist() == [0]
assert roi_align(torch.ones(1, 1, 8, 8), [boxes], 2).sum() == 4
from torchvision.ops.roi_align import is_compile_supported
asked = is_compile_supported("cpu")
import torch._dynamo.utils
assert asked == torch._dynamo.utils.is_compile_supported("cpu")
assert torch._dynamo.utils.__file__
"""
    subprocess.run([sys.executable, "-c", script], check=True)
