from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from services.adapters.settings import Settings
from services.adapters.store import Store
from services.ingest.app import create_app
from services.report.pages import pages_router
from tests import postgres

KEY = "test-key-with-enough-characters"


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.server() as socket_dir:
        yield socket_dir


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """None: SQLite in the data directory."""
    if request.param == "sqlite":
        yield None
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_socket")) as url:
        yield url


@pytest.fixture
def settings(database_url: str | None, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=database_url, api_key=KEY, max_upload_bytes=3_000_000, max_body_bytes=1_000_000)


@pytest.fixture
def anonymous(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, [pages_router()]), raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.fixture
def client(anonymous: TestClient) -> TestClient:
    anonymous.headers["Authorization"] = f"Bearer {KEY}"
    return anonymous


@pytest.fixture
def store(client: TestClient) -> Store:
    """The store behind the client."""
    opened: Store = client.app.state.store  # type: ignore[attr-defined]
    return opened
