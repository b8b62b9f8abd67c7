"""Are two pictures one? Told by what changed between them once they lie on each other.

A copy, however recompressed, brightened or turned, differs nowhere; two shots of one fixed camera differ where people moved.
Pure: works on the small grey squares and local features that the readers kept.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from scipy.ndimage import maximum_filter

Array = np.ndarray[Any, np.dtype[Any]]

_SLACK = 0.3
"""Pixels of the small picture by which edges may lie apart."""
_CHANGED = 16.0
"""Grey levels beyond tone and edges from which on a spot has changed."""
_STANDS_OUT, _AROUND = 8.0, 4
"""What changed differs from what lies around it too, within so many spots: an overexposed coloured wall as a whole has not changed."""
_SAME_SHARE = 0.0006
_CLIPPED_SHARE, _ONE_SIDE = 0.1, 0.98
"""How much of a copy may be clipped, and the share of it that is to deviate to one side."""
_EDGE, _GONE, _CHANCE, _WHITE = 8.0, 0.35, 2, 245.0
"""Grey levels of an edge, the share of it below which it is gone from the other picture, spots of such edges that are chance, and the level from
which on an edge may have been lost to white."""
MARGIN_TOP, MARGIN_BOTTOM = 0.16, 0.24
"""Where stamps and banners stand, in shares of the height."""
_TONES = 24

ORIENTATIONS = 8


class Sameness(IntEnum):
    """What the comparison says."""

    DIFFERENT = 0
    CLIPPED = 1
    """The same but for areas that are all darker, or all lighter, than tones tell, with every edge in its place: a colour that was brightened beyond
    what it can be. Grey alone does not tell it from a change of light."""
    OVERLAID = 2
    """The same but for a strip along the upper or lower edge: a stamp or banner, or people only there."""
    SAME = 3


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
    toned = _tone(b, a, _inside(mask))
    edges = np.maximum(_steepness(a), _steepness(toned))
    apart = a - toned
    return np.asarray((np.abs(apart) - slack * edges > _CHANGED) & (np.abs(apart - _around(apart)) > _STANDS_OUT) & mask)


def compare(a: Array, b: Array, *, slack: float = _SLACK) -> Sameness:
    """How much two aligned squares of whole pictures are the same."""
    spots = changed(a, b, slack=slack)
    most = _SAME_SHARE * spots.size
    if spots.sum() <= most:
        return Sameness.SAME
    side = spots.shape[0]
    top, bottom = round(side * MARGIN_TOP), side - round(side * MARGIN_BOTTOM)
    if spots[top:bottom].sum() <= most and min(spots[:top].sum(), spots[bottom:].sum()) <= most:
        return Sameness.OVERLAID
    return Sameness.CLIPPED if _clipped(a, b, spots) else Sameness.DIFFERENT


def _clipped(a: Array, b: Array, spots: Array) -> bool:
    """Whether nothing came or went where the squares differ: who walks into a picture brings edges, and most deviations to both sides."""
    if spots.sum() > _CLIPPED_SHARE * spots.size:
        return False
    toned = _tone(b, a, _inside(np.ones(a.shape, dtype=bool)))
    darker = float(np.mean(a[spots] < toned[spots]))
    if max(darker, 1 - darker) < _ONE_SIDE:
        return False
    return _edges_gone(a, b) + _edges_gone(b, a) <= _CHANCE


def _edges_gone(there: Array, here: Array) -> int:
    """Spots with an edge that the other picture has nothing of nearby, though it isn't white."""
    steep, around = _steepness(there), maximum_filter(_steepness(here), 3)
    return int(np.sum((steep > _EDGE) & (around < _GONE * steep) & (maximum_filter(here, 3) < _WHITE)))


def _inside(mask: Array) -> Array:
    """The mask without the margins, where banners would spoil the tones; all of it where little is left."""
    side = mask.shape[0]
    inside = mask.copy()
    inside[: round(side * MARGIN_TOP)] = False
    inside[side - round(side * MARGIN_BOTTOM) :] = False
    return inside if 4 * inside.sum() > mask.sum() else mask


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


def _around(picture: Array) -> Array:
    """The mean of the square of spots around each."""
    wide = 2 * _AROUND + 1
    sums = np.pad(np.pad(picture, _AROUND, mode="edge").cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    return np.asarray((sums[wide:, wide:] - sums[:-wide, wide:] - sums[wide:, :-wide] + sums[:-wide, :-wide]) / wide**2)


def _steepness(picture: Array) -> Array:
    """The largest step to a neighbour."""
    padded = np.pad(picture, 1, mode="edge")
    steps = [np.abs(picture - padded[1 + dy : 1 + dy + picture.shape[0], 1 + dx : 1 + dx + picture.shape[1]]) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return np.asarray(np.max(steps, axis=0))
