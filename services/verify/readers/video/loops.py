"""Stretches of a video that were shown before in the same video: again, mirrored, or backwards.

Compared is what moves: small samples minus their own moving mean, so that a fixed camera's still background says nothing.
Machines repeat their moves too: certain is only a stretch whose noise is repeated as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from services.domain.facts import Span, SpanKind
from services.verify.motion import MEAN_SECONDS, WINDOW_SECONDS, agreeing, movement
from services.verify.readers.video.copies import Noise

Array = np.ndarray[Any, np.dtype[Any]]

_LEAST_LAG = 3.0
_MOST_SAMPLES = 6000
_SPEEDS = (0.9, 1.1)
_MOST_FOR_SPEEDS = 3000


def loop_spans(detail: Array, rate: float) -> tuple[Span, ...]:
    """The repeats (not the first showing) in grey samples [n, height, width] (even, multiples of 6 and 8), each with its source."""
    step = max(1, -(-len(detail) // _MOST_SAMPLES))
    detail, rate = detail[::step], rate / step
    window = round(WINDOW_SECONDS * rate)
    if len(detail) < 2 * window:
        return ()
    small = halved(detail)
    plain = movement(small, rate)
    mirrored = movement(small[:, :, ::-1], rate)
    source = np.full(len(small), -1, dtype=np.int64)
    for other, backwards in ((plain, False), (mirrored, False), (plain, True), (mirrored, True)):
        _mark(plain @ other.T, backwards, window, round(_LEAST_LAG * rate), source)
    if len(small) <= _MOST_FOR_SPEEDS:
        for speed in _SPEEDS:
            _mark_retimed(plain, small, rate, speed, window, source)
    return _spans(source, detail, rate)


def halved(detail: Array) -> Array:
    """The samples at half the size."""
    count, height, width = detail.shape
    return np.asarray(detail.reshape(count, height // 2, 2, width // 2, 2).mean(axis=(2, 4)).round().astype(np.uint8))


def _mark(alike: Array, backwards: bool, window: int, least_lag: int, source: Array) -> None:
    """Note for each sample the earliest one it repeats. `alike` [later, earlier]."""
    count = len(alike)
    if backwards:
        for total in range(window, 2 * count - 1 - window):  # later + earlier = total
            later = np.arange(max(total // 2 + 1 + least_lag // 2, total - count + 1), min(total, count - 1) + 1)
            _note(later, total - later, alike[later, total - later], window, source)
        return
    for lag in range(least_lag, count - window):
        later = np.arange(lag, count)
        _note(later, later - lag, alike[later, later - lag], window, source)


def _mark_retimed(plain: Array, small: Array, rate: float, speed: float, window: int, source: Array) -> None:
    """The same for what is repeated faster or slower, where nothing was known yet."""
    count = len(small)
    places = np.arange(0, count - 1, speed)  # where a repeat's samples lie in the first showing
    first = np.round(places).astype(np.int64)
    alike = plain @ movement(small[first], rate).T
    for lag in range(window - len(first), count - window + 1):
        later = np.arange(max(0, lag), min(count, len(first) + lag))
        earlier = first[later - lag]
        apart = later - earlier > window
        if apart.sum() >= window:
            later, earlier = later[apart], earlier[apart]
            line = alike[later, later - lag]
            unknown = source[later] < 0
            _note(later[unknown], earlier[unknown], line[unknown], window, source)


def _note(later: Array, earlier: Array, line: Array, window: int, source: Array) -> None:
    """`source` takes up what the later samples repeat where that is earlier than known so far. `line`: how alike they are."""
    inside = agreeing(line, window)
    when, what = later[inside], earlier[inside]
    better = (source[when] < 0) | (what < source[when])
    source[when[better]] = what[better]


def _spans(source: Array, detail: Array, rate: float) -> tuple[Span, ...]:
    """Maximal runs of repeats whose source runs along (forwards or backwards)."""
    spans: list[Span] = []
    start = 0
    marked = source >= 0
    if not marked.any():
        return ()
    noise = Noise(detail, rate)
    for i in range(1, len(source) + 1):
        if i < len(source) and marked[i] and marked[start] and abs(int(source[i]) - int(source[i - 1])) <= 3:
            continue
        if marked[start] and (i - start) / rate >= MEAN_SECONDS:
            piece = source[start:i]
            certain = noise.is_copy(np.arange(start, i), piece)
            origin = (round(int(piece.min()) / rate, 3), round((int(piece.max()) + 1) / rate, 3))
            spans.append(Span(SpanKind.LOOPED, (round(start / rate, 3), round(i / rate, 3)), certain, origin))
        start = i
    return tuple(spans)
