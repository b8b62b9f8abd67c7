"""`hezheng jobs …`: what workers have to do."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli.commands.options import DataDir, Json

jobs_app = typer.Typer(no_args_is_help=True, help="What workers have to do, and what they gave up.")


@jobs_app.command("list")
def jobs_list(
    state: Annotated[list[str] | None, typer.Option("--state", help="queued, running, done, dead or cancelled; may be repeated.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Only jobs of this name.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10000)] = 50,
    as_json: Json = False,
    data: DataDir = None,
) -> None:
    """Jobs, the newest first; without --state those that are waiting, running or given up."""
    from services.cli import jobs

    raise typer.Exit(jobs.list_all(state or [], name, limit, as_json, data))


@jobs_app.command("retry")
def jobs_retry(job_ids: Annotated[list[str] | None, typer.Argument(help="Default: every dead one.")] = None, data: DataDir = None) -> None:
    """Queue dead or cancelled jobs anew."""
    from services.cli import jobs

    raise typer.Exit(jobs.retry(job_ids or [], data))


@jobs_app.command("cancel")
def jobs_cancel(job_id: str, data: DataDir = None) -> None:
    """Let a job be; what a worker is doing for it counts no more."""
    from services.cli import jobs

    raise typer.Exit(jobs.cancel(job_id, data))
