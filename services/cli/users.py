"""`hezheng users create|list|change|disable`: the people who log in to the reviewer's pages."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import typer

from services.adapters.access import ROLES
from services.adapters.passwords import hash_password
from services.adapters.repository import User
from services.adapters.repository.base import now
from services.adapters.store import Store
from services.cli.serving import installed_store

_PASSWORD = "HEZHENG_PASSWORD"


def create(login: str, role: str, name: str | None, subject: str | None, data: Path | None) -> int:
    """A new user; the password is asked for twice, or read from HEZHENG_PASSWORD or standard input. With `subject` none is needed."""
    if not _known(role):
        return 2
    try:
        hashed = None if subject else hash_password(_password())
        with installed_store(data) as store:
            user = store.repository.create_user(login, role, name=name, password=hashed, subject=subject)
    except ValueError as error:
        typer.echo(f"{login}: {error}", err=True)
        return 2
    typer.echo(user.id)
    return 0


def list_all(data: Path | None) -> int:
    with installed_store(data) as store:
        for user in store.repository.users():
            how = "OIDC" if user.subject else "password"
            disabled = f"  disabled {user.disabled_at:%Y-%m-%d %H:%M}" if user.disabled_at else ""
            typer.echo(f"{user.login}  {user.role}  {user.name}  {how}{disabled}")
    return 0


def change(login: str, role: str | None, password: bool, data: Path | None) -> int:
    """Another role or password; whoever is logged in under the name is logged out."""
    if role is not None and not _known(role):
        return 2
    try:
        values: dict[str, Any] = ({"role": role} if role else {}) | ({"password": hash_password(_password())} if password else {})
    except ValueError as error:
        typer.echo(f"{login}: {error}", err=True)
        return 2
    return _set(login, values, data)


def disable(login: str, data: Path | None) -> int:
    return _set(login, {"disabled_at": now()}, data)


def enable(login: str, data: Path | None) -> int:
    return _set(login, {"disabled_at": None}, data)


def _set(login: str, values: dict[str, Any], data: Path | None) -> int:
    with installed_store(data) as store:
        user = _find(store, login)
        if user is None:
            typer.echo(f"{login}: 没有该用户 / there is no such user", err=True)
            return 2
        if values:
            store.repository.change_user(user.id, **values)
    return 0


def _find(store: Store, login: str) -> User | None:
    return store.repository.user_by_login(login)


def _known(role: str) -> bool:
    if role not in ROLES:
        typer.echo(f"{role}: 角色应为 {'、'.join(ROLES)} 之一 / the role is one of {', '.join(ROLES)}", err=True)
        return False
    return True


def _password() -> str:
    if os.environ.get(_PASSWORD):
        return os.environ[_PASSWORD]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("密码 password", hide_input=True, confirmation_prompt=True))
