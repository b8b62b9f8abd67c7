"""What the API answers with, for its description: names, types and an example of each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_CLAIM = "clm_0b6d1f3c9a7e4d2b8c5f6a10"
_WHEN = "2021-11-17T10:00:00+08:00"


class _Answer(BaseModel):
    model_config = ConfigDict(extra="allow")


class Text(_Answer):
    """A text in both languages."""

    zh: str
    en: str


class NamedEnterprise(_Answer):
    name: str
    uscc: str | None


class Progress(_Answer):
    done: int
    total: int


class ScoreRange(_Answer):
    value: float
    low: float | None
    high: float | None


class Amounts(_Answer):
    claimed: str | None
    supported: str | None
    unclear: str | None
    currency: str


class ProblemOfFile(_Answer):
    code: str
    message: Text


class EvidenceView(_Answer):
    evidence_id: str
    file: str
    kind: str | None
    sha256: str
    size: int
    media_type: str | None
    scan: Literal["clean", "infected", "not_scanned"] = "not_scanned"
    problem: ProblemOfFile | None = None
    contains: list[EvidenceView] | None = None
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "evidence_id": "ev_51c2a7e0d94b4f6f8f0b1c2d",
                "file": "photos/1.jpg",
                "kind": "photo",
                "sha256": _SHA,
                "size": 2_345_678,
                "media_type": "image/jpeg",
                "scan": "not_scanned",
            }
        },
    )


class DecisionView(_Answer):
    id: str
    decision: Literal["approve", "reject", "return"]
    reason: str
    by: str
    at: str
    machine_verdict: str | None
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "id": "dec_2f1e0d3c4b5a69788796a5b4",
                "decision": "approve",
                "reason": "材料齐全",
                "by": "王审核",
                "at": "2021-11-18T09:12:00+08:00",
                "machine_verdict": "pass",
            }
        },
    )


_CLAIM_EXAMPLE: dict[str, Any] = {
    "id": _CLAIM,
    "claim_no": "CC-2021-000123",
    "enterprise": {"name": "长春某某机械有限公司", "uscc": "91220101MA0Y2XQW66"},
    "project": "数控车工岗前培训",
    "policy": "changchun-2021-33",
    "status": "draft",
    "progress": {"done": 0, "total": 0},
    "verdict": None,
    "score": None,
    "amount": {"claimed": None, "supported": None, "unclear": None, "currency": "CNY"},
    "submitted_at": _WHEN,
    "created_at": _WHEN,
    "updated_at": _WHEN,
    "error": None,
    "links": {"self": f"/api/v1/claims/{_CLAIM}", "report": f"/api/v1/claims/{_CLAIM}/report"},
}


class ClaimView(_Answer):
    id: str
    claim_no: str
    enterprise: NamedEnterprise
    project: str
    policy: str | None
    status: Literal["draft", "verifying", "verified", "approved", "rejected", "returned"]
    progress: Progress
    verdict: Literal["pass", "review", "fail"] | None
    score: ScoreRange | None
    amount: Amounts
    submitted_at: str | None
    created_at: str
    updated_at: str
    error: str | None
    links: dict[str, str]
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": _CLAIM_EXAMPLE})


class ClaimDetail(ClaimView):
    """A claim with its material and what people decided."""

    trainees: int | None
    evidence: list[EvidenceView]
    decisions: list[DecisionView]
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": _CLAIM_EXAMPLE | {"trainees": 44, "evidence": [], "decisions": []}})


class ClaimPage(_Answer):
    claims: list[ClaimView]
    next: str | None
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": {"claims": [_CLAIM_EXAMPLE], "next": "41"}})


class RejectedRowView(_Answer):
    row: int
    table: str | None
    reason: Text


class TableTaken(_Answer):
    """How many people were taken, and which rows were not."""

    taken: int
    rejected: list[RejectedRowView]
    version: str | None = None
    warning: Text | None = None
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "taken": 44,
                "rejected": [{"row": 7, "table": "Sheet1", "reason": {"zh": "姓名为空", "en": "the name is missing"}}],
            }
        },
    )


class RosterView(_Answer):
    version: str
    people: int
    rejected: int
    created_at: str
    model_config = ConfigDict(
        extra="allow", json_schema_extra={"example": {"version": "ros_7d9b0c1e2f3a4b5c6d7e8f90", "people": 6012, "rejected": 3, "created_at": _WHEN}}
    )


class TraineeView(_Answer):
    name: str
    id_number: str
    category: str | None
    class_hours: str | None
    amount: str | None


class TraineesView(_Answer):
    """The trainees; ID numbers are masked unless a reviewer with that right asks."""

    people: list[TraineeView]
    rejected: list[RejectedRowView]
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "people": [{"name": "王小明", "id_number": "2201**********1779", "category": "参保职工", "class_hours": "40", "amount": "800.00"}],
                "rejected": [],
            }
        },
    )


class UploadView(_Answer):
    id: str
    claim_id: str
    kind: str
    offset: int
    length: int
    state: Literal["open", "done", "gone"]
    evidence_id: str | None
    expires_at: str
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "id": "upl_0a1b2c3d4e5f60718293a4b5",
                "claim_id": _CLAIM,
                "kind": "video",
                "offset": 104_857_600,
                "length": 734_003_200,
                "state": "open",
                "evidence_id": None,
                "expires_at": "2021-11-18T10:00:00+08:00",
            }
        },
    )


_HOOK: dict[str, Any] = {
    "id": "whk_8e7d6c5b4a39281706f5e4d3",
    "url": "https://portal.example.gov.cn/hooks/hezheng",
    "events": ["claim.decided", "claim.verified"],
    "created_at": _WHEN,
    "disabled_at": None,
}


class WebhookView(_Answer):
    id: str
    url: str
    events: list[str]
    created_at: str
    disabled_at: str | None
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": _HOOK})


class WebhookCreated(WebhookView):
    """`secret` signs what is sent; it is shown once."""

    secret: str
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": _HOOK | {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}})


class WebhookList(_Answer):
    webhooks: list[WebhookView]
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": {"webhooks": [_HOOK]}})


class DeliveryView(_Answer):
    id: str
    message_id: str
    event: str
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    answer: int | None
    reason: str | None
    created_at: str
    updated_at: str


class DeliveryList(_Answer):
    deliveries: list[DeliveryView]
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "deliveries": [
                    {
                        "id": "dlv_1c2d3e4f5061728394a5b6c7",
                        "message_id": "msg_9f8e7d6c5b4a392817060504",
                        "event": "claim.verified",
                        "state": "delivered",
                        "attempts": 1,
                        "answer": 204,
                        "reason": None,
                        "created_at": _WHEN,
                        "updated_at": _WHEN,
                    }
                ]
            }
        },
    )


class Alive(_Answer):
    status: Literal["ok"]
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": {"status": "ok"}})


class Ready(_Answer):
    status: Literal["ready"]
    free_bytes: int | None
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": {"status": "ready", "free_bytes": 53_687_091_200}})


class ReportView(_Answer):
    """report.json; its form is described beside the findings' codes."""

    report_version: int
    verdict: Literal["pass", "review", "fail"]
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "report_version": 1,
                "verdict": "review",
                "score": {"value": 87.5, "low": 82.0, "high": 93.0},
                "amount": {"claimed": "35200.00", "supported": "31400.00", "unclear": "1200.00", "currency": "CNY"},
            }
        },
    )
