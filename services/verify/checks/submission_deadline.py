"""四(四): submitted within some working days of the training's end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar

from services.domain.case import Case
from services.domain.claim import SHANGHAI
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.results import met, unclear, unmet

CODE = "claim.late"


@check
def submission_deadline(case: Case, *, working_days: int) -> Iterator[Result]:
    """Submitted, by the calendar of Shanghai, not after the last of `working_days` working days that follow the end day.

    Public holidays are none, weekends worked in exchange are.
    """
    end, submitted_at = case.claim.project.end, case.claim.submitted_at
    if submitted_at is None:
        yield unclear(CODE, f"未填写提交时间，无法判断是否在培训结束（{end}）后{working_days}个工作日内提交；请补充", f"no time of submission is given, so it cannot be told whether it was within {working_days} working days of {end}; please add it", subject="submitted_at")  # fmt: skip
        return
    submitted = submitted_at.astimezone(SHANGHAI).date()
    if submitted <= end:
        yield met()
        return
    try:
        deadline = _deadline(end, working_days)
    except NotImplementedError:  # the calendar's word for a year whose holidays were not published when it was made
        yield unclear(CODE, f"没有{end.year}年的节假日安排数据，无法推算提交期限；请人工核对", f"the public holidays of {end.year} are not known, so the deadline cannot be reckoned; please check by hand", subject="submitted_at", observed=str(submitted))  # fmt: skip
        return
    if submitted <= deadline:
        yield met()
        return
    yield unmet(
        CODE,
        f"培训于{end}结束，应于{deadline}前（{working_days}个工作日内）提交，实际提交于{submitted}",
        f"the training ended on {end}; {working_days} working days end on {deadline}; it was submitted on {submitted}",
        subject="submitted_at",
        expected=str(deadline),
        observed=str(submitted),
    )


def _deadline(end: date, working_days: int) -> date:
    """The last day in time. Raises NotImplementedError where the public holidays are not known."""
    day = end
    for _ in range(working_days):
        day += timedelta(days=1)
        while not chinese_calendar.is_workday(day):
            day += timedelta(days=1)
    return day
