"""What the evidence supports for each trainee: hours, money, and the steps that lead there. Pure and exact (Decimal).

supported = what is certain; unclear = what would be paid in addition if every open question were answered in the
trainee's favour. Both together never exceed the claim or the cap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from services.domain.case import Case, OnlineTime
from services.domain.finding import Effect, Entitlement, Finding, Outcome, Severity, Step
from services.domain.text import Message
from services.verify.aspects import listed, session_name
from services.verify.money import ZERO, amount_claimed, cut, hours_claimed, plain_number, rate_of, yuan
from services.verify.people import people
from services.verify.presence import Presences, presences_of
from services.verify.timetable import any_parallel, chosen, overlap, total_hours

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


@dataclass(frozen=True, slots=True)
class _Common:
    """What is the same for all trainees of a case. `naming`: per trainee the findings that name them."""

    rate: Decimal | None
    parallel: bool
    naming: Mapping[int, list[int]]
    everybody: tuple[int, ...]
    """Findings that name nobody and do something to everybody's money."""
    whole: tuple[int, ...]
    """Findings about the whole claim that speak against it."""
    hours: dict[tuple[object, ...], Hours] = field(default_factory=dict)
    steps: dict[tuple[object, ...], list[Step]] = field(default_factory=dict)
    money: dict[tuple[object, ...], _Money] = field(default_factory=dict)
    """Hours, steps and money worked out already, by all they depend on: most trainees of a claim are alike."""


def entitlements(case: Case, findings: Sequence[Finding]) -> tuple[Entitlement, ...]:
    """One entitlement per trainee, in their order; empty without a trainees file."""
    naming: dict[int, list[int]] = {}
    for number, finding in enumerate(findings):
        for index in dict.fromkeys(finding.trainees):
            naming.setdefault(index, []).append(number)
    common = _Common(
        rate=rate_of(case).amount,
        parallel=any_parallel(case.sessions),
        naming=naming,
        everybody=tuple(k for k, f in enumerate(findings) if not f.trainees and f.effect is not Effect.NONE),
        whole=tuple(k for k, f in enumerate(findings) if not f.trainees and f.outcome is not Outcome.MET),
    )
    return tuple(_entitlement(case, i, findings, common) for i in range(len(people(case))))


def hours_of(case: Case, online: OnlineTime, at: Presences, *, parallel: bool = True) -> Hours:
    """The class hours that presences and verified minutes give a trainee. `parallel` False: no two sessions are at the same time."""
    per_hour = Decimal(case.rules.minutes_per_class_hour)
    # Minutes are sums of binary fractions: 44.99999999999 is 45 and must not cost a hundredth of an hour.
    verified, open_minutes = (Decimal(repr(round(m, 4))) if m > 0 else ZERO for m in (online.verified_minutes, online.unclear_minutes))
    counted = chosen(case.sessions, at.certain) if parallel else tuple(sorted(at.certain))
    signed = sum((case.hours(i) for i in counted), Decimal(0))
    at_most = total_hours(case.sessions, at.certain | at.waiting) if at.waiting else signed
    certain = cut(signed + verified / per_hour)
    return Hours(
        certain=certain,
        possible=cut(at_most + (verified + open_minutes) / per_hour) if at.waiting or open_minutes else certain,
        signed=counted,
        waiting=tuple(sorted(at.waiting)),
        void=tuple(sorted((at.certain | at.void) - set(counted))),
    )


def _entitlement(case: Case, index: int, findings: Sequence[Finding], common: _Common) -> Entitlement:
    online, claimed_hours = case.records[index].online, hours_claimed(case, index)
    at = presences_of(case, index)
    shape = (at.certain, at.waiting, at.void, online.verified_minutes, online.unclear_minutes)
    hours = common.hours.get(shape) or common.hours.setdefault(shape, hours_of(case, online, at, parallel=common.parallel))
    claimed = amount_claimed(case, index, common.rate)
    concerning = sorted({*common.naming.get(index, ()), *common.everybody})
    supported_hours = max(ZERO, cut(min(hours.certain, claimed_hours)))
    possible_hours = supported_hours if hours.possible <= hours.certain else max(ZERO, cut(min(hours.possible, claimed_hours)))
    # Numbers by their digits: 40 and 40.00 are equal and told apart.
    sums = (str(claimed), str(supported_hours), str(possible_hours), *(k for k in concerning if findings[k].effect is not Effect.NONE))
    money = common.money.get(sums) or common.money.setdefault(
        sums, _money(case, common.rate, claimed, supported_hours, possible_hours, [(k, findings[k]) for k in concerning])
    )
    short = supported_hours < claimed_hours or (claimed is not None and money.supported is not None and money.supported < claimed)
    traced = _traced(findings, concerning, common.whole) if short else concerning
    steps = _hour_steps(case, online, hours, (claimed_hours, claimed, supported_hours), common.steps)
    because = _because(findings, traced) if supported_hours < claimed_hours else ()
    return Entitlement(
        trainee=index,
        sessions_signed=len(hours.signed),
        online_minutes_logged=online.logged_minutes,
        online_minutes_verified=online.verified_minutes,
        hours_claimed=claimed_hours,
        hours_supported=supported_hours,
        amount_claimed=claimed,
        amount_supported=money.supported,
        amount_unclear=money.unclear,
        findings=tuple(traced),
        steps=(*steps, *because, *money.steps),
    )


def _because(findings: Sequence[Finding], traced: Sequence[int]) -> tuple[Step, ...]:
    """The findings that cost the person hours."""
    costing = ((k, findings[k].message) for k in traced if _costs_hours(findings[k]))
    return tuple(Step(Message(f"原因：{said.zh}", f"because: {said.en}"), finding=k) for k, said in costing)


