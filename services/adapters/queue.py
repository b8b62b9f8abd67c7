"""The job table: the truth about work to be done. A job is written in the transaction of its cause, held by a worker for a lease,
and completed only by the attempt that holds it; so a killed worker or a restart costs time, never a job.

`@job("name")` registers what a worker does for a name; names and ids are all that the services know of each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.adapters.database import Database
from services.adapters.repository.base import new_id, now
from services.adapters.repository.tables import jobs as t
from services.domain.identity import mask_id_number

NORMAL = 5
SOON = 3
"""A person waits for it."""

_BACKOFF_MOST = 600.0
_ID_NUMBER = re.compile(r"\d{17}[\dXx]")
_REASON_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Job:
    """A job that a worker holds. `attempt` counts from 1."""

    id: str
    name: str
    args: dict[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class JobKind:
    """What is done for a name. `seconds`: the longest it may take. `dead` is told (store, reason, **args) when it is given up."""

    name: str
    run: Callable[..., None]
    seconds: float
    dead: Callable[..., None] | None


_KINDS: dict[str, JobKind] = {}


def job(name: str, *, seconds: float = 3600.0, dead: Callable[..., None] | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function `(store: Store, **args)` for jobs of a name. It must be fit to run twice. Raises ValueError for a name taken."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        known = _KINDS.get(name)
        if known is not None and known.run.__module__ != function.__module__:
            raise ValueError(f"jobs {name!r} are done by {known.run.__module__} already")
        _KINDS[name] = JobKind(name, function, seconds, dead)
        return function

    return register


def job_kinds() -> dict[str, JobKind]:
    return dict(_KINDS)


def scrub(text: str) -> str:
    """A reason fit for operators' eyes: bounded, no citizen's number in full."""
    return _ID_NUMBER.sub(lambda match: mask_id_number(match.group()), text)[:_REASON_CHARACTERS]


class Queue:
    def __init__(self, database: Database, *, lease_seconds: float = 120.0, attempts: int = 5, backoff_seconds: float = 5.0) -> None:
        self._database = database
        self._lease = timedelta(seconds=lease_seconds)
        self._attempts = attempts
        self._backoff = backoff_seconds

    @property
    def lease_seconds(self) -> float:
        return self._lease.total_seconds()

    def enqueue(self, name: str, *, priority: int = NORMAL, delay_seconds: float = 0.0, **args: Any) -> str:
        """Write a job down, in the current transaction if there is one; its id. One that waits already with the same arguments is enough."""
        packed = json.dumps(args, sort_keys=True, ensure_ascii=False)
        at = now()
        values = {"id": new_id("job"), "name": name, "args": packed, "state": "queued", "attempt": 0, "priority": priority}
        values |= {"not_before": at + timedelta(seconds=delay_seconds), "created_at": at, "updated_at": at}
        dialect = sqlite if self._database.sqlite else postgresql
        waiting = select(t.c.id).where(t.c.name == name, t.c.args == packed, t.c.state == "queued")
        with self._database.writing() as connection:
            while True:
                connection.execute(dialect.insert(t).values(**values).on_conflict_do_nothing())
                # Locked, so that no worker takes a job that waited before it can see what this transaction writes.
                found = connection.execute(waiting.with_for_update()).scalar()
                if found is not None:
                    return str(found)

    def claim(self, worker: str, names: list[str]) -> Job | None:
        """Take the next job of these names; None if nothing is due. A job never runs beside another with the same arguments."""
        other = t.alias()
        same_running = exists().where(other.c.state == "running", other.c.name == t.c.name, other.c.args == t.c.args, other.c.lease_until > now())
        due = (
            select(t)
            .where(t.c.state == "queued", t.c.not_before <= now(), t.c.name.in_(names), ~same_running)
            .order_by(t.c.priority, t.c.seq)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._database.writing() as connection:
            row = connection.execute(due).one_or_none()
            if row is None:
                return None
            taken = {"state": "running", "attempt": row.attempt + 1, "lease_until": now() + self._lease, "worker": worker, "updated_at": now()}
            connection.execute(update(t).where(t.c.seq == row.seq).values(**taken))
        return Job(row.id, row.name, json.loads(row.args), row.attempt + 1)

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
            silent = [row for row in connection.execute(running).all() if row.lease_until < now() or gone(row.worker or "")]
            dead = [row for row in silent if self._again(connection, row, "the worker fell silent (killed, or out of memory)")]
        return [Job(row.id, row.name, json.loads(row.args), row.attempt) for row in dead]

    def counts(self) -> dict[str, int]:
        """Jobs by state."""
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(select(t.c.state, func.count()).group_by(t.c.state))}

    def oldest_waiting(self) -> datetime | None:
        """Since when the longest waiting job that is due has been due."""
        with self._database.reading() as connection:
            return connection.execute(select(func.min(t.c.not_before)).where(t.c.state == "queued", t.c.not_before <= now())).scalar()

    def state(self, job_id: str) -> tuple[str, str | None] | None:
        """(queued | running | done | dead, reason)"""
        with self._database.reading() as connection:
            row = connection.execute(select(t.c.state, t.c.reason).where(t.c.id == job_id)).one_or_none()
        return None if row is None else (row.state, row.reason)

    # --- below: how it is done ---

    def _held(self, held: Job) -> tuple[ColumnElement[bool], ...]:
        return (t.c.id == held.id, t.c.state == "running", t.c.attempt == held.attempt)

    def _finish(self, held: Job, **values: Any) -> bool:
        with self._database.writing() as connection:
            return bool(connection.execute(update(t).where(*self._held(held)).values(updated_at=now(), **values)).rowcount)

    def _again(self, connection: Connection, row: Row[Any], reason: str) -> bool:
        """Queue a job for its next attempt, or give it up; whether it is dead."""
        values: dict[str, Any] = {"lease_until": None, "reason": reason, "updated_at": now()}
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
