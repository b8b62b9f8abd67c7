"""How two pictures lie on each other, told by their local features, and what changed where they do. Pure.

Copies that are cropped, bordered, turned or tilted lie on their original exactly; so do two shots of one fixed camera, in which people
moved. What changed decides: at 64 x 64 for what is large, at 128 x 128 for what is small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.verify.match.pictures import MARGIN_BOTTOM, MARGIN_TOP, changed, shrink

Array = np.ndarray[Any, np.dtype[Any]]
Size = tuple[int, int]

RECORD = np.dtype([("x", "<u2"), ("y", "<u2"), ("descriptor", "u1", (32,))])
"""One local feature as the photo reader keeps it; x and y in 1/65535 of the longer side."""
_NEAR_BITS, _RATIO = 56, 0.88
_COARSE, _COARSE_MATCHES = 150, 7
LEAST_INLIERS = 16
_REACH = 0.008
_TRIALS = 600
_SCALES = (0.4, 2.5)


@dataclass(frozen=True, slots=True)
class Alignment:
    """b's point = a's point (as complex numbers, in units of the longer side) x `factor` + `shift`.

    `seen_aside` [3, 3] takes their place where a was photographed off b from a little aside: a homography of (x, y, 1).
    """

    factor: complex
    shift: complex
    inliers: int
    seen_aside: Array | None = None

    def lay(self, points: Array) -> Array:
        """Where a's points lie in b."""
        return self.factor * points + self.shift if self.seen_aside is None else projected(self.seen_aside, points)


def projected(matrix: Array, points: Array) -> Array:
    """Complex points under a homography [3, 3]."""
    x, y, w = (row[0] * points.real + row[1] * points.imag + row[2] for row in matrix)
    w = np.where(np.abs(w) < 1e-6, 1e-6, w)
    return np.asarray((x + 1j * y) / w)


@dataclass(frozen=True, slots=True)
class Features:
    points: Array
    words: Array


def unpack(features: bytes) -> Features | None:
    """Points as complex numbers and descriptors as uint64 [n, 4]; None where there are too few."""
    records = np.frombuffer(features, dtype=RECORD)
    if len(records) < LEAST_INLIERS:
        return None
    return Features((records["x"] + 1j * records["y"].astype(np.float64)) / 65535, np.ascontiguousarray(records["descriptor"]).view(np.uint64))


def align(a: Features, b: Features) -> Alignment | None:
    """The shift, turn and scale that lays one picture on the other; None where they do not belong together."""
    matched = pairs(a, b)
    if matched is None:
        return None
    p, q = matched
    inside = most_agreed(p, q, _REACH)
    return None if inside is None else refined(p, q, inside)


def pairs(a: Features, b: Features) -> tuple[Array, Array] | None:
    """The points of features that belong to each other; None where there are too few."""
    if len(_matches(a, b, _COARSE)[0]) < _COARSE_MATCHES:
        return None
    left, right = _matches(a, b, None)
    return (a.points[left], b.points[right]) if len(left) >= LEAST_INLIERS else None


def most_agreed(p: Array, q: Array, reach: float) -> Array | None:
    """Which points lie within `reach` under the shift, turn and scale that most of them agree on: bool."""
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
    return np.asarray(errors[int((errors < reach).sum(axis=1).argmax())] < reach)


def refined(p: Array, q: Array, inside: Array) -> Alignment | None:
    """The alignment by all points that lie on each other, begun with those `inside`; None where too few do, or in one corner only."""
    for _ in range(3):
        if inside.sum() < LEAST_INLIERS:
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


# --- what changed ---------------------------------------------------------------------------------------------

