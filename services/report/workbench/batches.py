"""Batches for people: start one, watch it, pause, resume or cancel it, and see what changed and why."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.adapters.access import Caller, Right
from services.adapters.batches import RowState, orders
from services.adapters.batches.forms import OrderInvalid, batch_view, change_view, order_from
from services.adapters.batches.orders import batch_store
from services.adapters.store import Store
from services.domain.errors import NotFound
from services.domain.text import Message
from services.report.batch_export import CAUSE_NAMES, claim_words
from services.report.workbench.base import page
from services.report.workbench.gates import NeedsPage, Refused, StoreOf
from services.report.workbench.routing import pages_of

router = pages_of()

BatcherOf = Annotated[Caller, Depends(NeedsPage(Right.BATCH))]
STATE_NAMES = {
    "queued": ("排队中", "waiting"),
    "running": ("进行中", "running"),
    "paused": ("已暂停", "paused"),
    "cancelled": ("已取消", "cancelled"),
    "finished": ("已完成", "finished"),
    "failed": ("失败", "failed"),
}
_CAUSES = {cause: (zh, cause.replace("_", " ")) for cause, zh in CAUSE_NAMES.items()}
_PER_PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIELDS = ("policy", "enterprise", "submitted_from", "submitted_to", "training_from", "training_to", "verdicts", "codes")


@router.get("/batches")
def batches_page(request: Request, store: StoreOf, caller: BatcherOf) -> HTMLResponse:
    found = [batch_view(b) for b in batch_store(store).batches(limit=_PER_PAGE)]
    return page(request, "batches.html", listed=found, state_names=STATE_NAMES, caller=caller)


@router.post("/batches")
async def start_batch(request: Request, store: StoreOf, caller: BatcherOf) -> Response:
    """From the form: empty fields are no condition."""
    form = await request.form()
    given = {name: str(form.get(name) or "").strip() for name in (*_FIELDS, "judge_by", "roster")}
    selection: dict[str, Any] = {name: given[name] for name in _FIELDS if given[name]}
    if "codes" in selection:
        selection["codes"] = selection["codes"].replace(",", " ").replace("，", " ").split()
    order: dict[str, Any] = {"selection": selection, "reread": form.get("reread") == "on", "dry_run": form.get("dry_run") == "on"}
    order |= {key: given[name] for key, name in (("policy", "judge_by"), ("roster", "roster")) if given[name]}
    try:
        made = order_from(order, caller.name)
        check = getattr(request.app.state, "check_order", None)
        batch_id = orders.start(store, made if check is None else check(store, made))
    except (OrderInvalid, NotFound) as error:
        raise Refused(422, error.message) from error
    return RedirectResponse(f"/batches/{batch_id}", 303)


@router.get("/batches/{batch_id}")
def batch_page(request: Request, batch_id: str, store: StoreOf, caller: BatcherOf, after: int = -1) -> HTMLResponse:
    """A batch with its progress, which the page asks for anew while it runs."""
    record = batch_store(store).batch(batch_id)
    rows = batch_store(store).rows(batch_id, states=(RowState.CHANGED, RowState.FAILED), first=after + 1, limit=_PER_PAGE + 1)
    values: dict[str, Any] = {"batch": batch_view(record), "over": record.over, "state_names": STATE_NAMES, "cause_names": _CAUSES, "caller": caller}
    values |= {"changes": [_shown(store, row) for row in rows[:_PER_PAGE]], "following": rows[_PER_PAGE - 1].number if len(rows) > _PER_PAGE else None}
    values["exported"] = batch_store(store).has_file(batch_id, "changes.xlsx")
    return page(request, "batch_part.html" if request.headers.get("hx-request") == "true" else "batch.html", **values)


def _shown(store: Store, row: Any) -> dict[str, Any]:
    return change_view(row, claim_words(store, row.claim_id))


@router.get("/batches/{batch_id}/changes.xlsx")
def batch_file(batch_id: str, store: StoreOf, caller: BatcherOf) -> Response:
    data = batch_store(store).file(batch_id, "changes.xlsx")
    if data is None:
        raise NotFound(Message("批次完成后方可下载", "there is no such file yet: it is made when the batch is finished"))
    return Response(data, media_type=_XLSX, headers={"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{batch_id}.xlsx"'})


@router.post("/batches/{batch_id}/{action}")
def act(batch_id: str, action: str, store: StoreOf, caller: BatcherOf, csrf: Annotated[str, Form()] = "") -> Response:
    """Pause, resume or cancel."""
    batch_store(store).batch(batch_id)
    acts = {"pause": orders.pause, "resume": orders.resume, "cancel": orders.cancel}
    if action not in acts:
        raise NotFound(Message("没有此操作", "there is no such action"))
    if not acts[action](store, batch_id):
        raise Refused(409, Message("批次当前状态不能执行此操作", "the batch is in no state for that"))
    return RedirectResponse(f"/batches/{batch_id}", 303)
