"""The schedule in claim.json -> `Session`s. A wrong session is named and left out, the others are taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any

from services.domain.claim import Session
from services.domain.dates import parse_time
from services.domain.errors import FieldProblem
from services.domain.text import Message
from services.ingest import fields
from services.ingest.fields import WrongForm

_PARTS = {"am": "am", "上午": "am", "morning": "am", "pm": "pm", "下午": "pm", "晚上": "pm", "afternoon": "pm", "day": "day", "全天": "day"}


def parse_sessions(untrusted: Any, project_hours: Decimal, problems: list[FieldProblem]) -> tuple[Session, ...]:
    """The sessions in their order. Those without class hours share equally what the others leave of the project's."""
    if fields.absent(untrusted):
        return ()
    if not isinstance(untrusted, list):
        problems.append(FieldProblem("sessions", fields.shown(untrusted), Message("课程安排的列表", "a list of sessions")))
        return ()
    taken: list[tuple[Session, bool]] = []
    for index, raw in enumerate(untrusted):
        place = f"sessions[{index}]"
        if not isinstance(raw, dict):
            problems.append(FieldProblem(place, fields.shown(raw), Message("对象 {…}", "an object {…}")))
            continue
        session = _session(raw, place, problems)
        if session is not None:
            taken.append(session)
    missing = [s for s, has_hours in taken if not has_hours]
    if missing:
        left = max(Decimal(0), project_hours - sum((s.class_hours for s, has in taken if has), Decimal(0)))
        share = left / len(missing)
        taken = [(s if has else replace(s, class_hours=share), has) for s, has in taken]
    return tuple(s for s, _ in taken)


def _session(raw: dict[str, Any], place: str, problems: list[FieldProblem]) -> tuple[Session, bool] | None:
    def take(name: str, parse: Any) -> Any:
        if fields.absent(raw.get(name)):
            return None
        try:
            return parse(raw[name])
        except WrongForm as wrong:
            problems.append(FieldProblem(f"{place}.{name}", fields.shown(raw[name]), wrong.expected))
            return None

    day = take("date", fields.day)
    if day is None:
        if fields.absent(raw.get("date")):
            problems.append(FieldProblem(f"{place}.date", "无（缺少） / missing", Message("日期", "a day")))
        return None
    start, end = take("start", _clock), take("end", _clock)
    if start is not None and end is not None and end <= start:
        problems.append(FieldProblem(f"{place}.end", end.isoformat("minutes"), Message(f"晚于开始时间 {start:%H:%M}", f"a time after the start {start:%H:%M}")))
        start = end = None
    hours = take("class_hours", fields.hours)
    part = _PARTS.get(str(raw.get("part") or "").strip().lower())
    session = Session(
        date=day, class_hours=hours or Decimal(0), start=start, end=end, mode=take("mode", fields.mode), course=take("course", fields.text), part=part
    )
    return session, hours is not None


def _clock(raw: Any) -> time:
    found = parse_time(raw if not isinstance(raw, Decimal) else float(raw))
    if found is None:
        raise WrongForm(Message("时刻，如 08:30", "a time of day such as 08:30"))
    return found
