"""A sheet printed from the trainees' list has them in its order: who stands between two rows that are sure is likelier one of those between."""

from __future__ import annotations

import math
from collections.abc import Sequence

_LEAST_PAIRS = 4
_LEAST_SHARE = 0.8
_MOST, _LEAST = 2.0, -2.0
"""Bounds of the log odds: the order supports a reading, it replaces none."""


def order_odds(places: Sequence[int | None], count: int) -> list[dict[int, float]]:
    """Per row the log odds of each place in the list, by the rows about it; empty where the sheet follows no list.

    `places`: the place in the list (0 to `count` - 1) of the rows that are sure, None for the others; empty rows are left out.
    """
    sure = [(row, place) for row, place in enumerate(places) if place is not None]
    rises = [later > earlier for (_, earlier), (_, later) in zip(sure, sure[1:], strict=False)]
    share = (sum(rises) + 1) / (len(rises) + 2)
    if len(rises) < _LEAST_PAIRS or share < _LEAST_SHARE:
        return [{} for _ in places]
    return [{} if place is not None else _between(row, sure, count, share) for row, place in enumerate(places)]


def _between(row: int, sure: Sequence[tuple[int, int]], count: int, share: float) -> dict[int, float]:
    first = max((place for at, place in sure if at < row), default=-1)
    last = min((place for at, place in sure if at > row), default=count)
    inside = range(first + 1, last)
    if not 0 < len(inside) < count:
        return {}
    here = min(_MOST, max(0.0, math.log(share * count / len(inside))))
    elsewhere = max(_LEAST, math.log((1 - share) * count / (count - len(inside))))
    return {place: here if place in inside else min(0.0, elsewhere) for place in range(count)}
