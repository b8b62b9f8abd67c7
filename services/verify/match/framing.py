"""Which part of another video's picture does a video show? Found by laying what moves in one upon what moves in the other. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.verify.motion import FAINT

Array = np.ndarray[Any, np.dtype[Any]]

_STARTS = (0.075, 0.15)
"""Shares cut off an edge at which the search begins."""
_STEPS = (0.05, 0.02)
_ROUNDS = 6
_HOPELESS = 0.35
_LEAST_SHARE, _MOST_SHARE = 0.6, 1.6
_LEAST_SHOWN = 0.6


@dataclass(frozen=True, slots=True)
class Framing:
    """Mine shows theirs from `left` to `right` and `top` to `bottom` (0..1 is the whole; beyond it mine shows more), and mirrored."""

    left: float = 0.0
    right: float = 1.0
    top: float = 0.0
    bottom: float = 1.0
    mirrored: bool = False


WHOLE = Framing()


def likeness(mine: Array, theirs: Array, framing: Framing) -> Array:
    """Cosine of what moves, sample by sample, where both show it: [n]. `mine`, `theirs` [n, height, width]; 0 where hardly anything moves."""
    count, height, width = mine.shape
    if framing.mirrored:
        theirs = theirs[:, :, ::-1]
    if (framing.left, framing.right, framing.top, framing.bottom) == (0.0, 1.0, 0.0, 1.0):
        a, b = mine.reshape(count, -1), theirs.reshape(count, -1)
    else:
        across, shown_x = _weights(framing.left, framing.right, width)
        down, shown_y = _weights(framing.top, framing.bottom, height)
        laid = np.matmul(np.matmul(down, theirs), across.T)
        a = mine[:, shown_y][:, :, shown_x].reshape(count, -1)
        b = laid[:, shown_y][:, :, shown_x].reshape(count, -1)
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    strong_a, strong_b = np.sqrt((a * a).sum(axis=1)), np.sqrt((b * b).sum(axis=1))
    faint = np.minimum(strong_a, strong_b) < FAINT * np.sqrt(a.shape[1])
    return np.where(faint, 0.0, (a * b).sum(axis=1) / np.maximum(strong_a * strong_b, 1e-6))


def best_framing(mine: Array, theirs: Array) -> tuple[Framing, float]:
    """The framing under which two stretches of equal length are most alike, and the mean cosine."""
    best = max((_scored(mine, theirs, start) for start in _starts()), key=lambda found: found[1])
    if best[1] < _HOPELESS:
        return best
    for step in _STEPS:
        for _ in range(_ROUNDS):
            better = max((_scored(mine, theirs, near) for near in _near(best[0], step)), key=lambda found: found[1])
            if better[1] <= best[1] + 1e-4:
                break
            best = better
    return best


def _scored(mine: Array, theirs: Array, framing: Framing) -> tuple[Framing, float]:
    return framing, float(likeness(mine, theirs, framing).mean())


def _starts() -> list[Framing]:
    found = []
    for mirrored in (False, True):
        found.append(Framing(mirrored=mirrored))
        for cut in _STARTS:
            for left, top in ((cut, cut), (0, 0), (2 * cut, 0), (0, 2 * cut), (2 * cut, 2 * cut)):
                found.append(Framing(left, left + 1 - 2 * cut, top, top + 1 - 2 * cut, mirrored))
            more = cut / (1 - 2 * cut)
            found.append(Framing(-more, 1 + more, -more, 1 + more, mirrored))
    return found


def _near(framing: Framing, step: float) -> list[Framing]:
    edges = (framing.left, framing.right, framing.top, framing.bottom)
    found = []
    for moved in ((0,), (1,), (2,), (3,), (0, 1), (2, 3), (0, 2), (1, 3)):
        for way in (-step, step):
            left, right, top, bottom = (edge + way if k in moved else edge for k, edge in enumerate(edges))
            if all(_LEAST_SHARE <= b - a <= _MOST_SHARE and min(b, 1) - max(a, 0) >= _LEAST_SHOWN * (b - a) for a, b in ((left, right), (top, bottom))):
                found.append(Framing(left, right, top, bottom, framing.mirrored))
    return found or [framing]


def _weights(low: float, high: float, count: int) -> tuple[Array, Array]:
    """Linear interpolation of `count` pixels between `low` and `high` of the other's: [count, count], and which of them it has."""
    at = low + (np.arange(count) + 0.5) / count * (high - low)
    places = np.clip(at * count - 0.5, 0, count - 1)
    first = np.minimum(places.astype(int), count - 2)
    weights = np.zeros((count, count), dtype=np.float32)
    rows = np.arange(count)
    weights[rows, first] = 1 - (places - first)
    weights[rows, first + 1] = places - first
    return weights, (at > 0) & (at < 1)
