"""Enough of the trainees were seen to sign at each session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from services.domain.case import Case
from services.domain.evidence import Place
from services.domain.finding import Result
from services.verify.aspects import session_name
from services.verify.checks import check
from services.verify.results import met, not_applicable, unclear, unmet


@check
def sheet_headcount(case: Case, *, share: Decimal) -> Iterator[Result]:
    """At least `share` (0..1) of the trainees sign at each session that has a sheet; practice, 七(二)."""
    covered = sorted({page.session for page in case.attendance if page.session is not None})
    if not covered or not case.records:
        yield not_applicable()
        return
    needed = int((Decimal(share) * len(case.records)).to_integral_value(ROUND_CEILING))
    short = False
    certain = Counter(p.session for record in case.records for p in {p.session: p for p in record.presences if not p.doubts}.values())
    for index in covered:
        sure = certain[index]
        if sure >= needed:
            continue
        short = True
        seen = sum(any(p.session == index for p in record.presences) for record in case.records)
        name = session_name(case.sessions[index])
        places = tuple({(p.file, p.page): Place(p.file, page=p.page) for p in case.attendance if p.session == index}.values())
        people = len(case.records)
        if seen >= needed:
            zh, en = f"{name.zh}确认签到{sure}人、另有{seen - sure}人待核，须达{needed}人", f"{name.en}: {sure} surely signed, {seen - sure} in doubt"
            yield unclear("sheet.headcount_short", zh, f"{en}, {needed} are needed", subject=name.zh, expected=needed, observed=sure, evidence=places)
        else:
            zh = f"{name.zh}仅见{seen}人签到，少于申报{people}人的{float(share):.0%}（{needed}人）"
            en = f"{name.en}: only {seen} of {people} trainees signed, fewer than {float(share):.0%} ({needed})"
            yield unmet("sheet.headcount_short", zh, en, subject=name.zh, expected=needed, observed=seen, evidence=places)
    if not short:
        yield met()
