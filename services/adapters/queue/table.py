"""Jobs written, taken, kept and finished."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.adapters.database import Database
from services.adapters.queue.kinds import NORMAL, Job, Lane, lane_of, scrub
from services.adapters.queue.tables import jobs as t
from services.adapters.queue.watching import Watching
from services.adapters.repository.base import new_id, now

_BACKOFF_MOST = 600.0
_SILENT = "the worker fell silent (killed, or out of memory)"
_CLOCK_SLACK = timedelta(seconds=60)


class Queue(Watching):
    """The jobs of an installation. What operators ask of it is in `Watching`."""

    def __init__(self, database: Database, *, lease_seconds: float = 120.0, attempts: int = 5, backoff_seconds: float = 5.0) -> None:
        super().__init__(database)
        self._lease = timedelta(seconds=lease_seconds)
        self._attempts = attempts
        self._backoff = backoff_seconds

    @property
    def lease_seconds(self) -> float:
        return self._lease.total_seconds()

    def enqueue(self, name: str, *, priority: int = NORMAL, delay_seconds: float = 0.0, lane: Lane | None = None, **args: Any) -> str:
        """Write a job down, in the current transaction if there is one; its id. One that waits already with the same arguments is enough."""
        values = self._written(name, args, priority, lane, delay_seconds)
        waiting = select(t.c.id, t.c.priority).where(t.c.name == name, t.c.args == values["args"], t.c.state == "queued")
        with self._database.writing() as connection:
            while True:
                connection.execute(self._insert().values(**values).on_conflict_do_nothing())
                # Locked, so that no worker takes a job that waited before it can see what this transaction writes.
                found = connection.execute(waiting.with_for_update()).one_or_none()
                if found is None:
                    continue
                if found.priority > priority:
                    connection.execute(update(t).where(t.c.id == found.id).values(priority=priority, lane=values["lane"], hinted_at=None))
                return str(found.id)

    def enqueue_many(self, name: str, many: Sequence[dict[str, Any]], *, priority: int = NORMAL, lane: Lane | None = None) -> None:
        """Write down a job for each of the arguments, all of them or none; those that wait already are enough."""
        if many:
            with self._database.writing() as connection:
                connection.execute(self._insert().on_conflict_do_nothing(), [self._written(name, args, priority, lane, 0.0) for args in many])

    def claim(self, worker: str, names: list[str], lanes: Sequence[Lane] = tuple(Lane)) -> Job | None:
        """Take the next job of these names, lane by lane; None if nothing is due. A job never runs beside another with the same arguments."""
        with self._database.writing() as connection:
            for lane in lanes:
                row = connection.execute(self._due(names).where(t.c.lane == lane.value).order_by(t.c.priority, t.c.seq)).one_or_none()
                if row is not None:
                    return self._take(connection, row, worker)
        return None

    def claim_one(self, worker: str, job_id: str, names: list[str]) -> Job | None:
        """Take this job; None: it is not due, done, or somebody else has it."""
        with self._database.writing() as connection:
            row = connection.execute(self._due(names).where(t.c.id == job_id)).one_or_none()
            return None if row is None else self._take(connection, row, worker)

    def beat(self, held: Job) -> bool:
        """Lengthen the lease; False: the job is no longer this attempt's."""
        return self._finish(held, lease_until=now() + self._lease)

    def complete(self, held: Job) -> bool:
        """Done; False: the job was given to another attempt meanwhile."""
        return self._finish(held, state="done", lease_until=None, reason=None)

    def fail(self, held: Job, reason: str) -> bool:
        """The attempt failed: the job waits for its next one, or is dead after the last. True: it is dead now."""
        with self._database.writing() as connection:
            row = connection.execute(select(t).where(*self._held(held)).with_for_update()).one_or_none()
            return row is not None and self._again(connection, row, scrub(reason))

    def sweep(self, gone: Callable[[str], bool] = lambda _worker: False) -> list[Job]:
        """Take back jobs whose worker fell silent, or of which `gone` knows that it is no more; those that are dead with it."""
        running = select(t).where(t.c.state == "running").with_for_update(skip_locked=True)
        with self._database.writing() as connection:
            self._mend_clock(connection)
            silent = [row for row in connection.execute(running).all() if row.lease_until < now() or gone(row.worker or "")]
            dead = [row for row in silent if self._again(connection, row, _SILENT)]
        return [Job(row.id, row.name, json.loads(row.args), row.attempt) for row in dead]

    # --- below: how it is done ---

    def _insert(self) -> Any:
        return (sqlite if self._database.sqlite else postgresql).insert(t)

    def _written(self, name: str, args: dict[str, Any], priority: int, lane: Lane | None, delay_seconds: float) -> dict[str, Any]:
        at = now()
        values = {"id": new_id("job"), "name": name, "args": json.dumps(args, sort_keys=True, ensure_ascii=False), "state": "queued", "attempt": 0}
        values |= {"priority": priority, "lane": (lane or lane_of(priority)).value, "not_before": at + timedelta(seconds=delay_seconds)}
        return values | {"created_at": at, "updated_at": at}

    def _due(self, names: list[str]) -> Select[Any]:
        other = t.alias()
        same_running = exists().where(other.c.state == "running", other.c.name == t.c.name, other.c.args == t.c.args, other.c.lease_until > now())
        # The state stands in the statement itself: a plan made for any state could not use the index of those that wait.
        waiting = t.c.state == bindparam("waiting", "queued", literal_execute=True)
        due = select(t).where(waiting, t.c.not_before <= now(), t.c.name.in_(names), ~same_running)
        return due.limit(1).with_for_update(skip_locked=True)

    def _take(self, connection: Connection, row: Row[Any], worker: str) -> Job:
        taken = {"state": "running", "attempt": row.attempt + 1, "lease_until": now() + self._lease, "worker": worker, "updated_at": now()}
        connection.execute(update(t).where(t.c.seq == row.seq).values(**taken))
        return Job(row.id, row.name, json.loads(row.args), row.attempt + 1)

    def _held(self, held: Job) -> tuple[ColumnElement[bool], ...]:
        return (t.c.id == held.id, t.c.state == "running", t.c.attempt == held.attempt)

    def _finish(self, held: Job, **values: Any) -> bool:
        with self._database.writing() as connection:
            return bool(connection.execute(update(t).where(*self._held(held)).values(updated_at=now(), **values)).rowcount)

    def _again(self, connection: Connection, row: Row[Any], reason: str) -> bool:
        """Queue a job for its next attempt, or give it up; whether it is dead."""
        values: dict[str, Any] = {"lease_until": None, "reason": reason, "updated_at": now(), "hinted_at": None}
        dead = bool(row.attempt >= self._attempts)
        waiting = and_(t.c.name == row.name, t.c.args == row.args, t.c.state == "queued")
        if dead:
            values["state"] = "dead"
        elif connection.execute(select(t.c.id).where(waiting)).first() is not None:
            values["state"] = "done"  # the same job was asked for again meanwhile: that one does the work
        else:
            wait = min(self._backoff * 2 ** (row.attempt - 1), _BACKOFF_MOST)
            values |= {"state": "queued", "not_before": now() + timedelta(seconds=wait)}
        connection.execute(update(t).where(t.c.seq == row.seq).values(**values))
        return dead

    def _mend_clock(self, connection: Connection) -> None:
        """Rows written in the future show that the clock was set back: their times are moved with it, or they would wait for it to catch up."""
        ahead = select(t.c.seq, t.c.updated_at, t.c.not_before, t.c.lease_until).where(
            t.c.state.in_(("queued", "running")), t.c.updated_at > now() + _CLOCK_SLACK
        )
        for row in connection.execute(ahead).all():
            by: timedelta = row.updated_at - now()
            lease: datetime | None = row.lease_until
            moved = {"updated_at": now(), "not_before": row.not_before - by, "lease_until": None if lease is None else lease - by}
            connection.execute(update(t).where(t.c.seq == row.seq).values(**moved))
