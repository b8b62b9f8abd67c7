"""Decisions: what a reviewer makes of a verified claim. They stand beside the machine's verdict, never over it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from services.adapters.deciding import Undecidable
from services.adapters.deciding import decide as decide_claim
from services.domain.text import Message
from services.ingest.api.common import PREFIX, ClaimId, StoreOf, answers, proposal_view, seen_claim, unchanged_claim
from services.ingest.api.gates import DeciderOf
from services.ingest.api.matching import IfMatch
from services.ingest.api.models import DecisionView
from services.ingest.api.once import IdempotencyKey, as_json, once
from services.ingest.problems import Problem

router = APIRouter(prefix=PREFIX, tags=["decisions"])


class DecisionBody(BaseModel):
    decision: Literal["approve", "reject", "return"]
    reason: str = Field(min_length=1, max_length=4000, pattern=r"\S")
    amount: Decimal | None = Field(default=None, ge=0, max_digits=14, decimal_places=2, description="to be paid on approval; default: what is supported")
    model_config = ConfigDict(json_schema_extra={"example": {"decision": "return", "reason": "请补充 11 月 9 日的签到表"}})


@router.post(
    "/claims/{claim_id}/decisions",
    status_code=201,
    summary="Approve, reject or return a claim",
    responses=answers(400, 404, 409, 412, 413, 422, _201=DecisionView),
)
def decide(
    claim_id: ClaimId, body: DecisionBody, store: StoreOf, caller: DeciderOf, idempotency_key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """With a reason. Only a verified claim can be decided; a returned one takes more material and is submitted again.

    `state` is `final`, or `waiting` where a second person has to agree: the claim then stays `verified`.
    """
    seen_claim(store, caller, claim_id)

    def act() -> tuple[int, str]:
        summary = unchanged_claim(store, caller, claim_id, if_match)
        status = summary.status
        if status != "verified":
            raise Problem(
                409,
                "claim-not-verified",
                Message(f"申报当前状态为 {status}，核验完成后方可作出决定", f"the claim is {status}; it can be decided once it is verified"),
                status_now=status,
            )
        try:
            proposal = decide_claim(store, caller, claim_id, body.decision, body.reason, body.amount)
        except Undecidable as error:
            raise Problem(409 if error.changed else 422, "decision-waiting" if error.changed else "amount-invalid", error.message) from error
        return 201, json.dumps(proposal_view(proposal, summary.verdict), ensure_ascii=False)

    return as_json(once(store, caller, idempotency_key, f"POST /claims/{claim_id}/decisions", body.model_dump_json().encode(), act))
