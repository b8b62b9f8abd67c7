from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.adapters.sandbox import Sandbox
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store
from services.report import tasks as report_tasks
from services.verify import tasks
from tests import postgres

assert tasks and report_tasks  # they register the jobs


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.server() as socket_dir:
        yield socket_dir


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store: on SQLite, or on what a test names."""
    if getattr(request, "param", "sqlite") == "sqlite":
        opened = open_store(Settings(data_dir=tmp_path / "data", database_url=None))
        yield opened
        opened.close()
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_socket")) as url:
        opened = open_store(Settings(data_dir=tmp_path / "data", database_url=url))
        yield opened
        opened.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Nothing is read in these tests: what is needed is stored."""
    with Sandbox(workers=1) as pool:
        yield pool
