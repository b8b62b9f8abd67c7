"""The forms in which platforms export learning logs: delimited text, workbooks, xAPI statements."""

from __future__ import annotations

import csv
import json
import random
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.generators.logs import Log

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
        _merge_equal(sheet, rows, first)
    path = path.with_suffix(".xlsx")
    book.save(path)
    return path


def _merge_equal(sheet: Any, rows: list[list[Any]], first: int) -> None:
    """Merge the cells of neighbouring rows about one person, as exporters that group do."""
    start = 1
    for i in range(2, len(rows) + 1):
        if i == len(rows) or rows[i][:2] != rows[start][:2]:
            if i - start > 1:
                for column in (1, 2):
                    sheet.merge_cells(start_row=first + start, end_row=first + i - 1, start_column=column, end_column=column)
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
