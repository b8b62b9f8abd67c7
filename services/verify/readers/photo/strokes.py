"""Whether letters may be drawn across the left or right edge of a photo: a look of a few milliseconds before any model is asked.

A line of letters is a window, five times as wide as high, in which light or dark strokes begin often along every row, with hardly a
stroke in the rows right above and below. Grass and gravel have the first, seldom the second; railings and tiles the second, not the first.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from services.adapters.images import shrink

Grey = np.ndarray[Any, np.dtype[np.uint8]]
Counts = np.ndarray[Any, np.dtype[Any]]

_WIDTH = 500
"""Pixels of width at which strokes are looked for."""
_HEIGHTS = (7, 10, 14, 20)
"""Of letters, in those pixels: from a 70th to a 25th of the width."""
_LONG = 5
"""Widths of a window, in its heights."""
_SIDE = 0.14
"""Where a line begins or ends, in shares of the width from the edge."""
_STROKE, _LIGHT = 35, 100
_LEAST_INK, _MOST_INK = 0.10, 0.62
_MOST_LETTERS = 1.4
"""More beginnings of strokes than so many a height are no likelier to be letters: grass has twice as many."""
_LETTERS = 0.70
"""Score from which a window may be letters: of real photos without a stamp one in seven has one, of generated stamps 98 in 100."""
_STEP = 4


def has_letters(part: Grey) -> bool:
    """Whether a window of an upright strip of a photo, as wide as the photo, looks like drawn letters."""
    if part.shape[1] < 160 or part.shape[0] < 40:
        return False
    small = shrink(part, (_WIDTH, max(20, round(part.shape[0] * _WIDTH / part.shape[1]))))
    zone = round(_SIDE * _WIDTH) + _LONG * _HEIGHTS[-1]
    # seen in the mirror, the right edge is a left one
    return any(_best(ink) >= _LETTERS for side in (small[:, :zone], small[:, : -zone - 1 : -1]) for ink in _strokes(np.ascontiguousarray(side)))


def _strokes(grey: Grey) -> tuple[Grey, Grey]:
    """Thin light strokes, and thin dark ones: on a white wall only the letters' shadows stand out. 0 or 1."""
    around = np.ones((7, 7), np.uint8)
    light = (cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, around) > _STROKE) & (grey > _LIGHT)
    dark = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, around) > _STROKE
    return light.astype(np.uint8), dark.astype(np.uint8)


def _best(ink: Grey) -> float:
    """The highest score of a window that begins near the left edge."""
    starts = ink.copy()
    starts[:, 1:] &= 1 - ink[:, :-1]
    if np.count_nonzero(starts) < _LETTERS * _LONG * _HEIGHTS[0]:
        return 0.0  # too few for a window of the smallest letters
    inked, begun = (cv2.integral(counted, sdepth=cv2.CV_32F) for counted in (ink, starts))
    return max(_score(inked, begun, height) for height in _HEIGHTS)


def _score(inked: Counts, begun: Counts, height: int) -> float:
    width, gap = _LONG * height, max(2, height // 4)
    columns, rows = round(_SIDE * _WIDTH), inked.shape[0] - 1 - height - 2 * gap
    if rows < 1:
        return 0.0

    def within(sums: Counts, top: int, bottom: int) -> Counts:
        """Counts in the windows' rows from `top` to `bottom`, both from the row where letters begin; [rows, columns]."""
        low, high = sums[gap + bottom : gap + bottom + rows], sums[gap + top : gap + top + rows]
        tall = low - high
        return np.asarray(tall[:, width : width + columns : _STEP] - tall[:, :columns:_STEP])

    share = within(inked, 0, height) / (height * width)
    beside = (within(inked, -gap, 0) + within(inked, height, height + gap)) / (2 * gap * width)
    alone = np.maximum(share - beside, 0) / (share + 0.02)
    letters = np.minimum(within(begun, 0, height) / (height * _LONG), _MOST_LETTERS)
    scores = np.where((share > _LEAST_INK) & (share < _MOST_INK), letters * alone**2, 0.0)
    return float(scores.max())
