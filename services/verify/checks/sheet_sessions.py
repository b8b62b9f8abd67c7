"""Every scheduled session in a room has its sheet, and every sheet its day within the training."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, SheetAttendance, SheetDate
from services.domain.evidence import Place
from services.domain.finding import Result
from services.verify.aspects import everybody, session_name
from services.verify.checks import check
from services.verify.results import met, not_applicable, unclear, unmet
from services.verify.sheet_date_results import outside_date, unreadable_date


@check
def sheet_sessions(case: Case) -> Iterator[Result]:
    """Sheets and scheduled sessions answer each other, 七(二)."""
    if not case.attendance:
        yield not_applicable()
        return
    findings = [*_dates(case), *_uncovered(case)]
    yield from findings or (met(),)


def _dates(case: Case) -> Iterator[Result]:
    for page in _pages(case):
        if page.date_known in (SheetDate.UNREADABLE, SheetDate.PART_UNREADABLE, SheetDate.ASSIGNED):
            yield unreadable_date(case, page)
        elif page.date_known is SheetDate.OUTSIDE or (page.date and not case.claim.project.start <= page.date <= case.claim.project.end):
            yield outside_date(case, page)


def _pages(case: Case) -> Iterator[SheetAttendance]:
    """Each page once for each day on it."""
    seen = set()
    for page in case.attendance:
        key = (page.file, page.page, page.date, page.date_known)
        if key not in seen:
            seen.add(key)
            yield page


def _uncovered(case: Case) -> Iterator[Result]:
    if case.schedule_assumed:
        return
    covered = {page.session for page in case.attendance}
    used = {page.file for page in case.attendance}
    unread = tuple(Place(item.file.path) for item in case.of("sign_in_sheet") if item.file.path not in used)
    for index in case.offline_sessions:
        if index in covered:
            continue
        name = session_name(case.sessions[index])
        course = f"《{case.sessions[index].course}》" if case.sessions[index].course else ""
        maybe = (*(Place(p.file, page=p.page) for p in case.attendance if index in p.possible_sessions), *unread)
        if maybe:
            zh = f"{name.zh}{course}的签到表待定：有日期或内容无法辨认的签到表可能属于该课次，请人工查看"
            yield unclear("sheet.session_uncovered", zh, f"{name.en}: a sheet that cannot be read may be its sheet; look at it", subject=name.zh, evidence=maybe,
                          trainees=everybody(case))  # fmt: skip
        else:
            zh = f"{name.zh}{course}无签到表，该课次{case.hours(index)}学时未计入"
            yield unmet("sheet.session_uncovered", zh, f"{name.en} has no sign-in sheet; its {case.hours(index)} class hours are not counted", subject=name.zh,
                        trainees=everybody(case))  # fmt: skip
