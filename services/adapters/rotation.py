"""Sealing everything anew with the newest key, while the service runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Table, select, tuple_, update

from services.adapters.database import Database
from services.adapters.schema import metadata
from services.adapters.vault import Vault

Binding = Callable[[Any], str]
BINDINGS: Mapping[str, Binding] = {
    "documents": lambda r: f"documents/{r.claim_id}/{r.name}",
    "rosters": lambda r: f"rosters/{r.id}",
    "evidence": lambda r: f"evidence/{r.claim_id}/{r.id}",
    "intake_problems": lambda r: f"intake_problems/{r.claim_id}",
    "facts": lambda r: f"facts/{r.sha256}/{r.reader}/{r.version}",
    "index_entries": lambda r: f"index/{r.claim_id}/{r.kind}",
    "decisions": lambda r: f"decisions/{r.claim_id}/{r.id}",
    "idempotency": lambda r: f"idempotency/{r.caller}/{r.key}",
    "uploads": lambda r: f"uploads/{r.id}",
    "webhooks": lambda r: f"webhooks/{r.id}",
    "corrections": lambda r: f"corrections/{r.claim_id}/{r.id}",
    "opinions": lambda r: f"opinions/{r.claim_id}/{r.id}",
    "proposals": lambda r: f"proposals/{r.claim_id}/{r.id}",
    "verifications": lambda r: f"verifications/{r.claim_id}",
    "batch_claims": lambda r: f"batch_claims/{r.batch_id}/{r.number}",
    "batch_files": lambda r: f"batch_files/{r.batch_id}/{r.name}",
}
"""What a sealed `body` of each table is bound to."""

_ROWS = 200


def sealed_tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if "body" in table.c]


def reseal(database: Database, vault: Vault, told: Callable[[str, int], None] = lambda _table, _count: None) -> int:
    """Seal with the current key whatever is sealed with another one; how many rows there were. May be stopped and run again."""
    whole = 0
    for table in sealed_tables():
        count = _reseal_table(database, vault, table)
        told(table.name, count)
        whole += count
    return whole


def _reseal_table(database: Database, vault: Vault, table: Table) -> int:
    """A few rows in a transaction, so that the service's writers need not wait."""
    keys = list(table.primary_key.columns)
    count, after = 0, None
    while True:
        with database.reading() as connection:
            query = select(table).order_by(*keys).limit(_ROWS)
            rows = connection.execute(query if after is None else query.where(_beyond(keys, after))).all()
        if not rows:
            return count
        after = tuple(getattr(rows[-1], key.name) for key in keys)
        old = [row for row in rows if row.body is not None and bytes(row.body)[1:5] != vault.current]
        if old:
            with database.writing() as connection:
                count += sum(_reseal_row(connection, vault, table, keys, row) for row in old)


def _beyond(keys: list[Any], after: tuple[Any, ...]) -> Any:
    return tuple_(*keys) > tuple_(*after) if len(keys) > 1 else keys[0] > after[0]


def _reseal_row(connection: Connection, vault: Vault, table: Table, keys: list[Any], row: Row[Any]) -> int:
    """A row that somebody wrote meanwhile is left as they wrote it: that is sealed with a key of theirs."""
    aad = BINDINGS[table.name](row)
    fresh = vault.seal(vault.open(row.body, aad), aad)
    same = [key == getattr(row, key.name) for key in keys]
    return int(connection.execute(update(table).where(*same, table.c.body == row.body).values(body=fresh)).rowcount)
