"""Pictures that stand still but for a line of text that runs on: a clock stamped over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Run = tuple[int, int]

_CHANGED = 3
"""Grey levels by which a thumbnail's pixel differs when it changed."""
_MOST_ROWS = 5
"""Rows of 36 that a line of text takes at most."""
_LEAST_STEPS = 20


def stamped_runs(thumbs: Array, still_runs: Callable[[Array], list[Run]]) -> list[Run]:
    """The stretches of thumbnails uint8 [n, height, width] that `still_runs` finds once the line of text is taken out; none if there is no such line."""
    rows = _line(thumbs)
    return [] if rows is None else still_runs(np.delete(thumbs, rows, axis=1))


def _line(thumbs: Array) -> slice | None:
    """The rows in which most of those steps change something that change a few adjacent rows only."""
    changed = (np.abs(np.diff(thumbs.astype(np.int16), axis=0)) > _CHANGED).any(axis=2)
    some = changed[changed.any(axis=1)]
    if len(some) < _LEAST_STEPS:
        return None
    first, last = some.argmax(axis=1), some.shape[1] - 1 - some[:, ::-1].argmax(axis=1)
    narrow = last - first < _MOST_ROWS
    if narrow.sum() < _LEAST_STEPS:
        return None
    low, high = int(np.quantile(first[narrow], 0.1)), int(np.quantile(last[narrow], 0.9))
    return slice(low, high + 1) if high - low < _MOST_ROWS else None
