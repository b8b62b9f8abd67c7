"""Where a table's header is, what stands above it inside the table, and what each column holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.domain.facts import ColumnRole, TextLine
from services.verify.readers.sheet.columns import Heading, understand
from services.verify.readers.sheet.dates import dateable, sharpened
from services.verify.readers.sheet.heading import Placed
from services.verify.readers.sheet.source import Seen, Source
from services.verify.readers.sheet.types import Cell, Grid

_LOOK = 8
"""Atomic rows from the top among which the header is sought: titles and project data may stand above it inside the table."""
_AT_FIRST = 3
"""Rows that are enough where a header beyond doubt is among them: the others' cells are read by what their columns hold."""
_TELLING = (ColumnRole.NAME, ColumnRole.SIGNATURE, ColumnRole.ID_NUMBER)
_FOOT = ("应到", "实到", "合计", "授课教师", "培训教师", "班主任", "负责人", "审核人", "制表人", "填表人", "经办人")


@dataclass
class Frame:
    """A table sorted out: `headings` per atomic column (None: there is no header row), `body` the atomic rows with people."""

    grid: Grid
    headings: list[Heading] | None
    body: list[int]
    lines: list[Placed]
    seen: dict[Cell, Seen]

    def cell(self, row: int, column: int) -> Cell:
        """The cell that covers the atomic row and column."""
        return next(c for c in self.grid.cells if c.r0 <= row < c.r1 and c.c0 <= column < c.c1)


def frame(grid: Grid, source: Source) -> Frame:
    """The table's header, body rows and lines of its own (titles, project data, feet)."""
    wide = {row for cell in grid.cells if _is_wide(cell, grid) for row in range(cell.r0, cell.r1)}
    seen: dict[Cell, Seen] = {}
    top, bottom = None, 0
    for depth in (_AT_FIRST, _LOOK):
        fresh = [c for c in grid.cells if c not in seen and (c.r0 < depth or any(row in wide for row in range(c.r0, c.r1)))]
        seen.update(zip(fresh, source.look([cell.rect for cell in fresh], lines=True), strict=True))
        top, bottom = _header_rows(grid, seen, wide)
        if top is not None and bottom <= depth and _beyond_doubt(grid, seen, top):
            break
    _sharpen_dates(seen, wide, top, bottom)
    headings = None if top is None else _headings(grid, seen, top, bottom)
    body = [row for row in range(bottom, grid.rows) if row not in wide]
    feet = _feet(grid, source, seen, body)
    body = [row for row in body if row not in feet]
    around = [row for row in range(grid.rows) if row in wide or row in feet or (top is not None and row < top)]
    outside = [cell for cell in grid.cells if cell in seen and any(row in around for row in range(cell.r0, cell.r1))]
    lines = [_placed(seen[c], source) for c in outside if seen[c].reading.text]
    return Frame(grid, headings, body, lines, seen)


def _sharpen_dates(seen: dict[Cell, Seen], wide: set[int], top: int | None, bottom: int) -> None:
    """Dates above the people, in the header and in merged cells."""
    for cell, entry in seen.items():
        if not entry.typed and ((top is not None and cell.r0 < bottom) or cell.r0 in wide):
            seen[cell] = replace(entry, reading=sharpened(entry.reading))


def _is_wide(cell: Cell, grid: Grid) -> bool:
    span = cell.c1 - cell.c0
    return grid.columns >= 2 and (span == grid.columns or (grid.columns >= 4 and span >= 0.7 * grid.columns))


def _header_rows(grid: Grid, seen: dict[Cell, Seen], wide: set[int]) -> tuple[int | None, int]:
    """First header row and the row after the last; (None, 0) where no row looks like one."""
    scores: dict[int, int] = {}
    for row in range(min(_LOOK, grid.rows)):
        if row in wide:
            continue
        roles = [understand(seen[c].reading.text).role for c in grid.cells if c.r0 <= row < c.r1 and c in seen and seen[c].reading.text]
        known = [role for role in roles if role is not None]
        if any(role in _TELLING for role in known) and (len(known) >= 2 or grid.columns <= 2):
            scores[row] = len(known)
    if not scores:
        return None, 0
    top = max(scores, key=lambda row: (scores[row], -row))
    top = min(c.r0 for c in grid.cells if c.r0 <= top < c.r1)
    bottom = max(c.r1 for c in grid.cells if c.r0 <= top < c.r1)
    if bottom > top + 3:
        bottom = top + 1
    return top, bottom


def _beyond_doubt(grid: Grid, seen: dict[Cell, Seen], row: int) -> bool:
    """Three or more headings that are known, and hardly anything else in the row."""
    texts = [seen[c].reading.text for c in grid.cells if c.r0 <= row < c.r1 and c in seen and seen[c].reading.text]
    return sum(understand(text).role is not None for text in texts) >= max(3, 0.7 * len(texts))


def _headings(grid: Grid, seen: dict[Cell, Seen], top: int, bottom: int) -> list[Heading]:
    """Each column's heading: the lowest cell's text, with those above it where that is needed to tell columns apart or to date them."""
    headings: list[Heading] = []
    for column in range(grid.columns):
        covering = sorted({c for c in grid.cells if c.c0 <= column < c.c1 and c.r0 < bottom and c.r1 > top}, key=lambda c: c.r0)
        texts = [seen[c].reading.text for c in covering if c in seen]
        lowest = understand(texts[-1]) if texts else understand("")
        joined = understand("".join(texts))
        headings.append(joined if len(texts) > 1 and (joined.month_day or joined.part or lowest.role is None) else lowest)
    return headings


def _feet(grid: Grid, source: Source, seen: dict[Cell, Seen], body: Sequence[int]) -> set[int]:
    """Rows below the people (应到人数, 授课教师签字): the last ones that are parted otherwise than the rest."""
    feet: set[int] = set()
    for row in reversed(body):
        cells = [c for c in grid.cells if c.r0 <= row < c.r1]
        if all(c.c1 - c.c0 == 1 for c in cells):
            break
        fresh = [c for c in cells if c not in seen]
        seen.update(zip(fresh, source.look([c.rect for c in fresh], lines=True), strict=True))
        if not any(word in seen[c].reading.text for c in cells for word in _FOOT):
            break
        feet.add(row)
    return feet


def _placed(seen: Seen, source: Source) -> Placed:
    line = TextLine(_labelled(seen.reading.text), round(seen.reading.confidence, 4), source.page.box(seen.rect))
    return Placed(line, seen.rect, seen.reading.posteriors if not seen.typed and dateable(seen.reading) else None)


def _labelled(text: str) -> str:
    """A cell that is a label (培训日期) beside its value reads on as 培训日期：…"""
    plain = text.strip()
    return f"{plain}：" if len(plain) <= 6 and plain.endswith(("日期", "时间", "地点", "课程", "名称", "内容")) else plain
