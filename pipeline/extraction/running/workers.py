"""Who does the tasks: this process, worker processes of this machine, or a Dask cluster."""

import logging
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import forkserver
from typing import Any, Final, Protocol, TypeVar

from pipeline.extraction.running.lexicon_version import LexiconVersion, in_environment

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_LOOPBACK: Final = "127.0.0.1"
_CONNECT_SECONDS: Final = 10
_RESTART_SECONDS: Final = 20
# How often a task may take its worker down with it before the run gives up.
_ALLOWED_FAILURES: Final = 3
_DASK: Final = {
    "distributed.scheduler.allowed-failures": _ALLOWED_FAILURES,
    # Dask would look at every worker a hundred times a second, for a page that nobody opens.
    "distributed.worker.profile.enabled": False,
}
_PRELOADED: Final = "pipeline.extraction.running.preloaded"


class WorkersError(ValueError):
    """The workers cannot be reached or do not survive; the message says what to do."""


class Workers(Protocol):
    """Does tasks: picklable functions that return plain data."""

    def everywhere(self, task: Callable[[], _Result]) -> list[_Result]:
        """What `task` returns in each process that does tasks."""

    def each(self, task: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
        """What `task` returns for each item, as they finish."""


class InProcess:
    """This process does the tasks, in order; while one writes its files the next may begin."""

    def everywhere(self, task: Callable[[], _Result]) -> list[_Result]:
        """What `task` returns here."""
        return [task()]

    def each(self, task: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
        """What `task` returns for each item, in their order."""
        with ThreadPoolExecutor(2) as threads:
            futures = [threads.submit(task, item) for item in items]
            try:
                for future in futures:
                    yield future.result()
            finally:
                for future in futures:
                    future.cancel()


class OnCluster:
    """The workers of a Dask cluster do the tasks; that of a worker that dies goes to another."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @property
    def scheduler(self) -> str:
        """Address of the cluster's scheduler."""
        return str(self._client.scheduler.address)

    def everywhere(self, task: Callable[[], _Result]) -> list[_Result]:
        """What `task` returns in each worker."""
        return list(self._client.run(task).values())

    def each(self, task: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
        """What `task` returns for each item, as they finish.

        Raises:
            WorkersError: a task ended every worker that it was given to.
        """
        from distributed import KilledWorker, as_completed

        # Tasks write files, so none may be taken for an earlier one with equal arguments.
        futures = self._client.map(task, items, pure=False)
        try:
            for future in as_completed(futures):
                yield future.result()
        except KilledWorker as error:
            place = [future.key for future in futures].index(error.task)
            raise WorkersError(
                f"{items[place]} ended {_ALLOWED_FAILURES + 1} worker processes, most likely for "
                "want of memory; what is finished is kept. Run again with fewer nlp.workers or "
                "with a smaller source.partition_rows"
            ) from None
        finally:
            self._client.cancel(futures)


@contextmanager
def open_workers(count: int, scheduler: str | None = None) -> Iterator[Workers]:
    """Workers that are there while the context lasts.

    Args:
        count: worker processes on this machine; for 1 this process does the work itself.
        scheduler: address of a running Dask scheduler to use instead; its workers must have this
            release installed and see the same files under the same paths.

    Raises:
        WorkersError: nothing answers at `scheduler`, or it has no workers.
    """
    if scheduler is None and count == 1:
        yield InProcess()
        return
    import dask
    from distributed import Client

    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_DASK))
        if scheduler is None:
            cluster = stack.enter_context(_local_cluster(count))
            client = stack.enter_context(Client(cluster))
            stack.callback(_await_workers, client, count)
        else:
            client = stack.enter_context(_connect(scheduler))
        yield OnCluster(client)


def _local_cluster(count: int) -> Any:
    start_fork_server()
    import dask
    from distributed import LocalCluster

    if _has_fork_server():
        dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})

    return LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        host=_LOOPBACK,
        # The scheduler's HTTP server takes any free port, so that two runs do not meet.
        dashboard_address=f"{_LOOPBACK}:0",
        scheduler_kwargs={"dashboard": False},
        # Dask tells of every restart and retry; what matters reaches the user as an error.
        silence_logs=logging.CRITICAL,
    )


def _await_workers(client: Any, count: int) -> None:
    """Wait until as many workers are there again.

    A cluster whose worker is just being started anew cannot be closed, and the error of that would
    stand in place of the one that says what happened.
    """
    with suppress(TimeoutError):
        client.wait_for_workers(count, timeout=_RESTART_SECONDS)


def start_ahead(rules: LexiconVersion) -> None:
    """Start the process that workers are forked from, which makes itself ready for the rules.

    It does so (`preloaded.py`) while this process does other things, so it is best started before
    anything is imported that takes long.
    """
    with in_environment(rules):
        start_fork_server()


def start_fork_server() -> None:
    """Start the process that workers are forked from, where there is fork and it does not run yet.

    It runs no threads, so that forking it is safe.
    """
    if _has_fork_server():
        multiprocessing.get_context("forkserver").set_forkserver_preload([_PRELOADED])
        forkserver.ensure_running()


def _has_fork_server() -> bool:
    return "forkserver" in multiprocessing.get_all_start_methods()


def _connect(scheduler: str) -> Any:
    from distributed import Client

    try:
        client = Client(scheduler, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError):
        raise WorkersError(
            f"no Dask scheduler answers at '{scheduler}'; expected the address of one, such as "
            "tcp://127.0.0.1:8786"
        ) from None
    if not client.ncores():
        client.close()
        raise WorkersError(f"the Dask scheduler at '{scheduler}' has no workers; start some first")
    return client
