"""The algebra of stretches against counting single instants."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from services.domain.claim import SHANGHAI
from services.verify.match import intervals as iv

_STRETCHES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda p: (p[0], p[0] + p[1])), max_size=8)


def _points(stretches: list[iv.Stretch]) -> set[int]:
    return {x for start, end in stretches for x in range(start, end)}


@given(_STRETCHES, _STRETCHES, st.integers(0, 60))
def test_like_sets_of_instants(a: list[iv.Stretch], b: list[iv.Stretch], some: int) -> None:
    one, two = iv.union(a), iv.union(b)
    assert _points(one) == _points(a)
    assert all(x[1] < y[0] for x, y in zip(one, one[1:], strict=False))
    assert _points(iv.intersect(one, two)) == _points(a) & _points(b)
    assert _points(iv.subtract(one, two)) == _points(a) - _points(b)
    assert iv.total(one) == len(_points(a))
    kept, rest = iv.first(one, some)
    assert _points(kept) == set(sorted(_points(a))[:some])
    assert _points(kept) | _points(rest) == _points(a) and iv.total(kept) + iv.total(rest) == iv.total(one)


def test_days_are_those_of_shanghai() -> None:
    start = iv.to_micros(datetime(2021, 11, 8, 23, 0, tzinfo=SHANGHAI))
    parts = list(iv.by_day([(start, start + 3 * 60 * iv.MINUTE)]))
    assert [(end - begin) // iv.MINUTE for _, (begin, end) in parts] == [60, 120]
    assert iv.to_moment(parts[1][1][0]) == datetime(2021, 11, 9, tzinfo=SHANGHAI)
