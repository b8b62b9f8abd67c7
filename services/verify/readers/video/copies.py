"""Is a repeated stretch a copy, or does a machine repeat its moves? Told by what nothing in the room makes: noise.

Where the picture is quietest, what is left is the sensor's noise and the coder's blemishes. A copy repeats them, weakly even after it
was coded anew; a second cycle of a machine never does. Its soft shadows return too, but they are smooth in time, and noise is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

_GRID = (6, 8)
_QUIET = 1 / 3
"""Share of the grid's cells that are compared: the quietest."""
_STEADY = 0.4
_REACH_SECONDS = 2.0
_LEAST, _LEAST_SUDDEN, _TIMES_CHANCE = 0.07, 0.025, 7.0
"""The correlations (of all that is left, of its sudden part) from which on noise is the same, and how many times they must exceed chance."""
_ENOUGH_SUDDEN = 0.1
"""From here on the sudden part is proof enough, at twice as many times chance: another light hides the slow part."""
_FAINT = 0.2
"""Root mean square, in grey levels, below which a cell holds no noise to compare: drawn pictures, or a coder that smoothed it away."""
_CHANCES = 24
_MOST_SAMPLES = 400
_SHIFTS = (0, -1, 1)


@dataclass(frozen=True, slots=True)
class Copied:
    """How a stretch was copied."""

    mirrored: bool


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
        self.sudden = np.zeros_like(self.rest)
        self.sudden[1:-1] = self.rest[1:-1] - (self.rest[:-2] + self.rest[2:]) / 2
        energy = _cells(self.rest**2)
        self.quiet = energy <= np.quantile(energy, _QUIET)
        self.noisy = energy[self.quiet] >= _FAINT**2 * flat.size / len(energy)

    def copied(self, later: Array, earlier: Array) -> Copied | None:
        """How the samples `later` (indices) were copied from `earlier` (indices, same length); None if they were not."""
        step = max(1, -(-len(later) // _MOST_SAMPLES))
        later, earlier = later[::step], earlier[::step]
        return next((Copied(mirrored) for mirrored in (False, True) if self._repeated(later, earlier, mirrored)), None)

    def _repeated(self, later: Array, earlier: Array, mirrored: bool) -> bool:
        sudden, chance = self._found(self.sudden, later, earlier, mirrored)
        if sudden < _LEAST_SUDDEN or sudden < _TIMES_CHANCE * chance:
            return False
        if sudden >= _ENOUGH_SUDDEN and sudden >= 2 * _TIMES_CHANCE * chance:
            return True
        found, chance = self._found(self.rest, later, earlier, mirrored)
        return found >= _LEAST and found >= _TIMES_CHANCE * chance

    def _found(self, values: Array, later: Array, earlier: Array, mirrored: bool) -> tuple[float, float]:
        """(correlation where the copy would come from, its size elsewhere)."""
        found = max(self._likeness(values, later, earlier + shift, mirrored) for shift in _SHIFTS)
        elsewhere = np.random.default_rng(len(later)).integers(1, len(values), _CHANCES)
        chances = [abs(self._likeness(values, later, (earlier + int(shift)) % len(values), mirrored)) for shift in elsewhere]
        return found, float(np.median(chances))

    def _likeness(self, values: Array, later: Array, earlier: Array, mirrored: bool) -> float:
        """Median correlation over the quiet cells; 0 where they are perfectly still."""
        inside = (earlier >= 0) & (earlier < len(values))
        a, b = values[later[inside]], values[earlier[inside]]
        b = b[:, :, ::-1] if mirrored else b
        power = np.sqrt(_cells(a * a) * _cells(b * b))
        alike = (_cells(a * b) / np.maximum(power, 1e-6))[self.quiet]
        return float(np.median(np.where(self.noisy, alike, 0.0)))


def _cells(values: Array) -> Array:
    """Sums over time and over the cells of the grid: [rows x columns]."""
    rows, columns = _GRID
    whole = values.sum(axis=0, dtype=np.float64)
    height, width = whole.shape
    return np.asarray(whole.reshape(rows, height // rows, columns, width // columns).sum(axis=(1, 3)).reshape(-1))
