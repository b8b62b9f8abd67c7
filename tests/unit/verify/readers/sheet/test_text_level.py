"""Rows made level by where their text stands, where nothing is ruled."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from services.verify.readers.sheet.text_level import bent, levelled
from services.verify.readers.sheet.types import Array, apply

_SIZE = (848, 1200)


def _rows(off_line: float = 0.0) -> list[Array]:
    """Corners of a number, a name, a department and a signature in each of sixteen rows; signatures `off_line` pixels off their row (spread)."""
    rng = np.random.default_rng(5)
    found = []
    for y in np.arange(180.0, 1000.0, 52.0):
        for x, width, hand in ((80, 24, 0.0), (160, 70, 0.0), (340, 110, 0.0), (600, 130, off_line)):
            top = y + rng.normal(0, 1) * hand
            found.append(np.array([[x, top], [x + width, top], [x + width, top + 26], [x, top + 26]], np.float64))
    return found


def _seen(text: list[Array], corners: list[tuple[int, int]]) -> list[Array]:
    """The text as a camera sees it that shows the page's corners there."""
    width, height = _SIZE
    page = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(page, np.array(corners, np.float32))
    return [apply(np.asarray(matrix, np.float64), quad) for quad in text]


ASLANT = {
    "wider below": [(90, 60), (760, 30), (848, 1190), (0, 1100)],
    "falling to the right": [(60, 20), (780, 110), (800, 1180), (20, 1040)],
    "rows that fan out": [(40, 100), (800, 20), (820, 1180), (30, 1060)],
}


@pytest.mark.parametrize("off_line", [0.0, 6.0])
@pytest.mark.parametrize("corners", ASLANT.values(), ids=ASLANT.keys())
def test_rows_seen_aslant_are_made_level(corners: list[tuple[int, int]], off_line: float) -> None:
    text = _seen(_rows(off_line), corners)
    found = levelled(text, _SIZE)
    assert found is not None
    rows = [np.array([apply(found, quad).mean(axis=0) for quad in text[i : i + 3]]) for i in range(0, len(text), 4)]
    slopes = [abs(np.degrees(np.arctan2(row[2, 1] - row[0, 1], row[2, 0] - row[0, 0]))) for row in rows]
    assert max(slopes) < 0.6


def test_level_rows_are_left_alone() -> None:
    assert bent(_rows()) < 0.1
    assert levelled(_rows(), _SIZE) is None
    assert levelled(_rows(6.0), _SIZE) is None


def test_a_few_words_tell_nothing() -> None:
    assert levelled(_seen(_rows()[:8], ASLANT["falling to the right"]), _SIZE) is None
