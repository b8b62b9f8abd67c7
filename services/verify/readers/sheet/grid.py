"""Tables from ruling: which lines make a table, and the cells between them, merged ones included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from services.verify.readers.sheet.gaps import mended, with_columns
from services.verify.readers.sheet.light import ink_mask
from services.verify.readers.sheet.rules import Rule, clipped, find_rules, masks
from services.verify.readers.sheet.strokes import even_rows, without_strokes
from services.verify.readers.sheet.types import Array, Cell, Gray, Grid, Rect

_BORDER = 0.34
"""A border counts as drawn when this part of it is: folds and faint print leave gaps."""

_SAME_PLACE, _FRAMED = 0.4, 0.7
"""A grid of which the first share lies in another is at its place, for tables do not lie on each other; with at least the second share of its
cells it is the table itself, the other a frame."""

_END, _PARTED = 34, 74


@dataclass(frozen=True)
class Ruling:
    """The page's ruling: level and plumb lines with their masks."""

    level: list[Rule]
    plumb: list[Rule]
    level_mask: Gray
    plumb_mask: Gray
    ink: Gray


def ruling(gray: Gray, *, dotted: bool = False) -> Ruling:
    """All lines of a straightened page that are long enough to rule a table; with `dotted` also dotted and dashed ones."""
    level_mask, plumb_mask = masks(gray, dotted=dotted)
    height, width = gray.shape
    level = find_rules(level_mask, least=int(0.045 * width))
    plumb = find_rules(np.asarray(cv2.transpose(plumb_mask), dtype=np.uint8), least=int(0.022 * height))
    level, plumb = _inside(level, height), _inside(plumb, width)
    return Ruling(clipped(level, plumb, height), plumb, level_mask, plumb_mask, ink_mask(gray))


def _inside(rules: list[Rule], extent: int) -> list[Rule]:
    """Without the paper's own edges."""
    margin = 0.012 * extent
    return [rule for rule in rules if margin < rule.middle < extent - margin]


def grids(lines: Ruling, shape: tuple[int, int], text: Sequence[Array] = ()) -> list[Grid]:
    """Every ruled table with level and plumb lines, top to bottom. `text`: corners of the lines of text, by which lost rules are put back."""
    found = [grid for rect in _regions(lines, shape) if (grid := _grid(lines, rect, text)) is not None]
    return sorted(_without_frames(found), key=lambda grid: (grid.rect[1], grid.rect[0]))


def _without_frames(found: list[Grid]) -> list[Grid]:
    """Of two grids at one place the outer is the table, unless it is a frame around it: the paper's edge, with hardly more cells than the table."""
    kept: list[Grid] = []
    for grid in sorted(found, key=lambda g: _area(g.rect)):
        inner = [other for other in kept if _shared(other.rect, grid.rect) > _SAME_PLACE * _area(other.rect)]
        if any(len(other.cells) >= _FRAMED * len(grid.cells) for other in inner):
            continue
        kept = [other for other in kept if all(other is not one for one in inner)] + [grid]
    return kept


def _area(rect: Rect) -> int:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])


def _shared(a: Rect, b: Rect) -> int:
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))


