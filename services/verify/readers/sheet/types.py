"""Shapes shared by the steps of reading a sheet. Pixel coordinates are those of the straightened page unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.domain.evidence import Box

Gray = NDArray[np.uint8]
"""[height, width], 0 black to 255 white; masks are 0 and 255."""
Rgb = NDArray[np.uint8]
Matrix = NDArray[Any]
"""3 x 3, a projective map of pixels."""
Array = NDArray[Any]
Rect = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels."""


@dataclass(frozen=True)
class Page:
    """A straightened page: evened-out grey picture, and the way back to the picture as a viewer shows it.

    `back` maps pixels of `gray` to pixels of the original, whose width and height are `size`. `text` are the corners [4, 2] of the lines
    of text that the detector found.
    """

    gray: Gray
    back: Matrix
    size: tuple[int, int]
    text: tuple[Array, ...] = ()

    @property
    def width(self) -> int:
        return int(self.gray.shape[1])

    @property
    def height(self) -> int:
        return int(self.gray.shape[0])

    def box(self, rect: Rect) -> Box:
        """The rectangle's bounding box on the original page, in fractions."""
        x0, y0, x1, y1 = rect
        corners = apply(self.back, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float64))
        scaled = np.clip(corners / np.array(self.size, np.float64), 0.0, 1.0)
        left, top = scaled.min(axis=0)
        right, bottom = scaled.max(axis=0)
        return (round(float(left), 5), round(float(top), 5), round(float(right - left), 5), round(float(bottom - top), 5))

    def from_original(self, box: Box) -> tuple[float, float, float, float]:
        """A box in fractions of the original as x0, y0, x1, y1 on this picture."""
        x, y, w, h = box
        width, height = self.size
        corners = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float64) * np.array([width, height])
        there = apply(np.linalg.inv(self.back), corners)
        return (float(there[:, 0].min()), float(there[:, 1].min()), float(there[:, 0].max()), float(there[:, 1].max()))


@dataclass(frozen=True)
class Cell:
    """A cell of the grid: the atomic rows r0..r1 and columns c0..c1 it covers (the last ones excluded)."""

    r0: int
    r1: int
    c0: int
    c1: int
    rect: Rect


@dataclass(frozen=True)
class Grid:
    """A table's geometry. `cells` cover it; one rectangle per atomic row and column; `rules`: its ruling as polylines [n, 2].

    `ruled`: the columns are those of plumb ruling, not of where the text stands.
    """

    rect: Rect
    rows: int
    columns: int
    cells: tuple[Cell, ...]
    row_rects: tuple[Rect, ...]
    column_rects: tuple[Rect, ...]
    rules: tuple[Array, ...] = ()
    ruled: bool = True


def apply(matrix: Matrix, points: Array) -> Array:
    """Points [n, 2] through a projective map."""
    homogeneous = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ matrix.T
    mapped: Array = homogeneous[:, :2] / homogeneous[:, 2:]
    return mapped
