"""Does a stretch of one video appear in another one: as it was, coded anew, mirrored, turned, cropped, faster or slower? Told by what moves. Pure.

How much moves from moment to moment proposes where the two run alongside each other: that curve survives coding, mirroring and cropping,
and comparing curves takes milliseconds. What moves where then decides. A fixed camera's background plays no part in either, so two lessons
in one room are different videos.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from services.domain.facts import VideoFacts
from services.verify.match.framing import WHOLE, Framing, best_framing, likeness
from services.verify.motion import FAINT, WINDOW_SECONDS, agreeing, moving_part

Array = np.ndarray[Any, np.dtype[Any]]

WIDTH, HEIGHT = 16, 9
"""Of a video's signature."""
_MOST = 6000
_SPEEDS = (1.0, 0.95, 1.05, 0.9, 1.1, 0.8, 1.25, 2.0, 0.5, 1.5, 1 / 1.5)
_MOST_OF, _MUCH = 0.7, 1.3
_SLOW_SECONDS = 4.0
_PIECE_SECONDS, _HOPS = 16.0, 2
"""Pieces of a curve that are looked for, and how many of them begin within one's length."""
_ALONGSIDE, _ALONGSIDE_OTHERWISE, _LEAST_CHANGE = 0.55, 0.75, 0.05
"""Correlation of the curves from which on a place is looked at, at the usual speed and at others; how much (root mean square) a curve must change to be compared."""
_PLACES, _PEAKS = 6, 3
_PROMISING = 0.6
_SEARCHED_SECONDS, _NEARLY_WHOLE = 20.0, 0.04
"""How long a stretch at another speed or in another framing than the whole (to that share) has to be: of all that are tried, one soon fits for a quarter of a minute."""
_TURNED_SECONDS, _TURNED_ALIKE = 30.0, 0.92
"""How long and alike a turned stretch has to be: two lessons in one room were taken for each other, turned, for a quarter of a minute."""
_SAME_SECONDS = 0.5
_MOVING_IN_PIECE = 4.0
"""Seconds in which something has to move in a piece to be looked at."""
_PAUSED_SECONDS, _MOVING_SECONDS, _PAUSED_ALIKE = 22.0, 11.0, 0.85
"""Of a stretch with pauses in which nothing moves: how long it is, how long of it something moves, and how alike that is."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A video's signature: grey samples uint8 [n, 9, 16], `rate` a second."""

    samples: Array
    rate: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """The same stretch in both videos, in seconds; `likeness` is the mean cosine of the movement, 1 the same.

    `speed`: how many times as fast mine runs; `framing`: the part of their picture that mine shows, once it was turned back by `quarters`.
    """

    mine: tuple[float, float]
    theirs: tuple[float, float]
    likeness: float
    speed: float = 1.0
    framing: Framing = WHOLE
    quarters: int = 0


