"""Learning logs as platforms write them: honest ones, and ones with planted defects, in every form that is read."""

from __future__ import annotations

import csv
import json
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from io import StringIO
from pathlib import Path
from typing import Any

SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Person:
    name: str
    id_number: str
    account: str = ""


@dataclass(frozen=True)
class Session:
    person: Person
    course: str
    start: datetime
    end: datetime
    stated: timedelta | None = None
    ip: str = "10.1.2.3"

    @property
    def duration(self) -> timedelta:
        return self.end - self.start if self.stated is None else self.stated


@dataclass(frozen=True)
class Check:
    person: Person
    at: datetime
    passed: bool = True
    similarity: float = 0.93
    snapshot: str = ""


@dataclass
class Log:
    """What happened, before it is written in some platform's form."""

    sessions: list[Session] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


def honest(people: Sequence[Person], days: Sequence[date], *, seed: int = 0, minutes: tuple[int, int] = (35, 70), checks: bool = True) -> Log:
    """One session per person and half day, to the second, with a passed check at least every 13 minutes."""
    rng = random.Random(seed)
    log = Log()
    for person in people:
        for day in days:
            for hour, course in ((8, "安全生产法规"), (13, "机械制图基础")):
                start = datetime.combine(day, time(hour, rng.randrange(5, 50), rng.randrange(60)), SHANGHAI)
                end = start + timedelta(seconds=rng.randrange(minutes[0] * 60, minutes[1] * 60))
                log.sessions.append(Session(person, course, start, end))
                if checks:
                    log.checks.extend(vouch(person, start, end, rng))
    return log


def vouch(person: Person, start: datetime, end: datetime, rng: random.Random) -> list[Check]:
    """Passed checks that cover a session."""
    found = []
    moment = start + timedelta(seconds=rng.randrange(5, 120))
    while moment < end:
        found.append(Check(person, moment, True, round(rng.uniform(0.86, 0.99), 3)))
        moment += timedelta(seconds=rng.randrange(9 * 60, 13 * 60))
    return found


# --- planted defects: each takes an honest log of several people over several days and returns (log, expected codes) ------------


def _mine(log: Log, index: int) -> list[int]:
    person = sorted({s.person.id_number for s in log.sessions})[index]
    return [i for i, s in enumerate(log.sessions) if s.person.id_number == person]


def overlap(log: Log) -> None:
    """Two sessions of one person at the same time."""
    first = log.sessions[_mine(log, 0)[0]]
    log.sessions.append(replace(first, course="另一门课", start=first.start + timedelta(minutes=5), end=first.end - timedelta(minutes=5, seconds=7)))


def outside(log: Log) -> None:
    """A session three weeks after everything else."""
    i = _mine(log, 0)[0]
    _move(log, i, timedelta(days=21))


def long_day(log: Log) -> None:
    """Fourteen hours of learning on one day, every minute vouched for."""
    first = log.sessions[_mine(log, 0)[0]]
    start = first.start.replace(hour=6, minute=3, second=11)
    end = start + timedelta(hours=14, seconds=13)
    log.sessions = [s for s in log.sessions if not (s.person == first.person and s.start.date() == start.date())]
    log.checks = [c for c in log.checks if not (c.person == first.person and c.at.date() == start.date())]
    log.sessions.append(Session(first.person, "通宵学习", start, end))
    log.checks.extend(vouch(first.person, start, end, random.Random(1)))


def inconsistent(log: Log) -> None:
    """A stated duration three times as long as the session."""
    i = _mine(log, 0)[0]
    log.sessions[i] = replace(log.sessions[i], stated=log.sessions[i].duration * 3)


def machine_like(log: Log) -> None:
    """Five people whose sessions last the same to the second."""
    for k in range(5):
        i = _mine(log, k)[0]
        session = log.sessions[i]
        end = session.start + timedelta(seconds=2537)
        log.sessions[i] = replace(session, end=end)
        log.checks = [c for c in log.checks if not (c.person == session.person and session.start <= c.at <= session.end)]
        log.checks.extend(vouch(session.person, session.start, end, random.Random(k)))


