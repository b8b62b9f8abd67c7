"""An installation's store, opened: database brought up to date, vault, repository, blobs, queue."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError

from services.adapters.blobs import Blobs
from services.adapters.database import Database
from services.adapters.media_index import MediaIndex
from services.adapters.migrate import migrate
from services.adapters.queue import Queue
from services.adapters.repository import Repository
from services.adapters.settings import Settings
from services.adapters.vault import Vault, open_vault

log = logging.getLogger("hezheng.store")


@dataclass(frozen=True, slots=True)
class Store:
    settings: Settings
    database: Database
    repository: Repository
    blobs: Blobs
    queue: Queue
    vault: Vault
    media_index: MediaIndex

    def close(self) -> None:
        self.database.close()


def open_store(settings: Settings) -> Store:
    """Open (and where needed create and migrate) the store. Raises VaultError, OSError, sqlalchemy.exc.SQLAlchemyError."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = settings.key.get_secret_value() if settings.key else None
    vault = open_vault(key, settings.data_dir / "key")
    database = Database(settings.sql_url())
    migrate(database)
    queue = Queue(database, lease_seconds=settings.job_lease_seconds, attempts=settings.job_attempts, backoff_seconds=settings.job_backoff_seconds)
    repository = Repository(database, vault)
    media_index = MediaIndex(repository, settings.data_dir / "media_index")
    return Store(settings, database, repository, open_blobs(settings), queue, vault, media_index)


def await_store(settings: Settings, within_seconds: float = 600.0) -> Store:
    """As `open_store`, for services: a database that is away, or only starting, is waited for. Raises as that does when it stays away."""
    end = time.monotonic() + within_seconds
    while True:
        try:
            return open_store(settings)
        except OperationalError as error:
            if time.monotonic() > end:
                raise
            log.warning("the database does not answer yet: %s", str(error.orig).strip().splitlines()[-1:])
            time.sleep(1.0)


def open_blobs(settings: Settings) -> Blobs:
    """Originals in the object store of the settings, or in a local directory."""
    if settings.blobs_url is None:
        return Blobs(settings.blobs_path())
    from services.adapters.s3 import S3Blobs  # boto3 takes a second to load, which most installations never need

    return S3Blobs(settings.blobs_url, settings.blobs_path())


@contextmanager
def throw_away_store(settings: Settings) -> Iterator[Store]:
    """A store in a temporary directory with a key of its own, gone at the end of the block."""
    directory = Path(tempfile.mkdtemp(prefix="hezheng-"))
    try:
        store = open_store(settings.model_copy(update={"data_dir": directory, "database_url": None, "blobs_dir": None, "blobs_url": None, "key": None}))
        try:
            yield store
        finally:
            store.close()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
