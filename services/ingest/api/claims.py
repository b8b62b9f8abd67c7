"""Claims: create, list, look at, edit, submit."""

from __future__ import annotations

import json
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from services.adapters.access import Caller
from services.adapters.queue import SOON
from services.adapters.repository import STATUSES
from services.adapters.store import Store
from services.domain.claim import Claim
from services.domain.text import Message
from services.ingest.api.common import PREFIX, ClaimId, StoreOf, answers, claim_detail, claim_view, in_thread, open_claim, seen_claim, unchanged_claim
from services.ingest.api.gates import ReaderOf, WriterOf
from services.ingest.api.matching import IfMatch, IfNoneMatch, etag_of, named
from services.ingest.api.models import ClaimDetail, ClaimPage, ClaimView
from services.ingest.api.once import IdempotencyKey, as_json, once
from services.ingest.bodies import parse_json, read_body
from services.ingest.claim_json import load_claim
from services.ingest.problems import Problem

router = APIRouter(prefix=PREFIX, tags=["claims"])

_EXAMPLE = {
    "claim_no": "CC-2021-000123",
    "policy": "changchun-2021-33",
    "enterprise": {"name": "长春某某机械有限公司", "uscc": "91220101MA0Y2XQW66", "employees": 8200, "industrial": True, "area_code": "220100"},
    "project": {"name": "数控车工岗前培训", "training_type": "岗前培训", "start": "2021-11-08", "end": "2021-11-12", "class_hours": "40", "trainee_count": 44},
    "sessions": [{"date": "2021-11-08", "start": "08:30", "end": "11:30", "class_hours": "4", "mode": "theory", "course": "机械制图"}],
    "claimed_amount": "35200.00",
    "submitted_at": "2021-11-17T10:00:00+08:00",
}
_CLAIM_BODY = {
    "required": True,
    "content": {"application/json": {"schema": {"type": "object", "required": ["enterprise", "project"]}, "example": _EXAMPLE}},
}


@router.post(
    "/claims",
    status_code=201,
    summary="Create a claim",
    responses=answers(400, 409, 413, 415, 422, _201=ClaimView),
    openapi_extra={"requestBody": _CLAIM_BODY},
)
async def create_claim(request: Request, store: StoreOf, caller: WriterOf, idempotency_key: IdempotencyKey = None) -> Response:
    """`claim.json` as the body. With an `Idempotency-Key` a repeated call is answered as the first one was."""
    body = await read_body(request, store.settings.max_body_bytes)
    answer = await in_thread(lambda: once(store, caller, idempotency_key, "POST /claims", body, lambda: _create(store, caller, body)))
    return as_json(answer, {"Location": f"{PREFIX}/claims/{json.loads(answer[1])['id']}"})


def _create(store: Store, caller: Caller, body: bytes) -> tuple[int, str]:
    raw = parse_json(body)
    claim = _own_claim(caller, body, f"API-{secrets.token_hex(6)}")
    claim_id = store.repository.put_claim(claim, raw, replace=False)
    return 201, json.dumps(claim_view(store.repository.claim_summary(claim_id)), ensure_ascii=False)


def _own_claim(caller: Caller, body: bytes, name: str) -> Claim:
    claim = load_claim(body, name)
    if not caller.sees(claim.enterprise.uscc):
        raise Problem(
            403,
            "enterprise-not-yours",
            Message(
                "您的密钥不能为该企业申报，请核对 enterprise.uscc", "your key may not claim for this enterprise; look at enterprise.uscc, which it is bound to"
            ),
        )
    return claim


