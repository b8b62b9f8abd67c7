"""二: insured on the training days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.domain.case import Case
from services.domain.claim import Insured
from services.domain.evidence import Place
from services.domain.finding import Effect, Result
from services.verify.checks import check
from services.verify.people import has_roster, nobody, people, row_of, who
from services.verify.results import met, not_applicable, unclear, unmet
from services.verify.timetable import training_days

CODE = "trainee.not_insured"


@check
def trainee_insured(case: Case) -> Iterator[Result]:
    """Each training day lies in one of the person's periods of insurance, first and last day included."""
    missing = nobody(case, CODE)
    if missing is not None:
        yield missing
        return
    if case.roster is None or not has_roster(case):
        yield unclear(CODE, "未提供可读取的参保名单（roster），无法核对培训期间是否参保；请补充", "there is no readable roster, so insurance on the training days cannot be checked; please add it",
                      subject="roster", effect=Effect.WITHHOLDS)  # fmt: skip
        return
    yield met() if any(case.insured_rows) else not_applicable()
    days = training_days(case)
    for i in range(len(people(case))):
        periods = tuple(case.roster.people[k] for k in case.insured_rows[i])
        if periods:
            yield from _person(case, i, periods, days)


def _person(case: Case, index: int, periods: tuple[Insured, ...], training: tuple[date, ...]) -> Iterator[Result]:
    trainee, file = people(case)[index], case.roster.file if case.roster else ""
    if training and any(_covers(p, training[0]) and _covers(p, training[-1]) for p in periods):
        return  # one period holds them all, as it mostly does
    open_days = [day for day in training if not any(_covers(p, day) for p in periods)]
    if not open_days:
        return
    stated = "；".join(f"{p.insured_from or '?'} 至 {p.insured_to or '今'}" for p in periods)
    stated_en = "; ".join(f"{p.insured_from or '?'} to {p.insured_to or 'now'}" for p in periods)
    places = (*row_of(case, index), *(Place(file, row=p.row) for p in periods))
    days = f"{open_days[0]}" if len(open_days) == 1 else f"{open_days[0]} … {open_days[-1]}"
    if all(any(p.insured_from is None and (p.insured_to is None or day <= p.insured_to) for p in periods) for day in open_days):
        yield unclear(CODE, f"{trainee.name}的参保开始日期未填写，无法判断培训期间是否参保；请补充", f"the roster has no first day of insurance for {trainee.name}; please add it",
                      subject=who(trainee), expected=days, observed=stated_en, evidence=places, trainees=(index,), effect=Effect.WITHHOLDS)  # fmt: skip
        return
    yield unmet(CODE, f"{trainee.name}在培训日 {days} 未参保（参保时段：{stated}）", f"{trainee.name} was not insured on the training days {days} (insured: {stated_en})",
                subject=who(trainee), expected=days, observed=stated_en, evidence=places, trainees=(index,), effect=Effect.EXCLUDES)  # fmt: skip


def _covers(period: Insured, day: date) -> bool:
    return period.insured_from is not None and period.insured_from <= day and (period.insured_to is None or day <= period.insured_to)
