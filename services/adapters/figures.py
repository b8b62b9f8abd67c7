"""What `/metrics` tells: the queue, the workers, the claims, and how long things took; counted in the database, for all processes at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import func, select

from services.adapters.batches import tables as b
from services.adapters.meters import histograms
from services.adapters.queue import Lane
from services.adapters.queue.watching import STATES
from services.adapters.repository.base import now
from services.adapters.store import Store

_SEEN_WITHIN = timedelta(seconds=60)
_KEPT_SECONDS = 120.0


class Outcomes:
    """Counts over all claims: kept for a while, since they go through whole tables."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted = -_KEPT_SECONDS
        self._verdicts: dict[str, int] = {}
        self._codes: dict[str, int] = {}

    def get(self, store: Store) -> tuple[dict[str, int], dict[str, int]]:
        """(claims by verdict, claims by finding code)"""
        with self._lock:
            if time.monotonic() - self._counted >= _KEPT_SECONDS:
                with store.database.reading() as connection:
                    verdicts = select(b.verifications.c.verdict, func.count()).group_by(b.verifications.c.verdict)
                    codes = select(b.verification_codes.c.code, func.count()).group_by(b.verification_codes.c.code)
                    self._verdicts = {row[0]: row[1] for row in connection.execute(verdicts)}
                    self._codes = {row[0]: row[1] for row in connection.execute(codes)}
                self._counted = time.monotonic()
            return self._verdicts, self._codes


_outcomes = Outcomes()


class Figures(Collector):
    """Collects at each scrape."""

    def __init__(self, store: Store, outcomes: Outcomes = _outcomes) -> None:
        self._store, self._outcomes = store, outcomes

    def collect(self) -> Iterator[Metric]:
        yield from self._queue()
        claims = GaugeMetricFamily("hezheng_claims", "Claims by status", labels=["status"])
        for status, count in self._store.repository.count_by_status().items():
            claims.add_metric([status], count)
        yield claims
        verdicts, codes = self._outcomes.get(self._store)
        for name, text, counts in (("verdict", "Verified claims by verdict", verdicts), ("code", "Verified claims with a finding, by its code", codes)):
            family = GaugeMetricFamily(f"hezheng_claims_by_{name}", text, labels=[name])
            for label, count in sorted(counts.items()):
                family.add_metric([label], count)
            yield family
        batches = GaugeMetricFamily("hezheng_batches", "Batches by state", labels=["state"])
        with self._store.database.reading() as connection:
            for state, count in connection.execute(select(b.batches.c.state, func.count()).group_by(b.batches.c.state)):
                batches.add_metric([state], count)
        yield batches
        yield from histograms(self._store.database)

    def _queue(self) -> Iterator[Metric]:
        queue = self._store.queue
        counts = queue.counts()
        jobs = GaugeMetricFamily("hezheng_jobs", "Jobs by state", labels=["state"])
        for state in STATES:
            jobs.add_metric([state], counts.get(state, 0))
        yield jobs
        waiting = queue.waiting()
        due = GaugeMetricFamily("hezheng_jobs_due", "Jobs that could be done now, by lane", labels=["lane"])
        by_lane = GaugeMetricFamily("hezheng_lane_age_seconds", "How long the oldest due job of a lane has waited", labels=["lane"])
        ages = {lane: max(0.0, (now() - since).total_seconds()) for lane, (_, since) in waiting.items()}
        for lane in Lane:
            due.add_metric([lane.value], waiting[lane.value][0] if lane.value in waiting else 0)
            by_lane.add_metric([lane.value], ages.get(lane.value, 0.0))
        yield from (due, by_lane)
        yield GaugeMetricFamily("hezheng_queue_age_seconds", "How long the oldest due job has waited", value=max(ages.values(), default=0.0))
        yield GaugeMetricFamily("hezheng_workers", "Workers seen within a minute", value=len(queue.workers(_SEEN_WITHIN)))


def registry(store: Store) -> CollectorRegistry:
    made = CollectorRegistry()
    made.register(Figures(store))
    return made
