"""Who does the tasks: this process, worker processes of this machine, or a Dask cluster."""

import asyncio
import logging
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import forkserver
from queue import Empty, SimpleQueue
from typing import Any, Final, Protocol, TypeVar

from pipeline.extraction.running.lexicon_version import LexiconVersion, in_environment

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_LOOPBACK: Final = "127.0.0.1"
_CONNECT_SECONDS: Final = 10
_RESTART_SECONDS: Final = 20
_CLOSE_SECONDS: Final = 30
# How often a task may take its worker down with it before the run gives up.
_ALLOWED_FAILURES: Final = 3
#: How often workers are looked after while nothing gets done, and how long none may work.
_LOOK_SECONDS: Final = 2.0
_IDLE_SECONDS: Final = 60.0
_MORE_MEMORY: Final = (
    "with more memory for each worker (fewer nlp.workers, or --memory-limit of dask worker) or "
    "with a smaller source.partition_rows"
)
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

    def ask(self, question: Callable[..., _Result], *given: Any) -> dict[str, _Result | Exception]:
        """What `question` returns in each worker, by the worker's name, or what it failed with.

        A worker need not have the module that `question` stands in: it is sent as code, and may
        use what Python itself brings.
        """

    def everywhere(self, task: Callable[[], _Result]) -> list[_Result]:
        """What `task` returns in each process that does tasks."""

    def each(self, task: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
        """What `task` returns for each item, as they finish."""


class InProcess:
    """This process does the tasks, in order; while one writes its files the next may begin."""

    def ask(self, question: Callable[..., _Result], *given: Any) -> dict[str, _Result | Exception]:
        """Nothing: there is no worker but this process."""
        del question, given
        return {}

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
        self._address = str(client.scheduler.address)

    @property
    def scheduler(self) -> str:
        """Address of the cluster's scheduler."""
        return self._address

    def ask(self, question: Callable[..., _Result], *given: Any) -> dict[str, _Result | Exception]:
        """What `question` returns in each worker, by the worker's name."""
        import cloudpickle

        module = sys.modules[question.__module__]
        cloudpickle.register_pickle_by_value(module)
        try:
            with self._telling():
                answers = self._client.run(question, *given, on_error="return")
        finally:
            cloudpickle.unregister_pickle_by_value(module)
        names = {address: worker["name"] for address, worker in self._workers().items()}
        return {
            f"worker '{names.get(address, '?')}' at {address}": answer
            for address, answer in answers.items()
        }

    def everywhere(self, task: Callable[[], _Result]) -> list[_Result]:
        """What `task` returns in each worker.

        Raises:
            WorkersError: a worker ended meanwhile, or the scheduler is gone.
        """
        from distributed.comm.core import CommClosedError

        with self._telling():
            try:
                return list(self._client.run(_in_a_thread, task).values())
            except CommClosedError:
                self._workers()  # the scheduler still answers
        raise WorkersError(
            "a worker ended as it read the lexicon, most likely for want of memory; nothing has "
            f"been written. Run again {_MORE_MEMORY}"
        )

    def each(self, task: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
        """What `task` returns for each item, as they finish.

        Raises:
            WorkersError: a task ended every worker that it was given to, the scheduler is gone, or
                no worker works any more.
        """
        from distributed import KilledWorker

        # Tasks write files, so none may be taken for an earlier one with equal arguments.
        futures = self._client.map(task, items, pure=False)
        done: SimpleQueue[Any] = SimpleQueue()
        for future in futures:
            future.add_done_callback(done.put)
        try:
            for _ in futures:
                with self._telling():
                    finished = self._next(done).result()
                yield finished
        except KilledWorker as error:
            place = [future.key for future in futures].index(error.task)
            raise WorkersError(
                f"{items[place]} ended {_ALLOWED_FAILURES + 1} worker processes, most likely for "
                f"want of memory; what is finished is kept. Run again {_MORE_MEMORY}"
            ) from None
        finally:
            if self._client.status == "running":
                self._client.cancel(futures)

    def _next(self, done: SimpleQueue[Any]) -> Any:
        """The next future that is done; while none is, workers are looked after."""
        idle = 0.0
        while True:
            try:
                return done.get(timeout=_LOOK_SECONDS)
            except Empty:
                workers = self._workers()
            idle = 0.0 if _work(workers) else idle + _LOOK_SECONDS
            if idle >= _IDLE_SECONDS:
                raise WorkersError(_why_idle(self.scheduler, workers))

    def _workers(self) -> dict[str, Any]:
        """What the scheduler knows of each worker, by its address."""
        return dict(self._client.scheduler_info(n_workers=-1)["workers"])

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Say that the scheduler is gone, where that is why something failed."""
        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError

        try:
            yield
        except (FutureCancelledError, OSError) as error:
            lost = isinstance(error, FutureCancelledError | CommClosedError)
            if not lost and self._client.status == "running":
                raise
            raise WorkersError(
                f"the Dask scheduler at '{self._address}' is gone; what is finished is kept. Start "
                "it and its workers again, and give the same command: it goes on where it was"
            ) from None


async def _in_a_thread(task: Callable[[], _Result]) -> _Result:
    """What a task returns; the worker goes on talking with its scheduler meanwhile."""
    return await asyncio.to_thread(task)


def _work(workers: Mapping[str, Any]) -> bool:
    return any(worker["status"] == "running" for worker in workers.values())


def _why_idle(scheduler: str, workers: Mapping[str, Any]) -> str:
    full = [
        f"'{worker['name']}' ({worker['metrics']['memory'] / 2**20:.0f} of "
        f"{worker['memory_limit'] / 2**20:.0f} MiB)"
        for worker in workers.values()
        if worker["status"] == "paused"
    ]
    if full:
        return (
            f"all workers at '{scheduler}' have stopped for want of memory: {', '.join(full)}; "
            f"what is finished is kept. Restart them, and run again {_MORE_MEMORY}"
        )
    return (
        f"no worker is left at '{scheduler}'; what is finished is kept. Start some, and give the "
        "same command: it goes on where it was"
    )


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


@contextmanager
def _local_cluster(count: int) -> Iterator[Any]:
    start_fork_server()
    import dask
    from distributed import LocalCluster

    if _has_fork_server():
        dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})

    cluster = LocalCluster(
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
    try:
        yield cluster
    finally:
        # Dask 2026.7.0 waited for ever where a worker had died as it started. Whatever is left of a
        # cluster ends with this process, as its workers watch it.
        with suppress(TimeoutError):
            cluster.close(timeout=_CLOSE_SECONDS)


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

    It runs no threads of Python's, and those of numpy and Arrow mind a fork, so that forking it is
    safe.
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
