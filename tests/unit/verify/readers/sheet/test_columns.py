"""Header cells, as the recogniser reads them."""

from __future__ import annotations

import pytest

from services.domain.facts import ColumnRole
from services.verify.readers.sheet.columns import understand


@pytest.mark.parametrize("text", ["序号", "序号|", "|序 号", "序号丨", "序号'"])
def test_a_rule_read_along_with_a_header_is_no_part_of_it(text: str) -> None:
    assert (understand(text).text, understand(text).role) == ("序号", ColumnRole.NUMBER)


def test_a_lone_stroke_is_no_header() -> None:
    assert understand("|").role is None
    assert understand("").role is None


@pytest.mark.parametrize("text", ["75.9", "81.35.2", "CA19.4×10-12", "5.2%"])
def test_a_measured_value_is_no_day_of_signatures(text: str) -> None:
    assert understand(text).role is not ColumnRole.SIGNATURE


@pytest.mark.parametrize("text", ["11月8日", "11.8上午", "2021.11.08", "8日下午", "11/8 am"])
def test_a_day_heads_a_column_of_signatures(text: str) -> None:
    assert understand(text).role is ColumnRole.SIGNATURE
