"""Sheet facts made by hand, for tests of matching that need no picture: cells whose posteriors say a text more or less surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

import numpy as np

from services.domain.claim import Claim, Enterprise, Insured, Project, Roster, Session, Trainee, Trainees
from services.domain.facts import ColumnRole, DateReading, Posteriors, SheetCell, SheetColumn, SheetFacts, SheetPage, SheetRow, SheetTable
from services.domain.policy import Rules

ROLES = {
    "序号": ColumnRole.NUMBER,
    "姓名": ColumnRole.NAME,
    "身份证号": ColumnRole.ID_NUMBER,
    "工号": ColumnRole.EMPLOYEE_NO,
    "部门": ColumnRole.DEPARTMENT,
    "电话": ColumnRole.PHONE,
}


def rules(signatures: Any = "all") -> Rules:
    return Rules({}, Decimal(3000), 45, Decimal(10), Decimal(15), signatures, ("参保职工",))


def posteriors(text: str, sure: float = 0.998, instead: Mapping[int, Mapping[str, float]] | None = None, floor: float = -18.0) -> Posteriors:
    """Posteriors of `text`; `instead[k]` gives the probabilities at the k-th character in place of the sure one."""
    steps: list[dict[str, float]] = []
    for k, character in enumerate(text):
        steps += [(dict(instead[k]) if instead and k in instead else {character: sure}), {"": sure}]
    symbols = ["", *sorted({s for step in steps for s in step if s})]
    width = max((len(s) for s in steps), default=1) + 1
    indices = np.zeros((len(steps), width), "<u2")
    logs = np.full((len(steps), width), floor, "<f2")
    for t, step in enumerate(steps):
        entries = [(symbols.index(s), np.log(p)) for s, p in step.items()]
        if "" not in step:
            entries.append((0, np.log(max(1e-6, 1 - sum(step.values())))))
        spare = [i for i in range(len(symbols)) if i not in [e[0] for e in entries]]
        for k in range(width):
            indices[t, k], logs[t, k] = (
                entries[k] if k < len(entries) else (spare.pop() if spare else entries[0][0], floor if spare or len(entries) < len(symbols) else entries[0][1])
            )
    return Posteriors(len(steps), tuple(symbols), indices.tobytes(), logs.tobytes(), floor)


def cell(column: int, text: str, *, sure: float = 0.998, instead: Mapping[int, Mapping[str, float]] | None = None, **known: Any) -> SheetCell:
    """A cell that says `text`; empty where the text is."""
    box = (0.1 * column, 0.1, 0.1, 0.02)
    return SheetCell(column, box, text, sure if text else 0.0, posteriors(text, sure, instead) if text else None, **known)


def page(headers: Sequence[str], rows: Sequence[Sequence[Any]], **known: Any) -> SheetPage:
    """A page with one table. Headers not in ROLES are signature columns: there True, False, None or a mark (请假) stands, or a ready cell."""
    columns = tuple(_column(i, h) for i, h in enumerate(headers))
    body = tuple(_row(k, columns, values) for k, values in enumerate(rows, 1))
    day = known.pop("day", date(2021, 11, 8))
    known.setdefault("date", DateReading(day, str(day), 0.99) if day else None)
    return SheetPage(known.pop("number", 1), 1000, 1400, (SheetTable((0.1, 0.1, 0.8, 0.8), columns, body),), title=known.pop("title", "培训签到表"), **known)


def _column(index: int, header: str | tuple[str, date | None, str | None]) -> SheetColumn:
    name, day, part = (header, None, None) if isinstance(header, str) else header
    return SheetColumn(index, name, ROLES.get(name, ColumnRole.SIGNATURE), None, day, part)


def _row(number: int, columns: Sequence[SheetColumn], values: Sequence[Any]) -> SheetRow:
    cells = []
    for column, value in zip(columns, values, strict=True):
        if isinstance(value, SheetCell):
            cells.append(value)
        elif column.role is not ColumnRole.SIGNATURE:
            cells.append(cell(column.index, str(value or "")))
        else:
            mark = value if isinstance(value, str) else None
            cells.append(SheetCell(column.index, (0.1 * column.index, 0.1, 0.1, 0.02), "", 0.0, signed=False if mark else value, mark=mark))
    blank = not any(v for v, c in zip(values, columns, strict=True) if c.role is not ColumnRole.NUMBER)
    return SheetRow(number, (0.1, 0.1 + 0.03 * number, 0.8, 0.03), tuple(cells), empty=blank)


def sheet(*pages: SheetPage) -> SheetFacts:
    return SheetFacts(pages)


def trainees(*people: tuple[str, str] | tuple[str, str, dict[str, str]]) -> Trainees:
    """Trainees of (name, ID number[, further fields])."""
    return Trainees("trainees.xlsx", tuple(Trainee(i + 2, p[0], p[1], **(p[2] if len(p) > 2 else {})) for i, p in enumerate(people)))


def roster(*people: tuple[str, str] | tuple[str, str, dict[str, str]]) -> Roster:
    return Roster("roster.xlsx", tuple(Insured(i + 2, p[0], p[1], **(p[2] if len(p) > 2 else {})) for i, p in enumerate(people)))


def session(day: date, start: str | None = None, end: str | None = None, **known: Any) -> Session:
    return Session(day, Decimal(known.pop("hours", 4)), time.fromisoformat(start) if start else None, time.fromisoformat(end) if end else None, **known)


def claim(*sessions: Session, start: date = date(2021, 11, 8), end: date = date(2021, 11, 12), hours: str = "40") -> Claim:
    return Claim("CC-1", Enterprise("长春某厂"), Project("岗前培训", start, end, Decimal(hours)), sessions=sessions)
