"""Sheets out of xlsx workbooks: by calamine, which is some twenty times as quick as openpyxl, and by openpyxl where calamine must not or cannot.

calamine lays a sheet out whole, as wide and as high as its outermost cells, so a sheet with two cells at opposite corners would eat the
machine's memory: the cells' addresses are looked at first, and what is sparse or huge goes to openpyxl, which reads row by row. So does
what calamine cannot open. Both give the same values: whole numbers as int, days as datetime at midnight, errors and blanks as None. What
neither knows is the result of a formula that no program has calculated.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from services.adapters.zip_files import open_zip

Row = tuple[int, tuple[Any, ...]]
MAX_COLUMNS = 512
"""Cells further right are not read: no table of people is that wide, and hostile ones are wider."""
_MOST_CELLS = 30_000_000
"""Cells of a sheet as laid out by calamine: about a gigabyte."""
_SPARSE = 8
"""A sheet may be laid out with this many times as many cells as it has, and a few thousand more."""
_COLUMN = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})\d')
_ROW = re.compile(rb'\sr="[A-Z]{0,3}(\d{1,7})"')
_CELL = re.compile(rb"<(?:\w+:)?c[\s>]")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_EXCEL_ERRORS = frozenset(("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!"))
_BIGGEST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows`: (number, cells) from the first row on; reading them may raise anything. `merges`: first row → (column from 0, last row)."""

    name: str
    rows: Iterator[Row]
    merges: dict[int, list[tuple[int, int]]]
    hidden: bool


def sheets(path: Path) -> Iterator[Sheet]:
    """The worksheets of a workbook, in order. Raises whatever openpyxl raises for what neither library can open."""
    book = _opened(path) if _is_compact(path) else None
    if book is None:
        yield from _by_openpyxl(path)
        return
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    for meta in book.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = _tried(book.get_sheet_by_name, meta.name)
        if sheet is None:
            yield from (other for other in _by_openpyxl(path) if other.name == meta.name)
            continue
        merges: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
            if bottom > top:
                merges.setdefault(top + 1, []).append((left, bottom + 1))
        yield Sheet(meta.name, _calamine_rows(sheet), merges, meta.visible != SheetVisibleEnum.Visible)


def _opened(path: Path) -> Any:
    from python_calamine import CalamineWorkbook

    # an open file, because by name calamine goes by the extension
    with path.open("rb") as source:
        return _tried(CalamineWorkbook.from_filelike, source)


def _tried(call: Any, argument: Any) -> Any:
    """What the call gives; None where calamine raises or its Rust panics."""
    try:
        return call(argument)
    except Exception:  # openpyxl is asked next, and says what is wrong
        return None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return None


def _calamine_rows(sheet: Any) -> Iterator[Row]:
    left = (None,) * (sheet.start[1] if sheet.start else 0)
    values = _Values()
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield number, (left + tuple([values[cell] if type(cell) is str else _plain(cell) for cell in cells]))[:MAX_COLUMNS]


class _Values(dict[str, str | None]):
    """Texts as they are and as a table has them; names, numbers and courses come again and again, and are kept once."""

    def __missing__(self, text: str) -> str | None:
        found: str | None = plain_text(text)
        if len(self) < 100_000:
            self[text] = found
        return found


def plain_text(text: str) -> str | None:
    """A cell's text without the blanks around it; blank cells and errors are None."""
    text = text.strip()
    return None if not text or text in _EXCEL_ERRORS else text


def _plain(value: Any) -> Any:
    if type(value) is float:
        return int(value) if value.is_integer() and abs(value) < _BIGGEST_EXACT else value
    return datetime.combine(value, time()) if type(value) is date else value


def _is_compact(path: Path) -> bool:
    """True where every worksheet, laid out whole, stays within bounds."""
    with open_zip(path) as archive:
        members = [info.filename for info in archive.infolist() if re.search(r"worksheets/[^/]+\.xml$", info.filename, re.IGNORECASE)]
        return all(_sheet_is_compact(archive, member) for member in members)


def _sheet_is_compact(archive: zipfile.ZipFile, member: str) -> bool:
    cells = last_row = last_column = 0
    with archive.open(member) as source:
        tail = b""
        while chunk := source.read(1 << 20):
            chunk = tail + chunk
            cut = chunk.rfind(b">") + 1
            done, tail = chunk[:cut], chunk[cut:][-4096:]
            cells += len(_CELL.findall(done))
            last_row = max(last_row, max(map(int, set(_ROW.findall(done))), default=0))
            last_column = max(last_column, max(map(column_number, set(_COLUMN.findall(done))), default=0))
    # cells without addresses stand one behind the other
    area = max(last_row, 1) * (last_column + 1) if last_column else cells
    return area <= _MOST_CELLS and area <= _SPARSE * cells + 100_000


def column_number(letters: bytes) -> int:
    """Column from 0 of letters as a spreadsheet program shows them."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _by_openpyxl(path: Path) -> Iterator[Sheet]:
    import openpyxl

    # an open file, because by name openpyxl goes by the extension; the workbook keeps it until it is collected
    source = path.open("rb")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
    worksheets: Any = book.worksheets
    for sheet in worksheets:
        sheet.reset_dimensions()  # many exporters write a wrong one
        yield Sheet(sheet.title, _openpyxl_rows(sheet), _merges_of(path, sheet._worksheet_path), sheet.sheet_state != "visible")


def _openpyxl_rows(sheet: Any) -> Iterator[Row]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, row in enumerate(sheet.iter_rows(max_col=None, values_only=True), 1):
            yield number, tuple([plain_text(cell) if isinstance(cell, str) else cell for cell in row[:MAX_COLUMNS]])


def _merges_of(path: Path, member: str) -> dict[int, list[tuple[int, int]]]:
    """Vertical merges. They stand behind the cells, so the sheet is scanned for them first."""
    merges: dict[int, list[tuple[int, int]]] = {}
    with open_zip(path) as archive, archive.open(member) as source:
        tail = b""
        while chunk := source.read(1 << 20):
            chunk = tail + chunk
            if b"mergeCell" in chunk:
                cut = chunk.rfind(b">") + 1
                for first, top, _, bottom in _MERGE.findall(chunk[:cut]):
                    if int(bottom) > int(top):
                        merges.setdefault(int(top), []).append((column_number(first), int(bottom)))
                tail = chunk[cut:][-512:]
            else:
                tail = chunk[-64:]
    return merges


def spread(rows: Iterable[Row], merges: dict[int, list[tuple[int, int]]]) -> Iterator[Row]:
    """Give the value of a vertically merged cell to every row it spans."""
    if not merges:
        yield from rows
        return
    running: dict[int, tuple[int, Any]] = {}
    for number, cells in rows:
        for column, (last, value) in list(running.items()):
            if number > last:
                del running[column]
            elif column >= len(cells):
                cells = cells + (None,) * (column - len(cells)) + (value,)
            elif cells[column] is None:
                cells = (*cells[:column], value, *cells[column + 1 :])
        for column, last in merges.get(number, ()):
            if column < len(cells) and cells[column] is not None:
                running[column] = (last, cells[column])
        yield number, cells
