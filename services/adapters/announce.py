"""Events for the outside: written down as jobs in the transaction of their cause, sent by whoever does `webhook.announce`."""

from __future__ import annotations

import secrets
from typing import Literal

from services.adapters.queue import SOON
from services.adapters.repository.base import now
from services.adapters.store import Store

Event = Literal["claim.verified", "claim.decided", "batch.finished"]
EVENTS: tuple[Event, ...] = ("claim.verified", "claim.decided", "batch.finished")


def announce(store: Store, event: Event, subject: str) -> None:
    """Tell whoever asked for it that something happened to a claim or batch, by its id. Call it within the transaction of the cause."""
    message_id = f"msg_{secrets.token_hex(12)}"
    store.queue.enqueue("webhook.announce", priority=SOON, event=event, subject=subject, message_id=message_id, at=now().isoformat())
