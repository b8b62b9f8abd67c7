from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from tests import postgres


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.server() as socket_dir:
        yield socket_dir


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | None]:
    """None: SQLite in the data directory."""
    if request.param == "sqlite":
        yield None
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_socket")) as url:
        yield url


@pytest.fixture
def store(database_url: str | None, tmp_path: Path) -> Iterator[Store]:
    """An empty store, once on SQLite and once on PostgreSQL."""
    opened = open_store(
        Settings(data_dir=tmp_path / "data", database_url=database_url, job_lease_seconds=1.0, job_attempts=3, job_poll_seconds=0.05, job_backoff_seconds=0.01)
    )
    yield opened
    opened.close()
