"""Batches: many claims verified again, what changed in each, and why. Nobody's decision is touched by one."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from services.adapters.batches import BatchRecord, RowState, orders
from services.adapters.batches.forms import OrderInvalid, batch_view, change_view, order_from
from services.adapters.batches.orders import batch_store
from services.adapters.store import Store
from services.domain.batch import BatchOrder
from services.domain.errors import NotFound
from services.domain.text import Message
from services.ingest.api.batch_models import BATCH_CHANGES_EXAMPLE, BatchChanges, BatchPage, BatchView
from services.ingest.api.common import PREFIX, answers, in_thread, problem_answers
from services.ingest.api.gates import BatcherOf, StoreOf
from services.ingest.api.once import IdempotencyKey, as_json, once
from services.ingest.bodies import parse_json, read_body
from services.ingest.problems import Problem

router = APIRouter(prefix=PREFIX, tags=["batches"])

BatchId = Annotated[str, Path(description="`id` of the batch, as its start answered", examples=["bat_0b6d1f3c9a7e4d2b8c5f6a10"])]
Cursor = Annotated[str | None, Query(description="`next` of the page before", examples=["41"])]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXAMPLE = {
    "selection": {
        "policy": "changchun-2021-33",
        "enterprise": "91220101MA0Y2XQW66",
        "training_from": "2021-01-01",
        "training_to": "2021-12-31",
        "verdicts": ["review"],
        "codes": ["trainee.not_insured"],
    },
    "policy": "changchun-2021-33",
    "roster": "newest",
    "reread": False,
    "dry_run": True,
}
_SELECTION = {
    "policy": {"type": "string", "description": "judged by this policy last"},
    "enterprise": {"type": "string", "description": "credit code or name"},
    **{name: {"type": "string", "format": "date"} for name in ("submitted_from", "submitted_to", "training_from", "training_to")},
    **{name: {"type": "array", "items": {"type": "string"}} for name in ("verdicts", "statuses", "codes", "ids")},
}
_SCHEMA = {
    "type": "object",
    "properties": {
        "selection": {"type": "object", "properties": _SELECTION, "description": "verified claims for which every condition holds; none: all of them"},
        "policy": {"type": "string", "description": "judge by this policy (id or id@version); default: each by its own"},
        "roster": {"type": "string", "description": "newest (default), same (as each was judged by), or a version"},
        "reread": {"type": "boolean", "description": "read files again that the present readers have not read; default: from what is stored"},
        "dry_run": {"type": "boolean", "description": "only tell what would change"},
    },
}
_BODY = {"required": True, "content": {"application/json": {"schema": _SCHEMA, "example": _EXAMPLE}}}


@router.post(
    "/batches", status_code=202, summary="Verify claims again", responses=answers(400, 409, 413, 422, _202=BatchView), openapi_extra={"requestBody": _BODY}
)
async def start_batch(request: Request, store: StoreOf, caller: BatcherOf, idempotency_key: IdempotencyKey = None) -> Response:
    """Selected claims are matched and judged again from what was read before; with `dry_run` nothing is written but the result."""
    body = await read_body(request, store.settings.max_body_bytes)

    def begin() -> tuple[int, str]:
        order = _known(request, store, order_from(parse_json(body) if body.strip() else {}, caller.name))
        return 202, json.dumps(_view(batch_store(store).batch(orders.start(store, order))), ensure_ascii=False)

    try:
        answer = await in_thread(lambda: once(store, caller, idempotency_key, "POST /batches", body, begin))
    except OrderInvalid as error:
        errors = [{"field": p.field, "found": p.found, "expected": {"zh": p.expected.zh, "en": p.expected.en}} for p in error.problems]
        raise Problem(422, "batch-invalid", error.message, errors=errors) from error
    except NotFound as error:
        raise Problem(422, "batch-names-unknown", error.message) from error
    return as_json(answer, {"Location": f"{PREFIX}/batches/{json.loads(answer[1])['id']}"})


def _known(request: Request, store: Store, order: BatchOrder) -> BatchOrder:
    """The order checked by whoever knows the policies, where the application was given that; else the worker checks it."""
    check = getattr(request.app.state, "check_order", None)
    checked: BatchOrder = order if check is None else check(store, order)
    return checked


@router.get("/batches", summary="List batches, the newest first", responses=answers(422, _200=BatchPage))
def list_batches(
    store: StoreOf, _caller: BatcherOf, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=200, description="of one page")] = 50
) -> JSONResponse:
    """`next` is the `cursor` of the following page, null on the last."""
    found = batch_store(store).batches(after=_number(cursor), limit=limit + 1)
    shown = found[:limit]
    return JSONResponse({"batches": [_view(b) for b in shown], "next": shown[-1].cursor if len(found) > limit else None})


@router.get("/batches/{batch_id}", summary="Progress and totals of a batch", responses=answers(404, _200=BatchView))
def get_batch(batch_id: BatchId, store: StoreOf, _caller: BatcherOf) -> JSONResponse:
    return JSONResponse(_view(batch_store(store).batch(batch_id)))


@router.get("/batches/{batch_id}/changes", summary="What changed in each claim, and why", responses=answers(404, 422, _200=BatchChanges))
def get_changes(
    batch_id: BatchId,
    store: StoreOf,
    _caller: BatcherOf,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=500, description="of one page")] = 100,
    state: Annotated[RowState | None, Query(description="default: changed and failed ones")] = None,
    decided: Annotated[bool | None, Query(description="only claims that a person has decided already, or only others")] = None,
) -> JSONResponse:
    """In the order of submission. Decided claims are listed for a person to look at: their judgement and decision stay."""
    record = batch_store(store).batch(batch_id)
    states = (RowState.CHANGED, RowState.FAILED) if state is None else (state,)
    first = 0 if cursor is None else int(_number(cursor) or 0) + 1
    rows = batch_store(store).rows(batch_id, states=states, first=first, limit=limit + 1, decided=decided)
    shown = rows[:limit]
    changes = [change_view(row, claim_words(store, row.claim_id)) for row in shown]
    return JSONResponse({"batch": _view(record), "changes": changes, "next": str(shown[-1].number) if len(rows) > limit else None})


@router.get(
    "/batches/{batch_id}/changes.{extension}",
    summary="The changes of a finished batch as xlsx or json",
    response_class=Response,
    responses=problem_answers(404)
    | {200: {"description": "The changes in that form", "content": {_XLSX: {"example": "PK…"}, "application/json": {"example": BATCH_CHANGES_EXAMPLE}}}},
)
def get_changes_file(
    batch_id: BatchId, extension: Annotated[str, Path(description="xlsx or json", examples=["xlsx"])], store: StoreOf, _caller: BatcherOf
) -> Response:
    batch_store(store).batch(batch_id)
    data = batch_store(store).file(batch_id, f"changes.{extension}") if extension in ("xlsx", "json") else None
    if data is None:
        raise Problem(404, "no-export", Message("批次完成后方可下载", "there is no such file yet: it is made when the batch is finished"))
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{batch_id}.{extension}"'}
    return Response(data, media_type=_XLSX if extension == "xlsx" else "application/json", headers=headers)


@router.post("/batches/{batch_id}/cancel", summary="Stop a batch for good", responses=answers(404, 409, _200=BatchView))
def cancel_batch(batch_id: BatchId, store: StoreOf, _caller: BatcherOf) -> JSONResponse:
    """What was written stays. Cancelling what is cancelled changes nothing."""
    if not orders.cancel(store, batch_id):
        record = batch_store(store).batch(batch_id)
        if record.state != "cancelled":
            raise _conflict(record)
    return JSONResponse(_view(batch_store(store).batch(batch_id)))


@router.post("/batches/{batch_id}/pause", summary="Stop a batch for a while", responses=answers(404, 409, _200=BatchView))
def pause_batch(batch_id: BatchId, store: StoreOf, _caller: BatcherOf) -> JSONResponse:
    if not orders.pause(store, batch_id):
        raise _conflict(batch_store(store).batch(batch_id))
    return JSONResponse(_view(batch_store(store).batch(batch_id)))


@router.post("/batches/{batch_id}/resume", summary="Go on with a paused batch", responses=answers(404, 409, _200=BatchView))
def resume_batch(batch_id: BatchId, store: StoreOf, _caller: BatcherOf) -> JSONResponse:
    if not orders.resume(store, batch_id):
        raise _conflict(batch_store(store).batch(batch_id))
    return JSONResponse(_view(batch_store(store).batch(batch_id)))


def claim_words(store: Store, claim_id: str) -> dict[str, Any]:
    """How a claim is named to people; one that was removed since has its id only."""
    try:
        claim = store.repository.claim_summary(claim_id)
    except NotFound:
        return {"claim_no": None, "enterprise": None, "project": None, "status": None}
    return {"claim_no": claim.claim_no, "enterprise": {"name": claim.enterprise, "uscc": claim.uscc}, "project": claim.project, "status": claim.status}


def _view(record: BatchRecord) -> dict[str, Any]:
    here = f"{PREFIX}/batches/{record.id}"
    return batch_view(record) | {"links": {"self": here, "changes": f"{here}/changes"}}


def _conflict(record: BatchRecord) -> Problem:
    return Problem(
        409,
        "batch-state",
        Message(f"批次当前状态为 {record.state}，不能执行此操作", f"the batch is {record.state}; that can't be done now"),
        state_now=record.state.value,
    )


def _number(cursor: str | None) -> str | None:
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise Problem(422, "cursor-invalid", Message("cursor 无效，请使用上一页返回的 next", "the cursor is invalid; use `next` of the page before"))
    return cursor
