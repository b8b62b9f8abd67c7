"""Algebra of half-open stretches of time: sorted, disjoint (start, end) pairs of whole microseconds since 1970 (UTC).

Whole numbers, so that the parts of a stretch add up to it exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from services.domain.claim import SHANGHAI

Stretch = tuple[int, int]
Stretches = list[Stretch]

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SHANGHAI_SHIFT = 8 * 60 * MINUTE


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 of a moment with an offset."""
    return (moment - _EPOCH) // _MICROSECOND


def to_moment(micros: int) -> datetime:
    """The moment, in Asia/Shanghai."""
    return (_EPOCH + timedelta(microseconds=micros)).astimezone(SHANGHAI)


def day_start(day: date) -> int:
    """Midnight at which a day begins in Asia/Shanghai."""
    return to_micros(datetime.combine(day, time(), SHANGHAI))


def union(stretches: Iterable[Stretch]) -> Stretches:
    """Merged; stretches that touch become one, empty ones vanish."""
    merged: Stretches = []
    for start, end in sorted(stretches):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def intersect(a: Sequence[Stretch], b: Sequence[Stretch]) -> Stretches:
    """What lies in both; both sorted and disjoint."""
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
