"""Decisions: what a reviewer makes of a verified claim. They stand beside the machine's verdict, never over it."""

from __future__ import annotations

import json
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from services.adapters.announce import announce
from services.domain.text import Message
from services.ingest.api.common import PREFIX, ClaimId, StoreOf, answers, decision_view, seen_claim, unchanged_claim
from services.ingest.api.gates import DeciderOf
from services.ingest.api.matching import IfMatch
from services.ingest.api.models import DecisionView
from services.ingest.api.once import IdempotencyKey, as_json, once
from services.ingest.problems import Problem

router = APIRouter(prefix=PREFIX, tags=["decisions"])


class DecisionBody(BaseModel):
    decision: Literal["approve", "reject", "return"]
    reason: str = Field(min_length=1, max_length=4000, pattern=r"\S")
    model_config = ConfigDict(json_schema_extra={"example": {"decision": "return", "reason": "请补充 11 月 9 日的签到表"}})


@router.post(
    "/claims/{claim_id}/decisions",
    status_code=201,
    summary="Approve, reject or return a claim",
    responses=answers(400, 404, 409, 412, 422, _201=DecisionView),
)
def decide(
    claim_id: ClaimId, body: DecisionBody, store: StoreOf, caller: DeciderOf, idempotency_key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """With a reason. Only a verified claim can be decided; a returned one takes more material and is submitted again."""
    seen_claim(store, caller, claim_id)

    def act() -> tuple[int, str]:
        status = unchanged_claim(store, caller, claim_id, if_match).status
        if status != "verified":
            raise Problem(
                409,
                "claim-not-verified",
                Message(f"申报当前状态为 {status}，核验完成后方可作出决定", f"the claim is {status}; it can be decided once it is verified"),
                status_now=status,
            )
        decision = store.repository.add_decision(claim_id, body.decision, body.reason, caller.name)
        announce(store, "claim.decided", claim_id)
        return 201, json.dumps(decision_view(decision), ensure_ascii=False)

    return as_json(once(store, caller, idempotency_key, f"POST /claims/{claim_id}/decisions", body.model_dump_json().encode(), act))