def stranger(log: Log) -> None:
    """Somebody who is nobody's trainee."""
    first = log.sessions[_mine(log, 0)[0]]
    person = Person("欧阳外人", "110101198003078515", "wairen")
    log.sessions.append(replace(first, person=person))
    log.checks.extend(vouch(person, first.start, first.end, random.Random(3)))


def failed_check(log: Log) -> None:
    """One check that did not pass."""
    i = next(i for i, c in enumerate(log.checks) if c.person == log.sessions[_mine(log, 0)[0]].person)
    log.checks[i] = replace(log.checks[i], passed=False, similarity=0.41)


def gap(log: Log) -> None:
    """Nothing but the first and the last check of a session is left."""
    session = log.sessions[_mine(log, 0)[0]]
    inside = sorted((c for c in log.checks if c.person == session.person and session.start <= c.at <= session.end), key=lambda c: c.at)
    log.checks = [c for c in log.checks if c not in inside[1:-1]]


def no_checks(log: Log) -> None:
    """One person has none, the others have."""
    person = log.sessions[_mine(log, 0)[0]].person
    log.checks = [c for c in log.checks if c.person != person]


DEFECTS: dict[str, Callable[[Log], None]] = {
    "online.overlapping_sessions": overlap,
    "online.outside_training": outside,
    "online.day_exceeds_limit": long_day,
    "online.duration_inconsistent": inconsistent,
    "online.machine_like": machine_like,
    "online.person_not_trainee": stranger,
    "online.face_check_failed": failed_check,
    "online.face_check_gap": gap,
    "online.face_check_missing": no_checks,
}


def _move(log: Log, index: int, by: timedelta) -> None:
    session = log.sessions[index]
    log.checks = [replace(c, at=c.at + by) if c.person == session.person and session.start <= c.at <= session.end else c for c in log.checks]
    log.sessions[index] = replace(session, start=session.start + by, end=session.end + by)


# --- forms ------------------------------------------------------------------------------------------------------------

SESSION_HEADERS = {
    "plain": ("姓名", "身份证号", "课程名称", "开始时间", "结束时间", "学习时长", "IP"),
    "platform": ("学员姓名", "证件号码", "课件名称", "进入时间", "退出时间", "学习时长(分钟)", "登录IP"),
    "english": ("name", "id_number", "course", "start", "end", "duration", "IP"),
}
CHECK_HEADERS = {
    "plain": ("姓名", "身份证号", "核验时间", "核验结果", "相似度", "抓拍照片"),
    "platform": ("学员姓名", "证件号码", "抓拍时间", "比对结果", "人脸相似度(%)", "抓拍图片"),
    "english": ("name", "id_number", "checked_at", "result", "similarity", "snapshot"),
}
_TEXT_FORMS = {
    "csv": ("utf-8", ","),
    "csv_bom": ("utf-8-sig", ","),
    "csv_gb18030": ("gb18030", ","),
    "tab": ("utf-8", "\t"),
    "semicolon": ("gb18030", ";"),
    "utf16": ("utf-16", "\t"),
}
FORMS = (*_TEXT_FORMS, "xlsx", "xls")


def _clock(d: timedelta) -> str:
    seconds = int(d.total_seconds())
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


def session_rows(log: Log, headers: str) -> list[list[Any]]:
    """Header and body; durations as h:mm:ss (plain), minutes (platform), ISO 8601 (english)."""
    shown: dict[str, Callable[[timedelta], Any]] = {
        "plain": _clock,
        "platform": lambda d: round(d.total_seconds() / 60, 1),
        "english": lambda d: f"PT{int(d.total_seconds()) // 60}M{int(d.total_seconds()) % 60}S",
    }
    body = [[s.person.name, s.person.id_number, s.course, s.start, s.end, shown[headers](s.duration), s.ip] for s in log.sessions]
    return [list(SESSION_HEADERS[headers]), *body]


def check_rows(log: Log, headers: str) -> list[list[Any]]:
    """Header and body; results and similarities as the platform would write them."""
    said = {"plain": ("通过", "失败"), "platform": ("比对成功", "比对失败"), "english": ("true", "false")}[headers]
    share = (lambda x: round(x * 100, 1)) if headers == "platform" else (lambda x: x)
    body = [[c.person.name, c.person.id_number, c.at, said[0 if c.passed else 1], share(c.similarity), c.snapshot] for c in log.checks]
    return [list(CHECK_HEADERS[headers]), *body]


