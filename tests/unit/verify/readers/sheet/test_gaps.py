"""Rules lost to folds, stamps and worn copies; rules that run on into a desk's grain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from services.verify.readers.sheet.gaps import mended
from services.verify.readers.sheet.rules import BIN, Rule, clipped
from services.verify.readers.sheet.types import Array

LEFT, RIGHT, ROW = 200, 1160, 80


def level(*places: float, start: int = LEFT, end: int = RIGHT) -> list[Rule]:
    return [Rule(start, np.full((end - start) // BIN + 1, float(y)), end - start) for y in places]


def text(*places: tuple[int, float]) -> list[Array]:
    return [np.array([[x - 40, y - 15], [x + 40, y - 15], [x + 40, y + 15], [x - 40, y + 15]], float) for x, y in places]


def without(*gone: int, rows: int = 9) -> list[Rule]:
    return level(*(300 + ROW * k for k in range(rows + 1) if k not in gone))


def middles(rules: Sequence[Rule]) -> list[int]:
    return [round(rule.middle) for rule in rules]


NOTHING = np.zeros((1400, 1300), np.uint8)
EVERY = [300 + ROW * k for k in range(10)]


@pytest.mark.parametrize("gone", [(4,), (4, 5), (2, 7)])
def test_a_rule_between_two_lines_of_text_is_put_back(gone: tuple[int, ...]) -> None:
    words = text(*((x, 340 + ROW * k) for k in range(9) for x in (300, 700)))
    found = mended(without(*gone), NOTHING, words, (LEFT, RIGHT))
    assert middles(found) == EVERY
    assert [rule.assumed for rule in found] == [k in gone for k in range(10)]


def test_a_rule_is_put_back_between_rows_that_grow_shorter_toward_the_top() -> None:
    places = np.cumsum([300.0, *(50 * 1.07**k for k in range(12))])
    words = text(*((x, float(y)) for y in (places[1:] + places[:-1]) / 2 for x in (300, 700)))
    found = mended(level(*(float(y) for k, y in enumerate(places) if k != 5)), NOTHING, words, (LEFT, RIGHT))
    assert len(found) == 13
    assert abs(found[5].middle - places[5]) < 4


def test_traces_of_a_rule_are_enough() -> None:
    mask = NOTHING.copy()
    mask[300 + 4 * ROW, LEFT : LEFT + 200] = 255
    assert middles(mended(without(4), mask, [], (LEFT, RIGHT))) == EVERY
    assert len(mended(without(4), NOTHING, [], (LEFT, RIGHT))) == 9


def test_a_cell_twice_as_high_with_its_words_in_the_middle_stays_whole() -> None:
    words = text((300, 300 + ROW), (700, 300 + ROW), *((300, 340 + ROW * k) for k in range(2, 9)))
    assert len(mended(without(1), NOTHING, words, (LEFT, RIGHT))) == 9


def test_rows_of_all_heights_are_left_alone() -> None:
    places = [300, 380, 540, 590, 720, 930, 990]
    words = text(*((300, y + 25) for y in (300, 380, 450, 540, 620, 720, 800)))
    assert middles(mended(level(*places), NOTHING, words, (LEFT, RIGHT))) == places


def test_rules_end_at_the_border_where_the_others_end() -> None:
    border = Rule(290, np.full(31, float(LEFT)), 720)
    grain = level(300 + 3 * ROW, 300 + 6 * ROW, start=40)
    rules = [*without(3, 6), *grain]
    found = clipped(rules, [border], 1400)
    assert {rule.start for rule in found} == {LEFT}
    assert sorted(middles(found)) == EVERY
    assert len(clipped(level(300, 380, 460, start=40), [border], 1400)) == 3
    assert {rule.start for rule in clipped(level(300, 380, 460, start=40), [border], 1400)} == {40}
