"""附件1: no more class hours claimed than the schedule offers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from services.domain.case import Case
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.money import cut, hours_claimed, plain_number
from services.verify.people import nobody, people
from services.verify.results import met, unclear, unmet
from services.verify.timetable import has_unscheduled_online, total_hours

CODE = "claim.hours_exceed_schedule"


@check
def hours_within_schedule(case: Case) -> Iterator[Result]:
    """The project's and every trainee's class hours are at most those of the sessions, and a trainee's at most the project's."""
    project = case.claim.project.class_hours
    offered = _offered(case)
    missing = nobody(case, CODE)
    if missing is not None:
        yield missing
    elif offered is None:
        yield unclear(
            CODE,
            "未提供课程安排，无法核对申报学时；请补充课程表",
            "no schedule is given to compare the class hours claimed with; please add it",
            subject="sessions",
        )
    else:
        yield met()
    if offered is not None and project > offered:
        yield unmet(CODE, f"项目申报{plain_number(project)}学时，课程安排仅{plain_number(offered)}学时", f"the project has {plain_number(project)} class hours, its sessions {plain_number(offered)}",
                    subject="project", expected=plain_number(offered), observed=plain_number(project))  # fmt: skip
    limit = project if offered is None else min(project, offered)
    above: dict[Decimal, list[int]] = {}
    for i in range(len(people(case))):
        hours = hours_claimed(case, i)
        if hours > limit:
            above.setdefault(hours, []).append(i)
    for hours, indices in sorted(above.items()):
        yield unmet(CODE, f"{len(indices)}人每人申报{plain_number(hours)}学时，超过{plain_number(limit)}学时", f"{len(indices)} people claim {plain_number(hours)} class hours each, more than {plain_number(limit)}",
                    subject="trainees", expected=plain_number(limit), observed=plain_number(hours), trainees=tuple(indices))  # fmt: skip


def _offered(case: Case) -> Decimal | None:
    """The class hours that one person can attend; the project's where people learn at hours of their own; None: not known."""
    if has_unscheduled_online(case):
        return case.claim.project.class_hours
    return cut(total_hours(case.sessions, range(len(case.sessions)))) if case.sessions else None
