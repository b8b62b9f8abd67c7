"""七(二): online learning at hours of one's own makes up what the sessions in a room leave of the claimed hours."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from services.domain.case import Case
from services.domain.claim import Mode
from services.domain.finding import Result
from services.verify.aspects import declared_modes
from services.verify.checks import check
from services.verify.money import cut, hours_claimed, plain_number
from services.verify.people import nobody, people, who
from services.verify.results import met, not_applicable, unclear, unmet
from services.verify.timetable import has_unscheduled_online, total_hours

CODE = "online.hours_short"


@check
def online_hours_unscheduled(case: Case) -> Iterator[Result]:
    """Verified minutes reach the claimed hours less those of the sessions, where training is in a room and online and no session fixes the online hours.

    Purely online training and scheduled online sessions are `online_hours`' business.
    """
    if not has_unscheduled_online(case) or declared_modes(case) == frozenset((Mode.ONLINE,)):
        yield not_applicable()
        return
    missing = nobody(case, CODE)
    if missing is not None:
        yield missing
        return
    yield met()
    offered = total_hours(case.sessions, case.offline_sessions)
    per_hour = Decimal(case.rules.minutes_per_class_hour)
    for i, trainee in enumerate(people(case)):
        online, needed = case.records[i].online, cut(hours_claimed(case, i) - offered)
        have = _class_hours(online.verified_minutes, per_hour)
        if needed <= 0 or have >= needed:
            continue
        perhaps = _class_hours(online.verified_minutes + online.unclear_minutes, per_hour)
        say, zh, en = (unclear, "，另有部分待人工核实", ", more waits for a reviewer") if perhaps >= needed else (unmet, "", "")
        yield say(
            CODE,
            f"{trainee.name}线上学习核实{plain_number(have)}学时，面授课次之外申报{plain_number(needed)}学时{zh}",
            f"{trainee.name} has {plain_number(have)} verified online class hours of {plain_number(needed)} claimed beyond the sessions{en}",
            subject=who(trainee),
            expected=plain_number(needed),
            observed=plain_number(have),
            trainees=(i,),
        )


def _class_hours(minutes: float, per_hour: Decimal) -> Decimal:
    """Minutes as class hours, cut to two decimals."""
    return cut(Decimal(repr(round(minutes, 4))) / per_hour)
