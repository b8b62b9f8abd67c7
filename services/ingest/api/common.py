"""What the routes share: the store, the caller, and claims as the API shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from anyio.to_thread import run_sync
from fastapi import Depends, Request

from services.adapters.access import Caller, by_key
from services.adapters.repository import ClaimSummary
from services.adapters.store import Store
from services.domain.claim import SHANGHAI, RejectedRow
from services.domain.text import Message
from services.ingest.problems import MEDIA_TYPE, Problem, plain

T = TypeVar("T")

PREFIX = "/api/v1"
OPEN_STATUSES = ("draft", "returned")
"""A claim in one of these takes trainees and evidence."""

TABLE_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}},
        "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
    },
}


def get_store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def get_caller(request: Request) -> Caller:
    """Who shows a key with the call. Raises Problem 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    secret = token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
    caller = by_key(get_store(request), secret) if secret else None
    if caller is None:
        raise plain(401, {"WWW-Authenticate": "Bearer"})
    return caller


StoreOf = Annotated[Store, Depends(get_store)]
CallerOf = Annotated[Caller, Depends(get_caller)]


async def in_thread(function: Callable[[], T]) -> T:
    """Run blocking work away from the event loop."""
    return await run_sync(function)


def claim_view(summary: ClaimSummary) -> dict[str, Any]:
    """A claim as the API shows it; times in Asia/Shanghai."""
    submitted = summary.submitted_at
    return {
        "id": summary.id,
        "claim_no": summary.claim_no,
        "enterprise": {"name": summary.enterprise, "uscc": summary.uscc},
        "project": summary.project,
        "policy": summary.policy,
        "status": summary.status,
        "progress": {"done": summary.progress_done, "total": summary.progress_total},
        "verdict": summary.verdict,
        "score": None if summary.score is None else {"value": summary.score, "low": summary.score_low, "high": summary.score_high},
        "amount": {"claimed": summary.claimed, "supported": summary.supported, "unclear": summary.unclear, "currency": "CNY"},
        "submitted_at": None if submitted is None else submitted.astimezone(SHANGHAI).isoformat(),
        "created_at": summary.created_at.astimezone(SHANGHAI).isoformat(),
        "updated_at": summary.updated_at.astimezone(SHANGHAI).isoformat(),
        "error": summary.error,
        "links": {"self": f"{PREFIX}/claims/{summary.id}", "report": f"{PREFIX}/claims/{summary.id}/report"},
    }


def rejected_view(rows: tuple[RejectedRow, ...]) -> list[dict[str, Any]]:
    return [{"row": r.row, "table": r.table, "reason": {"zh": r.reason.zh, "en": r.reason.en}} for r in rows]


def open_claim(store: Store, claim_id: str) -> ClaimSummary:
    """A claim that still takes material. Raises NotFound, Problem 409."""
    summary = store.repository.claim_summary(claim_id)
    if summary.status not in OPEN_STATUSES:
        raise Problem(
            409,
            "claim-closed",
            Message(
                f"申报当前状态为 {summary.status}，不能再补充材料；请先由审核人退回",
                f"the claim is {summary.status} and takes no more material; a reviewer can return it",
            ),
            status_now=summary.status,
        )
    return summary


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, for its description."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {status: {"description": plain(status).message.en, "content": {MEDIA_TYPE: {"schema": schema}}} for status in (401, *statuses)}
