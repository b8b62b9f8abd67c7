"""Attendance rows and trainees in the published form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.domain.case import Case, DoubtKind, OnlineTime, SheetAttendance, SheetRowMatch, TraineeRecord
from services.domain.case import RowStatus as Status
from services.domain.finding import Entitlement, Judgement, Step
from services.domain.identity import mask_id_number
from services.report.plain import box, decimal, message, moment, money, no_blanks, place, rounded

VOID = frozenset({DoubtKind.SIGNATURE_COPIED, DoubtKind.SHEET_REUSED, DoubtKind.PERSON_TWICE, DoubtKind.TIME_CONFLICT})
"""Doubts that end in "does not count"; the others wait for a human."""

_INTERVALS_SHOWN = 400


def attendance_json(case: Case) -> list[dict[str, Any]]:
    return [_sheet(a) for a in case.attendance]


def _sheet(sheet: SheetAttendance) -> dict[str, Any]:
    return {
        "file": sheet.file,
        "page": sheet.page,
        "date": sheet.date.isoformat() if sheet.date else None,
        "part": sheet.part,
        "session": sheet.session,
        "rows": [_row(r) for r in sheet.rows],
        "date_known": sheet.date_known.value,
        "date_text": sheet.date_text,
        "date_box": box(sheet.date_box),
        "possible_sessions": list(sheet.possible_sessions),
    }


def _row(row: SheetRowMatch) -> dict[str, Any]:
    crossed = row.status is Status.CROSSED_OUT
    out: dict[str, Any] = {
        "row": row.row,
        "box": box(row.box),
        "status": row.status.value,
        "name": row.name,
        # A person listed without a usable number is named by the number the sheet itself shows.
        "id_number": mask_id_number(row.id_number) or mask_id_number(row.id_text) or None,
        "confidence": None if row.confidence is None else round(min(max(row.confidence, 0.0), 1.0), 4),
        "candidates": [
            {"name": c.name, "id_number": mask_id_number(c.id_number), "confidence": round(min(max(c.confidence, 0.0), 1.0), 4)} for c in row.candidates
        ],
        "signed": {header: signed and not crossed for header, signed in _columns(row)},
        "mark": row.mark,
    }
    if row.trainee is not None:
        out["trainee"] = row.trainee
    if row.doubts:
        out["doubts"] = [d.value for d in row.doubts]
    if row.id_text:
        out["id_text"] = mask_id_number(row.id_text) or None
    if row.corrected_by:
        out["corrected_by"] = row.corrected_by
    return out


def _columns(row: SheetRowMatch) -> list[tuple[str, bool]]:
    """The signature columns with distinct names without blanks; the second of a name becomes 签名(2)."""
    out: list[tuple[str, bool]] = []
    seen: dict[str, int] = {}
    for header, signed in row.signed:
        name = no_blanks(header) or "签名"
        seen[name] = seen.get(name, 0) + 1
        out.append((name if seen[name] == 1 else f"{name}({seen[name]})", bool(signed)))
    return out


def trainees_json(case: Case, judgement: Judgement) -> list[dict[str, Any]]:
    """One entry per trainee of the claim, in the order of the list."""
    if case.trainees is None:
        return []
    covered = {a.session for a in case.attendance if a.session is not None}
    perhaps = _perhaps(case)
    return [_trainee(case, e, covered, perhaps.get(e.trainee, set())) for e in sorted(judgement.entitlements, key=lambda e: e.trainee)]


def _perhaps(case: Case) -> dict[int, set[int]]:
    """Sessions that a trainee may have signed: an ambiguous row may mean them, or the day of the page cannot be read."""
    out: dict[int, set[int]] = {}
    for sheet in case.attendance:
        dated = sheet.session is not None
        days = {sheet.session} if sheet.session is not None else set(sheet.possible_sessions)
        for row in sheet.rows:
            if not any(signed for _, signed in row.signed):
                continue
            who = [c.trainee for c in row.candidates] if row.status is Status.AMBIGUOUS else [] if dated else [row.trainee]
            for trainee in who:
                if trainee is not None:
                    out.setdefault(trainee, set()).update(days)
    return out


def _trainee(case: Case, due: Entitlement, covered: set[int], perhaps: set[int]) -> dict[str, Any]:
    assert case.trainees is not None
    person = case.trainees.people[due.trainee]
    record = case.records[due.trainee] if due.trainee < len(case.records) else TraineeRecord()
    return {
        "name": person.name,
        "id_number": mask_id_number(person.id_number),
        "sessions_signed": due.sessions_signed,
        "online_minutes_logged": rounded(due.online_minutes_logged),
        "online_minutes_verified": rounded(due.online_minutes_verified),
        "class_hours_claimed": decimal(due.hours_claimed),
        "class_hours_supported": decimal(due.hours_supported),
        "amount_claimed": money(due.amount_claimed),
        "amount_supported": money(due.amount_supported),
        "findings": list(due.findings),
        "amount_unclear": money(due.amount_unclear),
        "row": person.row,
        "category": person.category,
        "department": person.department,
        "employee_no": person.employee_no,
        "presence": _presence(record, covered, perhaps, case),
        "online": _online(record.online),
        "steps": [_step(s) for s in due.steps],
    }


def _presence(record: TraineeRecord, covered: set[int], perhaps: set[int], case: Case) -> dict[str, Any]:
    """Session numbers by what the sheets say: signed, unclear (for a human), void (does not count), not_signed.

    A session in none of them has no sheet, or is online.
    """
    signed = {p.session for p in record.presences if not p.doubts}
    void = {p.session for p in record.presences if set(p.doubts) & VOID} - signed
    unclear = ({p.session for p in record.presences if p.doubts} | perhaps) - signed - void
    absent = {s for s in covered if s < len(case.sessions) and not case.sessions[s].online} - signed - void - unclear
    return {
        "signed": sorted(signed),
        "unclear": sorted(unclear),
        "void": sorted(void),
        "not_signed": sorted(absent),
        "places": [{"session": p.session, **place(p.place), "doubts": [d.value for d in p.doubts]} for p in record.presences if p.doubts],
    }


def _online(online: OnlineTime) -> dict[str, Any] | None:
    """Minutes by what became of them, and the stretches themselves for a ribbon; None without any logged time."""
    if not online.intervals and not online.sessions and not online.checks:
        return None
    minutes: dict[str, float] = {}
    for i in online.intervals:
        minutes[i.reason.value] = minutes.get(i.reason.value, 0.0) + (i.end - i.start).total_seconds() / 60
    verdicts: dict[str, int] = {}
    for c in online.checks:
        verdicts[c.verdict.value] = verdicts.get(c.verdict.value, 0) + 1
    return {
        "sessions": online.sessions,
        "minutes": {reason: rounded(value) for reason, value in minutes.items()},
        "minutes_unclear": rounded(online.unclear_minutes),
        "checks": verdicts,
        "intervals": [{"start": moment(i.start), "end": moment(i.end), "reason": i.reason.value} for i in online.intervals[:_INTERVALS_SHOWN]],
        "intervals_omitted": max(0, len(online.intervals) - _INTERVALS_SHOWN),
        "looks": [{"at": moment(c.at), "verdict": c.verdict.value, "snapshot": c.snapshot} for c in online.checks[:_INTERVALS_SHOWN]],
    }


def _step(step: Step) -> dict[str, Any]:
    return {"message": message(step.message), "hours": decimal(step.hours), "amount": _signed_money(step.amount), "finding": step.finding}


def _signed_money(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