_SIDE = 64
_SLACK, _STRICT_SLACK = 0.5, 0.3
_LEAST_OVERLAP = 0.3
_WHOLE = 0.96
_SHARP = 256
"""Pixels that both pictures must have for differences at 128 x 128 to mean anything."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How many spots changed, per whole picture: of 64 x 64 (`coarse`; `strict` with less slack for edges), of 128 x 128 (`fine`)."""

    coarse: float
    strict: float
    fine: float | None

    def within(self, coarse: float, strict: float, fine: float) -> bool:
        """Whether no more than so many did; `fine` stands in for `strict` where it is known."""
        return self.coarse <= coarse and (self.strict <= strict if self.fine is None else self.fine <= fine)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two aligned pictures show alike. `whole`: each shows all of the other. `one_margin`: nothing changed in the upper or in the lower margin."""

    everywhere: Changes
    middle: Changes
    one_margin: bool
    whole: bool


def overlap(alignment: Alignment, a: Array, b: Array, sizes: tuple[Size, Size]) -> Overlap | None:
    """What changed between the grey squares of two pictures of `sizes` (width, height); None where they overlap too little to tell."""
    side = min(a.shape[0], b.shape[0])
    a, b = shrink(a, side), shrink(b, side)
    alignment, b, size = _upright(alignment, b, sizes[1])
    warped, valid = _laid(alignment, a.shape[0], b, (sizes[0], size))
    share = float(valid.mean())
    if share < _LEAST_OVERLAP:
        return None
    covers = abs(alignment.factor) ** 2 * _area(sizes[0]) * share / _area(size)
    fine = None
    if side > _SIDE and min(*sizes[0], *size) >= _SHARP:
        fine = changed(a, warped, slack=_SLACK, valid=valid)
    small, other, seen = shrink(a, _SIDE), shrink(warped, _SIDE), shrink(valid.astype(np.float32), _SIDE) > 0.99
    coarse, strict = (changed(small, other, slack=slack, valid=seen) for slack in (_SLACK, _STRICT_SLACK))
    maps = (coarse, strict, fine)
    top, bottom = round(_SIDE * MARGIN_TOP), _SIDE - round(_SIDE * MARGIN_BOTTOM)
    return Overlap(
        _changes(maps, share, 0.0, 1.0),
        _changes(maps, share, MARGIN_TOP, 1 - MARGIN_BOTTOM),
        bool(min(coarse[:top].sum(), coarse[bottom:].sum()) <= 1),
        share >= _WHOLE and covers >= _WHOLE,
    )


def _changes(maps: tuple[Array, Array, Array | None], share: float, top: float, bottom: float) -> Changes:
    coarse, strict, fine = (None if m is None else float(m[round(len(m) * top) : round(len(m) * bottom)].sum() / share) for m in maps)
    assert coarse is not None and strict is not None
    return Changes(coarse, strict, fine)


def _area(size: Size) -> float:
    """In squares of the longer side."""
    return min(size) / max(size)


def _upright(alignment: Alignment, b: Array, size: Size) -> tuple[Alignment, Array, Size]:
    """b turned by quarters so that it stands as a does: a square that was stretched from 4:3 has other spots than one from 3:4."""
    for _ in range(4):
        factor, aside = alignment.factor, alignment.seen_aside
        if abs(factor.imag) <= abs(factor.real) and factor.real > 0:
            break
        # a quarter turn against the clock takes x + iy to y + i(width - x)
        width = size[0] / max(size)
        turned = None if aside is None else np.array([[0, 1, 0], [-1, 0, width], [0, 0, 1]]) @ aside
        alignment = Alignment(factor * -1j, alignment.shift * -1j + 1j * width, alignment.inliers, turned)
        b, size = np.rot90(b), (size[1], size[0])
    return alignment, b, size


def _laid(alignment: Alignment, side: int, b: Array, sizes: tuple[Size, Size]) -> tuple[Array, Array]:
    """b as it lies on a, and where it does."""
    ys, xs = np.mgrid[0:side, 0:side]
    (aw, ah), (bw, bh) = sizes
    along = ((xs + 0.5) / side * aw + 1j * (ys + 0.5) / side * ah) / max(aw, ah)
    there = alignment.lay(along)
    bx = there.real * max(bw, bh) / bw * side - 0.5
    by = there.imag * max(bw, bh) / bh * side - 0.5
    valid = (bx >= 0) & (by >= 0) & (bx <= side - 1) & (by <= side - 1)
    x0, y0 = np.clip(np.floor(bx).astype(int), 0, side - 2), np.clip(np.floor(by).astype(int), 0, side - 2)
    fx, fy = np.clip(bx - x0, 0, 1), np.clip(by - y0, 0, 1)
    warped = (b[y0, x0] * (1 - fx) + b[y0, x0 + 1] * fx) * (1 - fy) + (b[y0 + 1, x0] * (1 - fx) + b[y0 + 1, x0 + 1] * fx) * fy
    return warped.astype(np.float32), valid
