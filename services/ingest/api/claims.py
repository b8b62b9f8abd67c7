"""Claims: create, list, look at, submit; their trainees and their report."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import IntegrityError

from services.adapters.access import Caller
from services.adapters.queue import SOON
from services.adapters.repository import STATUSES, ClaimExists, StoredAnswer
from services.adapters.store import Store
from services.domain.text import Message
from services.ingest.api.common import PREFIX, TABLE_BODY, CallerOf, StoreOf, claim_view, in_thread, open_claim, problem_answers, rejected_view
from services.ingest.bodies import parse_json, read_body, table_body
from services.ingest.claim_json import load_claim
from services.ingest.problems import Problem
from services.ingest.tables import read_trainees, trainees_from_json

router = APIRouter(prefix=PREFIX, tags=["claims"])

_FORMATS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
REPORT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""What a report may load: nothing but what is inside it."""

_CLAIM_BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["enterprise", "project"]}}}}


@router.post("/claims", status_code=201, summary="Create a claim", responses=problem_answers(400, 409, 413, 422), openapi_extra={"requestBody": _CLAIM_BODY})
async def create_claim(request: Request, store: StoreOf, caller: CallerOf, idempotency_key: Annotated[str | None, Header(max_length=255)] = None) -> Response:
    """`claim.json` as the body. With an `Idempotency-Key` a repeated call is answered as the first one was."""
    body = await read_body(request, store.settings.max_body_bytes)
    return await in_thread(lambda: _create(store, caller, body, idempotency_key))


def _create(store: Store, caller: Caller, body: bytes, key: str | None) -> Response:
    try:
        return _create_once(store, caller, body, key)
    except (IntegrityError, ClaimExists):  # the same call may have come in at the same moment: now its answer is there
        return _create_once(store, caller, body, key)


def _create_once(store: Store, caller: Caller, body: bytes, key: str | None) -> Response:
    fingerprint = hashlib.sha256(b"POST /claims\n" + body).hexdigest()
    with store.repository.transaction():
        earlier = store.repository.answer(caller.id, key) if key else None
        if earlier is not None:
            if earlier.request != fingerprint:
                raise Problem(
                    422,
                    "idempotency-key-reused",
                    Message(
                        "该 Idempotency-Key 已用于另一内容的请求，请换用新的值", "this Idempotency-Key was used for a request with another body; use a new one"
                    ),
                )
            return _created(earlier.body)
        raw = parse_json(body)
        claim = load_claim(body, f"API-{secrets.token_hex(6)}")
        claim_id = store.repository.put_claim(claim, raw, replace=False)
        text = json.dumps(claim_view(store.repository.claim_summary(claim_id)), ensure_ascii=False)
        if key:
            store.repository.put_answer(caller.id, key, StoredAnswer(fingerprint, 201, text))
    return _created(text)


def _created(text: str) -> Response:
    return Response(text, 201, {"Location": f"{PREFIX}/claims/{json.loads(text)['id']}"}, "application/json")


