"""附件1 as enterprises fill it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from services.domain.errors import FileUnreadable
from services.ingest.plan_table import read_plan

HEAD = [
    "序号",
    "培训类型",
    "项目名称",
    "开始时间",
    "结束时间",
    "时长\n（学时）",
    "参训学员数量",
    "参训学员类型",
    "补贴标准",
    "可获得补贴金额",
    "备证材料（在具备材料中打“√”）",
]
MATERIALS = ["培训方案", "培训通知", "签到表", "影像资料", "评价记录", "培训发票", "线上学习记录"]
FIRST = [1, "岗前培训", "数控车工岗前培训", datetime(2021, 11, 8), "2021年11月12日", 40, "44人", "参保职工", "20元/学时", 35200, "√", "", "√", "√", "√", "", ""]
SECOND = [2, "安全生产培训", "叉车司机安全培训", "12月1日", "12.3", "24学时", 30, "外包工", 20, "14,400.00", "", "✔", "是", "√", "√", "", "V"]


def workbook(path: Path, rows: list[list[Any]], title: str = "2021年度长春样例制造有限公司培训计划") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([title])
    sheet.merge_cells("A1:Q1")
    sheet.append(HEAD)
    sheet.append([None] * 10 + MATERIALS)
    for column in "ABCDEFGHIJ":
        sheet.merge_cells(f"{column}2:{column}3")
    sheet.merge_cells("K2:Q2")
    for row in rows:
        sheet.append(row)
    sheet.append(["备注"])
    sheet.append(["培训方案和培训通知二者必有一个；"])
    book.save(path)
    return path


def test_the_official_form_as_filled_in(tmp_path: Path) -> None:
    plan = read_plan(workbook(tmp_path / "plan.xlsx", [FIRST, SECOND]), "plan.xlsx", enterprise={"uscc": "91220101MA0Y2XQW66"})
    assert (plan.year, plan.enterprise, plan.rejected) == (2021, "长春样例制造有限公司", ())
    one, two = (row.claim for row in plan.rows)
    assert (one.claim_no, one.enterprise.name, one.enterprise.uscc) == ("计划-2021-001", "长春样例制造有限公司", "91220101MA0Y2XQW66")
    assert (one.project.name, one.project.training_type, one.project.trainee_count) == ("数控车工岗前培训", "岗前培训", 44)
    assert (one.project.start, one.project.end, one.project.class_hours) == (date(2021, 11, 8), date(2021, 11, 12), Decimal(40))
    assert (one.claimed_amount, one.promised_materials) == (Decimal("35200.00"), ("plan", "sign_in_sheet", "media", "assessment"))
    assert (two.project.start, two.project.end, two.project.class_hours) == (date(2021, 12, 1), date(2021, 12, 3), Decimal(24))
    assert (two.claimed_amount, two.promised_materials) == (Decimal("14400.00"), ("notice", "sign_in_sheet", "media", "assessment", "learning_log"))
    assert plan.rows[0].raw["plan"] == {"category": "参保职工", "rate": "20元/学时"}
    assert one.problems == two.problems == ()


def test_rows_that_cannot_be_claims_are_refused_with_the_reason(tmp_path: Path) -> None:
    without_days = [*FIRST[:3], "待定", None, *FIRST[5:]]
    plan = read_plan(workbook(tmp_path / "plan.xlsx", [without_days, [None] * 17, SECOND]), "plan.xlsx")
    assert [row.claim.project.name for row in plan.rows] == ["叉车司机安全培训"]
    (refused,) = plan.rejected
    assert refused.row == 4
    assert "project.start" in refused.reason.en and "project.end" in refused.reason.en


def test_the_blank_form_has_no_projects(tmp_path: Path) -> None:
    plan = read_plan(workbook(tmp_path / "plan.xlsx", [], "2021年度XX企业培训计划"), "plan.xlsx")
    assert (plan.rows, plan.enterprise) == ((), None)


def test_a_table_without_the_columns_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("姓名,得分\n王小明,92\n", encoding="utf-8")
    with pytest.raises(FileUnreadable, match="plan table"):
        read_plan(path, "a.csv")


def test_one_header_row_and_no_title(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("项目名称,开始日期,结束日期,学时,签到表\n班组长培训,2021-05-06,2021-05-07,16,√\n", encoding="utf-8")
    (row,) = read_plan(path, "a.csv", enterprise={"name": "某厂"}).rows
    assert (row.claim.claim_no, row.claim.enterprise.name, row.claim.promised_materials) == ("计划-2021-001", "某厂", ("sign_in_sheet",))
