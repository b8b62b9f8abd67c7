"""Where in a video to look closer: at key frames after which much moves."""

from __future__ import annotations

import numpy as np

from services.verify.readers.video.content import Samples
from services.verify.readers.video.structure import Structure

_PLACES = 4
_AFTER_SECONDS = 1.5


def lively_places(shown: Structure, samples: Samples) -> tuple[float, ...]:
    """Seconds from the first frame, at most one in each quarter: the key frame with most movement after it, or the quarter's middle where it has none."""
    end = min(samples.seconds, shown.intervals[-1][1]) if shown.intervals else 0.0
    change = np.abs(np.diff(samples.thumbs.astype(np.int16), axis=0)).mean(axis=(1, 2))
    reach = max(1, round(_AFTER_SECONDS * samples.rate))
    sums = np.concatenate([[0.0], np.cumsum(change)])
    keys = np.asarray(shown.key_times)
    places = []
    for quarter in range(_PLACES):
        low, high = end * quarter / _PLACES, end * (quarter + 1) / _PLACES
        inside = keys[(keys >= low) & (keys < min(high, end - _AFTER_SECONDS))]
        if not len(inside):
            places.append((low + high) / 2)
            continue
        first = np.clip((inside * samples.rate).astype(int), 0, len(change))
        moved = sums[np.minimum(first + reach, len(change))] - sums[first]
        places.append(float(inside[int(moved.argmax())]))
    return tuple(places)
