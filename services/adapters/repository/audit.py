"""The log of who saw, changed and decided what: only ever added to, each entry chained to the one before it by a keyed hash.

Whoever can write to the database but has not the key cannot alter, remove or insert an entry without its being noticed, nor cut off the end.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from services.adapters.repository import tables as t
from services.adapters.repository.base import Part, insert_new, now
from services.adapters.repository.records import Access
from services.domain.claim import SHANGHAI

_HEAD = 1
_START = ""
_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the log is not as it was written. `kind`: altered, missing, inserted, cut (its end is gone)."""

    number: int
    kind: str
    action: str | None = None


class AuditStore(Part):
    def add_access(self, caller: str, name: str, action: str, claim_id: str | None, detail: str = "") -> None:
        """Write down that somebody saw, changed, decided or removed something. It is committed with what the transaction around it does."""
        at = now()
        with self.database.writing() as connection:
            count, previous = self._head(connection)
            mac = self._mac(count + 1, at, caller, name, action, claim_id, detail, previous)
            values = {"number": count + 1, "at": at, "caller": caller, "name": name, "action": action, "claim_id": claim_id, "detail": detail, "mac": mac}
            connection.execute(insert(t.accesses).values(**values))
            sealed = self._head_mac(count + 1, mac)
            connection.execute(update(t.audit_head).where(t.audit_head.c.id == _HEAD).values(entries=count + 1, mac=mac, seal=sealed))

    def accesses(self, claim_id: str, *, latest: int | None = None) -> list[Access]:
        """Who did what with a claim, in order; only the `latest`."""
        query = select(t.accesses).where(t.accesses.c.claim_id == claim_id).order_by(t.accesses.c.number.desc())
        with self.database.reading() as connection:
            rows = connection.execute(query if latest is None else query.limit(latest)).all()
        return [Access(r.at, r.caller, r.name, r.action, r.claim_id, r.detail) for r in reversed(rows)]

    def check_audit(self) -> tuple[int, Break | None]:
        """How many entries are sound from the first on, and where the log is broken; None: nowhere."""
        expected, previous = 1, _START
        for row in self._chain():
            if row.number != expected:
                return expected - 1, Break(expected, "missing", None) if row.number > expected else Break(row.number, "inserted", row.action)
            mac = self._mac(row.number, row.at, row.caller, row.name, row.action, row.claim_id, row.detail, previous)
            if not hmac.compare_digest(mac, row.mac):
                return expected - 1, Break(row.number, "altered", row.action)
            expected, previous = expected + 1, row.mac
        with self.database.reading() as connection:
            head = connection.execute(select(t.audit_head).where(t.audit_head.c.id == _HEAD)).one_or_none()
        if head is None:
            return expected - 1, None if expected == 1 else Break(expected, "cut")
        if not hmac.compare_digest(head.seal, self._head_mac(head.entries, head.mac)):
            return expected - 1, Break(head.entries, "altered")
        if head.entries != expected - 1 or head.mac != previous:
            return expected - 1, Break(expected, "cut" if head.entries >= expected else "inserted")
        return expected - 1, None

    def _chain(self) -> Iterator[Any]:
        last = -1
        while True:
            query = select(t.accesses).where(t.accesses.c.number > last).order_by(t.accesses.c.number, t.accesses.c.seq).limit(_PAGE)
            with self.database.reading() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield from rows
            last = rows[-1].number

    def _head(self, connection: Connection) -> tuple[int, str]:
        """The last number and hash; its row is the lock by which entries follow each other."""
        query = select(t.audit_head).where(t.audit_head.c.id == _HEAD).with_for_update()
        row = connection.execute(query).one_or_none()
        if row is None:
            insert_new(connection, t.audit_head, {"id": _HEAD, "entries": 0, "mac": _START, "seal": self._head_mac(0, _START)})
            row = connection.execute(query).one()
        return row.entries, row.mac

    def _mac(self, number: int, at: datetime, *entry: str | None) -> str:
        """The moment goes in to the microsecond and in one zone: databases give it back in several."""
        return self._vault.blind_exact(json.dumps(["audit", number, at.astimezone(SHANGHAI).isoformat(timespec="microseconds"), *entry], ensure_ascii=False))

    def _head_mac(self, count: int, mac: str) -> str:
        return self._vault.blind_exact(json.dumps(["audit head", count, mac]))
