"""Worker processes that end with the program that started them, however that ended."""

import ctypes
import os
import signal
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def end_with(parent: int) -> None:
    """Let the system end this process when its parent has gone; Linux alone can.

    Args:
        parent: id of the process that started it.
    """
    call = getattr(ctypes.CDLL(None), "prctl", None)
    if call is None:
        return
    call(_PR_SET_PDEATHSIG, signal.SIGKILL)
    try:
        os.kill(parent, 0)
    except ProcessLookupError:  # it went before the system was asked
        os._exit(1)
