"""The order of the trainees' list as evidence."""

from __future__ import annotations

from services.verify.match.list_order import order_odds


def test_between_two_sure_rows_those_between_are_likelier() -> None:
    odds = order_odds([0, 1, 2, 3, None, 5, 6], 7)
    assert max(odds[4], key=odds[4].__getitem__) == 4
    assert odds[4][4] > 1.0
    assert odds[4][0] < 0
    assert all(not odds[k] for k in range(7) if k != 4)


def test_a_sheet_in_no_order_says_nothing() -> None:
    assert order_odds([5, 1, 6, 0, None, 3, 2], 7) == [{}] * 7


def test_too_few_rows_say_nothing() -> None:
    assert order_odds([0, None, 2, 3], 7) == [{}] * 4


def test_nobody_between_is_left_alone() -> None:
    assert order_odds([0, 1, 2, 3, 4, None, 5, 6], 7)[5] == {}