@router.get("/claims", summary="List claims, the newest first", responses=problem_answers(422))
def list_claims(
    store: StoreOf, _caller: CallerOf, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50, status: str | None = None
) -> dict[str, Any]:
    """`next` is the `cursor` of the following page, null on the last."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise Problem(422, "cursor-invalid", Message("cursor 无效，请使用上一页返回的 next", "the cursor is invalid; use `next` of the page before"))
    if status is not None and status not in STATUSES:
        raise Problem(422, "status-invalid", Message(f"status 应为 {'、'.join(STATUSES)} 之一", f"status is one of {', '.join(STATUSES)}"))
    found = store.repository.claims(after=cursor, limit=limit + 1, status=status)
    shown = found[:limit]
    return {"claims": [claim_view(c) for c in shown], "next": shown[-1].cursor if len(found) > limit else None}


@router.get("/claims/{claim_id}", summary="Status and progress of a claim", responses=problem_answers(404))
def get_claim(claim_id: str, store: StoreOf, _caller: CallerOf) -> dict[str, Any]:
    view = claim_view(store.repository.claim_summary(claim_id))
    view["evidence"] = [
        {"evidence_id": i, "kind": f.kind, "sha256": f.sha256, "size": f.size, "media_type": f.media_type}
        for i, f in store.repository.evidence_with_ids(claim_id)
    ]
    view["decisions"] = [
        {"decision": d.decision, "reason": d.reason, "by": d.actor, "at": d.created_at.isoformat(), "machine_verdict": d.machine_verdict}
        for d in store.repository.decisions(claim_id)
    ]
    return view


@router.put(
    "/claims/{claim_id}/trainees",
    summary="The people the subsidy is claimed for",
    responses=problem_answers(400, 404, 409, 413, 415, 422),
    openapi_extra={"requestBody": TABLE_BODY},
)
async def put_trainees(claim_id: str, request: Request, store: StoreOf, _caller: CallerOf) -> dict[str, Any]:
    """A table file (xlsx, xls, csv) as multipart `file`, or a JSON list of objects. Wrong rows are named, the others taken."""
    await in_thread(lambda: open_claim(store, claim_id))
    async with table_body(request, store.settings.max_body_bytes) as (value, path, name):
        trainees = await in_thread(lambda: trainees_from_json(value) if path is None else read_trainees(path, name))

    def keep() -> None:
        with store.repository.transaction():
            open_claim(store, claim_id)
            store.repository.put_trainees(claim_id, trainees)

    await in_thread(keep)
    return {"taken": len(trainees.people), "rejected": rejected_view(trainees.rejected)}


@router.post("/claims/{claim_id}/submit", status_code=202, summary="Start the verification", responses=problem_answers(404, 409))
def submit(claim_id: str, store: StoreOf, _caller: CallerOf) -> JSONResponse:
    """Asking again while it runs changes nothing; asking again afterwards verifies anew."""
    with store.repository.transaction():
        status = store.repository.claim_summary(claim_id).status
        if status in ("approved", "rejected"):
            raise Problem(
                409, "claim-decided", Message("该申报已有审核决定，不能再次提交", "the claim has been decided and can't be submitted again"), status_now=status
            )
        if status != "verifying":
            store.repository.set_status(claim_id, "verifying")
            store.queue.enqueue("verify.claim", priority=SOON, claim_id=claim_id)
        view = claim_view(store.repository.claim_summary(claim_id))
    return JSONResponse(view, 202, {"Location": f"{PREFIX}/claims/{claim_id}"})


@router.get("/claims/{claim_id}/report", summary="The report", responses=problem_answers(404))
def get_report(claim_id: str, store: StoreOf, _caller: CallerOf) -> JSONResponse:
    store.repository.claim_summary(claim_id)
    report = store.repository.report(claim_id)
    if report is None:
        raise no_report()
    return JSONResponse(report, headers={"Cache-Control": "no-store"})


@router.get(
    "/claims/{claim_id}/report.{extension}",
    summary="The report as html, pdf or xlsx",
    response_class=Response,
    responses=problem_answers(404) | {200: {"description": "The report in that form", "content": dict.fromkeys(("application/json", *_FORMATS.values()), {})}},
)
def get_rendering(claim_id: str, extension: str, store: StoreOf, _caller: CallerOf) -> Response:
    summary = store.repository.claim_summary(claim_id)
    if extension == "json":
        return get_report(claim_id, store, _caller)
    data = store.repository.rendering(claim_id, extension) if extension in _FORMATS else None
    if data is None:
        raise no_report()
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": REPORT_POLICY, "X-Content-Type-Options": "nosniff"}
    if extension != "html":
        headers["Content-Disposition"] = f'attachment; filename="report-{summary.id}.{extension}"'
    return Response(data, media_type=_FORMATS[extension], headers=headers)


def no_report() -> Problem:
    return Problem(404, "no-report", Message("尚无报告：请先提交并等待核验完成", "there is no report yet: submit the claim and wait until it is verified"))
