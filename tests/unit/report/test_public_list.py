"""The monthly list, and the way from a plan table to it by the command line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from services.cli.main import app
from services.report.public_list import Month, of_month, public_list
from tests.factories import make_claim
from tests.unit.ingest.test_plan_table import FIRST, SECOND, workbook


def rows(data: bytes, sheet: str) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(BytesIO(data))[sheet].iter_rows(values_only=True))


def claim(name: str, first: date, last: date, enterprise: str = "甲厂", **fields: object):  # type: ignore[no-untyped-def]
    return make_claim({"name": enterprise}, {"name": name, "start": first, "end": last, "trainee_count": 10}, claimed_amount=Decimal("100.50"), **fields)


def test_training_in_the_month_by_enterprise() -> None:
    month = Month.of("2021-11")
    inside = claim("一", date(2021, 10, 28), date(2021, 11, 1))
    other = claim("二", date(2021, 11, 30), date(2021, 12, 4), "乙厂", promised_materials=("plan", "media"))
    outside = [claim("三", date(2021, 10, 1), date(2021, 10, 31)), claim("四", date(2021, 12, 1), date(2021, 12, 2))]
    listed = of_month([other, *outside, inside], month)
    assert [c.project.name for c in listed] == ["二", "一"]  # 乙厂 before 甲厂, as code points go
    data = public_list(listed)
    by_name = {row[1]: row for row in rows(data, "企业名单")[1:]}
    assert set(by_name) == {"甲厂", "乙厂"}
    assert by_name["甲厂"][3:] == (1, 10, 100.5)
    plans = {row[3]: row for row in rows(data, "培训计划表")[1:]}
    assert plans["二"][9:] == ("√", None, None, "√", None, None, None)


def test_no_month_is_refused() -> None:
    for text in ("2021-13", "2021", "november"):
        with pytest.raises(ValueError):
            Month.of(text)


def test_from_the_plan_table_to_the_public_list(tmp_path: Path) -> None:
    plan, data = workbook(tmp_path / "plan.xlsx", [FIRST, SECOND]), tmp_path / "data"
    run = CliRunner().invoke
    first = run(app, ["import-plan", str(plan), "--uscc", "91220101MA0Y2XQW66", "--data", str(data)])
    assert first.exit_code == 0, first.output
    assert first.output.count("已建立草稿") == 2
    again = run(app, ["import-plan", str(plan), "--uscc", "91220101MA0Y2XQW66", "--data", str(data)])
    assert again.exit_code == 0 and again.output.count("已存在") == 2
    listed = run(app, ["public-list", "--month", "2021-12", "--out", str(tmp_path / "list.xlsx"), "--data", str(data)])
    assert listed.exit_code == 0, listed.output
    assert [row[3] for row in rows((tmp_path / "list.xlsx").read_bytes(), "培训计划表")[1:]] == ["叉车司机安全培训"]


@pytest.mark.parametrize("asked", [["import-plan", "nothing.xlsx"], ["public-list", "--month", "2021-99"], ["import-plan", "nothing.xlsx", "--uscc", "123"]])
def test_what_cannot_be_done_says_so(asked: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [*asked, "--data", str(tmp_path / "data")])
    assert done.exit_code == 2 and done.output.strip()
