"""The ink of a page without its ruling, and whose ink it is: what reaches into a cell from its neighbours is theirs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from services.verify.readers.sheet.light import components, ink_mask
from services.verify.readers.sheet.types import Array, Gray, Rect

BITMAP = (96, 32)
_REMAINS = 0.95


@dataclass(frozen=True)
class CellInk:
    """What is written in one cell. `picture`: grey, on white, cropped to the ink with a margin; `mask`: the ink alone, same crop; None without ink.

    `height` is the cell's; `area`, `width`, `tall` the ink's extent in pixels; `strokes` its separate parts,
    `largest` the longer side of the largest of them.
    """

    picture: Gray | None
    mask: Gray | None
    height: int
    area: int = 0
    width: int = 0
    tall: int = 0
    strokes: int = 0
    largest: int = 0

    @property
    def bitmap(self) -> bytes | None:
        """96 x 32 bits of the ink stretched to its bounding box, for comparing hands."""
        if self.mask is None:
            return None
        ys, xs = np.nonzero(self.mask)
        tight = self.mask[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
        small = cv2.resize(tight, BITMAP, interpolation=cv2.INTER_AREA)
        return np.packbits(np.asarray(small) > 70).tobytes()


class PageInk:
    """Ink of a page: grey without ruling, its mask, and its connected parts."""

    def __init__(self, gray: Gray, rules: Gray, band: Gray | None = None) -> None:
        """`rules`: mask of the ruling; `band`: where it runs, a little wider: what lies in it altogether is dots and edges of the ruling."""
        self.gray = _without(gray, rules)
        self.mask = ink_mask(self.gray)
        count, labels, stats = components(self.mask)
        self._labels: Array = labels
        self._stats: Array = stats
        self._specks = stats[:count, cv2.CC_STAT_AREA] < 9
        if band is not None:
            inside = np.bincount(labels[band > 0], minlength=count)
            self._specks |= inside > _REMAINS * stats[:count, cv2.CC_STAT_AREA]

    def cell(self, rect: Rect, *, erase: Gray | None = None) -> CellInk:
        """The ink of the cell `rect`; `erase`: a page mask of strokes to leave out."""
        x0, y0, x1, y1 = rect
        height, width = y1 - y0, x1 - x0
        if height < 6 or width < 6:
            return CellInk(None, None, max(height, 1))
        margin = max(4, int(0.3 * height))
        ox, oy = max(0, x0 - margin), max(0, y0 - margin)
        around = self._labels[oy : y1 + margin, ox : x1 + margin]
        inside = np.zeros(around.shape, bool)
        inside[y0 - oy + 2 : y1 - oy - 2, x0 - ox + 2 : x1 - ox - 2] = True
        own = self._own(around, inside, width)
        if erase is not None:
            own &= erase[oy : y1 + margin, ox : x1 + margin] == 0
        ys, xs = np.nonzero(own)
        if len(ys) < 12:
            return CellInk(None, None, height)
        picture = np.full(around.shape, 255, np.uint8)
        near = cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        picture[near] = self.gray[oy : y1 + margin, ox : x1 + margin][near]
        parts = np.asarray(cv2.connectedComponentsWithStats(own.astype(np.uint8), connectivity=8)[2][1:])
        strokes = int((parts[:, cv2.CC_STAT_AREA] > 12).sum())
        largest = int(parts[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max())
        top, bottom, left, right = int(ys.min()), int(ys.max()) + 1, int(xs.min()), int(xs.max()) + 1
        crop = np.s_[top:bottom, left:right]
        pad = max(4, int(0.13 * (bottom - top)))
        framed = cv2.copyMakeBorder(picture[crop], pad, pad, pad + 3, pad + 3, cv2.BORDER_CONSTANT, value=255)
        mask = np.where(own[crop], 255, 0).astype(np.uint8)
        return CellInk(np.asarray(framed, dtype=np.uint8), mask, height, int(own.sum()), right - left, bottom - top, strokes, largest)

    def _own(self, around: Array, inside: Array, width: int) -> Array:
        """Parts that lie mostly inside are the cell's; of long ones that run through several cells the piece inside."""
        counted = np.bincount(around[inside])
        labels = np.flatnonzero(counted[1:]) + 1 if len(counted) else np.zeros(0, np.int64)
        counts = counted[labels]
        if not len(labels):
            return np.zeros(around.shape, bool)
        share = counts / self._stats[labels, cv2.CC_STAT_AREA]
        through = self._stats[labels, cv2.CC_STAT_WIDTH] > 1.3 * width
        speck = self._specks[labels]
        whole, in_part = np.zeros(len(self._specks), bool), np.zeros(len(self._specks), bool)
        whole[labels[(share >= 0.55) & ~speck]] = True
        in_part[labels[(share < 0.55) & ((share > 0.25) | through) & ~speck]] = True
        own: Array = whole[around] | (in_part[around] & inside)
        return own

    def strike(self, rect: Rect, first: int, last: int) -> Gray | None:
        """Mask (page size) of pen strokes that run level through most of a row, also through the gaps between its words; None without.

        `first`, `last`: where the row's writing begins and ends.
        """
        x0, y0, x1, y1 = rect
        height = y1 - y0
        x0, x1 = max(x0, first - height), min(x1, last + height)
        if height < 10 or x1 - x0 < 2 * height:
            return None
        band = self.mask[y0 + height // 6 : y1 - height // 6, x0:x1]
        run = max(24, int(0.8 * height))
        thick = cv2.dilate(band, np.ones((3, 1), np.uint8))
        level = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
        covered = (level > 0).any(axis=0)
        if covered.mean() < 0.55:
            return None
        erase = np.zeros(self.mask.shape, np.uint8)
        erase[y0 + height // 6 : y1 - height // 6, x0:x1] = level
        return erase


def _without(gray: Gray, rules: Gray) -> Gray:
    """The grey picture with the ruling taken out, strokes that cross it mended."""
    on = rules > 0
    dark = 255 - gray
    dark[on] = 0
    mended = cv2.min(
        cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((9, 1), np.uint8)) if on.any() else dark,
        cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)) if on.any() else dark,
    )
    dark[on] = np.asarray(mended)[on]
    return np.asarray(255 - dark, dtype=np.uint8)
