"""`hezheng batch …`: many claims verified again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli.commands.options import DataDir, Json

batch_app = typer.Typer(no_args_is_help=True, help="Verify many claims again, and see what changed and why.")


Days = Annotated[str | None, typer.Option(help="A day, as 2021-11-08; inclusive.")]


@batch_app.command("start")
def batch_start(
    policy: Annotated[str | None, typer.Option("--policy", help="Judge by this policy (id or id@version) instead of each claim's own.")] = None,
    roster: Annotated[str | None, typer.Option("--roster", help="newest (default), same (as each was judged by), or a roster version.")] = None,
    reread: Annotated[bool, typer.Option("--reread", help="Read files again that the present readers have not read.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
    judged_by: Annotated[str | None, typer.Option("--judged-by", help="Select claims judged by this policy.")] = None,
    enterprise: Annotated[str | None, typer.Option("--enterprise", help="Select an enterprise's, by credit code or name.")] = None,
    submitted_from: Days = None,
    submitted_to: Days = None,
    training_from: Days = None,
    training_to: Days = None,
    verdict: Annotated[list[str] | None, typer.Option("--verdict", help="Select pass, review or fail; may be repeated.")] = None,
    status: Annotated[list[str] | None, typer.Option("--status", help="Select verified, approved, rejected or returned; may be repeated.")] = None,
    code: Annotated[list[str] | None, typer.Option("--code", help="Select claims with this finding; may be repeated.")] = None,
    claim: Annotated[list[str] | None, typer.Option("--claim", help="Select a claim by id or number; may be repeated.")] = None,
    wait: Annotated[bool | None, typer.Option("--wait/--no-wait", help="Watch it to its end (default: only where no worker is running).")] = None,
    as_json: Json = False,
    data: DataDir = None,
) -> None:
    """Verify the selected claims again from what was read before; where no worker is running, here and now."""
    from services.cli import batch

    days = {"submitted_from": submitted_from, "submitted_to": submitted_to, "training_from": training_from, "training_to": training_to}
    lists = {"verdicts": verdict, "statuses": status, "codes": code, "ids": claim}
    selection = {"policy": judged_by, "enterprise": enterprise, **days, **lists}
    order = {"selection": selection, "policy": policy, "roster": roster, "reread": reread, "dry_run": dry_run}
    raise typer.Exit(batch.start(order, wait=wait, as_json=as_json, data=data))


@batch_app.command("list")
def batch_list(limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20, data: DataDir = None) -> None:
    """The batches, the newest first."""
    from services.cli import batch

    raise typer.Exit(batch.list_all(limit=limit, data=data))


@batch_app.command("status")
def batch_status(batch_id: str, as_json: Json = False, data: DataDir = None) -> None:
    """Progress and totals of a batch."""
    from services.cli import batch

    raise typer.Exit(batch.status(batch_id, as_json=as_json, data=data))


@batch_app.command("changes")
def batch_changes(
    batch_id: str,
    out: Annotated[Path | None, typer.Option("--out", help="Write them into this file (.xlsx or .json).")] = None,
    as_json: Json = False,
    data: DataDir = None,
) -> None:
    """What changed in each claim, and why."""
    from services.cli import batch

    raise typer.Exit(batch.changes(batch_id, out=out, as_json=as_json, data=data))


@batch_app.command("pause")
def batch_pause(batch_id: str, data: DataDir = None) -> None:
    """Stop a batch for a while."""
    from services.cli import batch

    raise typer.Exit(batch.act("pause", batch_id, data=data))


@batch_app.command("resume")
def batch_resume(batch_id: str, data: DataDir = None) -> None:
    """Go on with a paused batch."""
    from services.cli import batch

    raise typer.Exit(batch.act("resume", batch_id, data=data))


@batch_app.command("cancel")
def batch_cancel(batch_id: str, data: DataDir = None) -> None:
    """Stop a batch for good; what was written stays."""
    from services.cli import batch

    raise typer.Exit(batch.act("cancel", batch_id, data=data))
