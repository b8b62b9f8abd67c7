"""Learning logs: session tables, face-check tables and xAPI statements, told by what is in them.

csv, tab- or semicolon-separated text, xlsx and xls go through `services.adapters.tabular`; json is a list of statements,
`{"statements": [...]}`, one statement, or a list of flat records; jsonl one of them a line. `row` is the row of the sheet, the
position in the list, or the line. Sheets that are neither sessions nor checks are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from services.adapters.table_text import encoding_of
from services.adapters.tabular import Row, read_tables, with_header
from services.domain.claim import RejectedRow
from services.domain.errors import FileTooLarge, FileUnreadable
from services.domain.evidence import EvidenceKind
from services.domain.facts import LearningLogFacts
from services.domain.text import Message
from services.verify.readers import Reader, ReaderContext, register
from services.verify.readers.learning_log.columns import PERSON, SYNONYMS
from services.verify.readers.learning_log.table import Collected, kinds_of, read_rows
from services.verify.readers.learning_log.xapi import is_statement, read_statements

_REQUIRED = (PERSON, ("start", "checked_at", "when"))
_MOST_JSON_BYTES = 512 * 1024**2
"""A json list is read at once; jsonl has no such bound."""


def read(source: Path, ctx: ReaderContext) -> LearningLogFacts:
    """Sessions and face checks of one log. Raises an EvidenceError for a file that holds neither."""
    with source.open("rb") as file:
        head = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"["):
        return _read_json(source, ctx)
    collected = Collected([], [], [])
    found: list[str] = []
    for table in read_tables(source, ctx.name, max_rows=ctx.limits.rows):
        located = with_header(table.rows, SYNONYMS, _REQUIRED)
        if located is not None and any(kinds_of(located[0].columns)):
            found.append(table.name)
            read_rows(*located, table.name, collected)
    if not found:
        raise _no_columns(ctx)
    return LearningLogFacts(tuple(collected.sessions), tuple(collected.checks), tuple(collected.rejected))


def _no_columns(ctx: ReaderContext) -> FileUnreadable:
    return FileUnreadable(
        Message(
            f"{ctx.name}中没有可识别的学习记录：应有姓名、身份证号或账号列，以及开始时间列（学习记录）或核验时间列（人脸核验）",
            f"{ctx.name} holds no learning log that can be told: a column with name, ID number or account is needed, "
            "and one with the start (sessions) or the time of the check",
        )
    )


def _read_json(source: Path, ctx: ReaderContext) -> LearningLogFacts:
    items, rejected = _items(source, ctx)
    if not items:
        raise FileUnreadable(Message(f"{ctx.name}中没有任何记录", f"there are no records in {ctx.name}"))
    if any(is_statement(item) for _, item in items):
        sessions, refused = read_statements(items)
        return LearningLogFacts(tuple(sessions), (), tuple(sorted([*rejected, *refused], key=lambda r: r.row)))
    collected = Collected([], [], rejected)
    located = with_header(_as_rows(items), SYNONYMS, _REQUIRED, search_rows=1)
    if located is None or not any(kinds_of(located[0].columns)):
        raise _no_columns(ctx)
    read_rows(*located, None, collected)
    return LearningLogFacts(tuple(collected.sessions), tuple(collected.checks), tuple(collected.rejected))


def _items(source: Path, ctx: ReaderContext) -> tuple[list[tuple[int, Any]], list[RejectedRow]]:
    """(position or line from 1, JSON value) of a json or jsonl file."""
    encoding, errors = encoding_of(source, ctx.name)
    lines: list[tuple[int, Any]] = []
    rejected: list[RejectedRow] = []
    whole = source.stat().st_size <= _MOST_JSON_BYTES
    if whole:
        try:
            data = json.loads(source.read_text(encoding=encoding, errors=errors))
        except (json.JSONDecodeError, RecursionError):
            data = None
        if data is not None:
            return list(enumerate(_listed(data), 1)), rejected
    with source.open(encoding=encoding, errors=errors) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                lines.append((number, json.loads(line)))
            except (json.JSONDecodeError, RecursionError):
                rejected.append(RejectedRow(number, Message("这一行不是完整的JSON", "this line is no complete JSON value")))
            if number > ctx.limits.rows:
                raise FileTooLarge(Message(f"{ctx.name}超过{ctx.limits.rows}行，请拆分后上传", f"{ctx.name} has more than {ctx.limits.rows} lines: split it"))
    if not lines:
        raise FileUnreadable(Message(f"{ctx.name}不是完整的JSON，请重新导出", f"{ctx.name} is no complete JSON: export it again"))
    return lines, rejected


def _listed(data: Any) -> list[Any]:
    if isinstance(data, dict):
        for key in ("statements", "data", "records", "rows", "list", "items"):
            if isinstance(data.get(key), list):
                return list(data[key])
        return [data]
    return list(data) if isinstance(data, list) else [data]


def _as_rows(items: list[tuple[int, Any]]) -> Iterator[Row]:
    """Flat records as a table: the keys are the header."""
    keys = list(dict.fromkeys(chain.from_iterable(item for _, item in items if isinstance(item, dict))))
    yield 0, tuple(keys)
    for number, item in items:
        record = item if isinstance(item, dict) else {}
        yield number, tuple(_scalar(record.get(key)) for key in keys)


def _scalar(value: Any) -> Any:
    """A JSON value as a table cell."""
    if value == "":
        return None
    return value if value is None or isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)


LEARNING_LOG = register(Reader("learning_log", 1, (EvidenceKind.LEARNING_LOG,), read=read))
