"""Enough of the trainees were seen to sign at each session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from services.domain.case import Case, TraineeRecord
from services.domain.evidence import Place
from services.domain.finding import Result
from services.verify.aspects import first_listings, session_name
from services.verify.checks import check
from services.verify.presence import VOID
from services.verify.results import met, not_applicable, unclear, unmet


@check
def sheet_headcount(case: Case, *, share: Decimal) -> Iterator[Result]:
    """At least `share` (0..1) of the trainees sign at each session that has a sheet; practice, 七(二)."""
    covered = sorted({page.session for page in case.attendance if page.session is not None})
    if not covered or not case.records:
        yield not_applicable()
        return
    people = [case.records[index] for index in first_listings(case)]
    needed = int((Decimal(share) * len(people)).to_integral_value(ROUND_CEILING))
    certain = Counter(session for record in people for session in {p.session for p in record.presences if not p.doubts})
    findings: list[Result] = []
    for index in covered:
        if (sure := certain[index]) < needed:
            findings += _session(case, index, sure, needed, people)
    yield from findings or (met(),)


def _session(case: Case, index: int, sure: int, needed: int, people: list[TraineeRecord]) -> Iterator[Result]:
    here = [[p for p in record.presences if p.session == index] for record in people]
    possible = sum(any(not VOID.intersection(p.doubts) for p in presences) for presences in here)
    if possible < needed <= sum(map(bool, here)):
        return  # they signed, but in vain: the finding about the copied sheet or signature says so
    name = session_name(case.sessions[index])
    places = tuple({(p.file, p.page): Place(p.file, page=p.page) for p in case.attendance if p.session == index}.values())
    if possible >= needed:
        zh, en = f"{name.zh}确认签到{sure}人、另有{possible - sure}人待核，须达{needed}人", f"{name.en}: {sure} surely signed, {possible - sure} in doubt"
        yield unclear("sheet.headcount_short", zh, f"{en}, {needed} are needed", subject=name.zh, expected=needed, observed=sure, evidence=places)
    else:
        zh = f"{name.zh}仅见{possible}人签到，申报{len(people)}人，至少应有{needed}人"
        en = f"{name.en}: only {possible} of {len(people)} trainees signed, fewer than {needed}"
        yield unmet("sheet.headcount_short", zh, en, subject=name.zh, expected=needed, observed=possible, evidence=places)