def _regions(lines: Ruling, shape: tuple[int, int]) -> list[Rect]:
    """Bounding boxes of rules that touch each other."""
    canvas = np.zeros(shape, np.uint8)
    for rule in lines.level:
        _draw(canvas, rule, level=True)
    for rule in lines.plumb:
        _draw(canvas, rule, level=False)
    outlines, inside = cv2.findContours(canvas, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    height, width = shape
    rects = [cv2.boundingRect(outline) for k, outline in enumerate(outlines) if inside[0, k, 3] < 0]
    boxes = [(x, y, x + w, y + h) for x, y, w, h in rects if w > 0.2 * width]
    alone = [box for box in boxes if box[3] - box[1] <= 0.03 * height]
    return [_with_ends(box, alone) for box in boxes if box[3] - box[1] > 0.03 * height]


def _with_ends(table: Rect, alone: list[Rect]) -> Rect:
    """The table with its first and last rule, which a stroke through the outermost row has parted from the plumb ones."""
    x0, y0, x1, y1 = table
    ends = [line for line in alone if abs(line[0] - x0) < _END and abs(line[2] - x1) < _END]
    below = [line[3] for line in ends if 0 < line[3] - y1 < _PARTED]
    above = [line[1] for line in ends if 0 < y0 - line[1] < _PARTED]
    return (x0, min([y0, *above]), x1, max([y1, *below]))


def _draw(canvas: Gray, rule: Rule, *, level: bool) -> None:
    cv2.polylines(canvas, [rule.polyline(level=level).reshape(-1, 1, 2)], False, 255, 13)


def rule_mask(found: list[Grid], lines: Ruling) -> Gray:
    """Mask of the pixels that the ruling of these tables covers."""
    drawn = cv2.dilate(cv2.bitwise_or(lines.level_mask, lines.plumb_mask), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.bitwise_and(rule_band(found, drawn.shape, 13), drawn), dtype=np.uint8)


def rule_band(found: list[Grid], shape: tuple[int, ...], width: int) -> Gray:
    """Mask of the bands, `width` pixels wide, in which the ruling of these tables runs."""
    near = np.zeros(shape, np.uint8)
    for grid in found:
        cv2.polylines(near, [points.reshape(-1, 1, 2) for points in grid.rules], False, 255, width)
    return near


def _within(rules: list[Rule], along: tuple[int, int], across: tuple[int, int]) -> list[Rule]:
    return [
        rule
        for rule in rules
        if across[0] - 8 <= rule.middle <= across[1] + 8 and min(rule.end, along[1]) - max(rule.start, along[0]) > 0.5 * (rule.end - rule.start)
    ]


def _grid(lines: Ruling, rect: Rect, text: Sequence[Array]) -> Grid | None:
    x0, y0, x1, y1 = rect
    level = _separators(_within(lines.level, (x0, x1), (y0, y1)))
    plumb = _separators(_within(lines.plumb, (y0, y1), (x0, x1)))
    plumb = [rule for rule in plumb if rule.end - rule.start > 0.22 * (y1 - y0) and rule.seen > 0.6 * (rule.end - rule.start)]
    level = even_rows(without_strokes(level, plumb, x1 - x0), lines.ink)
    plumb = with_columns(_anchored(_between(plumb, level), level), level, text)
    if len(level) < 2 or len(plumb) < 2:
        return None
    level = mended(level, lines.level_mask, text, (int(plumb[0].middle), int(plumb[-1].middle)))
    return _cells(level, plumb, lines)


def _separators(rules: list[Rule]) -> list[Rule]:
    """Sorted by position; rules at the same place (double lines, pieces) count once, the longest standing for all."""
    kept: list[Rule] = []
    for rule in sorted(rules, key=lambda r: -r.seen):
        middle = (rule.start + rule.end) / 2
        if all(abs(other.place(middle) - rule.place(middle)) > 9 for other in kept):
            kept.append(rule)
    return sorted(kept, key=lambda rule: rule.middle)


def _between(plumb: list[Rule], level: list[Rule]) -> list[Rule]:
    """Plumb lines where the level ones run: not the shadow along the paper's edge."""
    if not level:
        return plumb
    start, end = float(np.median([rule.start for rule in level])), float(np.median([rule.end for rule in level]))
    return [rule for rule in plumb if start - 24 < rule.middle < end + 36]


def _anchored(plumb: list[Rule], level: list[Rule]) -> list[Rule]:
    """Plumb lines that end at level ones."""
    kept = []
    for rule in plumb:
        near = [min((abs(h.place(rule.place(end)) - end) for h in level), default=1e9) for end in (rule.start, rule.end)]
        if max(near) < 26 or rule.seen > 0.5 * (level[-1].middle - level[0].middle if len(level) > 1 else 1e9):
            kept.append(rule)
    return kept


def _corner(h: Rule, v: Rule) -> tuple[float, float]:
    y = h.middle
    x = v.middle
    for _ in range(3):
        x = v.place(y)
        y = h.place(x)
    return x, y


def _cells(level: list[Rule], plumb: list[Rule], lines: Ruling) -> Grid:
    rows, columns = len(level) - 1, len(plumb) - 1
    corner = np.array([[_corner(h, v) for v in plumb] for h in level])
    level_mask = np.asarray(cv2.dilate(lines.level_mask, np.ones((9, 1), np.uint8)), dtype=np.uint8)
    plumb_mask = np.asarray(cv2.dilate(lines.plumb_mask, np.ones((1, 9), np.uint8)), dtype=np.uint8)
    thick = np.asarray(cv2.dilate(lines.ink, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    parent = np.arange(rows * columns)

    def parted(r: int, c: int) -> bool:
        """A border is drawn left of column c; one that is only assumed stands where those beside it are drawn."""
        if plumb[c].assumed and 0 < c < columns:
            return parted(r, c - 1) and parted(r, c + 1)
        return c in (0, columns) or _border(plumb_mask, thick, corner[r, c], corner[r + 1, c])

    def root(i: int) -> int:
        while parent[i] != i:
            i = int(parent[i])
        return i

    for r in range(rows):
        for c in range(columns):
            if c + 1 < columns and not parted(r, c + 1):
                parent[root(r * columns + c + 1)] = root(r * columns + c)
            if r + 1 < rows and not (level[r + 1].assumed or _border(level_mask, thick, corner[r + 1, c], corner[r + 1, c + 1])):
                parent[root((r + 1) * columns + c)] = root(r * columns + c)
    groups: dict[int, list[tuple[int, int]]] = {}
    for r in range(rows):
        for c in range(columns):
            groups.setdefault(root(r * columns + c), []).append((r, c))
    cells = tuple(_cell(members, corner) for members in groups.values())
    row_rects = tuple(_rect(corner[r : r + 2]) for r in range(rows))
    column_rects = tuple(_rect(corner[:, c : c + 2]) for c in range(columns))
    rules = tuple([rule.polyline(level=True) for rule in level] + [rule.polyline(level=False) for rule in plumb])
    return Grid(_rect(corner), rows, columns, cells, row_rects, column_rects, rules)


def _cell(members: list[tuple[int, int]], corner: Array) -> Cell:
    r0, r1 = min(r for r, _ in members), max(r for r, _ in members) + 1
    c0, c1 = min(c for _, c in members), max(c for _, c in members) + 1
    return Cell(r0, r1, c0, c1, _rect(corner[[r0, r1]][:, [c0, c1]]))


def _rect(corners: Array) -> Rect:
    flat = corners.reshape(-1, 2)
    (x0, y0), (x1, y1) = flat.min(axis=0), flat.max(axis=0)
    return (int(round(x0)), int(round(y0)), int(round(x1)), int(round(y1)))


def _border(mask: Gray, ink: Gray, a: Array, b: Array) -> bool:
    """A pen stroke across a border cuts it into pieces too short for the ruling's mask; the ink itself is still there."""
    return _drawn(mask, a, b) >= _BORDER or _drawn(ink, a, b) > 0.85


def _drawn(mask: Gray, a: Array, b: Array) -> float:
    """The part of the stretch from a to b that is in the mask, its ends left out."""
    length = float(np.linalg.norm(b - a))
    steps = max(4, int(length / 3))
    inset = min(0.3, 8 / max(length, 1))
    share = np.linspace(inset, 1 - inset, steps)[:, None]
    points = (a + (b - a) * share).round().astype(int)
    height, width = mask.shape
    return float((mask[np.clip(points[:, 1], 0, height - 1), np.clip(points[:, 0], 0, width - 1)] > 0).mean())
