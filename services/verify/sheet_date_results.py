"""What is to be said of the day of a sheet: not readable, or outside the training. Pure."""

from __future__ import annotations

from services.domain.case import Case, SheetAttendance, SheetDate
from services.domain.evidence import Place
from services.domain.finding import Result
from services.verify.aspects import listed, session_name
from services.verify.results import unclear, unmet


def unreadable_date(case: Case, page: SheetAttendance) -> Result:
    read = f"（识别为“{page.date_text}”）" if page.date_text else ""
    zh, en = f"{page.file}第{page.page}页的日期无法辨认{read}", f"the date on {page.file}, page {page.page} cannot be read"
    if page.date_known is SheetDate.ASSIGNED:
        zh = f"{page.file}第{page.page}页的日期或时段无法辨认{read}"
        en = f"the date on {page.file}, page {page.page}, or the half of the day, cannot be read"
    if page.date_known is SheetDate.PART_UNREADABLE:
        zh = f"{page.file}第{page.page}页是{page.date}上午还是下午无法辨认{read}"
        en = f"whether {page.file}, page {page.page} is of the morning or the afternoon of {page.date} cannot be read"
    if page.date_known is SheetDate.ASSIGNED and page.session is not None:
        name = session_name(case.sessions[page.session])
        zh += f"；可能的课次中仅{name.zh}无签到表，暂按该课次计入，请人工核对"
        en += f"; it was taken for {name.en}, the only session it may be of that has no sheet: check by eye"
    else:
        names = [session_name(case.sessions[s]) for s in page.possible_sessions]
        zh += f"，可能属于：{listed(n.zh for n in names)}；请人工核对" if names else "，请人工核对"
        en += f"; it may be of {listed((n.en for n in names), mark=', ', more=' and others ({count} in all)')}: check by eye" if names else ": check by eye"
    people = tuple(sorted({row.trainee for row in page.rows if row.trainee is not None}))
    place = Place(page.file, page=page.page, box=page.date_box)
    return unclear("sheet.date_unreadable", zh, en, subject=page.file, observed=page.date_text, evidence=(place,), trainees=people)


def outside_date(case: Case, page: SheetAttendance) -> Result:
    start, end = case.claim.project.start, case.claim.project.end
    day = page.date.isoformat() if page.date else page.date_text or ""
    return unmet(
        "sheet.date_outside_training",
        f"{page.file}第{page.page}页的日期{day}不在培训期{start}至{end}内，未计入考勤",
        f"the date {day} on {page.file}, page {page.page} is outside the training ({start} to {end}); the page is not counted",
        subject=page.file,
        expected=[start.isoformat(), end.isoformat()],
        observed=day,
        evidence=(Place(page.file, page=page.page, box=page.date_box),),
        trainees=tuple(sorted({row.trainee for row in page.rows if row.trainee is not None})),
    )
