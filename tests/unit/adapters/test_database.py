"""Migrations make the tables that the program expects; transactions are whole, and writers wait for each other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from services.adapters.database import Database, wal_is_safe
from services.adapters.migrate import migrate
from services.adapters.schema import metadata
from services.adapters.settings import Settings
from services.adapters.store import Store, open_store, throw_away_store


def test_the_migrations_make_exactly_the_tables_of_the_program(store: Store) -> None:
    with store.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []


def test_migrating_again_or_from_several_at_once_changes_nothing(database_url: str | None, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: open_store(settings), range(4)))
    with stores[0].database.reading() as connection:
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    for store in stores:
        store.close()


def test_a_transaction_is_whole(store: Store) -> None:
    database = store.database
    with pytest.raises(RuntimeError), database.writing() as connection:
        connection.execute(text("INSERT INTO api_keys (id, name, hash, created_at) VALUES ('k', 'n', 'h', '2021-01-01 00:00:00')"))
        with database.writing() as inner, database.reading() as reader:
            assert inner is connection and reader is connection
        raise RuntimeError
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM api_keys")).scalar() == 0


def test_writers_that_read_first_wait_for_each_other(store: Store) -> None:
    with store.database.writing() as connection:
        connection.execute(text("INSERT INTO api_keys (id, name, hash, created_at) VALUES ('k', '0', 'h', '2021-01-01 00:00:00')"))
    ready = threading.Barrier(4)

    def count_up(_: int) -> None:
        ready.wait()
        for _ in range(10):
            with store.database.writing() as connection:
                name = connection.execute(
                    text("SELECT name FROM api_keys WHERE id = 'k' FOR UPDATE" if not store.database.sqlite else "SELECT name FROM api_keys")
                ).scalar_one()
                connection.execute(text("UPDATE api_keys SET name = :n"), {"n": str(int(name) + 1)})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(4)))
    assert store.repository.api_keys()[0].name == "40"


def test_sqlite_is_durable_and_checks_references(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    migrate(database)
    with database.reading() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 30_000
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == ("wal" if wal_is_safe() else "delete")
    database.close()


@pytest.mark.parametrize(
    ("version", "safe"),
    [((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 6), False), ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 52, 0), True)],
)  # fmt: skip
def test_wal_is_used_only_where_it_loses_nothing(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_a_throw_away_store_leaves_nothing(tmp_path: Path) -> None:
    with throw_away_store(Settings(data_dir=tmp_path / "not-used")) as store:
        directory = store.settings.data_dir
        assert store.repository.claims() == []
    assert not directory.exists()
    assert not (tmp_path / "not-used").exists()
