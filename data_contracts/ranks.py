"""Which of several processes that do one run together this is, as their launcher tells it."""

import os
from typing import Final

#: Where launchers say so: torchrun, Lightning's own, Slurm's srun, jsrun.
_RANKS: Final = ("RANK", "LOCAL_RANK", "NODE_RANK", "SLURM_PROCID", "JSM_NAMESPACE_RANK")


def is_first_process() -> bool:
    """Whether this process is the only one, or the one that writes and tells for the others."""
    return all(os.environ.get(name, "0") == "0" for name in _RANKS)
