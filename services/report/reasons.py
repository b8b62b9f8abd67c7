"""Where the money went: from the amount claimed to the amount supported, by finding code.

Every fen not supported is given to one reason, so that the reasons add up: a trainee who may not be paid loses all to the
finding that excludes, what waits for a human to the finding that withholds. Missing hours are weighed by where they were
lost (a session without a sheet, one not signed, one that does not count, online time) and go to the person's findings
about just that; what no finding of the person explains is given to `None` (the reckoning's own limits).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

from services.domain.case import Case
from services.domain.codes import CODES, Severity
from services.domain.finding import Effect, Entitlement, Finding, Judgement, Outcome
from services.report.plain import money

_FEN = Decimal("0.01")
_ZERO = Decimal(0)
_COSTING = ("sheet.", "online.", "trainee.", "claim.hours", "claim.amount")
_LOST_BY: dict[str, tuple[str, ...]] = {
    "no_sheet": ("sheet.session_uncovered", "sheet.missing", "sheet.date_outside_training"),
    "not_signed": ("sheet.not_signed",),
    "void": ("sheet.signature_copied", "sheet.reused", "sheet.person_twice", "trainee.time_conflict"),
    "online": ("online.face_", "online.outside_training", "online.day_exceeds_limit", "online.log_missing"),
    "online_short": ("online.hours_short",),
}
"""Where hours were lost, and the codes that tell of it."""


@dataclass(slots=True)
class _Reason:
    unsupported: Decimal = _ZERO
    unclear: Decimal = _ZERO
    people: set[int] = field(default_factory=set)


def reasons(case: Case, judgement: Judgement, trainees: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """[{code, title, unsupported, unclear, people}], the largest loss first; empty where no amounts are known.

    `trainees` are the compiled ones, one for each entitlement.
    """
    if judgement.supported is None:
        return []
    found: dict[str | None, _Reason] = defaultdict(_Reason)
    listed = _ZERO
    for due, trainee in zip(sorted(judgement.entitlements, key=lambda e: e.trainee), trainees, strict=True):
        if due.amount_claimed is None or due.amount_supported is None:
            continue
        listed += due.amount_claimed
        unclear = due.amount_unclear or _ZERO
        lost = max(due.amount_claimed - due.amount_supported - unclear, _ZERO)
        hours = _hours_lost(case, trainee["presence"], due)
        for code, part in _share(lost, due, judgement.findings, hours, unclear=False).items():
            found[code].unsupported += part
            found[code].people.add(due.trainee)
        for code, part in _share(unclear, due, judgement.findings, {}, unclear=True).items():
            found[code].unclear += part
            found[code].people.add(due.trainee)
    if judgement.claimed is not None and judgement.claimed > listed and judgement.entitlements:
        found["claim.amount_mismatch"].unsupported += judgement.claimed - listed
    ranked = sorted(found.items(), key=lambda item: (-(item[1].unsupported + item[1].unclear), str(item[0])))
    return [_json(code, reason) for code, reason in ranked]


def _json(code: str | None, reason: _Reason) -> dict[str, Any]:
    known = CODES.get(code) if code else None
    title = {"zh": known.zh, "en": known.en} if known else {"zh": code or "按核算规则未计入", "en": code or "not counted by the rules of reckoning"}
    return {"code": code, "title": title, "unsupported": money(reason.unsupported), "unclear": money(reason.unclear), "people": len(reason.people)}


def _hours_lost(case: Case, presence: dict[str, Any], due: Entitlement) -> dict[str, Decimal]:
    """Class hours of the schedule that a trainee did not get, by where they were lost."""
    offline = set(case.offline_sessions)
    absent, void = offline & set(presence["not_signed"]), offline & set(presence["void"])
    no_sheet = offline - absent - void - set(presence["signed"]) - set(presence["unclear"])
    scheduled = sum((s.class_hours for s in case.sessions if s.online), _ZERO)
    verified = Decimal(str(due.online_minutes_verified)) / case.rules.minutes_per_class_hour
    hours = {name: sum((case.hours(s) for s in found), _ZERO) for name, found in (("no_sheet", no_sheet), ("not_signed", absent), ("void", void))}
    return {**hours, "online": max(scheduled - verified, _ZERO)}


def _share(amount: Decimal, due: Entitlement, findings: Sequence[Finding], hours: dict[str, Decimal], *, unclear: bool) -> dict[str | None, Decimal]:
    if amount <= 0:
        return {}
    own = [i for i in due.findings if 0 <= i < len(findings) and findings[i].severity is not Severity.INFO]
    everyone = [i for i, f in enumerate(findings) if not f.trainees and f.effect is not Effect.NONE]
    wanted = Effect.WITHHOLDS if unclear else Effect.EXCLUDES
    for i in (*own, *everyone):
        if findings[i].effect is wanted:
            return {findings[i].code: amount}
    codes = [findings[i].code for i in own]
    weights = _by_hours(codes, hours)
    if not weights:
        for i in _fitting(due.trainee, findings, own, unclear=unclear):
            weights[findings[i].code] = weights.get(findings[i].code, _ZERO) + 1
    return _split(amount, weights) if weights else {None: amount}


def _by_hours(codes: Sequence[str], hours: dict[str, Decimal]) -> dict[str, Decimal]:
    """The hours lost in each place, shared among the codes that tell of it."""
    weights: dict[str, Decimal] = {}
    for place, lost in hours.items():
        telling = [c for c in codes if c.startswith(_LOST_BY[place])]
        if place == "online" and not telling:
            telling = [c for c in codes if c.startswith(_LOST_BY["online_short"])]
        for code in telling:
            if lost > 0:
                weights[code] = weights.get(code, _ZERO) + lost / len(telling)
    return weights


def _fitting(trainee: int, findings: Sequence[Finding], own: Sequence[int], *, unclear: bool) -> Sequence[int]:
    """The findings that can have cost hours or money; of them, where there are any, of the outcome asked for, and the most about this person."""
    costing = [i for i in own if findings[i].code.startswith(_COSTING)] or own
    fitting = [i for i in costing if (findings[i].outcome is Outcome.UNCLEAR) == unclear] or costing
    named = [i for i in fitting if trainee in findings[i].trainees]
    fewest = min((len(findings[i].trainees) for i in named), default=0)
    return [i for i in named if len(findings[i].trainees) == fewest] or fitting


def _split(amount: Decimal, weights: dict[str, Decimal]) -> dict[str | None, Decimal]:
    """The amount by weight in whole fen; the rest of the cutting goes to the heaviest."""
    total = sum(weights.values(), _ZERO)
    parts: dict[str | None, Decimal] = {code: (amount * w / total).quantize(_FEN, ROUND_DOWN) for code, w in weights.items()}
    heaviest = max(weights, key=lambda code: weights[code])
    parts[heaviest] += amount - sum(parts.values(), _ZERO)
    return {code: part for code, part in parts.items() if part}
