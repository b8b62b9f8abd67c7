"""What operators and the dispatcher ask of the jobs: figures, lists, retry, cancel, cleaning; leases and workers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from services.adapters.database import Database
from services.adapters.queue.kinds import Job, Lane
from services.adapters.queue.tables import jobs as t
from services.adapters.queue.tables import leases, workers
from services.adapters.repository.base import insert_new, now, upsert

STATES = ("queued", "running", "done", "dead", "cancelled")
_A_TIME = 5000


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as operators see it. `cursor` continues a list after it."""

    id: str
    name: str
    args: dict[str, Any]
    state: str
    lane: str
    attempt: int
    priority: int
    not_before: datetime
    worker: str | None
    reason: str | None
    created_at: datetime
    updated_at: datetime
    cursor: str


class Watching:
    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self) -> dict[str, int]:
        """Jobs by state."""
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(select(t.c.state, func.count()).group_by(t.c.state))}

    def waiting(self) -> dict[str, tuple[int, datetime]]:
        """By lane: how many jobs are due, and since when the oldest of them."""
        due = select(t.c.lane, func.count(), func.min(t.c.not_before)).where(t.c.state == "queued", t.c.not_before <= now()).group_by(t.c.lane)
        with self._database.reading() as connection:
            return {row[0]: (row[1], row[2]) for row in connection.execute(due)}

    def oldest_waiting(self) -> datetime | None:
        """Since when the longest waiting job that is due has been due."""
        with self._database.reading() as connection:
            return connection.execute(select(func.min(t.c.not_before)).where(t.c.state == "queued", t.c.not_before <= now())).scalar()

    def state(self, job_id: str) -> tuple[str, str | None] | None:
        """(one of STATES, reason)"""
        with self._database.reading() as connection:
            row = connection.execute(select(t.c.state, t.c.reason).where(t.c.id == job_id)).one_or_none()
        return None if row is None else (row.state, row.reason)

    def jobs(self, *, states: Sequence[str] = (), name: str | None = None, after: str | None = None, limit: int = 50) -> list[JobRecord]:
        """The newest first, those that follow the cursor."""
        query = select(t).order_by(t.c.seq.desc()).limit(limit)
        if states:
            query = query.where(t.c.state.in_(states))
        if name is not None:
            query = query.where(t.c.name == name)
        if after is not None:
            query = query.where(t.c.seq < int(after))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        kept = JobRecord.__dataclass_fields__.keys() - {"args", "cursor"}
        return [JobRecord(args=json.loads(r.args), cursor=str(r.seq), **{name: getattr(r, name) for name in kept}) for r in rows]

    def retry(self, job_id: str) -> bool:
        """Queue a job that is dead or cancelled for as many attempts as a new one; False: it is neither."""
        with self._database.writing() as connection:
            row = connection.execute(select(t).where(t.c.id == job_id, t.c.state.in_(("dead", "cancelled"))).with_for_update()).one_or_none()
            if row is None:
                return False
            same = select(t.c.id).where(t.c.name == row.name, t.c.args == row.args, t.c.state == "queued")
            values: dict[str, Any] = {"state": "queued", "attempt": 0, "not_before": now(), "reason": None, "hinted_at": None, "updated_at": now()}
            if connection.execute(same).first() is not None:
                values = {"state": "done", "updated_at": now()}  # the same job waits already
            connection.execute(update(t).where(t.c.seq == row.seq).values(**values))
        return True

    def cancel(self, job_id: str, reason: str) -> Job | None:
        """Let a job be; what a worker is doing for it counts no more. The job; None: it was over."""
        with self._database.writing() as connection:
            row = connection.execute(select(t).where(t.c.id == job_id, t.c.state.in_(("queued", "running"))).with_for_update()).one_or_none()
            if row is None:
                return None
            connection.execute(update(t).where(t.c.seq == row.seq).values(state="cancelled", lease_until=None, reason=reason, updated_at=now()))
        return Job(row.id, row.name, json.loads(row.args), row.attempt)

    def clean(self, older_than: timedelta) -> int:
        """Forget jobs that were done or cancelled longer ago, some thousands at a time; how many."""
        old = select(t.c.seq).where(t.c.state.in_(("done", "cancelled")), t.c.updated_at < now() - older_than).limit(_A_TIME)
        with self._database.writing() as connection:
            return connection.execute(delete(t).where(t.c.seq.in_(old.scalar_subquery() if self._database.sqlite else old))).rowcount

    def unhinted(self, *, again_after: timedelta, limit: int = 500) -> list[tuple[str, str]]:
        """(id, lane) of jobs that are due and of which no hint was sent lately; they count as hinted from now on."""
        at = now()
        # A hint of the future was sent before the clock was set back.
        silent = t.c.hinted_at.is_(None) | (t.c.hinted_at < at - again_after) | (t.c.hinted_at > at)
        due = (t.c.state == "queued", t.c.not_before <= at, silent)
        query = select(t.c.seq, t.c.id, t.c.lane).where(*due).order_by(t.c.priority, t.c.seq).limit(limit).with_for_update(skip_locked=True)
        with self._database.writing() as connection:
            rows = connection.execute(query).all()
            if rows:
                connection.execute(update(t).where(t.c.seq.in_([row.seq for row in rows])).values(hinted_at=now()))
        return [(row.id, row.lane) for row in rows]

    def lead(self, name: str, holder: str, seconds: float) -> bool:
        """Whether `holder` is the one to do something for the next seconds; another is only once that lease lapsed."""
        at = now()
        values = {"holder": holder, "until": at + timedelta(seconds=seconds)}
        with self._database.writing() as connection:
            if insert_new(connection, leases, {"name": name, **values}):
                return True
            # A lease far in the future was given before the clock was set back.
            free = (leases.c.holder == holder) | (leases.c.until < at) | (leases.c.until > at + timedelta(seconds=10 * seconds + 60))
            return connection.execute(update(leases).where(leases.c.name == name, free).values(**values)).rowcount > 0

    def here(self, worker: str, lanes: Sequence[Lane], started_at: datetime) -> None:
        """A worker says that it is at work."""
        with self._database.writing() as connection:
            upsert(connection, workers, ("id",), {"id": worker, "lanes": ",".join(lanes), "started_at": started_at, "seen_at": now()})

    def leave(self, worker: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(workers).where(workers.c.id == worker))

    def workers(self, within: timedelta) -> dict[str, datetime]:
        """Workers that were seen lately, and when; those that were not for a day are forgotten."""
        with self._database.writing() as connection:
            connection.execute(delete(workers).where(workers.c.seen_at < now() - timedelta(days=1)))
            return {row.id: row.seen_at for row in connection.execute(select(workers).where(workers.c.seen_at >= now() - within))}
