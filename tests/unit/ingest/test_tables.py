from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from services.domain.errors import FileUnreadable
from services.ingest.tables import read_roster, read_trainees, roster_from_json, trainees_from_json

VALID = "11010519491231002X"


def test_a_csv_roster_with_a_title_row_and_wrong_rows(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    text = f"某公司参保名单\n姓名,身份证号,参保开始,参保结束\n张三,{VALID},2020-01-01,\n李四,110105194912310021,2020/1/1,\n王五,{VALID},x,\n赵六,{VALID},2021-05-01,2021-04-01\n合计,,,\n"
    path.write_bytes(text.encode("gb18030"))
    roster = read_roster(path, "roster.csv")
    assert [(p.row, p.name, p.insured_from) for p in roster.people] == [(3, "张三", date(2020, 1, 1))]
    assert [r.row for r in roster.rejected] == [4, 5, 6]
    assert "check digit" in roster.rejected[0].reason.en


def test_an_xlsx_of_trainees_keeps_people_with_a_wrong_number(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["培训补贴人员信息"])
    book.active.append(["序号", "姓 名", "身份证号码", "人员类别", "学时", "补贴金额（元）"])
    book.active.append([1, "张 三", VALID.lower(), "参保职工", 40, 800])
    book.active.append([2, "李四", 220105199001010030, "外包工", "四十", "1,000.50"])
    path = tmp_path / "trainees.xlsx"
    book.save(path)
    trainees = read_trainees(path, "trainees.xlsx")
    first, second = trainees.people
    assert (first.name, first.id_number, first.class_hours, first.amount) == ("张三", VALID, Decimal(40), Decimal("800.00"))
    assert second.id_number == "" and second.class_hours is None and second.amount == Decimal("1000.50")
    assert [r.row for r in trainees.rejected] == [4, 4]


def test_a_file_without_such_a_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trainees.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(FileUnreadable) as error:
        read_trainees(path, "trainees.csv")
    assert "姓名" in error.value.message.zh


def test_json_with_keys_of_either_language() -> None:
    roster = roster_from_json([{"姓名": "张三", "身份证号": VALID, "insured_from": "2020-01-01"}, {"name": "李四"}])
    assert roster.people[0].id_number == VALID and [r.row for r in roster.rejected] == [2]
    trainees = trainees_from_json([{"name": "张三", "id_number": VALID, "class_hours": "40", "amount": "800"}])
    assert trainees.people[0].amount == Decimal("800.00")
    with pytest.raises(FileUnreadable):
        trainees_from_json("张三")


def test_an_amount_reckoned_by_a_spreadsheet_is_taken_to_the_fen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["姓名", "身份证号", "学时", "补贴金额"], ["张三", "", 35.7, 714.0000000000001], ["李四", "", 40, 799.999]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    trainees = read_trainees(tmp_path / "t.xlsx", "t.xlsx")
    assert [p.amount for p in trainees.people] == [Decimal("714.00"), None]
    assert [r.row for r in trainees.rejected] == [3], "a tenth of a fen is no noise"


def test_months_without_a_day_are_whole_months() -> None:
    (person,) = roster_from_json([{"姓名": "张三", "身份证号": VALID, "参保开始": "2019年7月", "参保结束": "2021-11"}]).people
    assert (person.insured_from, person.insured_to) == (date(2019, 7, 1), date(2021, 11, 30))
