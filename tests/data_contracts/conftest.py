"""Work that is killed at a moment of one's choice."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable

import pytest

FORK = multiprocessing.get_context("fork")
#: What the interpreter tells of before it does it: the moments at which a kill is tried.
TOUCHES = ("open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree")


@pytest.fixture
def killed_at() -> Callable[[int, Callable[[], None]], bool]:
    """Whether work was killed, in a process of its own, as it touched its files that often."""

    def killed(number: int, work: Callable[[], None]) -> bool:
        def live() -> None:
            left = [number]

            def count(event: str, _: object) -> None:
                if event in TOUCHES:
                    left[0] -= 1
                    if left[0] < 0:
                        os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(count)
            work()
            os._exit(0)

        process = FORK.Process(target=live)
        process.start()
        process.join()
        return process.exitcode == -signal.SIGKILL

    return killed
