"""Slideshows whose pictures are moved: each still panned and zoomed by a program, with hard cuts or cross-fades between them.

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
_FADES = (0.4, 0.6, 0.8, 1.0, 1.2, 1.6, 2.0)
"""Seconds that a cross-fade may take."""
_OUTSTANDING, _NEARLY = 1.5, 0.85
_FADED, _MIX = 16.0, 0.3
"""Mean grey levels between the two ends of a fade; how far, of that, what lies between may stray from a mix of them."""
_LEAST, _MOST = 1.6, 60.0
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
"""Pixels by which it must move to count: a tripod's shot does not."""
_EQUAL_SHOTS = 4


def moving_stills(thumbs: Array, rate: float) -> list[tuple[Run, bool]]:
    """Stretches (samples from, to) of at least three such shots in a row, in samples uint8 [n, height, width], and whether it is certain.

    Certain are four or more shots of equal length: a program made them, nobody cuts so.
    """
    if rate < _LEAST_RATE or len(thumbs) < _SHOTS * _LEAST * rate:
        return []
    pictures = thumbs.astype(np.float32)
    change = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2))
    cuts = [(i + 1, i + 1) for i in range(len(change)) if _is_cut(change, i)]
    edges = [(0, 0), *_apart(cuts, _fades(pictures, rate)), (len(thumbs), len(thumbs))]
    shots = [(a, b) for (_, a), (b, _) in zip(edges, edges[1:], strict=False) if _LEAST * rate <= b - a <= _MOST * rate]
    if len(shots) < _SHOTS:
        return []
    reach = [_movement_of_a_still(pictures[a:b]) for a, b in shots]
    for k in range(1, len(shots) - 1):  # one that could not be told, between two of its length, goes with them
        around = [shots[j][1] - shots[j][0] for j in (k - 1, k, k + 1)]
        if reach[k] is None and reach[k - 1] is not None and reach[k + 1] is not None and max(around) - min(around) <= 2:
            reach[k] = 0.0
    found: list[tuple[Run, bool]] = []
    group: list[tuple[Run, float]] = []
    for shot, moved in zip(shots, reach, strict=True):
        if moved is not None and group and (group[-1][0][1], shot[0]) in edges:
            group.append((shot, moved))
            continue
        found += _show(group)
        group = [(shot, moved)] if moved is not None else []
    return found + _show(group)


def _show(stills: list[tuple[Run, float]]) -> list[tuple[Run, bool]]:
    """Three of the stills must have moved; of the others each program moves some hardly at all."""
    if sum(moved >= _MOVED for _, moved in stills) < _SHOTS:
        return []
    group = [shot for shot, _ in stills]
    # from the middle of one change to that of the next: a fade's own ends are not so sharp
    middles = [(a[1] + b[0]) / 2 for a, b in zip(group, group[1:], strict=False)]
    lengths = np.diff([float(group[0][0]), *middles])
    steady = lengths[1:] if len(lengths) > _EQUAL_SHOTS - 1 else lengths  # the first may have no fade before it
    equal = len(group) >= _EQUAL_SHOTS and float(steady.max() - steady.min()) <= 2
    return [((group[0][0], group[-1][1]), equal)]


def _fades(pictures: Array, rate: float) -> list[Run]:
    """Stretches (from, to) in which one picture goes over into another: every one in between is a mix of the two ends."""
    found: list[tuple[float, Run]] = []
    change = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2))
    for length in sorted({max(2, round(seconds * rate)) for seconds in _FADES}):
        if len(pictures) <= length:
            break
        first, last = pictures[:-length], pictures[length:]
        turned = np.abs(last - first).mean(axis=(1, 2))
        strays = []
        for step in range(1, length):
            share = step / length
            between = pictures[step : len(pictures) - length + step]
            strays.append(np.abs(between - (1 - share) * first - share * last).mean(axis=(1, 2)))
        stray = np.max(strays, axis=0) / np.maximum(turned, 1e-6)
        good = [i for i in np.flatnonzero((turned > _FADED) & (stray < _MIX)) if _stands_out(change, int(i), length)]
        found += [(float(turned[i]), (int(i), int(i) + length)) for i in good]
    chosen: list[Run] = []
    for turned_by, run in sorted(found, key=lambda item: -item[0]):  # the longest stretch of a fade turns most
        if all(run[1] <= other[0] or other[1] <= run[0] for other in chosen):
            inside = [part for much, part in found if run[0] <= part[0] and part[1] <= run[1] and much >= _NEARLY * turned_by]
            chosen.append(min(inside, key=lambda part: part[1] - part[0]))  # before and after it the pictures only move on
    return chosen


def _stands_out(change: Array, start: int, length: int) -> bool:
    """More changes within than before and after: a movement across the picture is a mix of its ends too, but goes on as it began."""
    around = [part.mean() for part in (change[max(0, start - 3) : start], change[start + length : start + length + 3]) if len(part)]
    return bool(around) and float(change[start : start + length].mean()) > _OUTSTANDING * float(np.mean(around))


def _apart(cuts: list[Run], fades: list[Run]) -> list[Run]:
    """Cuts and fades in order of time; a cut within a fade is none."""
    alone = [cut for cut in cuts if not any(fade[0] <= cut[0] <= fade[1] for fade in fades)]
    return sorted([*alone, *fades])


def _is_cut(change: Array, i: int) -> bool:
    around = np.concatenate([change[max(0, i - 4) : i], change[i + 1 : i + 5]])
    return bool(change[i] > _CUT and len(around) and change[i] > _CUT_RATIO * np.median(around))


def _movement_of_a_still(shot: Array) -> float | None:
    """How many pixels a still was moved within a shot; None if it is no evenly moved still."""
    inner = shot[1:-1]
    first = inner[0]
    moves = []
    guess = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    for index in np.linspace(0, len(inner) - 1, min(_POINTS, len(inner))).astype(int):
        guess, unlike = _register(first, inner[index], guess)
        if unlike > _UNLIKE:
            return None
        moves.append(guess)
    at = np.linspace(0, 1, len(moves))
    reach = np.array([shot.shape[2] / 2, 0, 0, shot.shape[1] / 2, 1, 1])  # scale as movement at the picture's edge
    path = np.array(moves) * reach
    strays = [np.abs(path[:, k] - np.polyval(np.polyfit(at, path[:, k], 3), at)).max() for k in (0, 3, 4, 5)]
    return float(np.abs(path - path[0]).max()) if max(strays) <= _UNEVEN else None


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
