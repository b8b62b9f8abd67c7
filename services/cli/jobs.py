"""`hezheng jobs list|retry|cancel`: what workers have to do, and what they gave up."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import typer

from services.adapters.queue import CANCELLED, job_kinds
from services.adapters.queue.watching import STATES
from services.cli.serving import JOB_MODULES, installed_store


def list_all(states: list[str], name: str | None, limit: int, as_json: bool, data: Path | None) -> int:
    """The newest first; without states those that are not done."""
    wrong = [s for s in states if s not in STATES]
    if wrong:
        typer.echo(f"{wrong[0]}: 应为 {'、'.join(STATES)} 之一 / one of {', '.join(STATES)}", err=True)
        return 2
    with installed_store(data) as store:
        for job in store.queue.jobs(states=states or ("queued", "running", "dead"), name=name, limit=limit):
            if as_json:
                shown = {"id": job.id, "name": job.name, "args": job.args, "state": job.state, "lane": job.lane, "attempt": job.attempt}
                shown |= {"not_before": job.not_before.isoformat(), "worker": job.worker, "reason": job.reason, "updated_at": job.updated_at.isoformat()}
                typer.echo(json.dumps(shown, ensure_ascii=False))
            else:
                args = " ".join(f"{key}={value}" for key, value in job.args.items())
                why = f"  {job.reason}" if job.reason else ""
                typer.echo(f"{job.id}  {job.state:9}  {job.lane:6}  {job.name}  {args}  attempt {job.attempt}  {job.updated_at:%Y-%m-%d %H:%M:%S}{why}")
    return 0


def retry(job_ids: list[str], data: Path | None) -> int:
    """Queue dead or cancelled jobs anew; without ids all dead ones."""
    with installed_store(data) as store:
        wanted = job_ids or [job.id for job in store.queue.jobs(states=("dead",), limit=100_000)]
        missed = [job_id for job_id in wanted if not store.queue.retry(job_id)]
    typer.echo(f"{len(wanted) - len(missed)} 个任务重新排队 / jobs queued again")
    for job_id in missed:
        typer.echo(f"{job_id}: 不是已放弃或已取消的任务 / no dead or cancelled job", err=True)
    return 2 if missed else 0


def cancel(job_id: str, data: Path | None) -> int:
    """Let a job be, and tell whom it concerns as if it were dead."""
    for module in JOB_MODULES:
        importlib.import_module(module)
    with installed_store(data) as store:
        job = store.queue.cancel(job_id, CANCELLED)
        if job is None:
            typer.echo(f"{job_id}: 没有等待或进行中的该任务 / there is no such job waiting or running", err=True)
            return 2
        kind = job_kinds().get(job.name)
        if kind is not None and kind.dead is not None:
            kind.dead(store, CANCELLED, **job.args)
    return 0
