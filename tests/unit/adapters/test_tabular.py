"""Tables out of files: encodings, delimiters, types, row numbers, merged cells, headers."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from services.adapters.tabular import cell_text, find_header, is_lossy_number, read_tables, with_header
from services.domain.errors import EvidenceError, FileEmpty, FileEncrypted, FileTooLarge, FileTypeMismatch, FileUnreadable


def rows_of(path: Path) -> list[tuple[int, tuple[object, ...]]]:
    return [row for table in read_tables(path) for row in table.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_text_in_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    text = "\n".join(delimiter.join(cells) for cells in (["姓名", "备注"], ["张三", '"甲,乙;丙"'], ["", ""], ["李四", "x"]))
    path.write_bytes(text.encode(encoding))
    assert rows_of(path) == [(1, ("姓名", "备注")), (2, ("张三", "甲,乙;丙")), (4, ("李四", "x"))]


def test_spreadsheet_tricks_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('sep=;\n身份证号;姓名\n="220102199001011234";张三\n\'220102199001011234;" 李四 "\n', encoding="utf-8")
    assert rows_of(path)[1:] == [(2, ("220102199001011234", "张三")), (3, ("220102199001011234", "李四"))]


def test_a_few_broken_bytes_do_not_lose_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(("姓名,备注\n" + "张三,正常\n" * 2000).encode("gb18030") + b"\xff\xff,x\n")
    assert len(rows_of(path)) == 2002


def test_workbooks_keep_types_rows_and_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "甲"
    first["A2"], first["B2"], first["C2"] = "张三", datetime(2021, 11, 8, 8, 30), 1.5
    first.merge_cells("A2:A3")
    first["B3"] = True
    second = book.create_sheet("乙")
    second["B1"] = "=1/0"
    second["A5"] = " x "
    second.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    tables = list(read_tables(tmp_path / "a.xlsx"))
    assert [(t.name, t.hidden) for t in tables] == [("甲", False), ("乙", True)]
    assert list(tables[0].rows) == [(2, ("张三", datetime(2021, 11, 8, 8, 30), 1.5)), (3, ("张三", True, None))]
    assert list(tables[1].rows) == [(5, ("x",))]


def test_content_decides_not_the_extension(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["姓名"])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.csv")
    assert rows_of(tmp_path / "a.csv") == [(1, ("姓名",))]
    (tmp_path / "b.xlsx").write_text("姓名,a\n张三,1\n")
    assert len(rows_of(tmp_path / "b.xlsx")) == 2


def _encrypted(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600)


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda p: p.write_bytes(b""), FileEmpty),
        (lambda p: p.write_bytes(b"\n\n"), FileEmpty),
        (lambda p: p.write_bytes(b"%PDF-1.7 ..."), FileTypeMismatch),
        (_zip, FileTypeMismatch),
        (_encrypted, FileEncrypted),
        (lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000), FileUnreadable),
        (lambda p: p.write_bytes(b"PK\x03\x04" + b"\x00" * 2000), FileUnreadable),
        (lambda p: p.write_bytes(bytes(range(256)) * 40), FileUnreadable),
    ],
)
def test_what_is_no_table_says_so(tmp_path: Path, make, error: type[EvidenceError]) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "x.xlsx"
    make(path)
    with pytest.raises(error) as caught:
        rows_of(path)
    assert "x.xlsx" in caught.value.message.zh and "x.xlsx" in caught.value.message.en


def test_rows_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n" * 100)
    with pytest.raises(FileTooLarge):
        list(next(iter(read_tables(tmp_path / "a.csv", max_rows=99))).rows)


def test_numbers_as_text() -> None:
    assert [cell_text(v) for v in (220.0, 1.5, None, " a ", 12)] == ["220", "1.5", "", "a", "12"]
    assert is_lossy_number(2.20102199001011e17) and not is_lossy_number(123456.0) and not is_lossy_number("220102199001011234")


SYNONYMS = {
    "name": ("姓名", "name"),
    "id_number": ("身份证号", "证件号码", "id number"),
    "start": ("开始时间",),
    "duration": ("学习时长",),
    "_type": ("证件类型",),
    "_length": ("课程时长",),
}


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (["姓 名*", "身份证号\n（必填）"], {"name": 0, "id_number": 1}),
        (["证件类型", "证件号码", "学员姓名"], {"id_number": 1, "name": 2}),
        (["Name", "ID_NUMBER", "课程时长", "学习时长(分钟)"], {"name": 0, "id_number": 1, "duration": 3}),
        (["联系人姓名", "姓名", "身份证号码"], {"name": 1, "id_number": 2}),
    ],
)
def test_headers_by_meaning(row: list[str], columns: dict[str, int]) -> None:
    header = find_header([["2021年某公司姓名与身份证号登记的一张很长的表格标题"], row, ["张三", "1"]], SYNONYMS, ["name", ("id_number", "start")])
    assert header is not None
    assert (header.index, dict(header.columns)) == (1, columns)


def test_no_header() -> None:
    assert find_header([["a", "b"]], SYNONYMS, ["name"]) is None
    assert with_header(iter([(1, ("a",))]), SYNONYMS, ["name"]) is None


def test_rows_below_the_header() -> None:
    found = with_header(iter([(1, ("标题",)), (2, ("姓名",)), (3, ("张三",))]), SYNONYMS, ["name"])
    assert found is not None
    assert list(found[1]) == [(3, ("张三",))]
