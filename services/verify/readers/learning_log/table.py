"""Table rows → sessions and face checks. What a table holds is told by its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

from services.adapters.table_header import Header, normalise_header
from services.adapters.tabular import Row, cell_text, is_lossy_number
from services.domain.claim import RejectedRow
from services.domain.dates import parse_date
from services.domain.facts import FaceCheck, LearningSession, LoggedPerson
from services.domain.identity import mask_id_number, normalise_number
from services.domain.text import Message
from services.verify.readers.learning_log import values
from services.verify.readers.learning_log.columns import CHECK_MARKS, PERSON

_FOOTERS = ("合计", "总计", "小计", "共计", "备注", "说明", "制表", "审核", "打印", "导出", "注:", "注：", "total", "sum", "note")
_LONG_NUMBER = re.compile(r"\d{14,17}[\dXx]")
_PROBE_ROWS = 300
_UNITS = ("minutes", "seconds", "hours")


class RowRefused(Exception):
    """A row that cannot be taken, and why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(slots=True)
class Collected:
    """What the rows gave so far."""

    sessions: list[LearningSession]
    checks: list[FaceCheck]
    rejected: list[RejectedRow]


def kinds_of(columns: Any) -> tuple[bool, bool]:
    """(holds sessions, holds face checks), by the roles of the columns."""
    checks = "checked_at" in columns or ("when" in columns and "start" not in columns and any(role in columns for role in CHECK_MARKS))
    sessions = "start" in columns or ("when" in columns and not checks)
    return sessions, checks


def read_rows(header: Header, rows: Iterator[Row], table: str | None, into: Collected) -> None:
    """Go through the body rows of one table and add what they say to `into`."""
    sessions, checks = kinds_of(header.columns)
    probe = list(islice(rows, _PROBE_ROWS))
    reader = _RowReader(header, _unit(header, probe), table)
    time_role = next(role for role in ("checked_at", "start", "when") if role in header.columns)
    for row, cells in chain(probe, rows):
        stamp = header.get(cells, time_role)
        if isinstance(stamp, str) and not stamp[:1].isdigit() and _is_header(header, cells, time_role, stamp):
            continue
        try:
            person = reader.person(cells)
            if sessions:
                into.sessions.append(reader.session(row, cells, person))
            if checks and not (sessions and header.get(cells, "checked_at") is None):
                into.checks.append(reader.check(row, cells, person))
        except RowRefused as refused:
            if not _is_footer(cells):
                into.rejected.append(RejectedRow(row, refused.message, table))


def _is_header(header: Header, cells: tuple[Any, ...], role: str, stamp: str) -> bool:
    """A header printed again on a later page."""
    return stamp == header.texts[role] or normalise_header(stamp) == normalise_header(header.texts[role])


def _is_footer(cells: tuple[Any, ...]) -> bool:
    """A line of totals or remarks: few cells, the first of which says so."""
    filled = [cell for cell in cells if cell is not None]
    return bool(filled) and isinstance(filled[0], str) and normalise_header(filled[0]).startswith(tuple(normalise_header(f) for f in _FOOTERS))


def _unit(header: Header, probe: list[Row]) -> str:
    """Unit of bare durations: as the header says, else the one that most of the first rows' start and end confirm, else minutes."""
    if "duration" not in header.columns:
        return "minutes"
    named = values.unit_of(header.texts["duration"])
    if named:
        return named
    votes = dict.fromkeys((*_UNITS, "clock"), 0)
    seen = 0
    for _, cells in probe:
        start, end = values.moment(header.get(cells, "start")), values.moment(header.get(cells, "end"))
        raw = header.get(cells, "duration")
        if start is None or end is None or raw is None or end <= start:
            continue
        seen += 1
        span = (end - start).total_seconds()
        for unit in votes:
            stated = values.duration_seconds(raw, unit)
            votes[unit] += stated is not None and abs(stated - span) <= max(60.0, span * 0.1)
    best = max(votes, key=lambda unit: votes[unit])
    return best if votes[best] > votes["minutes"] and votes[best] * 2 >= seen else "minutes"