def clip_of(facts: VideoFacts) -> Clip | None:
    """A video's signature, thinned to what can be compared in good time; None where it is too short."""
    samples = np.frombuffer(facts.signature, dtype=np.uint8)
    if not facts.signature_rate or len(samples) % (WIDTH * HEIGHT):
        return None
    samples = samples.reshape(-1, HEIGHT, WIDTH)
    step = max(1, -(-len(samples) // _MOST))
    clip = Clip(samples[::step], facts.signature_rate / step)
    return clip if len(clip.samples) >= WINDOW_SECONDS * clip.rate else None


def shared_stretch(mine: Clip, theirs: Clip) -> Stretch | None:
    """The longest stretch (12 s or more) that both show; None if there is none. Another speed is believed only where it explains much more."""
    rate = min(mine.rate, theirs.rate)
    b = _Moving.of(_at_rate(theirs, rate), rate)
    enough = _MOST_OF * min(len(mine.samples) / mine.rate, len(theirs.samples) / theirs.rate)
    best: Stretch | None = None
    for speed in _SPEEDS:
        a = _Moving.of(_at_rate(mine, rate * speed), rate)  # mine, brought to the pace of theirs
        found = [
            stretch
            for lag, piece in _alongside(a, b, _ALONGSIDE if speed == 1 else _ALONGSIDE_OTHERWISE)
            if (stretch := _confirmed(a, b, lag, piece, speed)) is not None
        ]
        longest = max(found, key=_length, default=None)
        if longest is not None and (best is None or _length(longest) > _MUCH * _length(best)):
            best = longest
        if best is not None and _length(best) >= enough:
            break
    return best or _turned(_Moving.of(_at_rate(mine, rate), rate), b)


def _turned(a: _Moving, b: _Moving) -> Stretch | None:
    """The longest stretch that mine shows turned by quarters: how much moves is the same whichever way it lies, what moves where is not."""
    found: list[Stretch] = []
    for lag, piece in _alongside(a, b, _ALONGSIDE):
        for quarters in (1, 2, 3):
            stretch = _confirmed(replace(a, parts=_turn(a.parts, quarters)), b, lag, piece, 1.0)
            if stretch is not None and _length(stretch) >= _TURNED_SECONDS and stretch.likeness >= _TURNED_ALIKE:
                found.append(replace(stretch, quarters=quarters))
    return max(found, key=_length, default=None)


def _turn(parts: Array, quarters: int) -> Array:
    """Samples [n, 9, 16] turned; of a quarter, 16 rows become 9 and 9 columns 16 by averaging: the whole picture, stretched as every sample is."""
    turned = np.rot90(parts, quarters, axes=(1, 2))
    if quarters % 2 == 0:
        return np.ascontiguousarray(turned)
    return np.asarray(np.matmul(np.matmul(_averaging(HEIGHT, WIDTH), turned), _averaging(WIDTH, HEIGHT).T), dtype=np.float32)


def _averaging(count: int, of: int) -> Array:
    """Each of `count` cells as the mean of what it covers of `of` others: [count, of]."""
    edges, others = np.arange(count + 1) * of / count, np.arange(of + 1)
    covered = np.minimum(edges[1:, None], others[None, 1:]) - np.maximum(edges[:-1, None], others[None, :-1])
    return np.asarray(np.maximum(covered, 0) * count / of, dtype=np.float32)


def _length(stretch: Stretch) -> float:
    return stretch.theirs[1] - stretch.theirs[0]


@dataclass(frozen=True, slots=True)
class _Moving:
    """What moves [n, 9, 16] at `rate` a second, `still` [n]: where nothing does, and `curve` [n]: how much there is, without its own slow changes."""

    parts: Array
    still: Array
    curve: Array
    rate: float

    @classmethod
    def of(cls, samples: Array, rate: float) -> _Moving:
        parts = moving_part(samples, rate)
        much = np.sqrt((parts * parts).mean(axis=1))
        strength = np.log(much + FAINT)
        reach = max(1, round(_SLOW_SECONDS * rate))
        window = np.ones(2 * reach + 1)
        slow = np.convolve(strength, window, mode="same") / np.convolve(np.ones(len(strength)), window, mode="same")
        return cls(parts.reshape(-1, HEIGHT, WIDTH), much < FAINT, np.asarray(strength - slow, dtype=np.float64), rate)


def _alongside(a: _Moving, b: _Moving, least: float) -> Iterator[tuple[int, tuple[int, int]]]:
    """(lag, piece of `a` from, to) where `a[i]` seems to be `b[i + lag]`, the likeliest first."""
    piece = min(round(_PIECE_SECONDS * a.rate), len(a.curve), len(b.curve))
    if piece < WINDOW_SECONDS * a.rate - 1:
        return
    starts = np.unique(np.append(np.arange(0, len(a.curve) - piece, max(1, piece // _HOPS)), len(a.curve) - piece))
    alike = _correlated(a.curve, starts, b.curve, piece)
    best: dict[int, float] = {}
    for row, start in enumerate(starts):
        for at in _peaks(alike[row], least):
            lag = int(at - start)
            best[lag] = max(best.get(lag, 0.0), float(alike[row, at]))
    chosen: list[int] = []
    for lag in sorted(best, key=lambda lag: -best[lag]):
        if all(abs(lag - other) > 2 for other in chosen):
            chosen.append(lag)
            inside = [(float(alike[row, start + lag]), int(start)) for row, start in enumerate(starts) if 0 <= start + lag < alike.shape[1]]
            start = max(inside)[1]
            yield lag, (start, start + piece)
        if len(chosen) == _PLACES:
            return


def _correlated(curve: Array, starts: Array, other: Array, piece: int) -> Array:
    """Normalised correlation of pieces of a curve with every piece of another: [pieces, places]. 0 where either hardly changes."""
    pieces = curve[starts[:, None] + np.arange(piece)]
    pieces = pieces - pieces.mean(axis=1, keepdims=True)
    size = 1 << int(np.ceil(np.log2(len(other) + piece)))
    crossed = np.fft.irfft(np.fft.rfft(other, size) * np.conj(np.fft.rfft(pieces, size, axis=1)), size, axis=1)[:, : len(other) - piece + 1]
    sums, squares = (np.concatenate([[0.0], np.cumsum(values)]) for values in (other, other * other))
    total, square = sums[piece:] - sums[:-piece], squares[piece:] - squares[:-piece]
    spread = np.sqrt(np.maximum(square - total * total / piece, 0.0))
    own = np.sqrt((pieces * pieces).sum(axis=1))
    least = _LEAST_CHANGE * np.sqrt(piece)
    changes = (own[:, None] > least) & (spread[None, :] > least)
    return np.asarray(np.where(changes, crossed / np.maximum(own[:, None] * spread[None, :], 1e-9), 0.0))


def _peaks(line: Array, least: float) -> Array:
    """The highest few places of a line above the bound, best first."""
    good = np.flatnonzero(line >= least)
    return good[np.argsort(-line[good], kind="stable")][:_PEAKS]


def _confirmed(a: _Moving, b: _Moving, lag: int, piece: tuple[int, int], speed: float) -> Stretch | None:
    """The stretch around a piece in which the same moves in the same places, if there is one."""
    start, end = max(piece[0], -lag), min(piece[1], len(b.parts) - lag)
    if end - start < WINDOW_SECONDS * a.rate / 2:
        return None
    first, last = max(0, -lag), min(len(a.parts), len(b.parts) - lag)
    still = a.still[first:last] & b.still[first + lag : last + lag]
    there = start + np.flatnonzero(~still[start - first : end - first])
    if len(there) < _MOVING_IN_PIECE * a.rate:
        return None
    framing, score = best_framing(a.parts[there], b.parts[there + lag])
    if score < _PROMISING:
        return None
    line = likeness(a.parts[first:last], b.parts[first + lag : last + lag], framing)
    run = _longest(agreeing(line, round(WINDOW_SECONDS * a.rate)))
    if speed == 1:
        run = max(run, _across_pauses(line, still, a.rate), key=lambda run: run[1] - run[0])
    low, high = run
    # a cropped copy of the whole runs at the same seconds as its original: chance seldom does
    expected = speed == 1 and (_is_whole(framing) or abs(lag) <= _SAME_SECONDS * a.rate)
    if low == high or (not expected and high - low < _SEARCHED_SECONDS * a.rate):
        return None
    mine, theirs = (first + low, first + high), (first + lag + low, first + lag + high)
    return Stretch(_seconds(mine, a.rate * speed), _seconds(theirs, a.rate), round(float(line[low:high][~still[low:high]].mean()), 4), speed, framing)


def _is_whole(framing: Framing) -> bool:
    edges = framing.left, 1 - framing.right, framing.top, 1 - framing.bottom
    return not framing.mirrored and max(map(abs, edges)) <= _NEARLY_WHOLE


def _longest(inside: Array) -> tuple[int, int]:
    """The longest run of true flags: from, to; (0, 0) without any."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    return max(((int(low), int(high)) for low, high in zip(edges[::2], edges[1::2], strict=True)), key=lambda run: run[1] - run[0], default=(0, 0))


def _across_pauses(line: Array, still: Array, rate: float) -> tuple[int, int]:
    """The longest run that agrees although nothing moves in either for a while: longer and more alike, for a car or two soon pass like others."""
    low, high = _longest(agreeing(line, round(WINDOW_SECONDS * rate), still))
    moving = line[low:high][~still[low:high]]
    enough = high - low >= _PAUSED_SECONDS * rate and len(moving) >= _MOVING_SECONDS * rate
    return (low, high) if enough and moving.mean() >= _PAUSED_ALIKE else (0, 0)


def _seconds(run: tuple[int, int], rate: float) -> tuple[float, float]:
    return round(float(run[0] / rate), 2), round(float(run[1] / rate), 2)


def _at_rate(clip: Clip, rate: float) -> Array:
    if abs(clip.rate - rate) < 1e-6:
        return clip.samples
    return np.asarray(clip.samples[np.minimum(np.round(np.arange(0, len(clip.samples), clip.rate / rate)).astype(int), len(clip.samples) - 1)])
