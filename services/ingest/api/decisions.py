"""Decisions: what a reviewer makes of a verified claim. They stand beside the machine's verdict, never over it."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.domain.text import Message
from services.ingest.api.common import PREFIX, CallerOf, StoreOf, problem_answers
from services.ingest.problems import Problem

router = APIRouter(prefix=PREFIX, tags=["decisions"])


class DecisionBody(BaseModel):
    decision: Literal["approve", "reject", "return"]
    reason: str = Field(min_length=1, max_length=4000, pattern=r"\S")


@router.post("/claims/{claim_id}/decisions", status_code=201, summary="Approve, reject or return a claim", responses=problem_answers(400, 404, 409, 422))
def decide(claim_id: str, body: DecisionBody, store: StoreOf, caller: CallerOf) -> dict[str, Any]:
    """With a reason. Only a verified claim can be decided; a returned one takes more material and is submitted again."""
    with store.repository.transaction():
        status = store.repository.claim_summary(claim_id).status
        if status != "verified":
            raise Problem(
                409,
                "claim-not-verified",
                Message(f"申报当前状态为 {status}，核验完成后方可作出决定", f"the claim is {status}; it can be decided once it is verified"),
                status_now=status,
            )
        decision = store.repository.add_decision(claim_id, body.decision, body.reason, caller.name)
    return {
        "id": decision.id,
        "decision": decision.decision,
        "reason": decision.reason,
        "by": decision.actor,
        "at": decision.created_at.isoformat(),
        "machine_verdict": decision.machine_verdict,
    }
