"""Tables with level rules only, or none: rows and columns from where the text stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from services.domain.facts import ColumnRole
from services.verify.readers.sheet.columns import understand
from services.verify.readers.sheet.gaps import mended
from services.verify.readers.sheet.grid import Ruling
from services.verify.readers.sheet.rules import Rule
from services.verify.readers.sheet.strokes import even_rows
from services.verify.readers.sheet.types import Array, Cell, Grid, Page, Rect

Read = Callable[[Sequence[Rect]], list[str]]
"""Reads the text in rectangles of the page."""


def loose_grid(page: Page, lines: Ruling, read: Read) -> Grid | None:
    """The grid behind text that stands in columns; None where there is no such thing.

    The header line (two or more known headings) gives the columns; without one, the gaps between the columns of text.
    """
    boxes = [_bounds(quad) for quad in page.text]
    boxes = [box for box in boxes if box[3] - box[1] > 8]
    if len(boxes) < 6:
        return None
    rules = even_rows([rule for rule in lines.level if rule.seen > 0.4 * page.width], lines.ink)
    # One or two long lines are pen strokes through a row.
    rules = mended(rules, lines.level_mask, page.text, (0, page.width)) if len(rules) >= 4 else []
    texts = _lines_of(boxes)
    header = _header(texts, read)
    body = [box for box in boxes if header is None or box[1] > max(h[3] for h in header) - 4]
    if not body:
        return None
    if header is not None and _crossing(header):
        return None
    columns = _columns(header, body, page.width)
    if len(columns) < 2:
        return None
    top = min(h[1] for h in header) if header else min(b[1] for b in body)
    bands = _ruled_bands(rules, header, top) if rules else None
    if bands is None:
        bands = _text_bands(header, body, columns)
    return _grid(bands, columns, rules)


def _bounds(quad: Array) -> Rect:
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    return (int(x0), int(y0), int(x1), int(y1))


def _lines_of(boxes: Sequence[Rect]) -> list[list[Rect]]:
    """Boxes by line of text, top to bottom, each left to right."""
    lines: list[list[Rect]] = []
    for box in sorted(boxes, key=lambda b: b[1] + b[3]):
        middle = (box[1] + box[3]) / 2
        if lines and abs(float(np.mean([(b[1] + b[3]) / 2 for b in lines[-1]])) - middle) < 0.6 * max(box[3] - box[1], max(b[3] - b[1] for b in lines[-1])):
            lines[-1].append(box)
        else:
            lines.append([box])
    return [sorted(line) for line in lines]


def _header(lines: Sequence[Sequence[Rect]], read: Read) -> list[Rect] | None:
    for line in lines[:12]:
        if len(line) < 2:
            continue
        roles = [understand(text).role for text in read(list(line))]
        if any(role in (ColumnRole.NAME, ColumnRole.SIGNATURE) for role in roles) and sum(role is not None for role in roles) >= max(2, len(line) // 2):
            return _headings(line, roles)
    return None


def _headings(line: Sequence[Rect], roles: Sequence[ColumnRole | None]) -> list[Rect]:
    """The line's boxes without what reaches into it from the row below: a tall signature that stands under a heading."""
    known = [box for box, role in zip(line, roles, strict=True) if role is not None]
    return [box for box, role in zip(line, roles, strict=True) if role is not None or not any(_above_each_other(box, other) for other in known)]


def _above_each_other(one: Rect, other: Rect) -> bool:
    return min(one[2], other[2]) - max(one[0], other[0]) > 0.5 * min(one[2] - one[0], other[2] - other[0])


def _crossing(header: Sequence[Rect]) -> bool:
    """Headings that stand above each other: lines of a page that is not level were taken for one."""
    return any(after[0] + after[2] <= before[0] + before[2] for before, after in zip(header[:-1], header[1:], strict=True))


