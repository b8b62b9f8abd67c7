"""Carrying an installation over to another database and blob store: everything is copied, counted and compared by hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, text

from services.adapters.blobs import Blobs
from services.adapters.database import Database
from services.adapters.migrate import migrate
from services.adapters.schema import metadata
from services.domain.errors import HezhengError, NotFound
from services.domain.text import Message

_ROWS = 500
_SEEDED = ("audit_head",)
"""What a migration fills itself: the start of the audit log gives way to its present end."""
Told = Callable[[str, int], None]


class MoveFailed(HezhengError):
    """The copy is not the same as what was copied, or there is something in its place already."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows by table, and how many blobs with how many bytes."""

    rows: dict[str, int]
    blobs: int
    bytes: int


def move(source: Database, target: Database, old: Blobs, new: Blobs, told: Told = lambda _what, _count: None) -> Moved:
    """Copy every table and every blob that evidence names. Raises MoveFailed, and whatever the databases raise; the source is only read."""
    migrate(target)
    tables = [table for table in metadata.sorted_tables if table.name != "alembic_version"]
    with source.reading() as reading:
        with target.writing() as writing:
            for table in tables:
                if table.name in _SEEDED:
                    writing.execute(delete(table))
                elif writing.execute(select(func.count()).select_from(table)).scalar_one():
                    raise _failed(f"目标数据库的 {table.name} 表不是空的", f"the target database's table {table.name} is not empty")
            rows = {table.name: _copy(table, reading, writing) for table in tables}
            for table in tables:
                _same(table, reading, writing)
                told(table.name, rows[table.name])
            if not target.sqlite:
                _continue_serials(tables, writing)
        hashes = sorted({row[0] for row in reading.execute(select(metadata.tables["evidence"].c.sha256).distinct())})
    size = 0
    for sha256 in hashes:
        size += _copy_blob(sha256, old, new)
    told("blobs", len(hashes))
    return Moved(rows, len(hashes), size)


def _ordered(table: Table, connection: Connection) -> Iterator[Any]:
    order = list(table.primary_key.columns) or list(table.columns)
    with connection.execution_options(yield_per=_ROWS).execute(select(table).order_by(*order)) as result:
        yield from result


def _copy(table: Table, reading: Connection, writing: Connection) -> int:
    count, batch = 0, []
    for row in _ordered(table, reading):
        batch.append(dict(row._mapping))
        if len(batch) >= _ROWS:
            writing.execute(insert(table), batch)
            count, batch = count + len(batch), []
    if batch:
        writing.execute(insert(table), batch)
    return count + len(batch)


def _same(table: Table, reading: Connection, writing: Connection) -> None:
    """Raises MoveFailed where a value came over as another one."""
    digests = []
    for connection in (reading, writing):
        lines = sorted(hashlib.sha256(repr([_plain(value) for value in row]).encode("utf-8", "surrogatepass")).digest() for row in _ordered(table, connection))
        digests.append((len(lines), hashlib.sha256(b"".join(lines)).hexdigest()))
    if digests[0] != digests[1]:
        raise _failed(f"{table.name} 表迁移后不一致：{digests}", f"the table {table.name} is not the same after it was copied: {digests}")


def _plain(value: Any) -> Any:
    """A value as both databases give it: moments in one zone, bytes as bytes."""
    if isinstance(value, datetime):
        return value.timestamp()
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else value


def _continue_serials(tables: list[Table], writing: Connection) -> None:
    """PostgreSQL's counters go on after the highest number that was copied."""
    for table in tables:
        column = table.autoincrement_column
        if column is not None:
            name = writing.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}).scalar()
            highest = writing.execute(select(func.max(column))).scalar()
            if name and highest:
                writing.execute(text("SELECT setval(:name, :highest)"), {"name": name, "highest": highest})


def _copy_blob(sha256: str, old: Blobs, new: Blobs) -> int:
    """Its bytes, hashed on the way. A blob that the source has lost is not this move's fault, but must be known."""
    try:
        path = old.path(sha256)
    except NotFound as error:
        raise _failed(f"原存储缺少文件 {sha256}", f"the source has lost the file {sha256}") from error
    if new.has(sha256):
        return path.stat().st_size
    found, size = new.put_file(path)
    if found != sha256:
        raise _failed(f"文件 {sha256} 的内容已损坏", f"the file {sha256} is damaged in the source")
    return size


def _failed(zh: str, en: str) -> MoveFailed:
    return MoveFailed(Message(f"{zh}；迁移未完成，原安装未改动", f"{en}; the move was not completed, the source is unchanged"))
