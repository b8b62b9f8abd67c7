"""`hezheng keys|users|webhooks …`: who may come in, and who is told."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli.commands.options import DataDir

keys_app = typer.Typer(no_args_is_help=True, help="API keys of portals.")
users_app = typer.Typer(no_args_is_help=True, help="People who log in to the reviewer's pages.")
webhooks_app = typer.Typer(no_args_is_help=True, help="Where events are sent.")


@keys_app.command("create")
def keys_create(
    name: str,
    scope: Annotated[str, typer.Option("--scope", help="portal: claims and their material; operator: batches too.")] = "portal",
    enterprises: Annotated[list[str] | None, typer.Option("--enterprise", help="Bind the key to this credit code; may be given several times.")] = None,
    data: DataDir = None,
) -> None:
    """A new API key; it is shown once."""
    from services.cli import keys

    raise typer.Exit(keys.create(name, scope, enterprises or [], data))


@keys_app.command("list")
def keys_list(data: DataDir = None) -> None:
    """The API keys: id, name, scope, enterprises, since when, revoked or not."""
    from services.cli import keys

    raise typer.Exit(keys.list_all(data))


@keys_app.command("revoke")
def keys_revoke(key_id: str, data: DataDir = None) -> None:
    """Make an API key worthless."""
    from services.cli import keys

    raise typer.Exit(keys.revoke(key_id, data))


@keys_app.command("rotate")
def keys_rotate(data: DataDir = None) -> None:
    """A new key for personal data: everything is sealed anew with it, while the service runs."""
    from services.cli import keys

    raise typer.Exit(keys.rotate(data))


Role = Annotated[str, typer.Option("--role", help="reviewer, senior, operator or admin.")]


@users_app.command("create")
def users_create(
    login: str,
    role: Role = "reviewer",
    name: Annotated[str | None, typer.Option("--name", help="The name that decisions bear (default: the login).")] = None,
    subject: Annotated[str | None, typer.Option("--oidc-subject", help="`sub` at the identity provider, instead of a password.")] = None,
    data: DataDir = None,
) -> None:
    """A new user; the password is asked for (or read from HEZHENG_PASSWORD or standard input)."""
    from services.cli import users

    raise typer.Exit(users.create(login, role, name, subject, data))


@users_app.command("list")
def users_list(data: DataDir = None) -> None:
    """The users: login, role, name, how they log in."""
    from services.cli import users

    raise typer.Exit(users.list_all(data))


@users_app.command("change")
def users_change(
    login: str,
    role: Annotated[str | None, typer.Option("--role", help="reviewer, senior, operator or admin.")] = None,
    password: Annotated[bool, typer.Option("--password", help="Ask for a new password.")] = False,
    data: DataDir = None,
) -> None:
    """Give a user another role or password; their sessions end."""
    from services.cli import users

    raise typer.Exit(users.change(login, role, password, data))


@users_app.command("disable")
def users_disable(login: str, data: DataDir = None) -> None:
    """Shut a user out at once."""
    from services.cli import users

    raise typer.Exit(users.disable(login, data))


@users_app.command("enable")
def users_enable(login: str, data: DataDir = None) -> None:
    """Let a disabled user in again."""
    from services.cli import users

    raise typer.Exit(users.enable(login, data))


@webhooks_app.command("list")
def webhooks_list(data: DataDir = None) -> None:
    """The webhooks with what was sent to them last."""
    from services.cli import webhooks

    raise typer.Exit(webhooks.list_all(data))


@webhooks_app.command("test")
def webhooks_test(webhook_id: str, data: DataDir = None) -> None:
    """Send a signed `webhook.test` now, and say what was answered."""
    from services.cli import webhooks

    raise typer.Exit(webhooks.test(webhook_id, data))
