"""What moves in a video, as vectors to compare: for finding a stretch again in the same video or in another one. Pure.

Small grey samples minus their own moving mean: a fixed camera's still background says nothing, what passes before it does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

WINDOW_SECONDS = 12.0
"""Seconds in a row that must agree."""
ALIKE = 0.75
"""Mean cosine over the window from which on two stretches are one."""
_LOCALLY = 0.5
MEAN_SECONDS = 2.0
_LEAST_MOVING = 0.25
"""Share of a window in which something has to move."""
FAINT = 1.2
"""Root mean square of the movement, in grey levels, below which nothing can be compared."""


def moving_part(small: Array, rate: float) -> Array:
    """What moves in grey samples [n, height, width], `rate` a second: float32 [n, pixels] around a mean of 0."""
    flat = small.reshape(len(small), -1).astype(np.float32)
    reach = max(1, round(MEAN_SECONDS * rate))
    sums = np.concatenate([np.zeros((1, flat.shape[1])), np.cumsum(flat, axis=0, dtype=np.float64)])
    index = np.arange(len(flat))
    low, high = np.maximum(index - reach, 0), np.minimum(index + reach + 1, len(flat))
    rest = flat - ((sums[high] - sums[low]) / (high - low)[:, None]).astype(np.float32)
    return np.asarray(rest - rest.mean(axis=1, keepdims=True))  # brightness as a whole (auto exposure, flicker) is no movement


def movement(small: Array, rate: float) -> Array:
    """Unit vectors float32 [n, pixels] of what moves in grey samples [n, height, width], `rate` a second; zero where nothing does."""
    rest = moving_part(small, rate)
    norms = np.sqrt((rest**2).sum(axis=1, keepdims=True))
    faint = norms < FAINT * np.sqrt(rest.shape[1])
    return np.where(faint, 0.0, rest / np.maximum(norms, 1e-6)).astype(np.float32)


def agreeing(line: Array, window: int, still: Array | None = None) -> Array:
    """Which entries of a line of cosines belong to stretches (of at least that length) that agree: bool of the same length.

    `still` (bool, of the same length): pairs in neither of which anything moves; they say nothing for or against, as long as enough others do.
    A window's mean lets some strangers in at either end of a stretch; they are cut off again.
    """
    covered = np.zeros(len(line) + 1, dtype=np.int64)
    if len(line) < window:
        return np.zeros(len(line), dtype=bool)
    sums = np.concatenate([[0.0], np.cumsum(line, dtype=np.float64)])
    moving = window if still is None else _moving_in(window, still)
    good = np.flatnonzero((sums[window:] - sums[:-window] >= ALIKE * moving) & (moving >= _LEAST_MOVING * window))
    if not len(good):
        return np.zeros(len(line), dtype=bool)
    np.add.at(covered, good, 1)
    np.add.at(covered, good + window, -1)
    inside = np.cumsum(covered[:-1]) > 0
    near = max(1, window // 12)
    before = (near - 1) // 2
    local = np.convolve(np.pad(line, (before, near - 1 - before), mode="edge"), np.ones(near) / near, mode="valid") >= _LOCALLY
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        firm = np.flatnonzero(local[start:end])
        first, last = (start + firm[0], start + firm[-1] + 1) if len(firm) else (end, end)
        inside[start:first] = False
        inside[last:end] = False
    return np.asarray(inside)


def _moving_in(window: int, still: Array) -> Array:
    """How many pairs of each window move."""
    sums = np.concatenate([[0], np.cumsum(~still)])
    return np.asarray(sums[window:] - sums[:-window])