class _RowReader:
    """Reads the rows of one table; columns are looked up once."""

    def __init__(self, header: Header, unit: str, table: str | None) -> None:
        self.columns = dict(header.columns)
        self.texts = header.texts
        self.unit = unit
        self.table = table
        self.people: dict[tuple[Any, ...], LoggedPerson] = {}
        self.person_columns = [(role, self.columns[role]) for role in PERSON if role in self.columns]

    def get(self, cells: tuple[Any, ...], role: str) -> Any:
        column = self.columns.get(role)
        return cells[column] if column is not None and column < len(cells) else None

    def person(self, cells: tuple[Any, ...]) -> LoggedPerson:
        width = len(cells)
        key = tuple([cells[column] if column < width else None for _, column in self.person_columns])
        known = self.people.get(key)
        if known is None:
            known = self.people[key] = _person({role: cell for (role, _), cell in zip(self.person_columns, key, strict=True)})
        return known

    def session(self, row: int, cells: tuple[Any, ...], person: LoggedPerson) -> LearningSession:
        start, end = self._span(cells)
        raw = self.get(cells, "duration")
        stated = values.duration_seconds(raw, self.unit)
        if raw is not None and stated is None and end is None:
            raise RowRefused(Message(f"学习时长“{_shown(raw)}”无法识别，又没有结束时间", f"the duration {_shown(raw)!r} cannot be read and there is no end"))
        if stated is not None and stated < 0:
            raise RowRefused(Message("学习时长为负数", "the duration is negative"))
        if end is None:
            if stated is None:
                raise RowRefused(Message("既没有结束时间也没有学习时长，无法确定学了多久", "neither an end nor a duration: how long it lasted cannot be told"))
            if stated > 31 * 86400:
                raise RowRefused(Message("学习时长超过31天，不合理", "the duration is longer than 31 days"))
            end = start + timedelta(seconds=stated)
        if end < start:
            raise RowRefused(
                Message(
                    f"结束时间{end:%Y-%m-%d %H:%M:%S}早于开始时间{start:%Y-%m-%d %H:%M:%S}",
                    f"the end {end:%Y-%m-%d %H:%M:%S} is before the start {start:%Y-%m-%d %H:%M:%S}",
                )
            )
        course, ip = self.get(cells, "course"), self.get(cells, "ip")
        return LearningSession(row, person, start, end, stated, cell_text(course) or None, cell_text(ip) or None, self.table)

    def _span(self, cells: tuple[Any, ...]) -> tuple[datetime, datetime | None]:
        raw = self.get(cells, "start")
        start, end = values.moment(raw), None
        if start is None:
            day = parse_date(self.get(cells, "date"))
            start = values.moment_on(raw, day)
            if start is None and raw is None and (span := values.moment_range(self.get(cells, "when"))) is not None:
                start, end = span
        if start is None:
            shown = _shown(raw if raw is not None else self.get(cells, "when"))
            if not shown:
                raise RowRefused(Message("没有开始时间", "there is no start time"))
            raise RowRefused(
                Message(f"开始时间“{shown}”无法识别（应有日期和时刻）", f"the start time {shown!r} cannot be read (a date and a time of day are needed)")
            )
        raw_end = self.get(cells, "end")
        if raw_end is not None:
            end = values.moment(raw_end)
            if end is None:
                end = values.moment_on(raw_end, start.date())
                if end is not None and end < start and (end + timedelta(days=1) - start) <= timedelta(hours=12):
                    end += timedelta(days=1)
            if end is None:
                shown = _shown(raw_end)
                raise RowRefused(
                    Message(f"结束时间“{shown}”无法识别（应有日期和时刻）", f"the end time {shown!r} cannot be read (a date and a time of day are needed)")
                )
        return start, end

    def check(self, row: int, cells: tuple[Any, ...], person: LoggedPerson) -> FaceCheck:
        raw = self.get(cells, "checked_at")
        raw = self.get(cells, "when") if raw is None else raw
        at = values.moment(raw) or values.moment_on(raw, parse_date(self.get(cells, "date")))
        if at is None:
            shown = _shown(raw)
            if not shown:
                raise RowRefused(Message("没有核验时间", "there is no time of the check"))
            raise RowRefused(
                Message(f"核验时间“{shown}”无法识别（应有日期和时刻）", f"the time of the check {shown!r} cannot be read (a date and a time of day are needed)")
            )
        snapshot = cell_text(self.get(cells, "snapshot")).replace("\\", "/") or None
        return FaceCheck(row, person, at, values.passed(self.get(cells, "result")), values.share(self.get(cells, "similarity")), snapshot, self.table)


def _shown(value: Any) -> str:
    """A cell as a reason may quote it: short, and without an ID number that slipped into the wrong column."""
    return _LONG_NUMBER.sub(lambda found: mask_id_number(found[0]), cell_text(value))[:40]


def _person(cells: dict[str, Any]) -> LoggedPerson:
    lossy = is_lossy_number(cells.get("id_number"))
    known = {role: (None if role == "id_number" and lossy else _normal(role, cell_text(cell))) for role, cell in cells.items()}
    if lossy and not known.get("account"):
        message = Message(
            "身份证号以数字格式存放，15位以后的数字已丢失，请将该列设为文本后重新导出",
            "the ID number is stored as a number and has lost its digits after the 15th: make the column text and export it again",
        )
        raise RowRefused(message)
    if not any(known.values()):
        raise RowRefused(Message("没有姓名、身份证号或账号，不知是谁", "there is no name, ID number or account: nobody knows who it is"))
    return LoggedPerson(**known)


def _normal(role: str, text: str) -> str | None:
    if role == "name":
        return "".join(text.split()) if not text.isascii() else " ".join(text.split()) or None
    return normalise_number(text) or None if role != "account" else text.strip() or None
