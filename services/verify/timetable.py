"""Which sessions lie at the same time, and the most class hours a person can have had of some of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from services.domain.case import Case
from services.domain.claim import Mode, Session


def overlap(a: Session, b: Session) -> bool:
    """Whether two sessions share a stretch of time. Where the hours of one are not known, it cannot be told: no."""
    if a.date != b.date or a.start is None or a.end is None or b.start is None or b.end is None:
        return False
    return a.start < b.end and b.start < a.end


def any_parallel(sessions: Sequence[Session]) -> bool:
    """Whether any two of the sessions share a stretch of time."""
    by_day: dict[date, list[int]] = {}
    for i, session in enumerate(sessions):
        by_day.setdefault(session.date, []).append(i)
    return any(_crowded(sessions, day) for day in by_day.values())


def chosen(sessions: Sequence[Session], among: Iterable[int]) -> tuple[int, ...]:
    """Of the sessions `among` (indices), those that can all have been attended and have the most class hours together.

    Of two at the same time one counts. The best choice, not the first come: one more signature never takes hours away.
    """
    indices = sorted(set(among))
    by_day: dict[date, list[int]] = {}
    for i in indices:
        by_day.setdefault(sessions[i].date, []).append(i)
    return tuple(sorted(i for day in by_day.values() for i in (_best(sessions, day) if _crowded(sessions, day) else day)))


def _crowded(sessions: Sequence[Session], day: list[int]) -> bool:
    return any(overlap(sessions[a], sessions[b]) for a, b in combinations(day, 2))


def _best(sessions: Sequence[Session], day: list[int]) -> list[int]:
    """Weighted interval scheduling: sessions by their end, each with the best choice up to it. Sessions without hours all count."""
    free = [i for i in day if sessions[i].start is None or sessions[i].end is None]
    order = sorted(set(day) - set(free), key=lambda i: (sessions[i].end, sessions[i].start, i))
    best: list[tuple[Decimal, list[int]]] = [(Decimal(0), [])]
    for k, i in enumerate(order):
        before = next((j for j in range(k, 0, -1) if not overlap(sessions[order[j - 1]], sessions[i])), 0)
        with_it = (best[before][0] + sessions[i].class_hours, [*best[before][1], i])
        best.append(max(best[k], with_it, key=lambda option: option[0]))
    return [*free, *best[-1][1]]


def total_hours(sessions: Sequence[Session], among: Iterable[int]) -> Decimal:
    """The class hours of the best choice, exact."""
    return sum((sessions[i].class_hours for i in chosen(sessions, among)), Decimal(0))


def has_unscheduled_online(case: Case) -> bool:
    """Whether people learn online at hours that no session fixes."""
    online = Mode.ONLINE in case.claim.project.modes or bool(case.of("learning_log"))
    return online and not any(s.online for s in case.sessions)


def training_days(case: Case) -> tuple[date, ...]:
    """The days of training: those with a session; where learning has no fixed hours, the first and the last day too."""
    project = case.claim.project
    days = {s.date for s in case.sessions if project.start <= s.date <= project.end}
    if not days or has_unscheduled_online(case):
        days |= {project.start, project.end}
    return tuple(sorted(days))


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(f"no day {months} months before {day}")


def days_between(first: date, last: date) -> int:
    """The days from first to last, both counted."""
    return (last - first) // timedelta(days=1) + 1
