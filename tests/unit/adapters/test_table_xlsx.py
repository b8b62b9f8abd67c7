"""Two libraries, one reading: what is quick says what is thorough, and what would be dangerous to the quick one does not reach it."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from services.adapters import table_xlsx
from services.adapters.table_xlsx import Sheet, sheets

NOON = datetime(2021, 11, 8, 12, 30, 5)


def workbook(path: Path, *, mac: bool = False) -> Path:
    """Every kind of cell, blank rows and columns in front, merges, a hidden and an empty sheet."""
    book = openpyxl.Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "甲"
    sheet["C3"], sheet["D3"], sheet["E3"], sheet["F3"], sheet["G3"] = " 张三 ", 5, 2.5, True, NOON
    sheet["C4"], sheet["D4"], sheet["E4"], sheet["F4"] = date(2021, 11, 8), time(8, 30), timedelta(hours=26, minutes=5), "220102198503010012"
    sheet["D6"], sheet["E6"], sheet["F6"] = 44508.5, "#N/A", "  "
    sheet["E6"].data_type = "e"
    sheet["C6"] = "合并"
    sheet.merge_cells("C6:C8")
    sheet["D8"] = -7
    hidden = book.create_sheet("乙")
    hidden.sheet_state = "hidden"
    hidden["A1"] = "x"
    book.create_sheet("空")
    book.save(path)
    return path


def trimmed(found: list[Sheet]) -> list[tuple[str, bool, dict[int, list[tuple[int, int]]], list[tuple[int, tuple[object, ...]]]]]:
    """Without the blanks at the ends of rows and blank rows."""
    result = []
    for sheet in found:
        rows = []
        for number, cells in sheet.rows:
            kept = list(cells)
            while kept and kept[-1] is None:
                kept.pop()
            if kept:
                rows.append((number, tuple(kept)))
        result.append((sheet.name, sheet.hidden, sheet.merges, rows))
    return result


@pytest.mark.parametrize("mac", [False, True])
def test_both_libraries_say_the_same(tmp_path: Path, mac: bool) -> None:
    path = workbook(tmp_path / "a.bin", mac=mac)
    quick = trimmed(list(sheets(path)))
    assert table_xlsx._is_compact(path)
    assert quick == trimmed(list(table_xlsx._by_openpyxl(path)))
    assert [type(cell) for _, cells in quick[0][3] for cell in cells] == [
        type(cell) for _, cells in trimmed(list(table_xlsx._by_openpyxl(path)))[0][3] for cell in cells
    ]
    assert quick[0][3][0] == (3, (None, None, "张三", 5, 2.5, True, NOON))
    assert [(name, hidden) for name, hidden, _, _ in quick] == [("甲", False), ("乙", True), ("空", False)]


def test_a_sheet_with_far_corners_is_not_laid_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "姓名", 1
    book.save(tmp_path / "far.xlsx")
    assert not table_xlsx._is_compact(tmp_path / "far.xlsx")


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "A1"])
def test_a_wrong_dimension_is_no_matter(tmp_path: Path, dimension: str) -> None:
    path = _with_sheet(tmp_path, lambda xml: xml.replace('<dimension ref="C3:G8"', f'<dimension ref="{dimension}"'))
    assert table_xlsx._is_compact(path)
    assert trimmed(list(sheets(path)))[0][3][0] == (3, (None, None, "张三", 5, 2.5, True, NOON))


def test_a_cell_that_lies_about_its_row_is_seen(tmp_path: Path) -> None:
    path = _with_sheet(tmp_path, lambda xml: xml.replace('r="D8"', 'r="XFD1048576"'))
    assert not table_xlsx._is_compact(path)


def _with_sheet(tmp_path: Path, change) -> Path:  # type: ignore[no-untyped-def]
    source, target = workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                changed = change(data.decode())
                assert changed != data.decode()
                data = changed.encode()
            new.writestr(name, data)
    return target
