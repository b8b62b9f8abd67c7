"""Tables out of csv, xlsx and xls files, row by row; the only importer of xlrd; workbooks of today's form through
`services.adapters.table_xlsx`.

The format is told by content, never by the extension. Cells are None, str, int, float, bool, datetime, date, time or
timedelta, as stored; text is stripped. Rows carry the number a spreadsheet program shows beside them. A vertically
merged cell gives its value to every row it spans. Table headers are found by `services.adapters.table_header`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

from services.adapters.table_header import Header, find_header
from services.adapters.table_text import text_rows
from services.adapters.table_xlsx import MAX_COLUMNS, plain_text, sheets, spread
from services.adapters.zip_files import open_zip
from services.domain.errors import EvidenceError, FileEmpty, FileEncrypted, FileTooLarge, FileTypeMismatch, FileUnreadable
from services.domain.text import Message

__all__ = ["Cell", "Header", "Row", "Table", "cell_text", "find_header", "is_lossy_number", "read_tables", "with_header"]

Cell = None | str | int | float | bool | datetime | date | time | timedelta
Row = tuple[int, tuple[Any, ...]]
"""(row number as a spreadsheet program shows it, the cells' values)."""

MAX_UNPACKED = 3 * 1024**3
"""Bytes an xlsx may unpack to."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"%PDF", "PDF"),
    (b"GIF8", "GIF"),
    (b"RIFF", "RIFF"),
    (b"\x1aE\xdf\xa3", "Matroska"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
)
_BIGGEST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet (csv: the file). `rows` can be gone through once, blank rows left out; reading it may raise an EvidenceError."""

    name: str
    rows: Iterator[Row]
    hidden: bool = False


def read_tables(path: Path, name: str | None = None, *, max_rows: int = 2_000_000) -> Iterator[Table]:
    """The tables of a file, in order, hidden sheets included. `name`: the file's name as uploaded, for messages and csv.

    Raises FileEmpty, FileEncrypted, FileTooLarge (more than `max_rows` rows in all), FileTypeMismatch or FileUnreadable,
    here or while the rows are read.
    """
    shown = name or path.name
    with path.open("rb") as source:
        head = source.read(8192)
    if not head.strip(b"\x00\xef\xbb\xbf\r\n\t ") and path.stat().st_size <= len(head):
        raise FileEmpty(Message(f"文件{shown}是空的，请重新导出后上传", f"{shown} is empty: export it again"))
    tables = _tables(path, head, shown)
    budget = _Budget(max_rows, shown)
    for table in tables:
        yield Table(table.name, budget.of(table.rows), table.hidden)


def with_header(rows: Iterator[Row], synonyms: Any, required: Any, *, search_rows: int = 20) -> tuple[Header, Iterator[Row]] | None:
    """The header of a table and the rows below it, or None where there is none in the first `search_rows` rows."""
    head = list(islice(rows, search_rows))
    header = find_header([cells for _, cells in head], synonyms, required, search_rows=search_rows)
    return None if header is None else (header, chain(head[header.index + 1 :], rows))


def cell_text(value: Any) -> str:
    """A cell as text without loss: whole numbers without ".0", dates in ISO form; an empty cell as ""."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < _BIGGEST_EXACT:
        return str(int(value))
    return str(value)


def is_lossy_number(value: Any) -> bool:
    """True for a number that a spreadsheet has cut to 15 digits: as an ID number it can't be trusted."""
    return isinstance(value, float) and abs(value) >= 1e15 or isinstance(value, int) and abs(value) >= 10**17 and value % 1000 == 0


class _Budget:
    """Counts the rows of all tables of a file."""

    def __init__(self, rows: int, shown: str) -> None:
        self.left, self.most, self.shown = rows, rows, shown

    def of(self, rows: Iterable[Row]) -> Iterator[Row]:
        for number, cells in rows:
            if cells.count(None) == len(cells):
                continue
            self.left -= 1
            if self.left < 0:
                raise FileTooLarge(Message(f"文件{self.shown}超过{self.most}行，请拆分后上传", f"{self.shown} has more than {self.most} rows: split it"))
            yield number, cells


def _tables(path: Path, head: bytes, shown: str) -> Iterator[Table]:
    if head.startswith(b"PK\x03\x04"):
        yield from _xlsx(path, shown)
    elif head.startswith(_OLE):
        yield from _xls(path, shown)
    else:
        for magic, what in _FOREIGN:
            if head.startswith(magic):
                raise FileTypeMismatch(Message(f"文件{shown}实际是{what}，不是表格", f"{shown} is {what} data, not a table"))
        rows = text_rows(path, shown)
        yield Table(Path(shown).stem, rows)


def _broken(shown: str, error: Exception) -> FileUnreadable:
    why = str(error) or type(error).__name__
    return FileUnreadable(Message(f"表格{shown}已损坏，无法打开，请重新导出后上传", f"the spreadsheet {shown} is broken ({why[:120]}): export it again"))


# --- xlsx -----------------------------------------------------------------------------------------------------


def _xlsx(path: Path, shown: str) -> Iterator[Table]:
    try:
        with open_zip(path) as archive:
            names = archive.namelist()
            if not any(n.lower() == "xl/workbook.xml" or n.lower().endswith("/workbook.xml") for n in names):
                raise FileTypeMismatch(Message(f"文件{shown}是压缩包，不是Excel表格", f"{shown} is a zip archive, not a workbook"))
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise FileTooLarge(Message(f"表格{shown}解压后过大，请拆分后上传", f"{shown} unpacks to too many bytes: split it"))
        for sheet in sheets(path):
            yield Table(sheet.name, _guarded(spread(sheet.rows, sheet.merges), shown), sheet.hidden)
    except EvidenceError:
        raise
    except Exception as error:  # the libraries let through whatever their parsers raise
        raise _broken(shown, error) from error


def _guarded(rows: Iterator[Row], shown: str) -> Iterator[Row]:
    try:
        yield from rows
    except Exception as error:
        raise _broken(shown, error) from error


# --- xls ------------------------------------------------------------------------------------------------------


def _xls(path: Path, shown: str) -> Iterator[Table]:
    import xlrd

    with path.open("rb") as source:
        data = source.read()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FileEncrypted(Message(f"表格{shown}设有打开密码，请取消密码后上传", f"the workbook {shown} has a password: remove it and upload again"))
    try:
        with open("/dev/null", "w") as silent:
            book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=silent)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower() or "password" in str(error).lower():
            message = Message(f"表格{shown}设有打开密码，请取消密码后上传", f"the workbook {shown} has a password: remove it and upload again")
            raise FileEncrypted(message) from error
        raise _broken(shown, error) from error
    except Exception as error:  # on damaged files xlrd raises struct.error, AssertionError, IndexError and more
        raise _broken(shown, error) from error
    for sheet in book.sheets():
        merges: dict[int, list[tuple[int, int]]] = {}
        for top, bottom, left, _ in sheet.merged_cells:
            if bottom - top > 1:
                merges.setdefault(top + 1, []).append((left, bottom))
        yield Table(sheet.name, spread(_xls_rows(sheet, book.datemode), merges), sheet.visibility != 0)


def _xls_rows(sheet: Any, datemode: int) -> Iterator[Row]:
    for index in range(sheet.nrows):
        kinds, values = sheet.row_types(index)[:MAX_COLUMNS], sheet.row_values(index)[:MAX_COLUMNS]
        yield index + 1, tuple(_xls_value(kind, value, datemode) for kind, value in zip(kinds, values, strict=True))


def _xls_value(kind: int, value: Any, datemode: int) -> Any:
    import xlrd

    if kind == xlrd.XL_CELL_TEXT:
        return plain_text(value)
    if kind == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(value, datemode)
        except (ValueError, OverflowError):
            return value
        return moment.time() if 0 <= value < 1 else moment
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    return value if kind == xlrd.XL_CELL_NUMBER else None
