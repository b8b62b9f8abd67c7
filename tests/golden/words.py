"""The words in which a claim is told: days, moments, sessions, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from services.domain.claim import SHANGHAI, Mode, Session
from services.domain.evidence import EvidenceKind
from services.domain.facts import (
    SpanKind,
)

Told = Mapping[str, Any]
MODES = {"理论": Mode.THEORY, "实操": Mode.PRACTICAL, "线上": Mode.ONLINE}
MATERIALS = {"培训方案": EvidenceKind.PLAN, "培训通知": EvidenceKind.NOTICE, "评价记录": EvidenceKind.ASSESSMENT, "申报材料": EvidenceKind.APPLICATION}
HOURS = {"上午": (time(8, 30), time(11, 30)), "下午": (time(13), time(16)), "全天": (time(8, 30), time(16, 30)), "晚上": (time(18), time(21))}
SPANS = {"静止": SpanKind.FROZEN, "黑屏": SpanKind.BLACK, "循环": SpanKind.LOOPED, "轮播": SpanKind.SLIDESHOW}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def day_of(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def told_or(told: Told, key: str, usual: Any) -> Any:
    """What is told of `key`; 未填 is nothing."""
    value = told.get(key, usual)
    return None if value == "未填" else value


def sessions_of(told: Told, start: date, end: date) -> tuple[Session, ...]:
    """What was held, whether the claim declares it or not."""
    lines = told.get("课程")
    if lines is None or lines == "未填":
        days = (start,) if start == end else (start, end)
        lines = [f"{day} {part} 4学时 理论" for day in days for part in ("上午", "下午")]
    return tuple(map(session_of, lines))


def session_of(line: str) -> Session:
    """2021-11-08 上午 4学时 理论; the hours also as 08:30-10:30."""
    day, part, hours, mode = line.split()[:4]
    course = line.split()[4] if len(line.split()) > 4 else None
    start, end = HOURS[part] if part in HOURS else (time.fromisoformat(clock) for clock in part.split("-"))
    return Session(day_of(day), Decimal(hours.removesuffix("学时")), start, end, MODES[mode], course)
