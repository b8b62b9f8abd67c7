"""Table rows → sessions and face checks. What a table holds is told by its columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from services.adapters.table_header import Header, normalise_header
from services.adapters.tabular import Row, cell_text, is_lossy_number
from services.domain.claim import RejectedRow
from services.domain.dates import parse_date
from services.domain.facts import LearningLogFacts, LoggedPerson
from services.domain.identity import mask_id_number, normalise_number
from services.domain.log_rows import CheckRows, SessionRows, micros_of, moment_of
from services.domain.text import Message
from services.verify.readers.learning_log import values
from services.verify.readers.learning_log.columns import CHECK_MARKS, PERSON

_FOOTERS = ("合计", "总计", "小计", "共计", "备注", "说明", "制表", "审核", "打印", "导出", "注:", "注：", "total", "sum", "note")
_LONG_NUMBER = re.compile(r"\d{14,17}[\dXx]")
_PROBE_ROWS = 300
_SESSION_ROLES = ("start", "end", "duration", "course", "ip", "course_length", "progress")
_CHECK_ROLES = ("checked_at", "when", "result", "similarity", "snapshot")
_LONGEST_SECONDS = 31 * 86400
_UNITS = ("minutes", "seconds", "hours")


class RowRefused(Exception):
    """A row that cannot be taken, and why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(slots=True)
class Collected:
    """What the rows gave so far."""

    sessions: SessionRows = field(default_factory=SessionRows)
    checks: CheckRows = field(default_factory=CheckRows)
    rejected: list[RejectedRow] = field(default_factory=list)

    def facts(self) -> LearningLogFacts:
        """All of it, in the order it came."""
        return LearningLogFacts(self.sessions.finished(), self.checks.finished(), tuple(self.rejected))


def kinds_of(columns: Any) -> tuple[bool, bool]:
    """(holds sessions, holds face checks), by the roles of the columns."""
    checks = "checked_at" in columns or ("when" in columns and "start" not in columns and any(role in columns for role in CHECK_MARKS))
    sessions = "start" in columns or ("when" in columns and not checks)
    return sessions, checks


