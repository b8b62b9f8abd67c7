"""Does a reading of a page hold together? What doesn't is no reading of it, or not of all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from services.domain.facts import ColumnRole, SheetTable
from services.verify.readers.sheet.grid import Ruling
from services.verify.readers.sheet.header import Frame
from services.verify.readers.sheet.rules import Rule
from services.verify.readers.sheet.types import Array, Grid, Page, Rect

_TALL = 1.65
"""A row so many times as high as the usual one holds two, unless its number says otherwise."""
_MERGED, _UNEVEN = 0.3, 0.34
"""More body rows than this share with cells merged across columns, or of odd height: the ruling was misread."""
_BESIDE, _BELOW = 3, 3
"""So many pieces of text beside the rows, or lines of two or more pieces below them, belong to rows that were not found."""
_READ = 0.55
_THROUGH = 0.5
_EDGE, _MOST = 0.012, 0.6
_TILTED = 4.0
"""Degrees by which text may fall where nothing is ruled."""


@dataclass(frozen=True)
class Quality:
    """`score` ranks readings of one page; `whole`: no row is known to be missing; `sound`: the rows found can be rows; `ruled`: the
    ruling that is there was used."""

    score: float
    whole: bool
    sound: bool
    ruled: bool = True

    @property
    def good(self) -> bool:
        return self.whole and self.sound


@dataclass(frozen=True)
class Part:
    """A table found: its frame, whether its columns are known (by a header, or from the page before), and its sides as facts."""

    frame: Frame
    known: bool
    sides: tuple[SheetTable, ...]


def assess(page: Page, parts: Sequence[Part], lines: Ruling) -> Quality:
    """How well the tables account for the page, its text and its ruling."""
    rows = sum(len(table.rows) for part in parts for table in part.sides)
    if not rows:
        return Quality(0.0, whole=True, sound=False)
    grids = [part.frame.grid for part in parts]
    inside = sum(any(_holds(grid.rect, quad) for grid in grids) for quad in page.text)
    known = sum(len(table.rows) for part in parts if part.known for table in part.sides) / rows
    uneven = sum(_uneven(part.frame) for part in parts) / rows
    sound = uneven < _UNEVEN and sum(_merged(part.frame) for part in parts) < _MERGED * rows
    whole = (
        (all(grid.ruled for grid in grids) or _level(page))
        and not any(_numbers_missing(part) for part in parts)
        and not _text_left(page, grids)
        and not any(_cut_off(grid, page, lines.level) for grid in grids)
    )
    score = inside / max(len(page.text), 8) + 0.8 * known + _surety(parts) - uneven
    ruled = all(_ruling_used(grid, lines.plumb) for grid in grids)
    return Quality(score + 0.5 * whole + 0.5 * sound + 0.5 * ruled, whole, sound, ruled)


def _ruling_used(grid: Grid, plumb: Sequence[Rule]) -> bool:
    """A table made from where its text stands has no plumb ruling through its rows."""
    x0, y0, x1, y1 = grid.rect
    through = [r for r in plumb if x0 < r.middle < x1 and min(r.end, y1) - max(r.start, y0) > _THROUGH * (y1 - y0)]
    return grid.ruled or len(through) < 2


def _level(page: Page) -> bool:
    """Lines of text run level all over the page: only then are rows without ruling where their text seems to stand."""
    edges = [(q[1] - q[0]) + (q[2] - q[3]) for q in page.text if np.linalg.norm(q[1] - q[0]) > 2 * np.linalg.norm(q[3] - q[0])]
    tilts = [abs(float(np.degrees(np.arctan2(e[1], e[0])))) for e in edges]
    return len(tilts) < 6 or float(np.percentile(tilts, 75)) < _TILTED


def _cut_off(grid: Grid, page: Page, level: Sequence[Rule]) -> bool:
    """The rows' rules, or their text, run out of the picture: what was taken for the paper's edge is the edge of a shadow."""
    x0, y0, x1, y1 = grid.rect
    near = _EDGE * page.width
    rules = [r for r in level if y0 - 8 <= r.middle <= y1 + 8 and min(r.end, x1) - max(r.start, x0) > 0.5 * (x1 - x0)]
    out = [sum(r.start < near for r in rules), sum(r.end > page.width - near for r in rules)]
    if max(out) >= max(3, _MOST * (grid.rows + 1)):
        return True
    rows = [q for q in page.text if y0 < q[:, 1].mean() < y1]
    text = [sum(q[:, 0].min() < 3 for q in rows), sum(q[:, 0].max() > page.width - 4 for q in rows)]
    return bool(max(text) >= max(3, _MOST * grid.rows))


def _holds(rect: Rect, quad: Array) -> bool:
    x, y = quad.mean(axis=0)
    return bool(rect[0] <= x <= rect[2] and rect[1] <= y <= rect[3])


def _surety(parts: Sequence[Part]) -> float:
    """The mean confidence of what was read in the columns that are mostly printed."""
    cells = [cell for part in parts for table in part.sides for row in table.rows for cell in row.cells if cell.text]
    return float(np.mean([cell.confidence for cell in cells])) if cells else 0.0


def _heights(frame: Frame) -> Array:
    return np.array([frame.grid.row_rects[row][3] - frame.grid.row_rects[row][1] for row in frame.body], np.float64)


def _uneven(frame: Frame) -> int:
    """Rows of odd height."""
    heights = _heights(frame)
    if len(heights) < 3:
        return 0
    usual = float(np.median(heights))
    return int(((heights > _TALL * usual) | (heights < 0.5 * usual)).sum())


def _merged(frame: Frame) -> int:
    return sum(any(c.c1 - c.c0 > 1 and c.r0 <= row < c.r1 for c in frame.grid.cells) for row in frame.body)


def _numbers_missing(part: Part) -> bool:
    """The numbers at the rows' beginning jump, or, where the columns are not known, don't begin at one."""
    last = 0
    for table in part.sides:
        numbers = _numbers(table)
        if len(numbers) < max(2, 0.4 * len(table.rows)):
            return False
        offsets = [number - index for index, number in numbers]
        for k in range(1, len(offsets)):
            if offsets[k] > offsets[k - 1] and _agree(offsets[:k][::-1]) and _agree(offsets[k:]):
                return True
        start = int(np.median(offsets))
        if start - last > 1 and offsets.count(start) >= 2 and (last or not part.known):
            return True
        index, number = numbers[-1]
        last = number + len(table.rows) - 1 - index  # the last rows' numbers may be crossed out
    return False


def _agree(offsets: Sequence[int]) -> bool:
    """The nearest two rows say the same: a single number is soon misread."""
    return len(offsets) >= 2 and offsets[0] == offsets[1]


def _numbers(table: SheetTable) -> list[tuple[int, int]]:
    """(place among the rows, number) of the numbers that were read surely."""
    column = next((c.index for c in table.columns if c.role is ColumnRole.NUMBER), None)
    if column is None:
        return []
    found = []
    for index, row in enumerate(table.rows):
        cell = row.cells[column]
        plain = re.fullmatch(r"(\d{1,3})[.、]?", cell.text.strip())
        if plain and cell.confidence >= _READ:
            found.append((index, int(plain[1])))
    return found


def _text_left(page: Page, grids: Sequence[Grid]) -> bool:
    """Text in rows and columns that no table holds: a table's half, or its end, was not found."""
    boxes = [(q.min(axis=0), q.max(axis=0)) for q in page.text]
    loose = [(low, high) for low, high in boxes if not any(_near(grid.rect, (low + high) / 2) for grid in grids)]
    top, bottom = min(g.rect[1] for g in grids), max(g.rect[3] for g in grids)
    beside = [(low, high) for low, high in loose if top < (low[1] + high[1]) / 2 < bottom]
    if len(beside) >= _BESIDE and len({round((low[1] + high[1]) / 60) for low, high in beside}) >= _BESIDE:
        return True
    usual = float(np.median([r[3] - r[1] for g in grids for r in g.row_rects]))
    if _lines(loose, lambda y: bottom < y < bottom + 1.2 * usual, 3):  # right below, in as many pieces as a row
        return True
    return _lines(loose, lambda y: y >= bottom, 2) >= _BELOW or _lines(loose, lambda y: y <= top, 3) >= _BELOW


def _near(rect: Rect, point: Array) -> bool:
    """In the table, or so close to it that it may reach out of its last cells."""
    margin = 0.03 * (rect[2] - rect[0])
    return bool(rect[0] - margin <= point[0] <= rect[2] + margin and rect[1] - 12 <= point[1] <= rect[3] + 12)


def _lines(boxes: Sequence[tuple[Array, Array]], where: Callable[[float], bool], least: int) -> int:
    """Lines of text in a stretch of the page that consist of `least` or more pieces."""
    spans = sorted(((low[1] + high[1]) / 2, high[1] - low[1]) for low, high in boxes if where((low[1] + high[1]) / 2))
    lines: list[list[float]] = []
    for middle, height in spans:
        if lines and middle - lines[-1][-1] < 0.5 * height:
            lines[-1].append(middle)
        else:
            lines.append([middle])
    return sum(len(line) >= least for line in lines)
