"""Where events are sent, and what became of each sending."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from services.adapters import codec
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part, insert_new, new_id, now, pack_codes, unpack_codes
from services.adapters.repository.records import Delivery, Webhook
from services.domain.errors import NotFound
from services.domain.text import Message


def _delivery(row: Row[Any]) -> Delivery:
    values = dict(row._mapping)
    values.pop("seq")
    return Delivery(**values)


class WebhookStore(Part):
    def create_webhook(self, owner: str, url: str, secret: str, events: Collection[str], enterprises: Collection[str] | None) -> Webhook:
        hook = Webhook(new_id("whk"), owner, url, secret, tuple(sorted(events)), None if enterprises is None else frozenset(enterprises), now(), None)
        body = self._seal(codec.dumps({"url": url, "secret": secret}), f"webhooks/{hook.id}")
        values = {"id": hook.id, "owner": owner, "events": json.dumps(hook.events), "enterprises": pack_codes(enterprises), "body": body}
        with self.database.writing() as connection:
            connection.execute(insert(t.webhooks).values(**values, created_at=hook.created_at))
        return hook

    def webhook(self, webhook_id: str) -> Webhook:
        """Raises NotFound."""
        row = None
        if webhook_id.isascii() and "\0" not in webhook_id:
            with self.database.reading() as connection:
                row = connection.execute(select(t.webhooks).where(t.webhooks.c.id == webhook_id)).one_or_none()
        if row is None:
            raise NotFound(Message("没有该 webhook", "there is no such webhook"))
        return self._webhook(row)

    def webhooks(self, owner: str | None = None) -> list[Webhook]:
        """In the order they were made; of one owner, or all."""
        query = select(t.webhooks).order_by(t.webhooks.c.seq)
        if owner is not None:
            query = query.where(t.webhooks.c.owner == owner)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return [self._webhook(row) for row in rows]

    def delete_webhook(self, webhook_id: str) -> None:
        """With what is on its way to it."""
        with self.database.writing() as connection:
            connection.execute(delete(t.webhooks).where(t.webhooks.c.id == webhook_id))

    def disable_webhook(self, webhook_id: str) -> None:
        """It gets nothing more."""
        with self.database.writing() as connection:
            connection.execute(update(t.webhooks).where(t.webhooks.c.id == webhook_id).values(disabled_at=now()))

    def add_delivery(self, webhook_id: str, message_id: str, event: str, payload: str) -> str | None:
        """Its id; None: this message is on its way to this webhook already."""
        delivery_id, at = new_id("dlv"), now()
        values = {"id": delivery_id, "webhook_id": webhook_id, "message_id": message_id, "event": event, "payload": payload, "state": "waiting"}
        with self.database.writing() as connection:
            new = insert_new(connection, t.deliveries, values | {"attempts": 0, "created_at": at, "updated_at": at})
        return delivery_id if new else None

    def delivery(self, delivery_id: str) -> Delivery | None:
        with self.database.reading() as connection:
            row = connection.execute(select(t.deliveries).where(t.deliveries.c.id == delivery_id)).one_or_none()
        return None if row is None else _delivery(row)

    def change_delivery(self, delivery_id: str, *, state: str, attempts: int, answer: int | None, reason: str | None) -> None:
        values = {"state": state, "attempts": attempts, "answer": answer, "reason": reason, "updated_at": now()}
        with self.database.writing() as connection:
            connection.execute(update(t.deliveries).where(t.deliveries.c.id == delivery_id).values(**values))

    def deliveries(self, webhook_id: str, limit: int = 50) -> list[Delivery]:
        """The newest first."""
        query = select(t.deliveries).where(t.deliveries.c.webhook_id == webhook_id).order_by(t.deliveries.c.seq.desc()).limit(limit)
        with self.database.reading() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def _webhook(self, row: Row[Any]) -> Webhook:
        kept = codec.loads_plain(self._open(row.body, f"webhooks/{row.id}"))
        events = tuple(json.loads(row.events))
        return Webhook(row.id, row.owner, kept["url"], kept["secret"], events, unpack_codes(row.enterprises), row.created_at, row.disabled_at)
