"""Every value that the published form can state has a word in both languages."""

from __future__ import annotations

from enum import StrEnum

import pytest

from services.domain.case import DoubtKind, OnlineReason, RowStatus
from services.report.export.words import DOUBTS, ONLINE, ROWS, Pair


@pytest.mark.parametrize(("values", "words"), [(OnlineReason, ONLINE), (RowStatus, ROWS), (DoubtKind, DOUBTS)])
def test_every_value_has_its_words(values: type[StrEnum], words: dict[str, Pair]) -> None:
    assert {value.value for value in values} <= set(words)
    assert all(zh and en for zh, en in words.values())
