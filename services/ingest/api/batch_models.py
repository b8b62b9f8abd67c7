"""What the calls about batches answer with, for the API's description: names, types and an example of each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

_WHEN = "2021-11-17T10:00:00+08:00"
_BATCH: dict[str, Any] = {
    "id": "bat_0b6d1f3c9a7e4d2b8c5f6a10",
    "state": "finished",
    "progress": {"done": 812, "total": 812},
    "selection": {"enterprise": "91220101MA0Y2XQW66", "verdicts": ["review"]},
    "policy": {"id": "changchun-2021-33", "version": "2021-11-17.1"},
    "roster": "newest",
    "reread": False,
    "dry_run": True,
    "by": "市局数据组",
    "totals": {
        "claims": 812,
        "changed": 31,
        "unchanged": 781,
        "failed": 0,
        "decided": 4,
        "verdicts": {"review > pass": 27},
        "causes": {"roster": 31},
        "findings": {"added": {}, "removed": {"trainee.not_on_roster": 58}},
        "supported": {"before": "1214400.00", "after": "1231200.00", "currency": "CNY"},
    },
    "reason": None,
    "created_at": _WHEN,
    "updated_at": _WHEN,
    "finished_at": _WHEN,
    "links": {
        "self": "/api/v1/batches/bat_0b6d1f3c9a7e4d2b8c5f6a10",
        "changes": "/api/v1/batches/bat_0b6d1f3c9a7e4d2b8c5f6a10/changes",
    },
}
_DIFFERENCE: dict[str, Any] = {
    "verdict": {"before": "review", "after": "pass"},
    "amount": {"supported": {"before": "34400.00", "after": "35200.00"}},
    "findings": {
        "added": [],
        "removed": [
            {
                "code": "trainee.not_on_roster",
                "severity": "critical",
                "outcome": "unmet",
                "clause": "insured",
                "subject": "王小明",
                "message": {"zh": "不在参保名册上", "en": "is not on the roster"},
            }
        ],
    },
}
_CHANGE: dict[str, Any] = {
    "claim_id": "clm_0b6d1f3c9a7e4d2b8c5f6a10",
    "claim_no": "CC-2021-000123",
    "enterprise": {"name": "长春某某机械有限公司", "uscc": "91220101MA0Y2XQW66"},
    "project": "数控车工岗前培训",
    "status": "verified",
    "state": "changed",
    "decided": False,
    "reason": None,
    "changes": _DIFFERENCE,
    "why": ["roster"],
    "by_cause": [{"causes": ["roster"], "changes": _DIFFERENCE}],
}
BATCH_CHANGES_EXAMPLE: dict[str, Any] = {"batch": _BATCH, "changes": [_CHANGE], "next": None}


class _Answer(BaseModel):
    model_config = ConfigDict(extra="allow")


class BatchProgress(_Answer):
    done: int
    total: int


class BatchView(_Answer):
    """A batch with its progress and totals."""

    id: str
    state: Literal["queued", "running", "paused", "finished", "failed", "cancelled"]
    progress: BatchProgress
    roster: str
    reread: bool
    dry_run: bool
    by: str
    totals: dict[str, Any]
    reason: str | None
    created_at: str
    updated_at: str
    finished_at: str | None
    links: dict[str, str]
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": _BATCH})


class BatchPage(_Answer):
    batches: list[BatchView]
    next: str | None
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": {"batches": [_BATCH], "next": None}})


class ChangeView(_Answer):
    """One claim of a batch: what differs, and why."""

    claim_id: str
    claim_no: str | None
    state: str
    decided: bool
    reason: str | None


class BatchChanges(_Answer):
    batch: BatchView
    changes: list[ChangeView]
    next: str | None
    model_config = ConfigDict(extra="allow", json_schema_extra={"example": BATCH_CHANGES_EXAMPLE})
