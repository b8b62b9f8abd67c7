"""`hezheng keys create|list|revoke`: the API keys of portals and operators."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import typer

from services.adapters.access import SCOPES
from services.adapters.rotation import reseal
from services.adapters.vault import LOOK_SECONDS, add_key, drop_keys_between
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


def rotate(data: Path | None, *, settle_seconds: float = 2 * LOOK_SECONDS) -> int:
    """A new key before the others of the key file, time for running processes to take it up, then everything is sealed anew."""
    with installed_store(data) as store:
        key_file = store.settings.data_dir / "key"
        own_file = store.settings.key is None
        if own_file:
            add_key(key_file)
            store.vault.refresh()
            time.sleep(settle_seconds)
        count = reseal(store.database, store.vault, lambda table, rows: typer.echo(f"  {table}: {rows}"))
        dropped = drop_keys_between(key_file) if own_file else 0
        store.repository.add_access("cli", "hezheng keys rotate", "rotate", None, f"{count} values sealed anew, {dropped} old keys dropped")
    typer.echo(f"{count} 项已用新密钥重新加密 / {count} values were sealed anew")
    if not own_file:
        typer.echo("HEZHENG_KEY 中除第一个和最后一个外的密钥可以去掉 / of HEZHENG_KEY all keys but the first and the last can go now")
    return 0
