"""What counts as ruling when a page is made straight."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from services.verify.readers.sheet.perspective import straightening
from services.verify.readers.sheet.types import Array, apply

_SIZE = (1200, 848)


def _page(*strokes: tuple[int, int]) -> Array:
    """A page with pen strokes from its left to its right: heights at which each begins and ends, drawn twice."""
    gray = np.full(_SIZE, 255, np.uint8)
    for left, right in strokes:
        for off in (0, 9):
            cv2.line(gray, (70, left + off), (780, right + off), 20, 3)
    return gray


def _lines(width: int = 120) -> list[Array]:
    """Corners of three words, so many pixels wide, in each of sixteen level rows."""
    return [np.array([[x, y], [x + width, y], [x + width, y + 24], [x, y + 24]], np.float64) for y in range(180, 1000, 52) for x in (90, 340, 600)]


def _slope(matrix: Array | None, place: float) -> float:
    ends = np.array([[100.0, place], [700.0, place]])
    a, b = ends if matrix is None else apply(matrix, ends)
    return float(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])))


@pytest.mark.parametrize("width", [120, 50])
def test_strokes_through_rows_each_slanting_its_own_way_are_no_ruling_in_perspective(width: int) -> None:
    made = straightening(_page((540, 575), (860, 805)), _lines(width))
    assert max(abs(_slope(made, y)) for y in (200, 600, 1000)) < 0.5


def test_ruling_in_perspective_is_made_level() -> None:
    made = straightening(_page(*((y, y + 20 - y // 30) for y in range(150, 1050, 52))), _lines())
    assert abs(_slope(made, 600)) < 0.5
    assert abs(_slope(made, 200) - _slope(made, 1000)) > 1.0
