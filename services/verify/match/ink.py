"""Comparing the ink of signatures: bitmaps of 96 x 32 bits, cropped to the ink and stretched.

Measured on generated signatures (five hands, scan to fax): the same ink seen twice overlaps by 0.90 (median; 1 % below 0.62), the same
person signing again by 0.49 (at most 0.72; 0.84 where letters are only turned and scaled), different people by 0.29 (at most 0.68).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 96, 32
_BITS = WIDTH * HEIGHT
_COLUMN_EDGES, _ROW_EDGES = 2.6, 5.0
"""Least mean number of ink edges per column and per row: ticks, strokes and single simple characters have fewer."""
_FEW_COLUMN_EDGES, _FEW_ROW_EDGES = 1.5, 3.0
"""What a name of two simple characters has at least, and a tick or stroke has not."""


@dataclass(frozen=True, slots=True)
class InkSet:
    """Bitmaps as 0/1 [count, 3072] with their area, whether each is intricate enough to tell hands apart, and whether it is writing at all."""

    bits: NDArray[np.float32]
    area: NDArray[np.float32]
    telling: NDArray[np.bool_]
    written: NDArray[np.bool_]


def ink_set(bitmaps: Sequence[bytes]) -> InkSet:
    """Unpacks bitmaps. Raises ValueError for one of another size."""
    wrong = [len(b) for b in bitmaps if len(b) * 8 != _BITS]
    if wrong:
        raise ValueError(f"an ink bitmap has {_BITS // 8} bytes, not {wrong[0]}")
    packed = np.frombuffer(b"".join(bitmaps), np.uint8).reshape(len(bitmaps), _BITS // 8)
    bits = np.unpackbits(packed, axis=1).astype(np.float32)
    images = bits.reshape(-1, HEIGHT, WIDTH)
    down = np.abs(np.diff(images, axis=1)).sum(axis=(1, 2)) / WIDTH
    across = np.abs(np.diff(images, axis=2)).sum(axis=(1, 2)) / HEIGHT
    telling = (down >= _COLUMN_EDGES) & (across >= _ROW_EDGES)
    return InkSet(bits, bits.sum(axis=1), telling, (down >= _FEW_COLUMN_EDGES) & (across >= _FEW_ROW_EDGES))


def same_strokes(a: InkSet, b: InkSet) -> NDArray[np.float32]:
    """The share of each signature's ink within one pixel of the other's [len(a), len(b)], the lesser of the two ways.

    A second scan moves edges by a pixel and costs a fifth of `overlap`, but leaves no stroke without its like: the same ink scanned again
    has 0.99 (median; 5 % below 0.94), a person signing again at most 0.96 in 564 pairs, somebody else 0.93.
    """
    near_a, near_b = _thickened(a), _thickened(b)
    of_a = a.bits @ near_b.T / np.maximum(a.area, 1.0)[:, None]
    of_b = near_a @ b.bits.T / np.maximum(b.area, 1.0)[None, :]
    return np.asarray(np.minimum(of_a, of_b), np.float32)


def _thickened(ink: InkSet) -> NDArray[np.float32]:
    """Every pixel that is ink or has ink beside, above, below or at a corner."""
    images = np.pad(ink.bits.reshape(-1, HEIGHT, WIDTH), ((0, 0), (1, 1), (1, 1)))
    shifted = [images[:, dy : dy + HEIGHT, dx : dx + WIDTH] for dy in range(3) for dx in range(3)]
    return np.asarray(np.maximum.reduce(shifted), np.float32).reshape(len(ink.bits), _BITS)


def overlap(a: InkSet, b: InkSet) -> NDArray[np.float32]:
    """Common ink over all ink (Jaccard) of every pair [len(a), len(b)]; the same ink 1, nothing in common 0."""
    common = a.bits @ b.bits.T
    union = a.area[:, None] + b.area[None, :] - common
    return np.asarray(common / np.maximum(union, 1.0), np.float32)
