"""Workers as processes: they do the jobs, are replaced when they die, and no job is lost with them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.adapters.worker import WorkerPool

MODULES = ("tests.integration.jobs_for_tests",)


@pytest.fixture
def installed(settings: Settings) -> Iterator[Store]:
    changes = {"job_lease_seconds": 1.0, "job_attempts": 2, "job_poll_seconds": 0.05, "job_backoff_seconds": 0.1, "workers": 2}
    store = open_store(settings.model_copy(update=changes))
    yield store
    store.close()


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    folder = tmp_path / "traces"
    folder.mkdir()
    return folder


def wait_until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    limit = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.05)


def runs(traces: Path) -> list[int]:
    return sorted(int(p.name.split(".")[0]) for p in traces.iterdir())


def test_no_job_is_lost_when_workers_are_killed(installed: Store, traces: Path) -> None:
    for n in range(24):
        installed.queue.enqueue("test.trace", folder=str(traces), n=n)
    pool = WorkerPool(installed.settings, MODULES)
    pool.start()
    try:
        for killed in range(2):
            wait_until(lambda so_many=4 * (killed + 1): len(runs(traces)) >= so_many)  # type: ignore[misc]
            os.kill(pool.pids()[0], signal.SIGKILL)
        wait_until(lambda: installed.queue.counts() == {"done": 24})
    finally:
        pool.stop()
    assert sorted(set(runs(traces))) == list(range(24))
    assert len(runs(traces)) <= 26, "a job is done again only where its worker was killed"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_job_that_never_ends_ends_as_dead(installed: Store, traces: Path) -> None:
    job_id = installed.queue.enqueue("test.overtime", folder=str(traces))
    pool = WorkerPool(installed.settings, MODULES)
    pool.start()
    try:
        wait_until(lambda: (installed.queue.state(job_id) or ("",))[0] == "dead")
    finally:
        pool.stop()
    assert len(list(traces.iterdir())) == 2
    assert "silent" in str(installed.queue.state(job_id))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_stopping_lets_the_job_at_hand_end(installed: Store, traces: Path) -> None:
    for n in range(60):
        installed.queue.enqueue("test.trace", folder=str(traces), n=n)
    pool = WorkerPool(installed.settings, MODULES)
    pool.start()
    wait_until(lambda: len(runs(traces)) >= 3)
    pool.stop()
    counts = installed.queue.counts()
    assert set(counts) == {"done", "queued"}
    assert counts["done"] == len(runs(traces))
