"""Learning logs: session tables, face-check tables and xAPI statements, told by what is in them.

csv, tab- or semicolon-separated text, xlsx and xls go through `services.adapters.tabular`; json is a list of statements,
`{"statements": [...]}`, one statement, or a list of flat records; jsonl one of them a line. `row` is the row of the sheet, the
position in the list, or the line. Sheets that are neither sessions nor checks are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from services.adapters.json_stream import BROKEN, json_items
from services.adapters.tabular import Row, read_tables, with_header
from services.domain.claim import RejectedRow
from services.domain.errors import FileUnreadable
from services.domain.evidence import EvidenceKind
from services.domain.facts import LearningLogFacts
from services.domain.text import Message
from services.verify.readers import Reader, ReaderContext, register
from services.verify.readers.learning_log.columns import PERSON, SYNONYMS
from services.verify.readers.learning_log.table import Collected, kinds_of, read_rows
from services.verify.readers.learning_log.xapi import is_statement, read_statements

_REQUIRED = (PERSON, ("start", "checked_at", "when"))
_PROBE = 1000
"""Records from which it is told what a json file holds."""


def read(source: Path, ctx: ReaderContext) -> LearningLogFacts:
    """Sessions and face checks of one log. Raises an EvidenceError for a file that holds neither."""
    with source.open("rb") as file:
        head = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"["):
        return _read_json(source, ctx)
    collected = Collected()
    found: list[str] = []
    for table in read_tables(source, ctx.name, max_rows=ctx.limits.rows):
        located = with_header(table.rows, SYNONYMS, _REQUIRED)
        if located is not None and any(kinds_of(located[0].columns)):
            found.append(table.name)
            read_rows(*located, table.name, collected)
    if not found:
        raise _no_columns(ctx)
    return collected.facts()


def _no_columns(ctx: ReaderContext) -> FileUnreadable:
    return FileUnreadable(
        Message(
            f"{ctx.name}中没有可识别的学习记录：应有姓名、身份证号或账号列，以及开始时间列（学习记录）或核验时间列（人脸核验）",
            f"{ctx.name} holds no learning log that can be told: a column with name, ID number or account is needed, "
            "and one with the start (sessions) or the time of the check",
        )
    )


def _read_json(source: Path, ctx: ReaderContext) -> LearningLogFacts:
    collected = Collected()
    items = _complete(json_items(source, ctx.name, ctx.limits.rows), collected.rejected)
    head = list(islice(items, _PROBE))
    if not head:
        raise FileUnreadable(Message(f"{ctx.name}中没有任何记录", f"there are no records in {ctx.name}"))
    if any(is_statement(item) for _, item in head):
        read_statements(chain(head, items), collected)
    else:
        located = with_header(_as_rows(head, items), SYNONYMS, _REQUIRED, search_rows=1)
        if located is None or not any(kinds_of(located[0].columns)):
            raise _no_columns(ctx)
        read_rows(*located, None, collected)
    collected.rejected.sort(key=lambda row: row.row)
    return collected.facts()


def _complete(items: Iterator[tuple[int, Any]], rejected: list[RejectedRow]) -> Iterator[tuple[int, Any]]:
    """The records that are whole; the others are noted."""
    for number, item in items:
        if item is BROKEN:
            rejected.append(RejectedRow(number, Message("这一行不是完整的JSON", "this line is no complete JSON value")))
        else:
            yield number, item


def _as_rows(head: list[tuple[int, Any]], items: Iterator[tuple[int, Any]]) -> Iterator[Row]:
    """Flat records as a table: the keys of the first ones are the header."""
    keys = list(dict.fromkeys(chain.from_iterable(item for _, item in head if isinstance(item, dict))))
    yield 0, tuple(keys)
    for number, item in chain(head, items):
        record = item if isinstance(item, dict) else {}
        yield number, tuple([_scalar(record.get(key)) for key in keys])


def _scalar(value: Any) -> Any:
    """A JSON value as a table cell; lists and objects are none."""
    return None if value == "" or isinstance(value, dict | list) else value


LEARNING_LOG = register(Reader("learning_log", 3, (EvidenceKind.LEARNING_LOG,), read=read))
