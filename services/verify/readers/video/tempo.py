"""Was a video slowed down? Told by frames that bring nothing new in a steady beat: shown again, or mixed of the frame before and the one after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

_BEATS = (2, 3, 4)
_REPEATED, _LIKE_REPEATED = 0.4, 0.6
"""How much of a new frame's change a repeated one shows at most: its coding is a little mended, no more. Up to the second figure it is likely."""
_MIXED, _LIKE_MIXED = 0.3, 0.5
"""How much a mixed frame differs from the mean of its neighbours, of what a recorded one does; up to the second figure it may be one drawn by following the movement."""
_EVEN = 0.7
_LEAST_CHANGE = 0.15
_LEAST_STRAY = 0.3
_MOVING, _REACH = 0.97, 4
"""Where most moves: the pixels that change most over so many frames. There a step of movement stands out from noise and coding."""
_LEAST_MOVED = 2.5
_STRAIGHT, _LEAST_BENT = 0.15, 5.0
"""How straight mixed frames run where most moves, in clips in which much does; a coder's own mixed frames are like that where little does."""
_LEAST_FRAMES = 16
_PLACES = 2


@dataclass(frozen=True, slots=True)
class Beat:
    """`times`: how many times as long as it was recorded (1, 1.5, 2, 3 or 4); `certain` False: the frames in between may be drawn, or only parts are slowed."""

    times: float
    certain: bool = True


RECORDED = Beat(1.0)


def slowdown(stretches: Sequence[Array]) -> Beat:
    """The beat of a whole video from stretches of it, each uint8 [n, height, width] (even) with all its frames in a row; stretches without movement say nothing."""
    found = [beat for pictures in stretches if (beat := beat_of(pictures)) is not None]
    slow = [beat for beat in found if beat.times > 1]
    if sum(beat.certain for beat in slow) < _PLACES or 2 * len(slow) < len(found):
        return RECORDED
    if len({beat.times for beat in found}) == 1:
        return Beat(found[0].times)
    return Beat(len(found) / sum(1 / beat.times for beat in found), False)


def beat_of(pictures: Array) -> Beat | None:
    """The beat of one stretch; None where too little moves to tell."""
    if len(pictures) < _LEAST_FRAMES:
        return None
    frames = pictures.astype(np.float32)
    count, height, width = frames.shape
    coarse = frames.reshape(count, height // 2, 2, width // 2, 2).mean(axis=(2, 4))  # a repeated frame's noise may be coded anew
    change = np.abs(np.diff(coarse, axis=0)).mean(axis=(1, 2))
    if np.quantile(change, 0.9) < _LEAST_CHANGE:
        return None
    moved = _where_most_moves(np.abs(np.diff(coarse, axis=0)), coarse)
    if np.quantile(moved, 0.9) < _LEAST_MOVED:
        return None
    bends = np.abs(frames[1:-1] - (frames[:-2] + frames[2:]) / 2)
    found = _shown_again(moved, _REPEATED) or _mixed(bends.mean(axis=(1, 2)), _where_most_moves(bends, frames)) or _shown_again(moved, _LIKE_REPEATED)
    return found or (None if _uneven(moved) else RECORDED)


def _where_most_moves(steps: Array, frames: Array) -> Array:
    """The mean of each of `steps` [m, height, width] over the pixels of `frames` that change most around it: [m]."""
    far = np.abs(frames[_REACH:] - frames[:-_REACH])
    means = np.empty(len(steps))
    for index, step in enumerate(steps):
        change = far[min(max(index - _REACH // 2, 0), len(far) - 1)]
        means[index] = step[change >= np.quantile(change, _MOVING)].mean()
    return means


def _shown_again(change: Array, repeated: float) -> Beat | None:
    for beat in _BEATS:
        phases = [change[start::beat] for start in range(beat)]
        liveliest = max(float(np.median(phase)) for phase in phases)
        new = [phase for phase in phases if np.median(phase) >= max(_LEAST_CHANGE, repeated * liveliest)]
        old = [phase for phase in phases if not any(phase is other for other in new)]
        if not new or not old or beat / len(new) < 1.5:
            continue
        calm, lively = np.concatenate(old), np.concatenate(new)
        if np.median(calm) <= repeated * np.median(lively) and np.quantile(calm, 0.75) <= np.quantile(lively, 0.25):
            return Beat(beat / len(new), repeated <= _REPEATED)
    return None


def _uneven(change: Array) -> bool:
    """Every other frame changes less, but not by so much that it is a repeated one: nothing can be told."""
    phases = [float(np.median(change[start::2])) for start in range(2)]
    return min(phases) < _EVEN * max(phases)


def _mixed(stray: Array, bent: Array) -> Beat | None:
    """Between two recorded frames the mixed ones lie on a straight line; only at the recorded ones it bends. `bent`: the same where most moves."""
    if np.quantile(bent, 0.9) >= _LEAST_BENT and (found := _straight_between(bent, _STRAIGHT, _STRAIGHT)) is not None:
        return found
    return _straight_between(stray, _MIXED, _LIKE_MIXED)


def _straight_between(stray: Array, mixed: float, like_mixed: float) -> Beat | None:
    for beat in _BEATS:
        phases = sorted((stray[start::beat] for start in range(beat)), key=lambda phase: float(np.median(phase)))
        calm, lively = np.concatenate(phases[:-1]), phases[-1]
        if np.median(lively) < _LEAST_STRAY:
            continue
        share = float(np.median(calm) / np.median(lively))
        if share <= like_mixed and np.quantile(calm, 0.75) <= np.quantile(lively, 0.25):
            return Beat(float(beat), share <= mixed)
    return None
