"""Are two pictures one? Told by what changed between them once they lie on each other.

A copy, however recompressed, brightened or turned, differs nowhere; two shots of one fixed camera differ where people moved.
Pure: works on the small grey squares and local features that the readers kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

_SLACK = 0.3
"""Pixels of the small picture by which edges may lie apart."""
_CHANGED = 16.0
"""Grey levels beyond tone and edges from which on a spot has changed."""
_SAME_SHARE = 0.0006
_MARGIN_TOP, _MARGIN_BOTTOM = 0.16, 0.24
_TONES = 24

ORIENTATIONS = 8


class Sameness(IntEnum):
    """What the comparison says."""

    DIFFERENT = 0
    OVERLAID = 1
    """The same but for a strip along the upper or lower edge: a stamp or banner, or people only there."""
    SAME = 2


def square(thumb: bytes) -> Array | None:
    """A grey square float32 [side, side] from its bytes; None where there is none."""
    side = round(len(thumb) ** 0.5)
    if side < 8 or side * side != len(thumb):
        return None
    return np.frombuffer(thumb, dtype=np.uint8).reshape(side, side).astype(np.float32)


def shrink(picture: Array, side: int) -> Array:
    """A square to a smaller one whose side divides its own."""
    factor = picture.shape[0] // side
    return picture if factor <= 1 else picture.reshape(side, factor, side, factor).mean(axis=(1, 3))


def turn(picture: Array, orientation: int) -> Array:
    """The square as the hash at this index of `PhotoFacts.hashes` sees it."""
    views = (
        lambda p: p,
        lambda p: np.rot90(p, 1),
        lambda p: np.rot90(p, 2),
        lambda p: np.rot90(p, 3),
        np.flipud,
        np.fliplr,
        lambda p: p.T,
        lambda p: np.rot90(p, 2).T,
    )
    return np.asarray(views[orientation](picture))


def changed(a: Array, b: Array, *, slack: float = _SLACK, valid: Array | None = None) -> Array:
    """Where two aligned grey squares differ by more than tone and a little shift of edges: bool of the same shape."""
    mask = np.ones(a.shape, dtype=bool) if valid is None else valid
    toned = _tone(b, a, mask)
    edges = np.maximum(_steepness(a), _steepness(toned))
    return np.asarray((np.abs(a - toned) - slack * edges > _CHANGED) & mask)


def compare(a: Array, b: Array, *, slack: float = _SLACK) -> Sameness:
    """How much two aligned squares of whole pictures are the same."""
    spots = changed(a, b, slack=slack)
    most = _SAME_SHARE * spots.size
    if spots.sum() <= most:
        return Sameness.SAME
    side = spots.shape[0]
    top, bottom = round(side * _MARGIN_TOP), side - round(side * _MARGIN_BOTTOM)
    if spots[top:bottom].sum() <= most and min(spots[:top].sum(), spots[bottom:].sum()) <= most:
        return Sameness.OVERLAID
    return Sameness.DIFFERENT


def _tone(source: Array, target: Array, mask: Array) -> Array:
    """`source` in the tones of `target`: a rising curve through the medians of bins (brightness, contrast, clipping)."""
    values, wanted = source[mask], target[mask]
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _TONES + 1)))
    if len(edges) < 3:
        return np.asarray(source - np.median(values) + np.median(wanted))
    bins = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    knots = [(float(np.median(values[bins == k])), float(np.median(wanted[bins == k]))) for k in range(len(edges) - 1) if np.any(bins == k)]
    xs = np.array([x for x, _ in knots])
    ys = np.maximum.accumulate(np.array([y for _, y in knots]))
    toned = np.interp(source, xs, ys)
    # beyond the outermost medians the curve goes on as steeply as tones as a whole do
    slope = (ys[-1] - ys[0]) / max(xs[-1] - xs[0], 1.0)
    toned += np.where(source > xs[-1], (source - xs[-1]) * slope, 0.0) + np.where(source < xs[0], (source - xs[0]) * slope, 0.0)
    return np.asarray(np.clip(toned, 0, 255), dtype=np.float32)


def _steepness(picture: Array) -> Array:
    """The largest step to a neighbour."""
    padded = np.pad(picture, 1, mode="edge")
    steps = [np.abs(picture - padded[1 + dy : 1 + dy + picture.shape[0], 1 + dx : 1 + dx + picture.shape[1]]) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return np.asarray(np.max(steps, axis=0))


# --- geometry -------------------------------------------------------------------------------------------------

RECORD = np.dtype([("x", "<u2"), ("y", "<u2"), ("descriptor", "u1", (32,))])
"""One local feature as the photo reader keeps it; x and y in 1/65535 of the longer side."""
_NEAR_BITS, _RATIO = 56, 0.88
_COARSE, _COARSE_MATCHES = 150, 7
_LEAST_INLIERS = 16
_REACH = 0.008
_TRIALS = 600
_SCALES = (0.4, 2.5)


@dataclass(frozen=True, slots=True)
class Alignment:
    """b's point = a's point (as complex numbers, in units of the longer side) x `factor` + `shift`."""

    factor: complex
    shift: complex
    inliers: int

    @property
    def is_identity(self) -> bool:
        """Neither moved, scaled nor turned: shots of one fixed camera, or whole copies."""
        return abs(self.factor - 1) < 0.01 and abs(self.shift) < 0.01


@dataclass(frozen=True, slots=True)
class Features:
    points: Array
    words: Array


def unpack(features: bytes) -> Features | None:
    """Points as complex numbers and descriptors as uint64 [n, 4]; None where there are too few."""
    records = np.frombuffer(features, dtype=RECORD)
    if len(records) < _LEAST_INLIERS:
        return None
    return Features((records["x"] + 1j * records["y"].astype(np.float64)) / 65535, np.ascontiguousarray(records["descriptor"]).view(np.uint64))


def align(a: Features, b: Features) -> Alignment | None:
    """The shift, turn and scale that lays one picture on the other; None where they do not belong together."""
    if len(_matches(a, b, _COARSE)[0]) < _COARSE_MATCHES:
        return None
    left, right = _matches(a, b, None)
    if len(left) < _LEAST_INLIERS:
        return None
    p, q = a.points[left], b.points[right]
    rng = np.random.default_rng(len(p))
    i, j = rng.integers(0, len(p), (2, _TRIALS))
    apart = np.abs(p[i] - p[j]) > 0.05
    i, j = i[apart], j[apart]
    if not len(i):
        return None
    factor = (q[i] - q[j]) / (p[i] - p[j])
    shift = q[i] - factor * p[i]
    sane = (np.abs(factor) > _SCALES[0]) & (np.abs(factor) < _SCALES[1])
    factor, shift = factor[sane], shift[sane]
    if not len(factor):
        return None
    errors = np.abs(factor[:, None] * p[None, :] + shift[:, None] - q[None, :])
    best = int((errors < _REACH).sum(axis=1).argmax())
    return _refined(p, q, errors[best] < _REACH)


def _refined(p: Array, q: Array, inside: Array) -> Alignment | None:
    for _ in range(3):
        if inside.sum() < _LEAST_INLIERS:
            return None
        mean_p, mean_q = p[inside].mean(), q[inside].mean()
        centred = p[inside] - mean_p
        factor = complex(np.vdot(centred, q[inside] - mean_q) / np.vdot(centred, centred).real)
        shift = complex(mean_q - factor * mean_p)
        inside = np.abs(factor * p + shift - q) < _REACH
    spread = p[inside]
    if np.ptp(spread.real) < 0.25 or np.ptp(spread.imag) < 0.2:
        return None
    return Alignment(factor, shift, int(inside.sum()))


def _matches(a: Features, b: Features, first: int | None) -> tuple[Array, Array]:
    """Indices of features that are each other's nearest, and clearly so."""
    left, right = a.words[:first], b.words[:first]
    bits = sum(np.bitwise_count(left[:, None, k] ^ right[None, :, k]) for k in range(4))
    bits = np.asarray(bits, dtype=np.int16)
    nearest = bits.argmin(axis=1)
    rows = np.arange(len(left))
    closest = bits[rows, nearest]
    second = np.partition(bits, 1, axis=1)[:, 1] if bits.shape[1] > 1 else closest + 256
    good = (bits.argmin(axis=0)[nearest] == rows) & (closest <= _NEAR_BITS) & (closest <= _RATIO * second)
    return rows[good], nearest[good]


