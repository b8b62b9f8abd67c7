"""Was a video slowed down by showing each frame several times? Told by frames that repeat in a steady beat."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

_BEATS = (2, 3, 4)
_REPEATED = 0.4
"""How much of a new frame's change a repeated one shows at most: its coding is a little mended, no more."""
_LEAST_CHANGE = 0.15
_LEAST_FRAMES = 16


def repeats(pictures: Array) -> float:
    """How often each frame of a stretch (uint8 [n, height, width], all its frames in a row) is shown: 1 (as recorded), 1.5, 2, 3 or 4."""
    if len(pictures) < _LEAST_FRAMES:
        return 1.0
    change = np.abs(np.diff(pictures.astype(np.int16), axis=0)).mean(axis=(1, 2))
    for beat in _BEATS:
        phases = [change[start::beat] for start in range(beat)]
        liveliest = max(float(np.median(phase)) for phase in phases)
        new = [phase for phase in phases if np.median(phase) >= max(_LEAST_CHANGE, _REPEATED * liveliest)]
        old = [phase for phase in phases if not any(phase is other for other in new)]
        if not new or not old or beat / len(new) < 1.5:
            continue
        calm, lively = np.concatenate(old), np.concatenate(new)
        if np.median(calm) <= _REPEATED * np.median(lively) and np.quantile(calm, 0.75) <= np.quantile(lively, 0.25):
            return beat / len(new)
    return 1.0
