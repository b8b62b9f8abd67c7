"""What the evidence supports for each trainee: hours, money, and the steps that lead there. Pure and exact (Decimal).

supported = what is certain; unclear = what would be paid in addition if every open question were answered in the
trainee's favour. Both together never exceed the claim or the cap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.domain.case import Case
from services.domain.finding import Effect, Entitlement, Finding, Outcome, Severity, Step
from services.domain.text import Message
from services.verify.money import ZERO, amount_claimed, cut, hours_claimed, plain_number, rate_of, yuan
from services.verify.people import people
from services.verify.presence import presences_of
from services.verify.timetable import chosen, total_hours

_CUTTING = frozenset(
    ("sheet.missing", "sheet.reused", "sheet.unreadable", "sheet.session_uncovered", "sheet.date_unreadable", "sheet.date_outside_training")
    + ("online.log_missing", "claim.hours_exceed_schedule")
)
"""Findings that can cost hours although they name nobody."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Class hours of one trainee, cut to two decimals, not yet limited to the claim. `possible` counts what waits for a human too."""

    certain: Decimal
    possible: Decimal
    signed: tuple[int, ...]
    """Sessions that count."""
    waiting: tuple[int, ...]
    """Sessions that wait for a human."""
    void: tuple[int, ...]
    """Sessions signed for that do not count."""


def entitlements(case: Case, findings: Sequence[Finding]) -> tuple[Entitlement, ...]:
    """One entitlement per trainee, in their order; empty without a trainees file."""
    return tuple(_entitlement(case, i, findings) for i in range(len(people(case))))


def hours_of(case: Case, index: int) -> Hours:
    """The class hours that presences and verified minutes give a trainee."""
    at = presences_of(case, index)
    online = case.records[index].online
    per_hour = Decimal(case.rules.minutes_per_class_hour)
    # Minutes are sums of binary fractions: 44.99999999999 is 45 and must not cost a hundredth of an hour.
    verified, open_minutes = (Decimal(repr(round(max(0.0, m), 4))) for m in (online.verified_minutes, online.unclear_minutes))
    counted = chosen(case.sessions, at.certain)
    signed = sum((case.hours(i) for i in counted), Decimal(0))
    at_most = total_hours(case.sessions, at.certain | at.waiting) if at.waiting else signed
    return Hours(
        certain=cut(signed + verified / per_hour),
        possible=cut(at_most + (verified + open_minutes) / per_hour),
        signed=counted,
        waiting=tuple(sorted(at.waiting)),
        void=tuple(sorted((at.certain | at.void) - set(counted))),
    )


def _entitlement(case: Case, index: int, findings: Sequence[Finding]) -> Entitlement:
    hours, claimed_hours, claimed = hours_of(case, index), hours_claimed(case, index), amount_claimed(case, index)
    concerning = [k for k, f in enumerate(findings) if index in f.trainees or (not f.trainees and f.effect is not Effect.NONE)]
    excluding = [k for k in concerning if findings[k].effect is Effect.EXCLUDES]
    withholding = [k for k in concerning if findings[k].effect is Effect.WITHHOLDS]
    supported_hours, possible_hours = (max(ZERO, cut(min(h, claimed_hours))) for h in (hours.certain, max(hours.possible, hours.certain)))
    rate = rate_of(case).amount
    supported: Decimal | None = None
    unclear: Decimal | None = None
    money_steps: list[Step] = []
    if rate is not None and claimed is not None:
        limit = max(ZERO, cut(min(case.rules.cap, claimed)))
        supported, possible = (min(cut(h * rate), limit) for h in (supported_hours, possible_hours))
        money_steps = _money_steps(supported_hours, rate, supported, limit, case.rules.cap)
        if excluding:
            supported = possible = ZERO
        elif withholding:
            supported = ZERO
        unclear = possible - supported
        money_steps += [_effect_step(findings[k], k, supported, unclear) for k in (excluding or withholding)]
    short = supported_hours < claimed_hours or (claimed is not None and supported is not None and supported < claimed)
    online = case.records[index].online
    traced = _traced(findings, concerning) if short else concerning
    steps = _hour_steps(case, index, hours, supported_hours)
    if supported_hours < claimed_hours:
        steps += [
            Step(Message(f"原因：{findings[k].message.zh}", f"because: {findings[k].message.en}"), finding=k) for k in traced if _costs_hours(findings[k])
        ]
    return Entitlement(
        trainee=index,
        sessions_signed=len(hours.signed),
        online_minutes_logged=online.logged_minutes,
        online_minutes_verified=online.verified_minutes,
        hours_claimed=claimed_hours,
        hours_supported=supported_hours,
        amount_claimed=claimed,
        amount_supported=supported,
        amount_unclear=unclear,
        findings=tuple(traced),
        steps=(*steps, *money_steps),
    )


