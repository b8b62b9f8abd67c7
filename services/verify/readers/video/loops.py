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
from services.verify.readers.video.pieces import Piece, extended, joined

Array = np.ndarray[Any, np.dtype[Any]]

_LEAST_LAG = 3.0
_MOST_SAMPLES = 6000
_SPEEDS = (0.95, 1.05, 0.9, 1.1, 0.8, 1.25)
_MOST_FOR_SPEEDS = 3000
_USUAL = 8
_PAUSES = 0.05
"""Share of samples in which nothing moves from which on repeats are looked for across such pauses too."""


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
    least_lag = round(_LEAST_LAG * rate)
    lags = _mark_repeats(plain, mirrored, window, least_lag, source)
    if len(small) <= _MOST_FOR_SPEEDS:
        for speed in _SPEEDS:
            _mark_retimed(plain, small, rate, speed, window, source)
    still = np.asarray(~plain.any(axis=1))
    across = np.full_like(source, -1)
    if still.mean() >= _PAUSES:
        _mark_repeats(plain, mirrored, window, least_lag, across, still)
    return _spans(source, across, lags, detail, rate)


def halved(detail: Array) -> Array:
    """The samples at half the size."""
    count, height, width = detail.shape
    return np.asarray(detail.reshape(count, height // 2, 2, width // 2, 2).mean(axis=(2, 4)).round().astype(np.uint8))


def _mark_repeats(plain: Array, mirrored: Array, window: int, least_lag: int, source: Array, still: Array | None = None) -> Array:
    """Note for each sample what it repeats: again, mirrored, or backwards. `still`: samples in which nothing moves say nothing. Returns what `_mark_again` does."""
    lags = _mark_again(plain @ plain.T, window, least_lag, source, still)
    _mark_again(plain @ mirrored.T, window, least_lag, source, still)
    for other in (plain, mirrored):
        _mark_backwards(plain @ other.T, window, least_lag, source, still)
    return lags


def _mark_again(alike: Array, window: int, least_lag: int, source: Array, still: Array | None) -> Array:
    """Note for each sample the earliest one it repeats, where nothing was known yet. `alike` [later, earlier]. Returns how many samples repeat after each lag."""
    count, unknown = len(alike), source < 0
    found = np.zeros(count, dtype=np.int64)
    for lag in range(least_lag, count - window):
        pauses = None if still is None else still[lag:] & still[:-lag]
        repeated = lag + np.flatnonzero(agreeing(np.diagonal(alike, -lag), window, pauses))
        found[lag] = len(repeated)
        repeated = repeated[unknown[repeated]]
        source[repeated] = repeated - lag  # the last lag that fits leads farthest back
    return found


def _mark_backwards(alike: Array, window: int, least_lag: int, source: Array, still: Array | None) -> None:
    """The same for what runs backwards."""
    count, unknown = len(alike), source < 0
    for total in range(window, 2 * count - 1 - window):  # later + earlier = total
        later = np.arange(max(total // 2 + 1 + least_lag // 2, total - count + 1), min(total, count - 1) + 1)
        pauses = None if still is None else still[later] & still[total - later]
        when = later[agreeing(alike[later, total - later], window, pauses)]
        when = when[unknown[when]]
        better = (source[when] < 0) | (total - when < source[when])
        source[when[better]] = total - when[better]


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
            inside = apart.nonzero()[0][agreeing(alike[later, later - lag][apart], window)]
            inside = inside[source[later[inside]] < 0]
            source[later[inside]] = earlier[inside]


def _spans(source: Array, across: Array, lags: Array, detail: Array, rate: float) -> tuple[Span, ...]:
    """Maximal runs of repeats whose source runs along (forwards or backwards), those that are surely copies as far as their pictures are the same.

    What repeats only `across` pauses is told where it is surely a copy: a second car on an empty road looks like the first one.
    """
    runs = [(run, source[run]) for run in _runs(source, rate)]
    runs_across = [(run, across[run]) for run in _runs(across, rate)]
    if not runs and not runs_across:
        return ()
    noise, usual = Noise(detail, rate), _usual(lags)
    pieces: list[Piece] = []
    for later, earlier in runs:
        # a machine may have been in the same place before the stretch that was copied
        origins = (earlier, *(later - lag for lag in usual if lag <= later[0]))
        pieces.append(next((p for origin in origins if (p := _copy(later, origin, noise, detail)) is not None), Piece(later, earlier, None)))
    pieces += [piece for later, earlier in runs_across if (piece := _copy(later, earlier, noise, detail)) is not None]
    return tuple(
        Span(SpanKind.LOOPED, _seconds(piece.later, rate), piece.mirrored is not None, _seconds(np.sort(piece.earlier), rate)) for piece in joined(pieces)
    )


def _copy(later: Array, earlier: Array, noise: Noise, detail: Array) -> Piece | None:
    copied = noise.copied(later, earlier)
    return None if copied is None else extended(Piece(later, earlier, copied.mirrored), detail)


def _runs(source: Array, rate: float) -> list[Array]:
    """The samples of each run."""
    runs = []
    start = 0
    marked = source >= 0
    for i in range(1, len(source) + 1):
        if i < len(source) and marked[i] and marked[start] and abs(int(source[i]) - int(source[i - 1])) <= 3:
            continue
        if marked[start] and (i - start) / rate >= MEAN_SECONDS:
            runs.append(np.arange(start, i))
        start = i
    return runs


def _seconds(samples: Array, rate: float) -> tuple[float, float]:
    return round(int(samples[0]) / rate, 3), round((int(samples[-1]) + 1) / rate, 3)


def _usual(lags: Array) -> list[int]:
    """The times (in samples) after which most repeats, at most eight, no two next to each other."""
    chosen: list[int] = []
    for lag in np.argsort(-lags, kind="stable"):
        if not lags[lag] or len(chosen) == _USUAL:
            break
        if all(abs(int(lag) - other) > 3 for other in chosen):
            chosen.append(int(lag))
    return chosen
