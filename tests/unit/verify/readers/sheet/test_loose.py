"""Rows and columns where nothing is ruled."""

from __future__ import annotations

from collections.abc import Sequence

from services.verify.readers.sheet.loose import _crossing, _header
from services.verify.readers.sheet.types import Rect

NUMBER, NAME, DEPARTMENT = (152, 332, 238, 402), (400, 324, 486, 400), (768, 318, 860, 394)
SIGNATURE, WRITTEN = (1206, 310, 1290, 380), (1202, 368, 1428, 470)
"""The heading, and a tall signature in the row below it that begins left of it."""
TEXTS = {NUMBER: "序号", NAME: "姓名", DEPARTMENT: "部门", SIGNATURE: "签到", WRITTEN: "谭利翀"}


def _read(boxes: Sequence[Rect]) -> list[str]:
    return [TEXTS[box] for box in boxes]


def test_a_signature_that_reaches_up_to_its_heading_is_no_heading() -> None:
    assert _header([[NUMBER, NAME, DEPARTMENT, WRITTEN, SIGNATURE]], _read) == [NUMBER, NAME, DEPARTMENT, SIGNATURE]


def test_headings_that_stand_above_each_other_are_told() -> None:
    assert _crossing([NUMBER, NAME, DEPARTMENT, WRITTEN, SIGNATURE])
    assert not _crossing([NUMBER, NAME, DEPARTMENT, SIGNATURE])
