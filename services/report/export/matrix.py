"""Who was where: people × sessions, each cell one sign; cut into blocks of sessions that fit a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.domain.report import Report
from services.report.export.words import PARTS, PRESENCE, PRESENCE_SIGNS


@dataclass(frozen=True, slots=True)
class Column:
    """A session. `sheets`: pages that are about it."""

    session: int
    day: str
    part: str
    title: str
    sheets: int
    signed: int
    unclear: int
    online: bool


@dataclass(frozen=True, slots=True)
class Cell:
    sign: str
    status: str
    title: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    number: int
    name: str
    cells: list[Cell]
    signed: int


@dataclass(frozen=True, slots=True)
class Block:
    columns: list[Column]
    rows: list[MatrixRow]


@dataclass(frozen=True, slots=True)
class Matrix:
    """`omitted_rows`/`omitted_columns`: left out for size; people with gaps are kept first."""

    blocks: list[Block]
    columns: list[Column]
    omitted_rows: int
    omitted_columns: int


def matrix(report: Report, *, per_block: int, most_rows: int, most_columns: int) -> Matrix:
    statuses = [_statuses(t) for t in report.trainees]
    columns = _columns(report, statuses)
    shown = columns[:most_columns]
    people = _people(report, statuses, [c.session for c in columns if not c.online], most_rows)
    blocks = [
        Block(part, [_row(report, who, statuses[who], part) for who in people])
        for part in (shown[i : i + per_block] for i in range(0, len(shown), per_block))
        if people
    ]
    return Matrix(blocks, columns, len(report.trainees) - len(people), len(columns) - len(shown))


def _statuses(trainee: dict[str, Any]) -> dict[int, str]:
    presence = trainee.get("presence") or {}
    return {s: status for status in ("not_signed", "void", "unclear", "signed") for s in presence.get(status, ())}


def _columns(report: Report, statuses: list[dict[int, str]]) -> list[Column]:
    sheets: dict[int, int] = {}
    for a in report.attendance:
        if a["session"] is not None:
            sheets[a["session"]] = sheets.get(a["session"], 0) + 1
    out = []
    for s in report.sessions:
        number, day = s["session"], date.fromisoformat(s["date"])
        counts = [found.get(number) for found in statuses]
        hours = f"{s['start']}–{s['end']}" if s["start"] else ""
        title = " ".join(filter(None, [s["date"], hours, s["course"], f"{s['class_hours']}学时"]))
        out.append(
            Column(
                number,
                f"{day.month}-{day.day:02d}",
                PARTS[s["part"] or "day"][0],
                title,
                sheets.get(number, 0),
                counts.count("signed"),
                counts.count("unclear"),
                s["mode"] == "online",
            )
        )
    return out


def _people(report: Report, statuses: list[dict[int, str]], offline: list[int], most: int) -> list[int]:
    """Everybody, or where that is too many those with a gap first; in the order of the list."""
    everybody = range(len(report.trainees))
    if len(report.trainees) <= most:
        return list(everybody)
    gaps = sorted(everybody, key=lambda who: -sum(statuses[who].get(s) != "signed" for s in offline))
    return sorted(gaps[:most])


def _row(report: Report, who: int, found: dict[int, str], columns: list[Column]) -> MatrixRow:
    cells = []
    for c in columns:
        status = found.get(c.session) or ("online" if c.online else "not_signed" if c.sheets else "no_sheet")
        cells.append(Cell(PRESENCE_SIGNS[status], status, f"{c.day} {c.part} {PRESENCE[status][0]}"))
    trainee = report.trainees[who]
    return MatrixRow(who + 1, trainee["name"], cells, trainee["sessions_signed"])
