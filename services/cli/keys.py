"""`hezheng keys create|list|revoke`: the API keys of portals."""

from __future__ import annotations

from pathlib import Path

import typer

from services.cli.serving import installed_store


def create(name: str, data: Path | None) -> int:
    with installed_store(data) as store:
        key, secret = store.repository.create_api_key(name)
    typer.echo(secret)
    typer.echo(f"{key.id} ({name}): 仅显示一次，请妥善保存 / shown only once, keep it safe", err=True)
    return 0


def list_all(data: Path | None) -> int:
    with installed_store(data) as store:
        for key in store.repository.api_keys():
            revoked = f"  revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
            typer.echo(f"{key.id}  {key.name}  {key.created_at:%Y-%m-%d %H:%M}{revoked}")
    return 0


def revoke(key_id: str, data: Path | None) -> int:
    with installed_store(data) as store:
        if store.repository.revoke_api_key(key_id):
            return 0
    typer.echo(f"{key_id}: 没有这个密钥 / there is no such key", err=True)
    return 2
