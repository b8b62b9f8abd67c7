"""`hezheng webhooks list|test`: where events are sent, and whether anybody listens there."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import typer

from services.adapters.repository.base import now
from services.cli.serving import installed_store
from services.domain.errors import HezhengError
from services.report.notify import send_once


def list_all(data: Path | None) -> int:
    with installed_store(data) as store:
        for hook in store.repository.webhooks():
            disabled = f"  disabled {hook.disabled_at:%Y-%m-%d %H:%M}" if hook.disabled_at else ""
            typer.echo(f"{hook.id}  {hook.url}  {','.join(hook.events)}{disabled}")
            for delivery in store.repository.deliveries(hook.id, limit=3):
                typer.echo(f"    {delivery.updated_at:%Y-%m-%d %H:%M}  {delivery.event}  {delivery.state}  {delivery.reason or delivery.answer or ''}")
    return 0


def test(webhook_id: str, data: Path | None) -> int:
    """Send one signed `webhook.test`; 0 if it was taken, 1 if not."""
    payload = json.dumps({"type": "webhook.test", "timestamp": now().isoformat(), "data": {}}, separators=(",", ":"))
    with installed_store(data) as store:
        hook = store.repository.webhook(webhook_id)
        try:
            answer = send_once(store, hook, f"msg_{secrets.token_hex(12)}", payload)
        except HezhengError as error:
            typer.echo(f"{hook.url}: {error.message.zh} / {error.message.en}", err=True)
            return 1
    taken = 200 <= answer < 300
    typer.echo(f"{hook.url}: {answer} {'已接收 taken' if taken else '未被接收：应返回 2xx / not taken: a 2xx answer is expected'}", err=not taken)
    return 0 if taken else 1
