"""The job table: no job is lost, none is done by two at once, a poison one ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update

from services.adapters import worker
from services.adapters.queue import Queue, job, scrub
from services.adapters.queue import kinds as kinds_module
from services.adapters.repository.base import now
from services.adapters.repository.tables import jobs
from services.adapters.store import Store, open_store
from services.adapters.worker import do_job, run_worker


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kinds_module, "_KINDS", {})
    yield


def lapse(store: Store) -> None:
    """All leases run out."""
    with store.database.writing() as connection:
        connection.execute(update(jobs).where(jobs.c.state == "running").values(lease_until=now().replace(year=2020)))


def wait_until(done: Any, seconds: float = 20.0) -> None:
    limit = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)


def test_jobs_are_taken_by_priority_then_age_and_once(store: Store) -> None:
    store.queue.enqueue("a", n=1)
    store.queue.enqueue("a", n=2)
    urgent = store.queue.enqueue("a", n=3, priority=1)
    taken = [store.queue.claim("w", ["a"]) for _ in range(4)]
    assert [t.args["n"] if t else None for t in taken] == [3, 1, 2, None]
    assert taken[0] is not None and (taken[0].id, taken[0].attempt) == (urgent, 1)
    assert store.queue.claim("w", ["b"]) is None


def test_a_waiting_job_is_not_written_twice_but_a_running_one_is(store: Store) -> None:
    first = store.queue.enqueue("a", claim_id="x")
    assert store.queue.enqueue("a", claim_id="x") == first
    held = store.queue.claim("w", ["a"])
    assert held is not None
    assert store.queue.enqueue("a", claim_id="x") != first
    assert store.queue.claim("w", ["a"]) is None, "the same work does not run twice at once"
    assert store.queue.complete(held)
    assert store.queue.claim("w", ["a"]) is not None


def test_a_job_asked_for_again_does_not_start_before_its_cause_is_written(store: Store) -> None:
    store.queue.enqueue("a", n=1)
    committed = threading.Event()
    early: list[bool] = []

    def claim_until_there() -> None:
        while store.queue.claim("w", ["a"]) is None:
            time.sleep(0.01)
        early.append(not committed.is_set())

    with ThreadPoolExecutor(1) as pool:
        with store.repository.transaction():
            store.queue.enqueue("a", n=1)
            claiming = pool.submit(claim_until_there)
            time.sleep(0.3)
            committed.set()
        claiming.result(timeout=20)
    assert early == [False]


def test_only_the_attempt_that_holds_a_job_completes_it(store: Store) -> None:
    store.queue.enqueue("a")
    slow = store.queue.claim("slow", ["a"])
    assert slow is not None
    lapse(store)
    assert store.queue.sweep() == []
    wait_until(lambda: _later(store))
    assert not store.queue.beat(slow)
    assert not store.queue.complete(slow)
    assert not store.queue.fail(slow, "x")
    assert store.queue.counts() == {"running": 1}


def _later(store: Store) -> bool:
    held = store.queue.claim("quick", ["a"])
    return held is not None and held.attempt == 2


def test_a_poison_job_is_dead_after_its_attempts_with_the_reason(store: Store) -> None:
    job_id = store.queue.enqueue("a")
    for attempt in (1, 2, 3):
        wait_until(lambda: store.queue.oldest_waiting() is not None)
        held = store.queue.claim("w", ["a"])
        assert held is not None and held.attempt == attempt
        assert store.queue.fail(held, f"broken {attempt}") is (attempt == 3)
    assert store.queue.state(job_id) == ("dead", "broken 3")
    assert store.queue.claim("w", ["a"]) is None


def test_a_job_whose_workers_are_killed_is_dead_in_the_end(store: Store) -> None:
    store.queue.enqueue("a")
    dead: list[Any] = []
    for _ in range(3):
        wait_until(lambda: store.queue.claim("w", ["a"]) is not None)
        lapse(store)
        dead = store.queue.sweep()
    assert [d.name for d in dead] == ["a"]
    assert store.queue.counts() == {"dead": 1}


def test_the_job_of_a_worker_that_is_no_more_need_not_wait_for_its_lease(store: Store) -> None:
    store.queue.enqueue("a")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert store.queue.claim(f"{worker._machine()}:{gone.pid}", ["a"]) is not None
    store.queue.enqueue("b")
    assert store.queue.claim(f"{worker._machine()}:{os.getppid()}", ["b"]) is not None
    store.queue.enqueue("c")
    assert store.queue.claim(f"elsewhere:{gone.pid}", ["c"]) is not None
    assert store.queue.sweep(worker.is_gone) == []
    assert store.queue.counts() == {"queued": 1, "running": 2}


def test_a_failed_job_gives_way_to_the_same_asked_for_meanwhile(store: Store) -> None:
    store.queue.enqueue("a", n=1)
    held = store.queue.claim("w", ["a"])
    assert held is not None
    store.queue.enqueue("a", n=1)
    assert not store.queue.fail(held, "x")
    assert store.queue.counts() == {"done": 1, "queued": 1}


def test_many_workers_share_the_work_without_doubling(store: Store) -> None:
    for n in range(40):
        store.queue.enqueue("a", n=n)

    def work(name: int) -> list[int]:
        done = []
        while (held := store.queue.claim(str(name), ["a"])) is not None:
            done.append(held.args["n"])
            assert store.queue.complete(held)
        return done

    with ThreadPoolExecutor(4) as pool:
        done = [n for part in pool.map(work, range(4)) for n in part]
    assert sorted(done) == list(range(40))


def test_a_worker_does_jobs_survives_bad_ones_and_tells_of_dead_ones(store: Store) -> None:
    done: list[int] = []
    dead: list[tuple[str, int]] = []

    @job("good")
    def good(_store: Store, n: int) -> None:
        done.append(n)

    @job("bad", dead=lambda _store, reason, n: dead.append((reason, n)))
    def bad(_store: Store, n: int) -> None:
        raise ValueError("number 220101199001011234 is bad")

    for n in range(3):
        store.queue.enqueue("good", n=n)
    store.queue.enqueue("bad", n=7)
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(store.settings, stop))
    worker.start()
    try:
        wait_until(lambda: dead and len(done) == 3)
    finally:
        stop.set()
        worker.join()
    assert done == [0, 1, 2]
    assert dead == [("ValueError: number 2201**********1234 is bad", 7)]
    assert store.queue.counts() == {"dead": 1, "done": 3}


def test_a_long_job_keeps_its_lease(store: Store) -> None:
    short = Queue(store.database, lease_seconds=2.0)

    @job("long")
    def long(_store: Store) -> None:
        time.sleep(4.0)

    short.enqueue("long")
    held = short.claim("w", ["long"])
    assert held is not None
    other = open_store(store.settings.model_copy(update={"job_lease_seconds": 2.0}))
    runner = threading.Thread(target=do_job, args=(other, held))
    runner.start()
    while runner.is_alive():
        assert short.sweep() == []
        assert short.claim("x", ["long"]) is None
        time.sleep(0.1)
    other.close()
    assert short.counts() == {"done": 1}


def test_a_name_has_one_module() -> None:
    @job("mine")
    def mine(_store: Store) -> None: ...

    def theirs(_store: Store) -> None: ...

    theirs.__module__ = "elsewhere"
    with pytest.raises(ValueError, match="already"):
        job("mine")(theirs)


def test_a_reason_is_bounded_and_masks_numbers() -> None:
    assert scrub("x22010119900101123xy") == "x2201**********123Xy"
    assert len(scrub("a" * 10_000)) == 2000
