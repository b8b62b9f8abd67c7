"""What the routes share: the store, threads, claims as the API shows them, and the description of errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from anyio.to_thread import run_sync
from fastapi import Depends, Path, Request

from services.adapters.access import Caller
from services.adapters.repository import ClaimSummary, Decision
from services.adapters.repository.claims import no_claim
from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.domain.claim import SHANGHAI, RejectedRow
from services.domain.identity import mask_in_text
from services.domain.review import Proposal
from services.domain.text import Message
from services.ingest.api.gates import StoreOf, get_store
from services.ingest.api.matching import etag_of, require_match
from services.ingest.problems import MEDIA_TYPE, Problem, document, plain, spoken

__all__ = ["PREFIX", "ClaimId", "StoreOf", "get_store", "in_thread"]

T = TypeVar("T")

PREFIX = "/api/v1"
OPEN_STATUSES = ("draft", "returned")
"""A claim in one of these takes trainees and evidence."""

TABLE_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}},
            "example": {"file": "trainees.xlsx"},
        },
        "application/json": {
            "schema": {
                "type": "object",
                "description": "one object a person, with Chinese or English keys; a bare list is taken too",
                "required": ["people"],
                "properties": {"people": {"type": "array", "items": {"type": "object"}}},
            },
            "example": {"people": [{"姓名": "王小明", "身份证号": "220104199001011779", "人员类别": "参保职工", "学时": "40", "补贴金额": "800.00"}]},
        },
    },
}

ClaimId = Annotated[str, Path(description="`id` of the claim, as its creation answered", examples=["clm_0b6d1f3c9a7e4d2b8c5f6a10"])]


def get_sandbox(request: Request) -> Sandbox:
    """The children that look into tables and archives."""
    sandbox: Sandbox = request.app.state.sandbox()
    return sandbox


SandboxOf = Annotated[Sandbox, Depends(get_sandbox)]


async def in_thread(function: Callable[[], T]) -> T:
    """Run blocking work away from the event loop."""
    return await run_sync(function)


def seen_claim(store: Store, caller: Caller, claim_id: str) -> ClaimSummary:
    """A claim of an enterprise that is the caller's business; raises NotFound for every other one, as if it were not there."""
    summary = store.repository.claim_summary(claim_id)
    if not caller.sees(summary.uscc):
        raise no_claim(claim_id)
    return summary


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


def claim_detail(store: Store, summary: ClaimSummary) -> dict[str, Any]:
    """A claim with its material and decisions: what its ETag stands for."""
    trainees = store.repository.trainees(summary.id)
    view = claim_view(summary)
    view["trainees"] = None if trainees is None else len(trainees.people)
    view["evidence"] = material(store, summary.id)
    view["decisions"] = [decision_view(d) for d in store.repository.decisions(summary.id)]
    return view


def material(store: Store, claim_id: str) -> list[dict[str, Any]]:
    """The files of a claim, each under the name that findings call it by; numbers of citizens in names are masked there too."""
    return [
        {
            "evidence_id": evidence_id,
            "file": mask_in_text(file.path),
            "kind": file.kind,
            "sha256": file.sha256,
            "size": file.size,
            "media_type": file.media_type,
            "scan": scan,
        }
        for evidence_id, file, scan in store.repository.scanned_evidence(claim_id)
    ]


def decision_view(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "decision": decision.decision,
        "reason": decision.reason,
        "by": decision.actor,
        "at": decision.created_at.astimezone(SHANGHAI).isoformat(),
        "machine_verdict": decision.machine_verdict,
    }


def proposal_view(proposal: Proposal, verdict: str | None) -> dict[str, Any]:
    """A decision just taken."""
    return {
        "id": proposal.id,
        "decision": proposal.decision,
        "reason": proposal.reason,
        "by": proposal.name,
        "at": proposal.created_at.astimezone(SHANGHAI).isoformat(),
        "machine_verdict": verdict,
        "amount": None if proposal.amount is None else str(proposal.amount),
        "state": proposal.state.value,
        "second_person": None if proposal.why is None else {"zh": proposal.why.zh, "en": proposal.why.en},
    }


def unchanged_claim(store: Store, caller: Caller, claim_id: str, if_match: str | None) -> ClaimSummary:
    """A claim that is the caller's business and still as the caller read it. Raises NotFound, Problem 412."""
    summary = seen_claim(store, caller, claim_id)
    if if_match is not None:
        require_match(if_match, etag_of(claim_detail(store, summary)))
    return summary


def rejected_view(rows: tuple[RejectedRow, ...]) -> list[dict[str, Any]]:
    return [{"row": r.row, "table": r.table, "reason": spoken(r.reason)} for r in rows]


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
    """The errors of a route, each with an example, for its description."""
    schema = {"$ref": "#/components/schemas/Problem"}
    found: dict[int | str, dict[str, Any]] = {}
    for status in (401, 403, 429, 500, 503, *statuses):
        problem = plain(status)
        example = document(status, problem.kind, problem.message)
        found[status] = {"description": problem.message.en, "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}
    return found


def answers(*statuses: int, **models: Any) -> dict[int | str, dict[str, Any]]:
    """The answers of a route: its errors, and by status what it says when all is well (`_201=ClaimView`)."""
    return problem_answers(*statuses) | {int(name[1:]): {"model": model} for name, model in models.items()}
