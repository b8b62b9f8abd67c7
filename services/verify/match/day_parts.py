"""When a session takes place, as a stretch of time that can overlap another."""

from __future__ import annotations

from datetime import datetime, time

from services.domain.claim import SHANGHAI, Session

_HOURS = {"am": (time(8, 0), time(12, 0)), "pm": (time(13, 0), time(17, 0)), "day": (time(8, 0), time(17, 0))}


def span_of(session: Session) -> tuple[datetime, datetime]:
    """Start and end of a session; where only the part of day is known, that half day's usual working hours."""
    start, end = session.start, session.end
    if start is None or end is None:
        start, end = _HOURS[session.part_of_day()]
    return datetime.combine(session.date, start, SHANGHAI), datetime.combine(session.date, end, SHANGHAI)


def overlap(a: tuple[datetime, datetime], b: tuple[datetime, datetime]) -> bool:
    """True if the two stretches share more than an instant."""
    return a[0] < b[1] and b[0] < a[1]
