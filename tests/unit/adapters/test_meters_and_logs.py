"""Figures add up over processes; log lines bear what they are about and no more."""

from __future__ import annotations

import json
import logging
import sys
from datetime import timedelta

import pytest
from prometheus_client import generate_latest

from services.adapters.figures import registry
from services.adapters.logs import JsonLines, PlainLines, about, words_of
from services.adapters.meters import observe
from services.adapters.queue import BATCH, SOON, Lane
from services.adapters.repository.base import now
from services.adapters.store import Store
from tests.factories import id_number


def test_observations_become_a_histogram(store: Store) -> None:
    for seconds in (0.02, 0.02, 7.0, 9999.0):
        observe(store.database, "reader", "photo", seconds)
    store.queue.enqueue("x")
    text = generate_latest(registry(store)).decode()
    assert 'hezheng_reader_seconds_bucket{le="0.05",reader="photo"} 2.0' in text
    assert 'hezheng_reader_seconds_bucket{le="10.0",reader="photo"} 3.0' in text
    assert 'hezheng_reader_seconds_bucket{le="+Inf",reader="photo"} 4.0' in text
    assert 'hezheng_reader_seconds_sum{reader="photo"} 10006.04' in text
    assert 'hezheng_jobs{state="queued"} 1.0' in text and 'hezheng_jobs_due{lane="light"} 1.0' in text


def test_a_log_line_says_which_job_and_claim() -> None:
    record = logging.LogRecord("hezheng.worker", logging.INFO, "f", 1, "done in %d s", (3,), None)
    with about(**words_of("job_1", "verify.claim", 2, {"claim_id": "clm_1", "secret": "x"})):
        line = json.loads(JsonLines().format(record))
    assert (line["message"], line["job_id"], line["job"], line["claim_id"], line["attempt"]) == ("done in 3 s", "job_1", "verify.claim", "clm_1", "2")
    assert "secret" not in line and "claim_id" not in json.loads(JsonLines().format(record))


@pytest.mark.parametrize("lines", [JsonLines(), PlainLines("%(message)s")])
def test_no_citizens_number_leaves_in_a_log_line(lines: logging.Formatter) -> None:
    number = id_number(0)
    try:
        raise KeyError(number)
    except KeyError:
        record = logging.LogRecord("other.library", logging.ERROR, "f", 1, "failed on %s", (number,), sys.exc_info())
    with about(file=f"{number}.jpg"):
        line = lines.format(record)
    assert "KeyError" in line and number not in line and number[:4] in line


def test_lanes_go_before_priorities_and_a_wish_for_more_haste_is_heard(store: Store) -> None:
    store.queue.enqueue("a", n=1, priority=BATCH)
    store.queue.enqueue("a", n=2, lane=Lane.HEAVY)
    store.queue.enqueue("a", n=3)
    waiting = store.queue.enqueue("a", n=4, priority=BATCH)
    assert store.queue.enqueue("a", n=4, priority=SOON) == waiting, "the same job, now that a person waits"
    assert store.queue.claim("w", ["a"], (Lane.BATCH,)).args == {"n": 1}  # type: ignore[union-attr]
    taken = [store.queue.claim("w", ["a"]) for _ in range(4)]
    assert [t.args["n"] if t else None for t in taken] == [4, 3, 2, None]


def test_operators_cancel_retry_list_and_clean(store: Store) -> None:
    first, second = store.queue.enqueue("a", n=1), store.queue.enqueue("a", n=2)
    held = store.queue.claim("w", ["a"])
    assert held is not None and held.id == first
    assert store.queue.cancel(first, "not now") is not None and store.queue.cancel(first, "not now") is None
    assert not store.queue.complete(held), "what a worker did for a cancelled job counts no more"
    assert [(j.id, j.state, j.reason) for j in store.queue.jobs(states=("cancelled",))] == [(first, "cancelled", "not now")]
    assert store.queue.retry(first) and not store.queue.retry(second)
    assert [j.id for j in store.queue.jobs(limit=1)] == [second]
    assert [j.id for j in store.queue.jobs(after=store.queue.jobs(limit=1)[0].cursor)] == [first]
    while (job := store.queue.claim("w", ["a"])) is not None:
        assert store.queue.complete(job)
    assert store.queue.clean(timedelta(days=1)) == 0
    assert store.queue.clean(timedelta(seconds=-1)) == 2 and store.queue.counts() == {}


def test_one_leads_at_a_time(store: Store) -> None:
    assert store.queue.lead("sweeper", "a", 60) and store.queue.lead("sweeper", "a", 60)
    assert not store.queue.lead("sweeper", "b", 60)
    assert store.queue.lead("other", "b", 60)
    assert store.queue.lead("third", "a", -1) and store.queue.lead("third", "b", 60)


def test_workers_that_are_there(store: Store) -> None:
    store.queue.here("m:1", tuple(Lane), now())
    store.queue.here("m:1", tuple(Lane), now())
    assert set(store.queue.workers(timedelta(seconds=30))) == {"m:1"}
    store.queue.leave("m:1")
    assert store.queue.workers(timedelta(seconds=30)) == {}


def test_a_clock_that_was_set_back_holds_nothing_up(store: Store) -> None:
    from sqlalchemy import update

    from services.adapters.repository.tables import jobs

    store.queue.enqueue("a", n=1)
    store.queue.enqueue("b", n=1)
    assert store.queue.claim("w", ["b"]) is not None
    with store.database.writing() as connection:
        later = now() + timedelta(hours=1)
        connection.execute(update(jobs).values(updated_at=later, not_before=later))
        connection.execute(update(jobs).where(jobs.c.state == "running").values(lease_until=later + timedelta(seconds=1)))
    assert store.queue.claim("w", ["a"]) is None
    store.queue.sweep()
    assert store.queue.claim("w", ["a"]) is not None
    (running,) = store.queue.jobs(states=("running",), name="b")
    assert running.not_before <= now() + timedelta(seconds=1)
