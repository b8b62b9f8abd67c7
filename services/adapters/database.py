"""The database: SQLite on one machine, PostgreSQL beyond; the same tables, migrations and transactions on both."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

_BUSY_MS = 30_000
_WRITE = "hezheng_write"


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether the SQLite library has the fix of the WAL-reset bug, which can lose committed rows (3.51.3, 3.50.7, 3.44.6)."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


class Database:
    """An engine and its transactions. Calls within `with database.writing():` of one thread or task join that transaction."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._current: ContextVar[Connection | None] = ContextVar("hezheng_connection", default=None)
        self.engine = self._sqlite() if self.sqlite else self._postgresql()

    @property
    def sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the outermost block, or rolled back by an exception."""
        current = self._current.get()
        if current is not None:
            yield current
            return
        with self.engine.connect().execution_options(**{_WRITE: True}) as connection, connection.begin():
            token = self._current.set(connection)
            try:
                yield connection
            finally:
                self._current.reset(token)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with; inside a `writing` block the same, so that one sees one's own writes."""
        current = self._current.get()
        if current is not None:
            yield current
            return
        with self.engine.connect() as connection:
            yield connection

    def ping(self) -> None:
        """Raises sqlalchemy.exc.SQLAlchemyError if the database does not answer."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self.engine.dispose()

    def _sqlite(self) -> Engine:
        if self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.url, connect_args={"timeout": _BUSY_MS / 1000}, hide_parameters=True)

        @event.listens_for(engine, "connect")
        def connected(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # transactions begin where `begun` says, not where the driver guesses
            for pragma in ("journal_mode=WAL" if wal_is_safe() else "journal_mode=DELETE", "synchronous=FULL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begun(connection: Connection) -> None:
            # A transaction that reads first and then writes fails at once when another wrote in between: so take the lock first.
            connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITE) else "BEGIN")

        return engine

    def _postgresql(self) -> Engine:
        return create_engine(self.url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
