"""Webhooks: events become one delivery for each address that asked for them, and each is sent until it was taken, over three days."""

from __future__ import annotations

import json
import time

from services.adapters.outbound import NotAllowed, SendFailed, check_url, parse_networks, post
from services.adapters.queue import CANCELLED, job
from services.adapters.repository import Delivery, Webhook
from services.adapters.signing import signed_headers
from services.adapters.store import Store
from services.domain.errors import NotFound

__all__ = ["deliver", "fan_out", "send_once"]

WAITS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before the second and each later try: about three days in all."""
_GONE = 410


@job("webhook.announce", seconds=300.0)
def fan_out(store: Store, event: str, subject: str, message_id: str, at: str) -> None:
    """Write down a delivery for each webhook that wants the event, and have it sent. Running it twice makes none twice."""
    whose, subject_name = None, "batch_id" if event.startswith("batch.") else "claim_id"
    if subject_name == "claim_id":
        try:
            whose = store.repository.claim_summary(subject).uscc
        except NotFound:
            return  # removed meanwhile: there is nothing left to tell of
    payload = json.dumps({"type": event, "timestamp": at, "data": {subject_name: subject}}, separators=(",", ":"))
    for hook in store.repository.webhooks():
        if hook.disabled_at is None and event in hook.events and _concerns(hook, whose):
            with store.repository.transaction():
                delivery_id = store.repository.add_delivery(hook.id, message_id, event, payload)
                if delivery_id is not None:
                    store.queue.enqueue("webhook.deliver", delivery_id=delivery_id, attempt=1)


def _concerns(hook: Webhook, uscc: str | None) -> bool:
    """What is bound to enterprises hears of their claims only, and of no batch."""
    return hook.enterprises is None or (uscc is not None and uscc in hook.enterprises)


def _broke_off(store: Store, reason: str, delivery_id: str, attempt: int) -> None:
    """A try whose workers died is one that was not taken: the next comes in its time, unless an operator wanted no more."""
    delivery = store.repository.delivery(delivery_id)
    if delivery is not None and delivery.state == "waiting" and delivery.attempts < attempt:
        _settle(store, store.repository.webhook(delivery.webhook_id), delivery_id, attempt, None, reason, last=reason == CANCELLED)


@job("webhook.deliver", seconds=120.0, dead=_broke_off)
def deliver(store: Store, delivery_id: str, attempt: int) -> None:
    """One try. What is not taken is tried again later, by a job of its own: the job table's tries are for workers that die."""
    delivery = store.repository.delivery(delivery_id)
    if delivery is None or delivery.state != "waiting" or delivery.attempts >= attempt:
        return
    hook = store.repository.webhook(delivery.webhook_id)
    answer, reason = _try(store, hook, delivery)
    _settle(store, hook, delivery_id, attempt, answer, reason)


def _settle(store: Store, hook: Webhook, delivery_id: str, attempt: int, answer: int | None, reason: str | None, *, last: bool = False) -> None:
    """Write down what became of a try, and where it was not taken have the next one made."""
    taken = answer is not None and 200 <= answer < 300
    last = last or attempt > len(WAITS) or answer == _GONE or hook.disabled_at is not None
    state = "delivered" if taken else "dead" if last else "waiting"
    with store.repository.transaction():
        store.repository.change_delivery(delivery_id, state=state, attempts=attempt, answer=answer, reason=None if taken else reason)
        if answer == _GONE:
            store.repository.disable_webhook(hook.id)
        if state == "waiting":
            store.queue.enqueue("webhook.deliver", delay_seconds=WAITS[attempt - 1], delivery_id=delivery_id, attempt=attempt + 1)


def _try(store: Store, hook: Webhook, delivery: Delivery) -> tuple[int | None, str | None]:
    """(status of the answer, why it was not taken)"""
    if hook.disabled_at is not None:
        return None, "the webhook was disabled"
    try:
        answer = send_once(store, hook, delivery.message_id, delivery.payload)
    except (NotAllowed, SendFailed) as error:
        return None, error.message.en
    return answer, f"answered {answer}"


def send_once(store: Store, hook: Webhook, message_id: str, payload: str) -> int:
    """Sign and send; the status of the answer. The address is checked anew each time. Raises NotAllowed, SendFailed."""
    target = check_url(hook.url, parse_networks(store.settings.webhook_networks))
    body = payload.encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Hezheng-Webhooks/1"}
    return post(target, body, headers | signed_headers(hook.secret, message_id, int(time.time()), body))
