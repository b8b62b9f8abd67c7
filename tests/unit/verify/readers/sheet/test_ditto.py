"""Ditto marks."""

from __future__ import annotations

import pytest

from services.domain.facts import ColumnRole, SheetCell, SheetColumn, SheetRow
from services.verify.readers.sheet.ditto import filled_in, is_ditto

BOX = (0.0, 0.0, 0.1, 0.1)
COLUMNS = (SheetColumn(0, "姓名", ColumnRole.NAME), SheetColumn(1, "部门", ColumnRole.DEPARTMENT))


def rows(*departments: tuple[str, float], name: str = "同上") -> tuple[SheetRow, ...]:
    return tuple(SheetRow(k, BOX, (SheetCell(0, BOX, name, 0.9), SheetCell(1, BOX, text, sure))) for k, (text, sure) in enumerate(departments, 1))


@pytest.mark.parametrize("text", ["同上", " 同 上 ", "〃", '"', "”", "(同上)"])
def test_marks_that_say_as_above(text: str) -> None:
    assert is_ditto(text)


@pytest.mark.parametrize("text", ["", "同", "上海分厂", "11", "一车间"])
def test_words_are_no_ditto_marks(text: str) -> None:
    assert not is_ditto(text)


def test_a_mark_stands_for_the_text_above_as_sure_as_the_less_sure() -> None:
    found = filled_in(rows(("焊装车间", 0.97), ("同上", 0.8), ("", 0.0), ("〃", 0.99), ("二车间", 1.0), ("〃", 0.9)), COLUMNS)
    assert [(row.cells[1].text, row.cells[1].confidence) for row in found] == [
        ("焊装车间", 0.97), ("焊装车间", 0.8), ("", 0.0), ("焊装车间", 0.8), ("二车间", 1.0), ("二车间", 0.9),
    ]  # fmt: skip


def test_names_are_each_ones_own_and_a_mark_below_nothing_stays() -> None:
    found = filled_in(rows(("同上", 0.9), ("二车间", 0.9)), COLUMNS)
    assert [[cell.text for cell in row.cells] for row in found] == [["同上", "同上"], ["同上", "二车间"]]
