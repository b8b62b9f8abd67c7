"""附件1 (practice): not too many class hours in one day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from services.domain.case import Case
from services.domain.claim import Mode
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.money import cut, plain_number
from services.verify.results import met, not_applicable, unclear, unmet
from services.verify.timetable import days_between, total_hours

CODE = "claim.hours_per_day_excessive"


@check
def hours_per_day(case: Case, *, maximum: Decimal) -> Iterator[Result]:
    """At most `maximum` class hours a day that one person can have attended; they are flagged, not cut."""
    if not case.sessions:
        yield _without_sessions(case, maximum)
        return
    yield met()
    by_day: dict[date, list[int]] = {}
    for i, session in enumerate(case.sessions):
        by_day.setdefault(session.date, []).append(i)
    for day, sessions in sorted(by_day.items()):
        hours = cut(total_hours(case.sessions, sessions))
        if hours > maximum:
            yield _excess(hours, maximum, f"{day} 安排{plain_number(hours)}学时", f"{plain_number(hours)} class hours are scheduled on {day}", str(day))


def _without_sessions(case: Case, maximum: Decimal) -> Result:
    """Without a schedule the mean can already be too much; when it is not, single days remain unknown."""
    project = case.claim.project
    days = days_between(project.start, project.end)
    mean = cut(project.class_hours / days)
    if mean > maximum:
        return _excess(mean, maximum, f"{days}天共{plain_number(project.class_hours)}学时，平均每日{plain_number(mean)}学时", f"{plain_number(project.class_hours)} class hours in {days} days are {plain_number(mean)} a day", "project")  # fmt: skip
    if project.modes == (Mode.ONLINE,):
        return not_applicable()  # learnt at hours of one's own: the limit on online learning a day applies instead
    return unclear(CODE, "未提供课程安排，无法逐日核对学时；请补充课程表", "no schedule is given, so the class hours of single days cannot be checked; please add it", subject="sessions", expected=str(maximum))  # fmt: skip


def _excess(hours: Decimal, maximum: Decimal, zh: str, en: str, subject: str) -> Result:
    limit = plain_number(maximum)
    return unmet(CODE, f"{zh}，超过每日{limit}学时", f"{en}, more than {limit}", subject=subject, expected=limit, observed=plain_number(hours))
