"""What the repository answers with, where it is more than a value of the domain."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.domain.claim import Claim

Status = Literal["draft", "verifying", "verified", "approved", "rejected", "returned"]
STATUSES: tuple[Status, ...] = ("draft", "verifying", "verified", "approved", "rejected", "returned")


@dataclass(frozen=True, slots=True)
class ClaimSummary:
    """A claim as a list shows it. Amounts are decimal strings in CNY; `cursor` continues a list after this claim."""

    id: str
    claim_no: str
    enterprise: str
    uscc: str | None
    project: str
    policy: str | None
    status: Status
    verdict: str | None
    score: float | None
    score_low: float | None
    score_high: float | None
    claimed: str | None
    supported: str | None
    unclear: str | None
    submitted_at: datetime | None
    created_at: datetime
    updated_at: datetime
    progress_done: int
    progress_total: int
    error: str | None
    cursor: str


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """A claim with its state. `error`: why the last verification did not come to an end."""

    id: str
    claim: Claim
    status: Status
    created_at: datetime
    updated_at: datetime
    progress_done: int
    progress_total: int
    error: str | None
    summary: ClaimSummary


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided; it stands beside the machine's verdict of that moment."""

    id: str
    decision: str
    reason: str
    actor: str
    machine_verdict: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    id: str
    name: str
    created_at: datetime
    revoked_at: datetime | None
    scope: str = "portal"
    enterprises: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person who logs in: by password, or by `subject` (issuer and name there) of an identity provider."""

    id: str
    login: str
    name: str
    role: str
    password: str | None
    subject: str | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    caller: str
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """A resumable upload. `state`: open, done (`evidence_id` says as what), gone."""

    id: str
    claim_id: str
    kind: str
    length: int
    state: str
    evidence_id: str | None
    filename: str
    metadata: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where events are sent. `enterprises`: whose; None: all."""

    id: str
    owner: str
    url: str
    secret: str
    events: tuple[str, ...]
    enterprises: frozenset[str] | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook. `state`: waiting, delivered, dead. `payload` is the text that is signed."""

    id: str
    webhook_id: str
    message_id: str
    event: str
    payload: str
    state: str
    attempts: int
    answer: int | None
    reason: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """Who did what with personal data."""

    at: datetime
    caller: str
    name: str
    action: str
    claim_id: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer given under an Idempotency-Key; `request` is the fingerprint of the call it was given to. `status` 0: it is still under way."""

    request: str
    status: int
    body: str
    created_at: datetime | None = field(default=None, compare=False)
