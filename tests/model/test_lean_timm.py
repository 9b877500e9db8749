"""Bodies are made without torch's compiler; who wants it afterwards has it."""

import subprocess
import sys


def test_timm_is_loaded_without_the_compiler_which_can_be_loaded_after() -> None:
    script = """
import sys
import model.backbone.pyramid
assert "timm" in sys.modules
assert "torch._dynamo" not in sys.modules
import torch
assert torch.compiler.disable.__module__ == "torch.compiler"
twice = torch.compiler.disable(lambda x: 2 * x)
assert twice(3) == 6
assert "torch._dynamo" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