def _columns(header: Sequence[Rect] | None, body: Sequence[Rect], width: int) -> list[tuple[int, int]]:
    """Left and right of each column, meeting where the fewest lines of text lie across."""
    across = np.zeros(width + 1)
    for x0, _, x1, _ in body:
        across[max(0, x0) : x1] += 1
    left = max(0, min(b[0] for b in body) - 12)
    right = min(width, max(b[2] for b in body) + 12)
    if header is None:
        free = across < max(1.0, 0.06 * len(body) ** 0.9)
        return _stretches(free, left, right)
    left, right = min(left, header[0][0] - 12), max(right, header[-1][2] + 12)
    edges = [left]
    for before, after in zip(header[:-1], header[1:], strict=True):
        a, b = (before[0] + before[2]) // 2, (after[0] + after[2]) // 2
        between = across[a:b]
        least = np.flatnonzero(between <= between.min())
        runs = np.split(least, np.flatnonzero(np.diff(least) > 1) + 1)
        widest = max(runs, key=len)
        edges.append(a + int(widest[len(widest) // 2]))
    edges.append(right)
    return list(zip(edges[:-1], edges[1:], strict=True))


def _stretches(free: Array, left: int, right: int) -> list[tuple[int, int]]:
    edges = [left]
    start: int | None = None
    for x in range(left + 12, right - 12):
        if free[x] and start is None:
            start = x
        elif not free[x] and start is not None:
            if x - start > 14:
                edges.append((start + x) // 2)
            start = None
    edges.append(right)
    return list(zip(edges[:-1], edges[1:], strict=True))


def _ruled_bands(rules: Sequence[Rule], header: Sequence[Rect] | None, top: int) -> list[tuple[int, int]] | None:
    ys = sorted(int(rule.middle) for rule in rules)
    ys = [y for i, y in enumerate(ys) if i == 0 or y - ys[i - 1] > 9]
    gaps = np.diff(ys)
    usual = float(np.median(gaps))
    bands = [(a, b) for a, b in zip(ys[:-1], ys[1:], strict=True) if 0.6 * usual < b - a < 2.6 * usual and b > top]
    if len(bands) < 3:
        return None
    if header is not None and min(h[1] for h in header) < bands[0][0] - 4:
        bands.insert(0, (min(h[1] for h in header) - 6, bands[0][0]))
    return bands


def _text_bands(header: Sequence[Rect] | None, body: Sequence[Rect], columns: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Rows around the lines of the column with most entries: printed numbers or names, which hold their line better than a hand."""

    def entries(column: tuple[int, int]) -> list[float]:
        inside = sorted((b[1] + b[3]) / 2 for b in body if column[0] <= (b[0] + b[2]) / 2 < column[1])
        return [y for i, y in enumerate(inside) if i == 0 or y - inside[i - 1] > 12]

    found = [entries(column) for column in columns]
    most = max(len(e) for e in found)
    centres = next(e for e in found if len(e) >= 0.9 * most)
    pitch = float(np.median(np.diff(centres))) if len(centres) > 1 else 60.0
    kept = centres[:1]
    for y in centres[1:]:
        missing = round((y - kept[-1]) / pitch) - 1
        if missing > 2:
            break
        start = kept[-1]
        kept += [start + (y - start) * (i + 1) / (missing + 1) for i in range(max(0, missing))] + [y]
    others = sorted(y for e in found for y in e)
    kept = _further(_further(kept, others, pitch), others, -pitch)
    edges = [kept[0] - pitch / 2] + [(a + b) / 2 for a, b in zip(kept[:-1], kept[1:], strict=True)] + [kept[-1] + pitch / 2]
    bands = [(int(a), int(b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    if header is not None:
        bands.insert(0, (min(h[1] for h in header) - 6, min(bands[0][0], max(h[3] for h in header) + 6)))
    return bands


def _further(rows: list[float], entries: Sequence[float], pitch: float) -> list[float]:
    """Rows going on at their pitch (negative: upward) while some other column has an entry there: one number may be overlooked."""
    rows = sorted(rows)
    while True:
        end = rows[-1] if pitch > 0 else rows[0]
        beyond = [y for y in entries if abs(y - end - pitch) < 0.3 * abs(pitch)]
        if not beyond:
            return rows
        rows = sorted([*rows, float(np.median(beyond))])


def _grid(bands: Sequence[tuple[int, int]], columns: Sequence[tuple[int, int]], rules: Sequence[Rule]) -> Grid:
    cells = tuple(Cell(r, r + 1, c, c + 1, (x0, y0, x1, y1)) for r, (y0, y1) in enumerate(bands) for c, (x0, x1) in enumerate(columns))
    left, right, top, bottom = columns[0][0], columns[-1][1], bands[0][0], bands[-1][1]
    rows = tuple((left, y0, right, y1) for y0, y1 in bands)
    lines = tuple(rule.polyline(level=True) for rule in rules)
    return Grid((left, top, right, bottom), len(bands), len(columns), cells, rows, tuple((x0, top, x1, bottom) for x0, x1 in columns), lines, ruled=False)
