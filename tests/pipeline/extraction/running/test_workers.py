"""Tasks in this process and in worker processes that may die."""

import asyncio
import os
import time
from collections.abc import Iterator
from operator import neg
from queue import SimpleQueue

import pytest
from distributed import LocalCluster

from pipeline.extraction.running.workers import OnCluster, Workers, WorkersError, open_workers


@pytest.fixture(scope="module")
def cluster() -> Iterator[Workers]:
    with open_workers(2) as workers:
        yield workers


def test_one_worker_is_this_process() -> None:
    with open_workers(1) as workers:
        assert workers.everywhere(os.getpid) == [os.getpid()]
        assert list(workers.each(neg, [1, 2, 3])) == [-1, -2, -3]


def test_one_worker_stops_where_a_task_fails() -> None:
    begun: list[int] = []

    def task(item: int) -> int:
        begun.append(item)
        if item == 3:
            raise RuntimeError("of this part")
        time.sleep(0.01)
        return -item

    with open_workers(1) as workers:
        results = workers.each(task, list(range(100)))
        assert [next(results) for _ in range(3)] == [0, -1, -2]
        with pytest.raises(RuntimeError, match="of this part"):
            next(results)
    assert len(begun) < 100


def test_two_workers_are_two_other_processes(cluster: Workers) -> None:
    processes = cluster.everywhere(os.getpid)
    assert len(set(processes)) == 2
    assert os.getpid() not in processes
    assert sorted(cluster.each(neg, [1, 2, 3])) == [-3, -2, -1]


def test_an_existing_scheduler_can_be_used(cluster: Workers) -> None:
    assert isinstance(cluster, OnCluster)
    with open_workers(1, scheduler=cluster.scheduler) as workers:
        assert set(workers.everywhere(os.getpid)) == set(cluster.everywhere(os.getpid))


def test_a_task_that_ends_every_worker_is_told() -> None:
    # Workers of its own: those of the others' would be missing or just starting again.
    with open_workers(2) as workers, pytest.raises(WorkersError, match="want of memory"):
        list(workers.each(os._exit, [1]))


def test_a_cluster_that_does_not_close_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    left: SimpleQueue[LocalCluster] = SimpleQueue()

    async def never(cluster: LocalCluster) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            left.put(cluster)

    with monkeypatch.context() as patched:
        patched.setattr("pipeline.extraction.running.workers._CLOSE_SECONDS", 0.1)
        patched.setattr(LocalCluster, "_close", never)
        with open_workers(2) as workers:
            assert list(workers.each(neg, [1])) == [-1]
    left.get(timeout=30).close()


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.extraction.running.workers._CONNECT_SECONDS", 0.5)
    with (
        pytest.raises(WorkersError, match="no Dask scheduler answers at 'tcp:"),
        open_workers(1, scheduler="tcp://127.0.0.1:1"),
    ):
        pass
