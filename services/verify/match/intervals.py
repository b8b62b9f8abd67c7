"""Algebra of half-open stretches of time: sorted, disjoint (start, end) pairs of whole microseconds since 1970 (UTC).

Whole numbers, so that the parts of a stretch add up to it exactly.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time

from services.domain.claim import SHANGHAI
from services.domain.log_rows import micros_of as to_micros
from services.domain.log_rows import moment_of as to_moment

__all__ = [
    "DAY",
    "MINUTE",
    "Stretch",
    "Stretches",
    "by_day",
    "day_start",
    "first",
    "holds",
    "intersect",
    "meets",
    "subtract",
    "to_micros",
    "to_moment",
    "total",
    "union",
]

Stretch = tuple[int, int]
Stretches = list[Stretch]

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
_LATEST = 2**63
_SHANGHAI_SHIFT = 8 * 60 * MINUTE


def day_start(day: date) -> int:
    """Midnight at which a day begins in Asia/Shanghai."""
    return to_micros(datetime.combine(day, time(), SHANGHAI))


def union(stretches: Iterable[Stretch]) -> Stretches:
    """Merged; stretches that touch become one, empty ones vanish."""
    merged: Stretches = []
    first = last = 0
    for start, end in sorted(stretches):
        if end <= start:
            continue
        if last > first and start <= last:
            last = max(last, end)
            continue
        if last > first:
            merged.append((first, last))
        first, last = start, end
    if last > first:
        merged.append((first, last))
    return merged


def intersect(a: Sequence[Stretch], b: Sequence[Stretch]) -> Stretches:
    """What lies in both; both sorted and disjoint."""
    if not a or not b:
        return []
    if len(b) == 1 and b[0][0] <= a[0][0] and a[-1][1] <= b[0][1]:
        return list(a)
    found: Stretches = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if start < end:
            found.append((start, end))
        if a[i][1] <= b[j][1]:
            i += 1
        else:
            j += 1
    return found


def subtract(a: Sequence[Stretch], b: Sequence[Stretch]) -> Stretches:
    """What lies in `a` and not in `b`; both sorted and disjoint."""
    if not b:
        return list(a)
    if not a or (len(b) == 1 and b[0][0] <= a[0][0] and a[-1][1] <= b[0][1]):
        return []
    left: Stretches = []
    j = 0
    for start, end in a:
        while j < len(b) and b[j][1] <= start:
            j += 1
        k = j
        while k < len(b) and b[k][0] < end:
            if b[k][0] > start:
                left.append((start, b[k][0]))
            start = max(start, b[k][1])
            k += 1
        if start < end:
            left.append((start, end))
    return left


def meets(stretches: Sequence[Stretch], start: int, end: int) -> bool:
    """True where one of the stretches has time in common with start to end; they are sorted and disjoint."""
    place = bisect_left(stretches, (end,)) - 1
    return place >= 0 and stretches[place][1] > start


def holds(stretches: Sequence[Stretch], moment: int) -> bool:
    """True where a moment lies in one of the stretches or on its edge; they are sorted and disjoint."""
    place = bisect_right(stretches, (moment, _LATEST)) - 1
    return place >= 0 and moment <= stretches[place][1]


def total(stretches: Iterable[Stretch]) -> int:
    """Microseconds in all."""
    return sum(end - start for start, end in stretches)


def by_day(stretches: Iterable[Stretch]) -> Iterator[tuple[int, Stretch]]:
    """(day number in Asia/Shanghai, the part of a stretch on that day), in order."""
    for start, end in stretches:
        while start < end:
            day = (start + _SHANGHAI_SHIFT) // DAY
            midnight = (day + 1) * DAY - _SHANGHAI_SHIFT
            yield day, (start, min(end, midnight))
            start = midnight


def first(stretches: Iterable[Stretch], micros: int) -> tuple[Stretches, Stretches]:
    """(the first `micros` of the stretches, the rest)."""
    kept: Stretches = []
    rest: Stretches = []
    for start, end in stretches:
        cut = min(end, start + max(micros, 0))
        if cut > start:
            kept.append((start, cut))
        if end > cut:
            rest.append((cut, end))
        micros -= cut - start
    return kept, rest