def _traced(findings: Sequence[Finding], concerning: list[int]) -> list[int]:
    """The findings that may explain a shortfall: those that name the person, and those about the whole claim that cost hours.

    If all that says nothing, whatever is the matter with the sheets or the online learning.
    """
    whole = [k for k, f in enumerate(findings) if not f.trainees and f.outcome is not Outcome.MET]
    cutting = [k for k in whole if findings[k].code in _CUTTING]
    if not cutting and all(findings[k].severity is Severity.INFO for k in concerning):
        cutting = [k for k in whole if findings[k].code.startswith(("sheet.", "online."))]
    return sorted({*concerning, *cutting})


def _costs_hours(finding: Finding) -> bool:
    return (
        finding.outcome is not Outcome.MET and finding.effect is Effect.NONE and finding.code.startswith(("sheet.", "online.", "claim.hours_", "trainee.time_"))
    )


def _hour_steps(case: Case, index: int, hours: Hours, supported: Decimal) -> list[Step]:
    """How the hours add up."""
    online = case.records[index].online
    offline = cut(sum((case.hours(i) for i in hours.signed), Decimal(0)))
    steps = [Step(Message(f"签到计入{len(hours.signed)}个课次", f"{len(hours.signed)} sessions signed count"), hours=offline)]
    if hours.waiting:
        steps.append(
            Step(
                Message(f"{len(hours.waiting)}个课次待人工确认", f"{len(hours.waiting)} sessions wait for a reviewer"),
                hours=cut(total_hours(case.sessions, hours.waiting)),
            )
        )
    if hours.void:
        steps.append(Step(Message(f"{len(hours.void)}个课次的签到不予计入", f"{len(hours.void)} sessions signed do not count"), hours=ZERO))
    if online.logged_minutes or online.verified_minutes:
        per_hour = case.rules.minutes_per_class_hour
        verified, logged = (plain_number(cut(Decimal(repr(round(m, 4))))) for m in (online.verified_minutes, online.logged_minutes))
        steps.append(
            Step(
                Message(
                    f"线上记录{logged}分钟，核实{verified}分钟，每学时{per_hour}分钟",
                    f"{logged} minutes logged online, {verified} verified, {per_hour} to a class hour",
                ),
                hours=cut(hours.certain - offline),
            )
        )
    claimed = hours_claimed(case, index)
    if hours.certain > claimed:
        steps.append(Step(Message(f"以申报的{plain_number(claimed)}学时为限", f"limited to the {plain_number(claimed)} class hours claimed"), hours=supported))
    return steps


def _money_steps(hours: Decimal, rate: Decimal, supported: Decimal, limit: Decimal, cap: Decimal) -> list[Step]:
    """Hours to money, and what limits it."""
    earned = cut(hours * rate)
    steps = [
        Step(
            Message(f"{plain_number(hours)}学时×{plain_number(rate)}元", f"{plain_number(hours)} class hours x {plain_number(rate)}"),
            hours=hours,
            amount=earned,
        )
    ]
    if supported < earned:
        zh, en = ("单个项目每人上限", "the cap per person and project") if limit == cap else ("本人申报金额", "the amount claimed for the person")
        steps.append(Step(Message(f"以{zh}{yuan(limit)}元为限", f"limited to {en}, {yuan(limit)}"), amount=supported))
    return steps


def _effect_step(finding: Finding, number: int, supported: Decimal, unclear: Decimal) -> Step:
    """What a finding did to the money."""
    if finding.effect is Effect.EXCLUDES:
        return Step(Message(f"不予补贴：{finding.message.zh}", f"nothing is paid: {finding.message.en}"), amount=supported, finding=number)
    return Step(Message(f"待人工确认：{finding.message.zh}", f"waits for a reviewer: {finding.message.en}"), amount=unclear, finding=number)
