"""Who may call, what was answered under an Idempotency-Key, and what people decided."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from services.adapters import codec
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part, fingerprint, insert_new, new_id, now, pack_codes, unpack_codes, upsert
from services.adapters.repository.records import ApiKey, Decision, Status, StoredAnswer

_STATUS_AFTER: dict[str, Status] = {"approve": "approved", "reject": "rejected", "return": "returned"}


def _api_key(row: Row[Any]) -> ApiKey:
    return ApiKey(row.id, row.name, row.created_at, row.revoked_at, row.scope, unpack_codes(row.enterprises))


class AccessStore(Part):
    def create_api_key(self, name: str, *, scope: str = "portal", enterprises: Collection[str] | None = None) -> tuple[ApiKey, str]:
        """A new key and its secret, which is shown once and kept only as a hash. `enterprises`: credit codes it is bound to; None: all."""
        secret = "hz_" + secrets.token_urlsafe(32)
        key = ApiKey(new_id("key"), name, now(), None, scope, None if enterprises is None else frozenset(enterprises))
        values = {"id": key.id, "name": name, "hash": fingerprint(secret), "created_at": key.created_at, "scope": scope, "enterprises": pack_codes(enterprises)}
        with self.database.writing() as connection:
            connection.execute(insert(t.api_keys).values(**values))
        return key, secret

    def api_key(self, secret: str) -> ApiKey | None:
        """The key that a caller shows, unless unknown or revoked."""
        return self._key(t.api_keys.c.hash == fingerprint(secret), t.api_keys.c.revoked_at.is_(None))

    def api_key_by_id(self, key_id: str) -> ApiKey | None:
        """The key, unless unknown or revoked."""
        return self._key(t.api_keys.c.id == key_id, t.api_keys.c.revoked_at.is_(None))

    def api_keys(self) -> list[ApiKey]:
        with self.database.reading() as connection:
            rows = connection.execute(select(t.api_keys).order_by(t.api_keys.c.created_at)).all()
        return [_api_key(row) for row in rows]

    def revoke_api_key(self, key_id: str) -> bool:
        """Whether there was such a key in force."""
        with self.database.writing() as connection:
            where = (t.api_keys.c.id == key_id, t.api_keys.c.revoked_at.is_(None))
            return connection.execute(update(t.api_keys).where(*where).values(revoked_at=now())).rowcount > 0

    def answer(self, caller: str, key: str) -> StoredAnswer | None:
        """What was answered to this caller under this Idempotency-Key."""
        where = (t.idempotency.c.caller == caller, t.idempotency.c.key == key)
        with self.database.reading() as connection:
            row = connection.execute(select(t.idempotency).where(*where)).one_or_none()
        return None if row is None else StoredAnswer(row.request, row.status, self._open(row.body, f"idempotency/{caller}/{key}"), row.created_at)

    def begin_answer(self, caller: str, key: str, request: str) -> bool:
        """Note that a call under this key is under way; False: there is one already, answered or not."""
        body = self._seal("", f"idempotency/{caller}/{key}")
        values = {"caller": caller, "key": key, "request": request, "status": 0, "body": body, "created_at": now()}
        with self.database.writing() as connection:
            return insert_new(connection, t.idempotency, values)

    def drop_answer(self, caller: str, key: str) -> None:
        """The call came to nothing: it may be tried again under the same key."""
        with self.database.writing() as connection:
            connection.execute(delete(t.idempotency).where(t.idempotency.c.caller == caller, t.idempotency.c.key == key))

    def put_answer(self, caller: str, key: str, answer: StoredAnswer) -> None:
        body = self._seal(answer.body, f"idempotency/{caller}/{key}")
        values = {"caller": caller, "key": key, "request": answer.request, "status": answer.status, "body": body, "created_at": now()}
        with self.database.writing() as connection:
            upsert(connection, t.idempotency, ("caller", "key"), values)

    def forget_answers(self, before: datetime) -> int:
        """Remove what was answered before that moment; how many there were."""
        with self.database.writing() as connection:
            return connection.execute(delete(t.idempotency).where(t.idempotency.c.created_at < before)).rowcount

    def add_decision(self, claim_id: str, decision: str, reason: str, actor: str) -> Decision:
        """Write down what a person decided and set the claim's status; the machine's verdict stays as it is. Raises KeyError for an unknown decision."""
        status = _STATUS_AFTER[decision]
        decision_id, at = new_id("dec"), now()
        with self.database.writing() as connection:
            verdict = connection.execute(select(t.claims.c.verdict).where(t.claims.c.id == claim_id).with_for_update()).scalar()
            body = self._seal(codec.dumps({"reason": reason}), f"decisions/{claim_id}/{decision_id}")
            values = {"id": decision_id, "claim_id": claim_id, "decision": decision, "machine_verdict": verdict, "actor": actor, "body": body}
            connection.execute(insert(t.decisions).values(**values, created_at=at))
            connection.execute(update(t.claims).where(t.claims.c.id == claim_id).values(status=status, updated_at=at))
        return Decision(decision_id, decision, reason, actor, verdict, at)

    def decisions(self, claim_id: str) -> list[Decision]:
        """In the order they were taken."""
        with self.database.reading() as connection:
            rows = connection.execute(select(t.decisions).where(t.decisions.c.claim_id == claim_id).order_by(t.decisions.c.seq)).all()
        reasons = [codec.loads_plain(self._open(row.body, f"decisions/{claim_id}/{row.id}"))["reason"] for row in rows]
        return [Decision(r.id, r.decision, reason, r.actor, r.machine_verdict, r.created_at) for r, reason in zip(rows, reasons, strict=True)]

    def _key(self, *where: ColumnElement[bool]) -> ApiKey | None:
        with self.database.reading() as connection:
            row = connection.execute(select(t.api_keys).where(*where)).one_or_none()
        return None if row is None else _api_key(row)
