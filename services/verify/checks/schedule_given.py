"""四(一): the training's schedule is described."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.results import info, met, not_applicable


@check
def schedule_given(case: Case) -> Iterator[Result]:
    """Says when the sessions were not declared and each dated sheet was taken for one."""
    if case.schedule_assumed:
        number = len(case.sessions)
        yield info(
            "claim.schedule_assumed",
            f"未提供课程安排，以{number}张有日期的签到表各为一课次，平均分摊申报学时",
            f"no schedule is given: each of {number} dated sheets is taken for a session, and they share the claimed hours equally",
            subject="sessions",
            observed=number,
        )
    elif case.claim.sessions:
        yield met()
    else:
        yield not_applicable()