@dataclass(frozen=True, slots=True)
class _Money:
    """Yuan supported and unclear (None: no rate, or nothing claimed), and how they came about."""

    supported: Decimal | None
    unclear: Decimal | None
    steps: tuple[Step, ...] = ()


def _money(case: Case, rate: Decimal | None, claimed: Decimal | None, sure: Decimal, possible: Decimal, concerning: Sequence[tuple[int, Finding]]) -> _Money:
    """Class hours to yuan: at the rate, at most the cap and the claim; then what findings exclude or withhold."""
    if rate is None or claimed is None:
        return _Money(None, None)
    limit = max(ZERO, cut(min(case.rules.cap, claimed)))
    supported = min(cut(sure * rate), limit)
    at_best = supported if possible == sure else min(cut(possible * rate), limit)
    steps = _money_steps(sure, rate, supported, limit, case.rules.cap)
    excluding = [(k, f) for k, f in concerning if f.effect is Effect.EXCLUDES]
    withholding = [(k, f) for k, f in concerning if f.effect is Effect.WITHHOLDS]
    if excluding:
        supported = at_best = ZERO
    elif withholding:
        supported = ZERO
    unclear = at_best - supported
    return _Money(supported, unclear, (*steps, *(_effect_step(f, k, supported, unclear) for k, f in excluding or withholding)))


def _traced(findings: Sequence[Finding], concerning: Sequence[int], whole: Sequence[int]) -> list[int]:
    """The findings that may explain a shortfall: those that name the person, and those about the whole claim that cost hours.

    If all that says nothing, whatever is the matter with the sheets or the online learning.
    """
    cutting = [k for k in whole if findings[k].code in _CUTTING]
    if not cutting and all(findings[k].severity is Severity.INFO for k in concerning):
        cutting = [k for k in whole if findings[k].code.startswith(("sheet.", "online."))]
    return sorted({*concerning, *cutting})


def _costs_hours(finding: Finding) -> bool:
    return (
        finding.outcome is not Outcome.MET and finding.effect is Effect.NONE and finding.code.startswith(("sheet.", "online.", "claim.hours_", "trainee.time_"))
    )


def _claimed_step(hours: Decimal, amount: Decimal | None) -> Step:
    """What the reckoning starts from."""
    return Step(Message(f"申报{plain_number(hours)}学时", f"{plain_number(hours)} class hours claimed"), hours=hours, amount=amount)


def _hour_steps(
    case: Case, online: OnlineTime, hours: Hours, sums: tuple[Decimal, Decimal | None, Decimal], known: dict[tuple[object, ...], list[Step]]
) -> list[Step]:
    """How the hours add up. `sums`: hours and yuan claimed, hours supported; `known`: what was said of the same before."""
    claimed, amount, supported = sums
    start, places = (str(claimed), str(amount)), (hours.signed, hours.waiting, hours.void, hours.certain < claimed)
    steps = known.get(start) or known.setdefault(start, [_claimed_step(claimed, amount)])
    steps = steps + (known.get(places) or known.setdefault(places, _session_steps(case, hours, short=hours.certain < claimed)))
    if online.logged_minutes or online.verified_minutes:
        per_hour, offline = case.rules.minutes_per_class_hour, steps[1].hours or ZERO
        verified, logged = (plain_number(cut(Decimal(repr(round(m, 4))))) for m in (online.verified_minutes, online.logged_minutes))
        zh, en = (
            f"线上记录{logged}分钟，核实{verified}分钟，每学时{per_hour}分钟",
            f"{logged} minutes logged online, {verified} verified, {per_hour} to a class hour",
        )
        steps.append(Step(Message(zh, en), hours=cut(hours.certain - offline)))
    if hours.certain > claimed:
        steps.append(Step(Message(f"以申报的{plain_number(claimed)}学时为限", f"limited to the {plain_number(claimed)} class hours claimed"), hours=supported))
    return steps


def _session_steps(case: Case, hours: Hours, *, short: bool) -> list[Step]:
    """What the sessions in a room give, the first step what counts; where it is too little (`short`) also which are missing."""
    offline = cut(sum((case.hours(i) for i in hours.signed), Decimal(0)))
    steps = [Step(Message(f"签到计入{len(hours.signed)}个课次", f"{len(hours.signed)} sessions signed count"), hours=offline)]
    if hours.waiting:
        zh, en = f"{len(hours.waiting)}个课次待人工确认", f"{len(hours.waiting)} sessions wait for a reviewer"
        steps.append(Step(Message(zh, en), hours=cut(total_hours(case.sessions, hours.waiting))))
    if hours.void:
        steps.append(Step(Message(f"{len(hours.void)}个课次的签到不予计入", f"{len(hours.void)} sessions signed do not count"), hours=ZERO))
    if short and (missed := _missed(case, hours)):
        steps.append(_missed_step(case, missed))
    return steps


def _missed(case: Case, hours: Hours) -> list[int]:
    """Sessions in a room that do not count for the person: neither signed nor waiting, nor at the same time as one that counts."""
    taken = [case.sessions[i] for i in hours.signed]
    gone = set(case.offline_sessions) - set(hours.signed) - set(hours.waiting)
    return [i for i in sorted(gone) if not any(overlap(case.sessions[i], session) for session in taken)]


def _missed_step(case: Case, missed: list[int]) -> Step:
    """Which sessions are missing, and the class hours they would have given."""
    names = [session_name(case.sessions[i]) for i in missed]
    zh, en = listed((n.zh for n in names), 6, more="等{count}次课"), listed((n.en for n in names), 6, mark=", ", more=" and others ({count} in all)")
    return Step(Message(f"未计入的课次：{zh}", f"sessions not counted: {en}"), hours=-cut(total_hours(case.sessions, missed)))


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
