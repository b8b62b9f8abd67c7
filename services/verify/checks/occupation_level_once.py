"""三(三): the same occupation and level not twice within a year."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, OtherSubsidy
from services.domain.evidence import Related
from services.domain.finding import Effect, Result
from services.verify.checks import check
from services.verify.earlier import earlier_subsidies, same_level
from services.verify.people import nobody, people, row_of, same_word, who
from services.verify.results import met, unclear, unmet
from services.verify.timetable import months_before

CODE = "trainee.same_occupation_and_level"


@check
def occupation_level_once(case: Case, *, months: int) -> Iterator[Result]:
    """No subsidy for this occupation and level within `months` before the training began (the same day a year ago is no longer within).

    Undated entries are of this year, hence within. One without occupation or level cannot be told: unclear, the money stays.
    """
    missing, project = nobody(case, CODE), case.claim.project
    if missing is not None:
        yield missing
        return
    if not project.occupation or not project.level:
        yield unclear(
            CODE,
            "未填写职业或等级，无法核对是否重复享受；请补充",
            "no occupation or level is given to compare with earlier subsidies; please add them",
            subject="occupation",
        )
        return
    if case.claim.paid_this_year is None:
        yield unclear(CODE, "未提供年度已享受补贴的清单（paid_this_year），只能与本系统内的申报核对；请补充，没有的请填空清单", "there is no list of subsidies paid this year (paid_this_year), only the claims known here were compared; add it, empty if there are none",
                      subject="paid_this_year")  # fmt: skip
    yield met()
    since = months_before(project.start, months)
    for i, subsidies in earlier_subsidies(case):
        for earlier in subsidies:
            if earlier.date is None or earlier.date > since:
                yield from _compare(case, i, earlier)


def _compare(case: Case, index: int, earlier: OtherSubsidy) -> Iterator[Result]:
    """The finding on one earlier subsidy of one trainee, if it may be the same."""
    project, trainee = case.claim.project, people(case)[index]
    occupation = None if not earlier.occupation else same_word(earlier.occupation) == same_word(project.occupation)
    level = None if not earlier.level else same_level(earlier.level, project.level)
    if occupation is False or level is False:
        return
    where = earlier.project or earlier.claim_no or "?"
    related = (Related(earlier.claim_no, ""),) if earlier.claim_no else ()
    if occupation and level and not earlier.certain:
        yield unclear(CODE, f"{trainee.name}在另一项申报（{where}）中申请了{project.occupation}{project.level}的补贴，其金额尚待人工确认；如获支持，本次不可重复享受",
                      f"{trainee.name} has asked for the subsidy for {project.occupation} {project.level} in {where}, where it waits for a reviewer; if it is paid, not here again",
                      subject=who(trainee), evidence=row_of(case, index), related=related, trainees=(index,), effect=Effect.WITHHOLDS)  # fmt: skip
    elif occupation and level:
        day_zh, day_en = (f"于{earlier.date}", f" on {earlier.date}") if earlier.date else ("", "")
        yield unmet(CODE, f"{trainee.name}{day_zh}已享受{project.occupation}{project.level}的补贴（{where}），一年内不可重复", f"{trainee.name} had the subsidy for {project.occupation} {project.level}{day_en} ({where}); not twice within a year",
                    subject=who(trainee), expected=1, observed=2, evidence=row_of(case, index), related=related, trainees=(index,), effect=Effect.EXCLUDES)  # fmt: skip
    else:
        yield unclear(CODE, f"{trainee.name}已享受的补贴（{where}）未写明职业或等级，无法判断是否重复；请核对", f"an earlier subsidy of {trainee.name} ({where}) names no occupation or level, so it cannot be compared; please check",
                      subject=who(trainee), evidence=row_of(case, index), related=related, trainees=(index,))  # fmt: skip
