"""Which sessions a page of a sheet stands for: its date (or its columns' dates) and part of day against the schedule."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal, localcontext

from rapidfuzz import fuzz

from services.domain.case import SheetDate
from services.domain.claim import Claim, Session
from services.domain.evidence import Box
from services.domain.facts import ColumnRole, SheetColumn, SheetFacts, SheetPage
from services.verify.match.date_likelihood import SaidHalf, said_half
from services.verify.match.stated_days import days_like, in_training, stated_day
from services.verify.match.variants import normalise_name

_SAME_COURSE = 80.0
_HEADER_DAY = re.compile(
    r"(?<![\d:.年/-])(?:(?P<month>1[0-2]|0?[1-9])[月./-](?P<day>3[01]|[12]\d|0?[1-9])|(?P<alone>3[01]|[12]\d|0?[1-9])(?=[日号]))(?![\d:.点时/-])"
)
_ORDER = {"am": 0, "day": 1, "pm": 2}


@dataclass(frozen=True, slots=True)
class Slot:
    """One attendance of a page: a day and part of day, with the signature columns (table, column index) that stand for it; None: every one."""

    file: str
    page: SheetPage
    day: date | None
    part: str | None
    course: str | None
    known: SheetDate
    text: str | None
    box: Box | None
    columns: frozenset[tuple[int, int]] | None = None
    half_written: bool = False
    """A half of the day is written, and `part` is None because it cannot be told which."""


@dataclass(frozen=True, slots=True)
class PlacedSlot:
    """A slot with the sessions it covers (indices), or, where its date is unreadable, those it may belong to."""

    slot: Slot
    sessions: tuple[int, ...]
    possible: tuple[int, ...] = ()


def slots_of(file: str, facts: SheetFacts, claim: Claim) -> list[Slot]:
    """The attendances of a file's pages; a page that goes on without title or date is of the page before it."""
    found: list[Slot] = []
    last: list[Slot] = []
    for page in facts.pages:
        if not page.tables:
            continue
        continued = bool(last) and page.date is None and not page.title and page.part is None and not any(_own(c) for _, c in _signatures(page))
        if continued and all(s.columns is None for s in last):
            now = [replace(s, page=page) for s in last]
        elif continued:
            now = _as_before(page, last)
        else:
            now = _page_slots(file, page, claim)
        found += now
        last = now
    return found


def _signatures(page: SheetPage) -> list[tuple[int, SheetColumn]]:
    return [(t, c) for t, table in enumerate(page.tables) for c in table.columns if c.role is ColumnRole.SIGNATURE]


def _own(column: SheetColumn) -> bool:
    return column.date is not None or column.part is not None or _month_and_day_of(column) is not None


def _month_and_day_of(column: SheetColumn) -> tuple[int | None, int] | None:
    """Month (None: not written) and day of a header without a year: 11月8日, 11.8上午, 8日. Times and counts are none."""
    header = "".join(unicodedata.normalize("NFKC", column.header).split())
    found = _HEADER_DAY.search(header)
    if column.date is not None or found is None:
        return None
    return (int(found["month"]) if found["month"] else None), int(found["day"] or found["alone"])


def _as_before(page: SheetPage, before: Sequence[Slot]) -> list[Slot]:
    """A page that continues a table with a column per day: the same columns stand for the same days."""
    there = {c.index for _, c in _signatures(page)}
    slots = []
    for slot in before:
        wanted = {column for _, column in slot.columns or ()}
        columns = frozenset((t, c) for t in range(len(page.tables)) for c in wanted & there)
        slots.append(replace(slot, page=page, columns=columns))
    return slots


def _page_slots(file: str, page: SheetPage, claim: Claim) -> list[Slot]:
    day, known = stated_day(page.date, claim)
    text, box = (page.date.text, page.date.box) if page.date else (None, None)
    half = said_half(page.date.posteriors) if page.date and page.date.posteriors else SaidHalf(None, written=False)
    part = half.part if half.written else page.part
    whole = Slot(file, page, day, part, page.course, known, text, box, half_written=half.written and part is None)
    columns = _signatures(page)
    own = [(t, c) for t, c in columns if _own(c)]
    if not own:
        return [whole]
    groups: dict[tuple[date | None, str | None], set[tuple[int, int]]] = {}
    for t, column in own:
        stated = _column_day(column, claim) if _dated(column) else day
        groups.setdefault((stated, column.part or whole.part), set()).add((t, column.index))
    shared = {(t, c.index) for t, c in columns if not _own(c)}
    slots = []
    for (column_day, part), members in sorted(groups.items(), key=lambda g: (g[0][0] or date.max, _ORDER.get(g[0][1] or "day", 1))):
        header = next(c for t, c in own if (t, c.index) in members)
        if _dated(header):
            state = SheetDate.UNREADABLE if column_day is None else SheetDate.READ if in_training(column_day, claim) else SheetDate.OUTSIDE
            slots.append(Slot(file, page, column_day, part, page.course, state, header.header, header.box, frozenset(members | shared)))
        else:
            slots.append(replace(whole, part=part, columns=frozenset(members | shared)))
    return slots


def _dated(column: SheetColumn) -> bool:
    return column.date is not None or _month_and_day_of(column) is not None


def _column_day(column: SheetColumn, claim: Claim) -> date | None:
    """The day a column's header names; what it leaves out (year, month) is the training's, None where that is not one day."""
    if column.date is not None:
        return _in_span(column.date, claim)
    stated = _month_and_day_of(column)
    if stated is None:
        return None
    month, day = stated
    months = range(1, 13) if month is None else (month,)
    fitting = sorted({d for m in months for d in days_like(m, day, claim)})
    if len(fitting) == 1:
        return fitting[0]
    if fitting or month is None:
        return None
    try:
        return date(claim.project.start.year, month, day)
    except ValueError:
        return None


