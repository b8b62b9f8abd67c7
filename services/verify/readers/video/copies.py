"""Is a repeated stretch a copy, or does a machine repeat its moves? Told by what nothing in the room makes: noise.

Where the picture is quietest, what is left is the sensor's noise and the coder's blemishes. A copy repeats them, weakly even after it
was coded anew; a second cycle of a machine never does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

_GRID = (6, 8)
_QUIET = 1 / 3
"""Share of the grid's cells that are compared: the quietest."""
_STEADY = 0.4
_REACH_SECONDS = 2.0
_LEAST, _TIMES_CHANCE = 0.07, 7.0
"""The correlation from which on noise is the same, and how many times it must exceed what other stretches show by chance."""
_CHANCES = 24
_MOST_SAMPLES = 400
_SHIFTS = (0, -1, 1)


class Noise:
    """What is left of samples uint8 [n, height, width] (multiples of 6 and 8), `rate` a second, without scene, movement mean and light."""

    def __init__(self, samples: Array, rate: float) -> None:
        flat = samples.reshape(len(samples), -1).astype(np.float32)
        reach = max(1, round(_REACH_SECONDS * rate))
        sums = np.concatenate([np.zeros((1, flat.shape[1])), np.cumsum(flat, axis=0, dtype=np.float64)])
        index = np.arange(len(flat))
        low, high = np.maximum(index - reach, 0), np.minimum(index + reach + 1, len(flat))
        rest = flat - ((sums[high] - sums[low]) / (high - low)[:, None]).astype(np.float32)
        spread = rest.std(axis=0)
        steady = spread <= np.quantile(spread, _STEADY)
        scene = flat.mean(axis=0)
        light = np.stack([np.ones_like(scene), scene - scene.mean()])
        gains, *_ = np.linalg.lstsq(light[:, steady].T, rest[:, steady].T, rcond=None)
        self.rest = (rest - gains.T @ light).reshape(samples.shape)
        energy = _cells(self.rest**2)
        self.quiet = energy <= np.quantile(energy, _QUIET)

    def is_copy(self, later: Array, earlier: Array) -> bool:
        """Whether the samples `later` (indices) were copied from `earlier` (indices, same length), as they are or mirrored."""
        step = max(1, -(-len(later) // _MOST_SAMPLES))
        later, earlier = later[::step], earlier[::step]
        rng = np.random.default_rng(len(later))
        for mirrored in (False, True):
            found = max(self._likeness(later, earlier + shift, mirrored) for shift in _SHIFTS)
            if found < _LEAST:
                continue
            shifts = rng.integers(1, len(self.rest), _CHANCES)
            chances = np.abs([self._likeness(later, (earlier + int(shift)) % len(self.rest), mirrored) for shift in shifts])
            if found >= _TIMES_CHANCE * float(np.median(chances)):
                return True
        return False

    def _likeness(self, later: Array, earlier: Array, mirrored: bool) -> float:
        """Median correlation over the quiet cells; 0 where they are perfectly still."""
        inside = (earlier >= 0) & (earlier < len(self.rest))
        a, b = self.rest[later[inside]], self.rest[earlier[inside]]
        b = b[:, :, ::-1] if mirrored else b
        power = np.sqrt(_cells(a * a) * _cells(b * b))
        return float(np.median((_cells(a * b) / np.maximum(power, 1e-6))[self.quiet]))


def _cells(values: Array) -> Array:
    """Sums over time and over the cells of the grid: [rows x columns]."""
    rows, columns = _GRID
    whole = values.sum(axis=0, dtype=np.float64)
    height, width = whole.shape
    return np.asarray(whole.reshape(rows, height // rows, columns, width // columns).sum(axis=(1, 3)).reshape(-1))
