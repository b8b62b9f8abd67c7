"""What the parts of the repository share: the database, the vault, and sealed JSON rows."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from services.adapters.database import Database
from services.adapters.vault import Vault


def now() -> datetime:
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """An identifier that cannot be guessed."""
    return f"{prefix}_{secrets.token_hex(12)}"


def upsert(connection: Connection, table: Table, keys: Sequence[str], values: dict[str, Any]) -> None:
    """Insert a row, or replace the values of the one with the same keys."""
    insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    rest = {name: value for name, value in values.items() if name not in keys}
    connection.execute(insert.values(**values).on_conflict_do_update(index_elements=list(keys), set_=rest))


def insert_new(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless one with the same key is there; whether it was inserted."""
    insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    # Without the option psycopg's count is lost for inserts, and every row would look as if it had been there.
    return connection.execute(insert.values(**values).on_conflict_do_nothing().execution_options(preserve_rowcount=True)).rowcount > 0


def fingerprint(secret: str) -> str:
    """Of a secret of 256 random bits: a plain hash of it cannot be searched."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def pack_codes(codes: Collection[str] | None) -> str | None:
    """Credit codes as a column keeps them; None: all."""
    return None if codes is None else json.dumps(sorted(codes))


def unpack_codes(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(json.loads(text))


class Part:
    """One part of the repository. Every call is a transaction of its own, or joins that of `transaction()`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self._vault = vault

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Calls inside are committed together, or not at all."""
        with self.database.writing():
            yield

    def _seal(self, text: str, aad: str) -> bytes:
        return self._vault.seal(text.encode("utf-8", "surrogatepass"), aad)

    def _open(self, sealed: bytes, aad: str) -> str:
        return self._open_bytes(sealed, aad).decode("utf-8", "surrogatepass")

    def _open_bytes(self, sealed: bytes, aad: str) -> bytes:
        """The text as UTF-8, which is what JSON is read from."""
        return self._vault.open(sealed, aad)