def read_rows(header: Header, rows: Iterator[Row], table: str | None, into: Collected) -> None:
    """Go through the body rows of one table and add what they say to `into`."""
    sessions, checks = kinds_of(header.columns)
    probe = list(islice(rows, _PROBE_ROWS))
    reader = _RowReader(header, _unit(header, probe), table, into)
    time_role = next(role for role in ("checked_at", "start", "when") if role in header.columns)
    time_column, check_column = header.columns[time_role], header.columns.get("checked_at", -1)
    for row, cells in chain(probe, rows):
        stamp = cells[time_column] if time_column < len(cells) else None
        if isinstance(stamp, str) and not stamp[:1].isdigit() and _is_header(header, cells, time_role, stamp):
            continue
        whole = reader.whole(cells)
        try:
            person = reader.person(whole)
            if sessions:
                reader.session(row, whole, person)
            if checks and not (sessions and whole[check_column] is None):
                reader.check(row, whole, person)
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

    def __init__(self, header: Header, unit: str, table: str | None, into: Collected) -> None:
        self.columns = dict(header.columns)
        self.unit = unit
        self.content_unit = values.unit_of(header.texts["course_length"]) if "course_length" in self.columns else None
        self.table = table
        self.into = into
        self.people: dict[tuple[Any, ...], LoggedPerson] = {}
        self.width = max(self.columns.values()) + 1
        self.person_cells, self.session_cells, self.check_cells = (self._picker(roles) for roles in (PERSON, _SESSION_ROLES, _CHECK_ROLES))

    def _picker(self, roles: tuple[str, ...]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
        """Takes the roles' cells out of a whole row; a role without a column takes the None behind the last one."""
        picker: Callable[[tuple[Any, ...]], tuple[Any, ...]] = itemgetter(*(self.columns.get(role, self.width) for role in roles))
        return picker

    def whole(self, cells: tuple[Any, ...]) -> tuple[Any, ...]:
        """The row as wide as the table, and a None behind it."""
        return cells[: self.width] + (None,) * (self.width + 1 - min(len(cells), self.width))

    def get(self, cells: tuple[Any, ...], role: str) -> Any:
        column = self.columns.get(role)
        return cells[column] if column is not None and column < len(cells) else None

    def person(self, cells: tuple[Any, ...]) -> LoggedPerson:
        key = self.person_cells(cells)
        known = self.people.get(key)
        if known is None:
            known = self.people[key] = _person({role: cell for role, cell in zip(PERSON, key, strict=True) if role in self.columns})
        return known

    def session(self, row: int, cells: tuple[Any, ...], person: LoggedPerson) -> None:
        """Add the row as a session. Raises RowRefused."""
        raw_start, raw_end, raw, course, ip, length, progress = self.session_cells(cells)
        start, end = self._span(cells, raw_start, raw_end)
        stated = values.duration_seconds(raw, self.unit)
        if end is None:
            end = _end_by_duration(start, raw, stated)
        if stated is not None and stated < 0:
            raise RowRefused(Message("学习时长为负数", "the duration is negative"))
        if end < start:
            first, last = moment_of(start), moment_of(end)
            raise RowRefused(
                Message(
                    f"结束时间{last:%Y-%m-%d %H:%M:%S}早于开始时间{first:%Y-%m-%d %H:%M:%S}",
                    f"the end {last:%Y-%m-%d %H:%M:%S} is before the start {first:%Y-%m-%d %H:%M:%S}",
                )
            )
        content = values.content_seconds(length, progress, self.content_unit) if length is not None and progress is not None else None
        sessions = self.into.sessions
        sessions.add(row, sessions.person(person), start, end, stated, _text(course), _text(ip), self.table, content)

    def _span(self, cells: tuple[Any, ...], raw: Any, raw_end: Any) -> tuple[int, int | None]:
        """(start, end) in microseconds since 1970."""
        start, end = values.micros(raw), None
        if start is None:
            start, end = self._start_the_long_way(cells, raw)
        if raw_end is not None:
            end = values.micros(raw_end)
            if end is None:
                end = _end_on_the_day(raw_end, start)
        return start, end

    def _start_the_long_way(self, cells: tuple[Any, ...], raw: Any) -> tuple[int, int | None]:
        """A time of day beside a date column, or a range in one cell."""
        begin, end = values.moment_on(raw, parse_date(self.get(cells, "date"))), None
        if begin is None and raw is None and (span := values.moment_range(self.get(cells, "when"))) is not None:
            begin, end = span
        if begin is not None:
            return micros_of(begin), None if end is None else micros_of(end)
        shown = _shown(raw if raw is not None else self.get(cells, "when"))
        if not shown:
            raise RowRefused(Message("没有开始时间", "there is no start time"))
        raise RowRefused(
            Message(f"开始时间“{shown}”无法识别（应有日期和时刻）", f"the start time {shown!r} cannot be read (a date and a time of day are needed)")
        )

    def check(self, row: int, cells: tuple[Any, ...], person: LoggedPerson) -> None:
        """Add the row as a face check. Raises RowRefused."""
        checked_at, when, result, likeness, named = self.check_cells(cells)
        raw = when if checked_at is None else checked_at
        at = values.micros(raw)
        if at is None and (long_way := values.moment_on(raw, parse_date(self.get(cells, "date")))) is not None:
            at = micros_of(long_way)
        if at is None:
            shown = _shown(raw)
            if not shown:
                raise RowRefused(Message("没有核验时间", "there is no time of the check"))
            raise RowRefused(
                Message(f"核验时间“{shown}”无法识别（应有日期和时刻）", f"the time of the check {shown!r} cannot be read (a date and a time of day are needed)")
            )
        snapshot = None if named is None else cell_text(named).replace("\\", "/") or None
        checks = self.into.checks
        checks.add(row, checks.person(person), at, values.passed(result), values.share(likeness), snapshot, self.table)


def _end_by_duration(start: int, raw: Any, stated: float | None) -> int:
    if stated is None and raw is not None:
        raise RowRefused(Message(f"学习时长“{_shown(raw)}”无法识别，又没有结束时间", f"the duration {_shown(raw)!r} cannot be read and there is no end"))
    if stated is None:
        raise RowRefused(Message("既没有结束时间也没有学习时长，无法确定学了多久", "neither an end nor a duration: how long it lasted cannot be told"))
    if stated > _LONGEST_SECONDS:
        raise RowRefused(Message("学习时长超过31天，不合理", "the duration is longer than 31 days"))
    return start + round(max(stated, 0.0) * 1_000_000)


def _end_on_the_day(raw: Any, start: int) -> int:
    """An end given as a time of day; past midnight where it would be before the start."""
    begin = moment_of(start)
    end = values.moment_on(raw, begin.date())
    if end is None:
        shown = _shown(raw)
        raise RowRefused(
            Message(f"结束时间“{shown}”无法识别（应有日期和时刻）", f"the end time {shown!r} cannot be read (a date and a time of day are needed)")
        )
    if end < begin and end + timedelta(days=1) - begin <= timedelta(hours=12):
        end += timedelta(days=1)
    return micros_of(end)


def _text(value: Any) -> str | None:
    return value if type(value) is str else cell_text(value) or None


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
