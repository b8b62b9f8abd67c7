"""Where the rows of a sheet lie in its picture: on a slanted photo an upright box reaches into its neighbours, a band along the cells does not."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from services.domain.evidence import Box
from services.domain.facts import SheetFacts, SheetRow

Band = list[tuple[float, float]]
"""A polygon: (x, y) in fractions of the page, clockwise from the upper left."""

_LEVEL = 0.002
"""A row that rises by less than this share of the page's height over its length is level: its box says as much."""
_APART = 1e-6


def bands(facts: SheetFacts, page: int) -> dict[int, Band]:
    """Row -> its band, for the rows of a page that are slanted and whose cells tell how."""
    rows = [row for p in facts.pages if p.page == page for table in p.tables for row in table.rows]
    return {row.row: band for row in rows if (band := band_of(row)) is not None}


def band_of(row: SheetRow) -> Band | None:
    """From the middles of the cells: an upright box around a slanted cell has the cell's own middle."""
    boxes = [cell.box for cell in row.cells if cell.box[2] > 0 and cell.box[3] > 0]
    middles = sorted((x + w / 2, y + h / 2) for x, y, w, h in boxes)
    slope = _slope(middles)
    left, _, width, _ = row.box
    if slope is None or abs(slope * width) < _LEVEL:
        return None
    at_zero = median(y - slope * x for x, y in middles)
    half = _height(boxes, slope) / 2
    right = left + width
    corners = ((left, -half), (right, -half), (right, half), (left, half))
    return [(_within(x), _within(at_zero + slope * x + off)) for x, off in corners]


def _slope(middles: Sequence[tuple[float, float]]) -> float | None:
    """The median slope between any two cells (Theil-Sen): one cell that was cut wrongly does not turn the row. None for less than two cells."""
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for i, a in enumerate(middles) for b in middles[i + 1 :] if b[0] - a[0] > _APART]
    return median(slopes) if slopes else None


def _height(boxes: Sequence[Box], slope: float) -> float:
    """Of the row itself: what the slant adds to the boxes of its cells is taken off again."""
    return max(median(h - abs(slope) * w for _, _, w, h in boxes), 0.25 * min(h for _, _, _, h in boxes))


def _within(value: float) -> float:
    return min(max(value, 0.0), 1.0)
