"""`hezheng keys create|list|revoke`: the API keys of portals and operators."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from services.adapters.access import SCOPES
from services.cli.serving import installed_store
from services.domain.identity import normalise_number, uscc_problem


def create(name: str, scope: str, enterprises: Sequence[str], data: Path | None) -> int:
    """`enterprises`: credit codes that the key is bound to; none: all."""
    if scope not in SCOPES:
        typer.echo(f"{scope}: 用途应为 {'、'.join(SCOPES)} 之一 / the scope is one of {', '.join(SCOPES)}", err=True)
        return 2
    codes = [normalise_number(code) for code in enterprises]
    for code in codes:
        if (problem := uscc_problem(code)) is not None:
            typer.echo(f"{code}: {problem.zh} / {problem.en}", err=True)
            return 2
    with installed_store(data) as store:
        key, secret = store.repository.create_api_key(name, scope=scope, enterprises=codes or None)
    typer.echo(secret)
    typer.echo(f"{key.id} ({name}, {scope}): 仅显示一次，请妥善保存 / shown only once, keep it safe", err=True)
    return 0


def list_all(data: Path | None) -> int:
    with installed_store(data) as store:
        for key in store.repository.api_keys():
            revoked = f"  revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
            bound = "all" if key.enterprises is None else ",".join(sorted(key.enterprises))
            typer.echo(f"{key.id}  {key.name}  {key.scope}  {bound}  {key.created_at:%Y-%m-%d %H:%M}{revoked}")
    return 0


def revoke(key_id: str, data: Path | None) -> int:
    with installed_store(data) as store:
        if store.repository.revoke_api_key(key_id):
            return 0
    typer.echo(f"{key_id}: 没有这个密钥 / there is no such key", err=True)
    return 2