@router.get("/claims", summary="List claims, the newest first", responses=answers(422, _200=ClaimPage))
def list_claims(
    store: StoreOf,
    caller: ReaderOf,
    cursor: Annotated[str | None, Query(description="`next` of the page before", examples=["41"])] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="of one page")] = 50,
    status: Annotated[str | None, Query(description="only claims of this status", examples=["verified"])] = None,
) -> JSONResponse:
    """`next` is the `cursor` of the following page, null on the last."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise Problem(422, "cursor-invalid", Message("cursor 无效，请使用上一页返回的 next", "the cursor is invalid; use `next` of the page before"))
    if status is not None and status not in STATUSES:
        raise Problem(422, "status-invalid", Message(f"status 应为 {'、'.join(STATUSES)} 之一", f"status is one of {', '.join(STATUSES)}"))
    found = store.repository.claims(after=cursor, limit=limit + 1, status=status, enterprises=caller.enterprises)
    shown = found[:limit]
    return JSONResponse({"claims": [claim_view(c) for c in shown], "next": shown[-1].cursor if len(found) > limit else None})


@router.get(
    "/claims/{claim_id}",
    summary="Status and progress of a claim",
    responses=answers(404, _200=ClaimDetail) | {304: {"description": "It is as it was."}},
)
def get_claim(claim_id: ClaimId, store: StoreOf, caller: ReaderOf, if_none_match: IfNoneMatch = None) -> Response:
    """With its material and decisions. The `ETag` stands for all of it: send it back as `If-Match` with a change."""
    detail = claim_detail(store, seen_claim(store, caller, claim_id))
    etag = etag_of(detail)
    if if_none_match is not None and named(if_none_match, etag, weak=True):
        return Response(status_code=304, headers={"ETag": etag})
    return JSONResponse(detail, headers={"ETag": etag})


@router.put(
    "/claims/{claim_id}",
    summary="Correct what a claim says",
    responses=answers(400, 404, 409, 412, 413, 415, 422, _200=ClaimDetail),
    openapi_extra={"requestBody": _CLAIM_BODY},
)
async def change_claim(claim_id: ClaimId, request: Request, store: StoreOf, caller: WriterOf, if_match: IfMatch = None) -> JSONResponse:
    """The whole `claim.json` anew, of a claim that is a draft or was returned; its material stays."""
    await in_thread(lambda: seen_claim(store, caller, claim_id))
    body = await read_body(request, store.settings.max_body_bytes)

    def change() -> dict[str, Any]:
        raw = parse_json(body)
        with store.repository.transaction():
            summary = unchanged_claim(store, caller, claim_id, if_match)
            open_claim(store, claim_id)
            store.repository.change_claim(claim_id, _own_claim(caller, body, summary.claim_no), raw)
            return claim_detail(store, store.repository.claim_summary(claim_id))

    detail = await in_thread(change)
    return JSONResponse(detail, headers={"ETag": etag_of(detail)})


@router.post(
    "/claims/{claim_id}/submit",
    status_code=202,
    summary="Start the verification",
    responses=answers(404, 409, 412, 422, _202=ClaimView),
)
def submit(claim_id: ClaimId, store: StoreOf, caller: WriterOf, idempotency_key: IdempotencyKey = None, if_match: IfMatch = None) -> Response:
    """Asking again while it runs changes nothing; asking again afterwards verifies anew."""
    seen_claim(store, caller, claim_id)

    def act() -> tuple[int, str]:
        status = unchanged_claim(store, caller, claim_id, if_match).status
        if status in ("approved", "rejected"):
            raise Problem(
                409, "claim-decided", Message("该申报已有审核决定，不能再次提交", "the claim has been decided and can't be submitted again"), status_now=status
            )
        if status != "verifying":
            store.repository.set_status(claim_id, "verifying")
            store.queue.enqueue("verify.claim", priority=SOON, claim_id=claim_id)
        return 202, json.dumps(claim_view(store.repository.claim_summary(claim_id)), ensure_ascii=False)

    answer = once(store, caller, idempotency_key, f"POST /claims/{claim_id}/submit", b"", act)
    return as_json(answer, {"Location": f"{PREFIX}/claims/{claim_id}"})
