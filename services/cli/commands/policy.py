"""`hezheng policy …`: the policies that claims are judged by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

policy_app = typer.Typer(no_args_is_help=True, help="The policies that claims are judged by.")


@policy_app.command("list")
def policy_list() -> None:
    """The policies that are known."""
    from services.cli import policies

    raise typer.Exit(policies.list_all())


@policy_app.command("show")
def policy_show(policy_id: str, day: Annotated[str | None, typer.Option("--on", help="The values in force on this day (2021-11-08).")] = None) -> None:
    """A policy's clauses, with the numbers in force on a day."""
    from services.cli import policies

    raise typer.Exit(policies.show(policy_id, day))


@policy_app.command("check")
def policy_check(file: Path) -> None:
    """Whether a policy file can be used; names each mistake with its line and what to do."""
    from services.cli import policies

    raise typer.Exit(policies.check(file))
