"""What a check yields (`Result`), what the engine makes of it (`Finding`), and the judgement they add up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.domain.codes import Severity
from services.domain.evidence import Place, Related
from services.domain.quick import quick
from services.domain.text import Message

__all__ = ["ClauseOutcome", "Effect", "Entitlement", "Finding", "Judgement", "Outcome", "Result", "Severity", "Step"]


class Outcome(StrEnum):
    MET = "met"
    UNMET = "unmet"
    UNCLEAR = "unclear"
    NOT_APPLICABLE = "not_applicable"


class Effect(StrEnum):
    """What a finding does to the money of the trainees it names (of all trainees, where it names none)."""

    NONE = "none"
    EXCLUDES = "excludes"
    """Nothing may be paid."""
    WITHHOLDS = "withholds"
    """What would be paid waits for a human: it goes to `unclear`."""


@quick
@dataclass(frozen=True, slots=True)
class Result:
    """One thing a check says. It never cites the law: the engine stamps clause, article and policy version.

    `code` None: a plain MET or NOT_APPLICABLE without a finding. `expected`/`observed` are JSON values. `trainees` are
    indices into the case's trainees. `confidence`: of an UNCLEAR, how likely the clause is met after all.
    """

    outcome: Outcome
    code: str | None = None
    message: Message | None = None
    subject: str = ""
    expected: Any = None
    observed: Any = None
    evidence: tuple[Place, ...] = ()
    related: tuple[Related, ...] = ()
    trainees: tuple[int, ...] = ()
    effect: Effect = Effect.NONE
    confidence: float = 0.5


@quick
@dataclass(frozen=True, slots=True)
class Finding:
    """A result with a code, stamped with clause and severity."""

    code: str
    severity: Severity
    outcome: Outcome
    clause: str
    article: str
    message: Message
    subject: str
    expected: Any
    observed: Any
    evidence: tuple[Place, ...]
    related: tuple[Related, ...]
    trainees: tuple[int, ...]
    effect: Effect


@quick
@dataclass(frozen=True, slots=True)
class ClauseOutcome:
    """How one clause came out. `confidence`: of an unclear one, how likely it is met; `findings` index the judgement's findings."""

    id: str
    article: str
    text: str
    about: str
    outcome: Outcome
    weight: Decimal
    critical: bool
    confidence: float
    findings: tuple[int, ...]
    manual: bool = False
    practice: bool = False
    reason: Message | None = None
    """Why an unclear clause has no finding: its check came to no conclusion."""


@quick
@dataclass(frozen=True, slots=True)
class Step:
    """One step of the reckoning of a trainee's hours or money, for people to follow."""

    message: Message
    hours: Decimal | None = None
    amount: Decimal | None = None
    finding: int | None = None


@quick
@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the evidence supports for one trainee. Amounts None: the rate is unknown, or nothing was claimed."""

    trainee: int
    sessions_signed: int
    online_minutes_logged: float
    online_minutes_verified: float
    hours_claimed: Decimal | None
    hours_supported: Decimal
    amount_claimed: Decimal | None
    amount_supported: Decimal | None
    amount_unclear: Decimal | None
    findings: tuple[int, ...]
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of one run of one policy version over one case."""

    policy_id: str
    policy_version: str
    policy_title: str
    clauses: tuple[ClauseOutcome, ...]
    findings: tuple[Finding, ...]
    entitlements: tuple[Entitlement, ...]
    claimed: Decimal | None
    supported: Decimal | None
    unclear: Decimal | None
    reader_versions: tuple[tuple[str, int], ...] = field(default=())
