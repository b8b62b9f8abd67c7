"""七(二): nobody attends in two places at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from services.domain.case import Case, TimeConflict
from services.domain.claim import Session
from services.domain.evidence import Related
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.people import nobody, people, who
from services.verify.results import met, not_applicable, unmet
from services.verify.timetable import overlap

CODE = "trainee.time_conflict"


@check
def time_conflict(case: Case) -> Iterator[Result]:
    """No trainee signed two sessions at the same time, in this claim or in this and one submitted before.

    Of two sessions of this claim one counts; of two claims only the one submitted first, where nothing is found.
    """
    missing = nobody(case, CODE)
    if missing is not None:
        yield missing
        return
    if not any(record.presences for record in case.records):
        yield not_applicable()  # nobody is seen to have signed anything
        return
    yield met()
    parallel = [(a, b) for a, b in combinations(range(len(case.sessions)), 2) if overlap(case.sessions[a], case.sessions[b])]
    for i in range(len(people(case)) if parallel else 0):
        yield from _within(case, i, parallel)
    for conflict in case.conflicts:
        if not conflict.counts_here:
            yield _across(case, conflict)


def _within(case: Case, index: int, parallel: list[tuple[int, int]]) -> Iterator[Result]:
    trainee = people(case)[index]
    places = {p.session: p.place for p in reversed(case.records[index].presences)}
    for a, b in parallel:
        if a in places and b in places:
            one, other = _label(case.sessions[a]), _label(case.sessions[b])
            yield unmet(CODE, f"{trainee.name}在同一时间签到了两个课次：{one}与{other}；只计一个", f"{trainee.name} signed two sessions at the same time: {one} and {other}; one is counted",
                        subject=who(trainee), expected=one, observed=other, evidence=(places[a], places[b]), trainees=(index,))  # fmt: skip


def _across(case: Case, conflict: TimeConflict) -> Result:
    trainee, label = people(case)[conflict.trainee], _label(case.sessions[conflict.session])
    return unmet(CODE, f"{trainee.name}在{label}同时签到于另一项申报 {conflict.claim_no}（先提交）；本申报不计该课次", f"{trainee.name} signed claim {conflict.claim_no}, submitted before, at the same time ({label}); the session is not counted here",
                 subject=who(trainee), observed=label, evidence=(conflict.place,), related=(Related(conflict.claim_no, conflict.other.file),), trainees=(conflict.trainee,))  # fmt: skip


def _label(session: Session) -> str:
    if session.start is None or session.end is None:
        return f"{session.date} {session.part_of_day()}"
    return f"{session.date} {session.start:%H:%M}-{session.end:%H:%M}"
