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
