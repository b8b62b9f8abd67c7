"""Each trainee's verified online minutes make up the online class hours."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal

from services.domain.case import Case
from services.domain.claim import Mode
from services.domain.finding import Result
from services.verify.aspects import declared_modes, first_listings, is_online, person_name
from services.verify.checks import check
from services.verify.people import nobody
from services.verify.results import met, not_applicable, unclear, unmet


@check
def online_hours(case: Case) -> Iterator[Result]:
    """Verified minutes, as class hours, reach the online hours scheduled (a purely online claim without a schedule: the hours claimed), 七(二)."""
    scheduled = sum((s.class_hours for s in case.sessions if s.online), Decimal(0))
    purely = declared_modes(case) == frozenset((Mode.ONLINE,))
    if not is_online(case) or not (scheduled or purely):
        yield not_applicable()
        return
    if (absent := nobody(case, "online.hours_short")) is not None:
        yield absent
        return
    findings = [result for index in first_listings(case) if (result := _short(case, index, scheduled))]
    yield from findings or (met(),)


def _short(case: Case, index: int, scheduled: Decimal) -> Result | None:
    person = case.trainees.people[index] if case.trainees else None
    claimed = person.class_hours if person and person.class_hours is not None else case.claim.project.class_hours
    needed = min(scheduled, claimed) if scheduled else claimed
    online = case.records[index].online
    have = _class_hours(case, online.verified_minutes)
    if have >= needed:
        return None
    name = person_name(case, index)
    zh = f"{name}线上学习核实{online.verified_minutes:.0f}分钟（{have}学时），少于线上课程{needed}学时；记录时长{online.logged_minutes:.0f}分钟"
    en = f"{name}: {online.verified_minutes:.0f} verified minutes of online learning ({have} class hours), fewer than {needed}; {online.logged_minutes:.0f} logged"
    places = tuple(dict.fromkeys(seen.place for seen in online.checks))[:20]
    if _class_hours(case, online.verified_minutes + online.unclear_minutes) >= needed:
        zh, en = f"{zh}，另有{online.unclear_minutes:.0f}分钟待人工核实", f"{en}, {online.unclear_minutes:.0f} more wait for a human"
        return unclear("online.hours_short", zh, en, subject=name, expected=str(needed), observed=str(have), evidence=places, trainees=(index,))
    return unmet("online.hours_short", zh, en, subject=name, expected=str(needed), observed=str(have), evidence=places, trainees=(index,))


def _class_hours(case: Case, minutes: float) -> Decimal:
    """Minutes as class hours, cut to two decimals (a hundredth of a second is noise)."""
    return (Decimal(str(round(minutes, 4))) / case.rules.minutes_per_class_hour).quantize(Decimal("0.01"), ROUND_DOWN)