def write_table(path: Path, tables: dict[str, list[list[Any]]], form: str, *, title: str | None = None) -> Path:
    """Write tables (sheet → rows) in one of FORMS; text forms hold the first table only. Returns the path with its extension."""
    if form in _TEXT_FORMS:
        encoding, delimiter = _TEXT_FORMS[form]
        buffer = StringIO()
        writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
        rows = next(iter(tables.values()))
        for row in ([[title]] if title else []) + rows:
            writer.writerow([f"{c:%Y-%m-%d %H:%M:%S}" if isinstance(c, datetime) else c for c in row])
        path = path.with_suffix(".csv")
        path.write_bytes(buffer.getvalue().encode(encoding))
        return path
    return (_write_xlsx if form == "xlsx" else _write_xls)(path, tables, title)


def _write_xlsx(path: Path, tables: dict[str, list[list[Any]]], title: str | None) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        if title:
            sheet.append([title])
            sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(rows[0]))
        first = sheet.max_row + 1 if title else 1
        for row in rows:
            sheet.append([c.replace(tzinfo=None) if isinstance(c, datetime) else c for c in row])
        _merge_equal(lambda top, bottom, column: sheet.merge_cells(start_row=top, end_row=bottom, start_column=column, end_column=column), rows, first)
    path = path.with_suffix(".xlsx")
    book.save(path)
    return path


def _merge_equal(merge: Callable[[int, int, int], Any], rows: list[list[Any]], first: int) -> None:
    """Merge the cells of neighbouring rows about one person, as exporters that group do."""
    start = 1
    for i in range(2, len(rows) + 1):
        if i == len(rows) or rows[i][:2] != rows[start][:2]:
            if i - start > 1:
                merge(first + start, first + i - 1, 1)
                merge(first + start, first + i - 1, 2)
            start = i


def _write_xls(path: Path, tables: dict[str, list[list[Any]]], title: str | None) -> Path:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    moment = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    for name, rows in tables.items():
        sheet = book.add_sheet(name)
        first = 0
        if title:
            sheet.write_merge(0, 0, 0, len(rows[0]) - 1, title)
            first = 1
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write(first + r, c, cell.replace(tzinfo=None), moment)
                else:
                    sheet.write(first + r, c, cell)
    path = path.with_suffix(".xls")
    book.save(str(path))
    return path


_VERBS = "http://adlnet.gov/expapi/verbs/"


def xapi_statements(log: Log, *, seed: int = 0) -> list[dict[str, Any]]:
    """cmi5 statements of the sessions, out of order: launched, initialized, completed, terminated with the duration."""
    rng = random.Random(seed)
    statements: list[dict[str, Any]] = []
    for session in log.sessions:
        registration = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        context = {"registration": registration, "extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": f"s{len(statements)}"}}
        actor = {"objectType": "Agent", "name": session.person.name, "account": {"homePage": "https://learn.example", "name": session.person.id_number}}
        target = {"id": "https://learn.example/au/1", "definition": {"name": {"zh-CN": session.course}}}
        middle = session.start + (session.end - session.start) / 2
        for verb, at, duration in (
            ("launched", session.start - timedelta(seconds=4), None),
            ("initialized", session.start, None),
            ("completed", middle, (middle - session.start)),
            ("terminated", session.end, session.duration),
        ):
            statement = {
                "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                "actor": actor,
                "verb": {"id": _VERBS + verb},
                "object": target,
                "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "context": context,
            }
            if duration is not None:
                statement["result"] = {"duration": f"PT{duration.total_seconds():g}S"}
            statements.append(statement)
    rng.shuffle(statements)
    return statements


def write_xapi(path: Path, statements: Sequence[dict[str, Any]], *, lines: bool = False) -> Path:
    """Statements as json (`{"statements": [...]}`) or jsonl."""
    if lines:
        path = path.with_suffix(".jsonl")
        path.write_text("".join(json.dumps(s, ensure_ascii=False) + "\n" for s in statements), encoding="utf-8")
        return path
    path = path.with_suffix(".json")
    path.write_text(json.dumps({"statements": list(statements)}, ensure_ascii=False), encoding="utf-8")
    return path