def _in_span(day: date, claim: Claim) -> date:
    """A column's day; a reader that saw no year has put one in, which the training may correct."""
    if in_training(day, claim):
        return day
    fitting = days_like(day.month, day.day, claim)
    return fitting[0] if len(fitting) == 1 and abs(fitting[0].year - day.year) > 1 else day


def sessions_at(day: date, part: str | None, course: str | None, sessions: Sequence[Session]) -> tuple[int, ...]:
    """The offline sessions that a sheet of a day (and part of day, and course) covers."""
    that_day = [i for i, s in enumerate(sessions) if s.date == day and not s.online]
    if part in ("am", "pm"):
        exact = [i for i in that_day if sessions[i].part_of_day() == part]
        that_day = exact or [i for i in that_day if sessions[i].part_of_day() == "day"]
    if len(that_day) > 1 and part != "day" and course:
        same = [i for i in that_day if _same_course(course, sessions[i].course)]
        that_day = same or that_day
    return tuple(that_day)


def _same_course(a: str, b: str | None) -> bool:
    return b is not None and fuzz.ratio(normalise_name(a), normalise_name(b)) >= _SAME_COURSE


def assumed_sessions(slots: Iterable[Slot], claim: Claim) -> tuple[Session, ...]:
    """For a claim without a schedule: each day and part that a sheet is dated shares the claimed hours equally.

    Where no sheet's date can be read, one session of all hours stands for whatever day a human will find. Shares are rounded
    up at the 28th digit, so that all of them together are never less than the whole.
    """
    dated = {(s.day, s.part or "day") for s in slots if s.day is not None and s.known is not SheetDate.OUTSIDE}
    days = sorted(dated, key=lambda d: (d[0], _ORDER.get(d[1], 1)))
    undated = any(s.known is SheetDate.UNREADABLE for s in slots)
    if not days and undated:
        days = [(claim.project.start, "day")]
    if not days:
        return ()
    with localcontext() as context:
        context.prec, context.rounding = 28, ROUND_CEILING
        share = claim.project.class_hours / Decimal(len(days))
    return tuple(Session(date=day, class_hours=share, part=part) for day, part in days)


def single_day(slots: Sequence[Slot], claim: Claim) -> list[Slot]:
    """A training of one day without a schedule, with one sheet only: an unreadable date can be no other."""
    if claim.sessions or claim.project.end - claim.project.start >= timedelta(days=1) or len({s.file for s in slots}) != 1:
        return list(slots)
    return [replace(s, day=claim.project.start, known=SheetDate.ASSIGNED) if s.known is SheetDate.UNREADABLE else s for s in slots]


def place(slots: Sequence[Slot], sessions: Sequence[Session], scheduled: bool) -> list[PlacedSlot]:
    """Each slot with its sessions. A sheet without a readable date is given one only when exactly one session is left without a sheet."""
    placed = [PlacedSlot(s, _covered(s, sessions, scheduled)) for s in slots]
    covered = {i for p in placed if not _either_half(p, sessions) for i in p.sessions}
    left = tuple(i for i, s in enumerate(sessions) if not s.online and i not in covered)
    undated = {p.slot.file for p in placed if p.slot.known is SheetDate.UNREADABLE or _either_half(p, sessions)}
    result = []
    for p in placed:
        if _either_half(p, sessions):
            result.append(_of_one_half(p, sessions, covered, alone=len(undated) == 1))
        elif p.slot.known is not SheetDate.UNREADABLE:
            result.append(p)
        elif scheduled and len(left) == 1 and len(undated) == 1 and _fits(p.slot, sessions[left[0]]):
            slot = replace(p.slot, day=sessions[left[0]].date, part=p.slot.part or sessions[left[0]].part_of_day(), known=SheetDate.ASSIGNED)
            result.append(PlacedSlot(slot, left))
        else:
            possible = left if scheduled else tuple(range(len(sessions)))
            result.append(PlacedSlot(p.slot, (), possible))
    return result


def _either_half(placed: PlacedSlot, sessions: Sequence[Session]) -> bool:
    """The day has sessions in both halves, and which of them the page is of cannot be told."""
    return placed.slot.half_written and {"am", "pm"} <= {sessions[i].part_of_day() for i in placed.sessions}


def _of_one_half(placed: PlacedSlot, sessions: Sequence[Session], covered: set[int], *, alone: bool) -> PlacedSlot:
    """The half that no other sheet is of, where that is one and no other sheet's date is open; else both may be meant."""
    free = tuple(i for i in placed.sessions if i not in covered)
    if alone and len(free) == 1:
        return PlacedSlot(replace(placed.slot, part=sessions[free[0]].part_of_day(), known=SheetDate.ASSIGNED), free)
    return PlacedSlot(replace(placed.slot, known=SheetDate.PART_UNREADABLE), (), placed.sessions)


def _fits(slot: Slot, session: Session) -> bool:
    """Nothing else on the page speaks against the session."""
    return slot.part not in ("am", "pm") or session.part_of_day() in (slot.part, "day")


def _covered(slot: Slot, sessions: Sequence[Session], scheduled: bool) -> tuple[int, ...]:
    if slot.day is None or slot.known not in (SheetDate.READ, SheetDate.ASSIGNED):
        return ()
    if scheduled:
        return sessions_at(slot.day, slot.part, slot.course, sessions)
    return tuple(i for i, s in enumerate(sessions) if s.date == slot.day and s.part == (slot.part or "day"))
