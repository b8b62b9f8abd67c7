"""Stretches of a video that were shown before in the same video: again, mirrored, or backwards.

Compared is what moves: small samples minus their own moving mean, so that a fixed camera's still background says nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from services.domain.facts import Span, SpanKind
from services.verify.motion import MEAN_SECONDS, WINDOW_SECONDS, agreeing, movement

Array = np.ndarray[Any, np.dtype[Any]]

SIZE = (32, 18)
_LEAST_LAG = 3.0
_CERTAIN_LAG = 8.0
"""Machines repeat themselves too, quickly; a copied stretch is longer than this."""
_MOST_SAMPLES = 6000


def loop_spans(small: Array, rate: float) -> tuple[Span, ...]:
    """The repeats (not the first showing) in grey samples [n, height, width], each with its source."""
    step = max(1, -(-len(small) // _MOST_SAMPLES))
    small, rate = small[::step], rate / step
    window = round(WINDOW_SECONDS * rate)
    if len(small) < 2 * window:
        return ()
    plain = movement(small, rate)
    mirrored = movement(small[:, :, ::-1], rate)
    source = np.full(len(small), -1, dtype=np.int64)
    period = np.full(len(small), len(small), dtype=np.int64)
    for other, backwards in ((plain, False), (mirrored, False), (plain, True), (mirrored, True)):
        _mark(plain @ other.T, backwards, window, round(_LEAST_LAG * rate), source, period)
    return _spans(source, period, rate)


def _mark(alike: Array, backwards: bool, window: int, least_lag: int, source: Array, period: Array) -> None:
    """Note for each sample the earliest one it repeats, and (forwards) the shortest time after which it does. `alike` [later, earlier]."""
    count = len(alike)
    if backwards:
        for total in range(window, 2 * count - 1 - window):  # later + earlier = total
            later = np.arange(max(total // 2 + 1 + least_lag // 2, total - count + 1), min(total, count - 1) + 1)
            _note(later, total - later, alike, window, source)
        return
    for lag in range(least_lag, count - window):
        later = np.arange(lag, count)
        repeated = _note(later, later - lag, alike, window, source)
        period[repeated] = np.minimum(period[repeated], lag)


def _note(later: Array, earlier: Array, alike: Array, window: int, source: Array) -> Array:
    """The later samples that repeat; `source` takes up what they repeat where that is earlier than known so far."""
    inside = agreeing(alike[later, earlier], window)
    when, what = later[inside], earlier[inside]
    better = (source[when] < 0) | (what < source[when])
    source[when[better]] = what[better]
    return when


def _spans(source: Array, period: Array, rate: float) -> tuple[Span, ...]:
    """Maximal runs of repeats whose source runs along (forwards or backwards)."""
    spans: list[Span] = []
    start = 0
    marked = source >= 0
    for i in range(1, len(source) + 1):
        if i < len(source) and marked[i] and marked[start] and abs(int(source[i]) - int(source[i - 1])) <= 3:
            continue
        if marked[start] and (i - start) / rate >= MEAN_SECONDS:
            piece = source[start:i]
            origin = (int(piece.min()), int(piece.max()) + 1)
            certain = float(np.median(period[start:i])) / rate >= _CERTAIN_LAG
            spans.append(Span(SpanKind.LOOPED, (round(start / rate, 3), round(i / rate, 3)), certain, (round(origin[0] / rate, 3), round(origin[1] / rate, 3))))
        start = i
    return tuple(spans)
