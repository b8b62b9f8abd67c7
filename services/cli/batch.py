"""`hezheng batch start|list|status|changes|pause|resume|cancel`: many claims of an installation verified again."""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.adapters.batches import BatchRecord, orders
from services.adapters.batches.forms import batch_view, order_from
from services.adapters.batches.orders import batch_store
from services.adapters.store import Store
from services.adapters.worker import WorkerPool
from services.cli.serving import JOB_MODULES, installed_store
from services.domain.batch import BatchState
from services.domain.errors import HezhengError
from services.report.batch_export import FORMATS, changes_file, changes_of
from services.verify import batches

_SEEN_LATELY = timedelta(minutes=2)
_LOOK_SECONDS = 0.3
_STATES = {"queued": "排队中", "running": "进行中", "paused": "已暂停", "cancelled": "已取消", "finished": "已完成", "failed": "失败"}


def start(order: dict[str, Any], *, wait: bool | None, as_json: bool, data: Path | None) -> int:
    """Order a batch. Without a worker that would do it, or with `wait`, it is watched to its end (and done here if nobody else does it)."""
    with installed_store(data) as store:
        try:
            batch_id = batches.start(store, order_from(order, "hezheng batch"))
        except HezhengError as error:
            return _wrong(error)
        alone = not store.queue.workers(_SEEN_LATELY)
        if wait is False:
            typer.echo(batch_id)
            if alone:
                typer.echo("没有正在运行的 worker，请运行 hezheng worker / no worker is running: start one with `hezheng worker`", err=True)
            return 0
        if not (wait or alone):
            typer.echo(batch_id)
            return 0
        record = _see_through(store, batch_id, here=alone)
        _show(record, as_json)
        return 0 if record.state is BatchState.FINISHED else 1


def list_all(*, limit: int, data: Path | None) -> int:
    with installed_store(data) as store:
        for b in batch_store(store).batches(limit=limit):
            typer.echo(f"{b.id}  {b.state.value:9}  {b.done}/{b.total}  changed {b.totals.changed}  failed {b.totals.failed}  {b.created_at:%Y-%m-%d %H:%M}")
    return 0


def status(batch_id: str, *, as_json: bool, data: Path | None) -> int:
    with installed_store(data) as store:
        try:
            record = batch_store(store).batch(batch_id)
        except HezhengError as error:
            return _wrong(error)
        _show(record, as_json)
    return 0


def changes(batch_id: str, *, out: Path | None, as_json: bool, data: Path | None) -> int:
    """Every claim that changed, and why; with `out` as a file (.xlsx or .json)."""
    with installed_store(data) as store:
        try:
            record = batch_store(store).batch(batch_id)
            if out is not None:
                name = out.suffix.lower().removeprefix(".")
                if name not in FORMATS:
                    typer.echo(f"{out}: 请用 .xlsx 或 .json / use .xlsx or .json", err=True)
                    return 2
                out.write_bytes(changes_file(store, batch_id, name))
                typer.echo(str(out))
            elif as_json:
                typer.echo(json.dumps({"batch": batch_view(record), "changes": list(changes_of(store, batch_id))}, ensure_ascii=False, indent=1))
            else:
                for change in changes_of(store, batch_id):
                    _show_change(change)
        except HezhengError as error:
            return _wrong(error)
    return 0


def act(action: str, batch_id: str, *, data: Path | None) -> int:
    """Pause, resume or cancel."""
    with installed_store(data) as store:
        try:
            record = batch_store(store).batch(batch_id)
            done = {"pause": orders.pause, "resume": orders.resume, "cancel": orders.cancel}[action](store, batch_id)
        except HezhengError as error:
            return _wrong(error)
        if not done and record.state is not BatchState.CANCELLED:
            typer.echo(f"{batch_id}: 当前状态 {_STATES[record.state]}，不能执行 / it is {record.state}, that can't be done now", err=True)
            return 2
        typer.echo(f"{batch_id}: {batch_store(store).batch(batch_id).state.value}")
    return 0


def _see_through(store: Store, batch_id: str, *, here: bool) -> BatchRecord:
    """Watch a batch to its end, with progress; with `here` workers of this process do what there is to do."""
    pool = WorkerPool(store.settings, JOB_MODULES) if here else None
    if pool is not None:
        pool.start()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    try:
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("重新核验 verifying again", total=None)
            while not (record := batch_store(store).batch(batch_id)).over and record.state is not BatchState.PAUSED:
                bar.update(task, completed=record.done, total=record.total or None)
                time.sleep(_LOOK_SECONDS)
        if record.state is BatchState.FINISHED and pool is not None:
            _let_reports_be_made(store, threading.Event())
        return batch_store(store).batch(batch_id)
    finally:
        if pool is not None:
            pool.stop()


def _let_reports_be_made(store: Store, stop: threading.Event) -> None:
    """Before the workers of this process go: the reports of claims that changed, and the export."""
    while not stop.wait(_LOOK_SECONDS) and (store.queue.counts().get("running") or store.queue.waiting()):
        pass


def _show(record: BatchRecord, as_json: bool) -> None:
    view = batch_view(record)
    if as_json:
        typer.echo(json.dumps(view, ensure_ascii=False, indent=1))
        return
    totals = record.totals
    typer.echo(record.id)
    typer.echo(f"{_STATES[record.state]} {record.state.value}  {record.done}/{record.total}{'  试算 dry run' if record.order.dry_run else ''}")
    typer.echo(f"有变化 changed {totals.changed}  无变化 unchanged {totals.unchanged}  失败 failed {totals.failed}  已有决定 decided {totals.decided}")
    typer.echo(f"支持金额 supported {totals.supported_before:.2f} -> {totals.supported_after:.2f}")
    for name, counts in (("结论 verdict", totals.verdicts), ("原因 why", totals.causes), ("新增 added", totals.added), ("消除 removed", totals.removed)):
        if counts:
            typer.echo(f"{name}: " + ", ".join(f"{key} {count}" for key, count in counts.items()))
    if record.reason:
        typer.echo(record.reason)


def _show_change(change: dict[str, Any]) -> None:
    name = change.get("claim_no") or change["claim_id"]
    if "before" not in change:
        typer.echo(f"{name}  失败 failed: {change.get('reason')}")
        return
    before, after = change["before"], change["after"]
    decided = f"  已有决定 decided ({change.get('status')})" if change["decided"] else ""
    typer.echo(
        f"{name}  {before['verdict']} -> {after['verdict']}  {before['score']['value']} -> {after['score']['value']}"
        f"  {before['amount']['supported']} -> {after['amount']['supported']}  [{', '.join(change['why'])}]{decided}"
    )
    for sign, key in (("+", "added"), ("-", "removed")):
        for finding in change["changes"].get("findings", {}).get(key, ()):
            typer.echo(f"  {sign} {finding['code']}  {finding['message']['zh']}")


def _wrong(error: HezhengError) -> int:
    print(f"{error.message.zh} / {error.message.en}", file=sys.stderr)
    return 2
