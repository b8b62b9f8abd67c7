"""Slideshows whose pictures are moved: each still panned and zoomed by a program, one hard cut after another.

Within a shot every sample is then the first one, shifted and scaled as a whole, and evenly so. Before a camera people move by
themselves, and a hand is never even.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Run = tuple[int, int]

_CUT, _CUT_RATIO = 22.0, 3.5
"""Mean grey levels from one sample to the next, and how many times those around it."""
_LEAST, _MOST = 1.6, 15.0
"""Seconds of a shot."""
_SHOTS = 3
_LEAST_RATE = 3.0
"""Samples a second below which a movement's evenness cannot be told."""
_POINTS = 9
_UNLIKE = 20.0
"""Grey levels by which the worst tenth may differ from the first sample, moved."""
_UNEVEN = 0.3
"""Pixels by which the movement may stray from an even one (speeding up and slowing down allowed)."""
_MOVED = 1.0
"""Pixels by which it must move at all: a tripod's shot does not."""
_EQUAL_SHOTS = 4


def moving_stills(thumbs: Array, rate: float) -> list[tuple[Run, bool]]:
    """Stretches (samples from, to) of at least three such shots in a row, in samples uint8 [n, height, width], and whether it is certain.

    Certain are four or more shots of equal length: a program made them, nobody cuts so.
    """
    if rate < _LEAST_RATE or len(thumbs) < _SHOTS * _LEAST * rate:
        return []
    pictures = thumbs.astype(np.float32)
    change = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2))
    edges = [0, *(i + 1 for i in range(len(change)) if _is_cut(change, i)), len(thumbs)]
    shots = [(a, b) for a, b in zip(edges, edges[1:], strict=False) if _LEAST * rate <= b - a <= _MOST * rate]
    moved = [_is_moved_still(pictures[a:b]) for a, b in shots]
    for k in range(1, len(shots) - 1):  # one that could not be told, between two of its length, goes with them
        around = [shots[j][1] - shots[j][0] for j in (k - 1, k, k + 1)]
        moved[k] = moved[k] or (moved[k - 1] and moved[k + 1] and max(around) - min(around) <= 1)
    found: list[tuple[Run, bool]] = []
    group: list[Run] = []
    for shot, is_moved in zip(shots, moved, strict=True):
        if is_moved and group and shot[0] == group[-1][1]:
            group.append(shot)
            continue
        found += _show(group)
        group = [shot] if is_moved else []
    return found + _show(group)


def _show(group: list[Run]) -> list[tuple[Run, bool]]:
    if len(group) < _SHOTS:
        return []
    lengths = [end - start for start, end in group]
    equal = len(group) >= _EQUAL_SHOTS and max(lengths[:-1]) - min(lengths[:-1]) <= 1
    return [((group[0][0], group[-1][1]), equal)]


def _is_cut(change: Array, i: int) -> bool:
    around = np.concatenate([change[max(0, i - 4) : i], change[i + 1 : i + 5]])
    return bool(change[i] > _CUT and len(around) and change[i] > _CUT_RATIO * np.median(around))


def _is_moved_still(shot: Array) -> bool:
    inner = shot[1:-1]
    first = inner[0]
    moves = []
    guess = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    for index in np.linspace(0, len(inner) - 1, min(_POINTS, len(inner))).astype(int):
        guess, unlike = _register(first, inner[index], guess)
        if unlike > _UNLIKE:
            return False
        moves.append(guess)
    at = np.linspace(0, 1, len(moves))
    reach = np.array([shot.shape[2] / 2, 0, 0, shot.shape[1] / 2, 1, 1])  # scale as movement at the picture's edge
    path = np.array(moves) * reach
    if np.abs(path - path[0]).max() < _MOVED:
        return False
    strays = [np.abs(path[:, k] - np.polyval(np.polyfit(at, path[:, k], 3), at)).max() for k in (0, 3, 4, 5)]
    return bool(max(strays) <= _UNEVEN)


def _register(a: Array, b: Array, guess: Array) -> tuple[Array, float]:
    """The affine movement (about the centre) that lays `b` on `a`, and how much the worst tenth still differs."""
    height, width = a.shape
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    cx, cy = xs - (width - 1) / 2, ys - (height - 1) / 2
    move = guess.copy()
    for _ in range(12):
        px = move[0] * cx + move[1] * cy + move[4] + (width - 1) / 2
        py = move[2] * cx + move[3] * cy + move[5] + (height - 1) / 2
        inside = (px >= 1) & (py >= 1) & (px <= width - 2.001) & (py <= height - 2.001)
        if inside.mean() < 0.4:
            return guess, 255.0
        warped, gx, gy = _sample(b, px, py)
        gap = a - warped
        weight = inside & (np.abs(gap) < max(12.0, 3 * float(np.median(np.abs(gap[inside])))))
        columns = [g[weight] * c for g, c in ((gx, cx[weight]), (gx, cy[weight]), (gy, cx[weight]), (gy, cy[weight]), (gx, 1.0), (gy, 1.0))]
        jacobian = np.stack(columns, axis=1)
        step, *_ = np.linalg.lstsq(jacobian.T @ jacobian + 1e-3 * np.eye(6), jacobian.T @ gap[weight], rcond=None)
        move = move + step
        if np.abs(step).max() < 1e-3:
            break
    return move, float(np.quantile(np.abs(gap[inside]), 0.9))


def _sample(picture: Array, px: Array, py: Array) -> tuple[Array, Array, Array]:
    """The picture and its slopes at fractional places."""
    height, width = picture.shape
    x0, y0 = np.clip(np.floor(px).astype(int), 0, width - 2), np.clip(np.floor(py).astype(int), 0, height - 2)
    fx, fy = np.clip(px - x0, 0, 1), np.clip(py - y0, 0, 1)
    a, b, c, d = picture[y0, x0], picture[y0, x0 + 1], picture[y0 + 1, x0], picture[y0 + 1, x0 + 1]
    value = (a * (1 - fx) + b * fx) * (1 - fy) + (c * (1 - fx) + d * fx) * fy
    return value, (b - a) * (1 - fy) + (d - c) * fy, (c - a) * (1 - fx) + (d - b) * fx