_ALIGNED_SLACK = 0.5
_LEAST_OVERLAP = 0.45


def changed_after(alignment: Alignment, a: Array, b: Array, sizes: tuple[tuple[int, int], tuple[int, int]]) -> float:
    """Share of spots that changed between the squares of two pictures (of `sizes` (width, height)) where they overlap after alignment.

    1.0 where they overlap too little to tell.
    """
    side = a.shape[0]
    ys, xs = np.mgrid[0:side, 0:side]
    (aw, ah), (bw, bh) = sizes
    along = ((xs + 0.5) / side * aw + 1j * (ys + 0.5) / side * ah) / max(aw, ah)
    there = alignment.factor * along + alignment.shift
    bx = there.real * max(bw, bh) / bw * side - 0.5
    by = there.imag * max(bw, bh) / bh * side - 0.5
    valid = (bx >= 0.5) & (by >= 0.5) & (bx <= side - 1.5) & (by <= side - 1.5)
    if valid.mean() < _LEAST_OVERLAP:
        return 1.0
    x0, y0 = np.clip(np.floor(bx).astype(int), 0, side - 2), np.clip(np.floor(by).astype(int), 0, side - 2)
    fx, fy = np.clip(bx - x0, 0, 1), np.clip(by - y0, 0, 1)
    warped = (b[y0, x0] * (1 - fx) + b[y0, x0 + 1] * fx) * (1 - fy) + (b[y0 + 1, x0] * (1 - fx) + b[y0 + 1, x0 + 1] * fx) * fy
    spots = changed(a, warped.astype(np.float32), slack=_ALIGNED_SLACK, valid=valid)
    return float(spots.sum() / valid.sum())
